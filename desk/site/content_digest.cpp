#include "desk/site/content_digest.hpp"

#include <algorithm>
#include <array>

namespace consign::desk {

std::optional<ContentDigest> ContentDigest::of(std::string_view algorithm) {
    static constexpr std::array<std::pair<std::string_view, const char*>, 6> known{
        {{"md5", "MD5"},
         {"sha1", "SHA1"},
         {"sha224", "SHA2-224"},
         {"sha256", "SHA2-256"},
         {"sha384", "SHA2-384"},
         {"sha512", "SHA2-512"}}};
    if (algorithm == "crc32") return ContentDigest(boost::crc_32_type());
    const auto found =
        std::ranges::find(known, algorithm, &std::pair<std::string_view, const char*>::first);
    if (found == known.end()) return std::nullopt;
    return ContentDigest(evp::Digest(found->second));
}

void ContentDigest::update(ByteView bytes) {
    if (auto* digest = std::get_if<evp::Digest>(&running_)) return digest->update(bytes);
    std::get<boost::crc_32_type>(running_).process_bytes(bytes.data(), bytes.size());
}

Bytes ContentDigest::finish() {
    if (auto* digest = std::get_if<evp::Digest>(&running_)) return digest->finish();
    auto& crc = std::get<boost::crc_32_type>(running_);
    Bytes bytes;
    ByteWriter(bytes).u32(crc.checksum());
    crc.reset();
    return bytes;
}

}  // namespace consign::desk
