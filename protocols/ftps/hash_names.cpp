#include "protocols/ftps/hash_names.hpp"

#include <algorithm>
#include <array>
#include <boost/algorithm/string/predicate.hpp>

namespace consign::ftps {

namespace {

constexpr std::array hashes{HashName{"SHA-256", "sha256"}, HashName{"SHA-512", "sha512"},
                            HashName{"SHA-1", "sha1"}, HashName{"MD5", "md5"},
                            HashName{"CRC32", "crc32"}};

}  // namespace

const HashName* default_hash() {
    return hashes.data();
}

const HashName* find_hash(std::string_view name) {
    const auto* const found = std::ranges::find_if(
        hashes, [&](const HashName& hash) { return boost::algorithm::iequals(hash.name, name); });
    return found == hashes.end() ? nullptr : found;
}

std::string hash_feature(const HashName& chosen) {
    std::string line = "HASH ";
    for (const HashName& hash : hashes) {
        if (&hash != hashes.data()) line += ';';
        line += hash.name;
        if (hash.name == chosen.name) line += '*';
    }
    return line;
}

}  // namespace consign::ftps
