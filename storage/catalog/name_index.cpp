#include "storage/catalog/name_index.hpp"

#include <algorithm>

#include "base/evp.hpp"

namespace consign::catalog {

NameIndex name_index(const SecretKey& key, std::int64_t parent, std::string_view name) {
    Bytes folder;
    ByteWriter(folder).u64(static_cast<std::uint64_t>(parent));
    const Digest32 digest = evp::hmac_sha256(key, {folder, as_bytes(name)});
    NameIndex index{};
    std::copy_n(digest.begin(), index.size(), index.begin());
    return index;
}

}  // namespace consign::catalog
