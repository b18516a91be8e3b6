#include "storage/catalog/subject_index.hpp"

#include <algorithm>

#include "base/evp.hpp"

namespace consign::catalog {

SubjectIndex subject_index(const SecretKey& key, std::string_view authority, std::string_view id) {
    Bytes subject;
    ByteWriter(subject).u64(0).string(authority).string(id);
    const Digest32 digest = evp::hmac_sha256(key, {subject});
    SubjectIndex index{};
    std::copy_n(digest.begin(), index.size(), index.begin());
    return index;
}

}  // namespace consign::catalog
