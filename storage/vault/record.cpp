#include "storage/vault/record.hpp"

#include "storage/vault/errc.hpp"

namespace consign::vault {

RecordCipher::RecordCipher(const SecretKey& dek, const Id& stream, RandomSource& random)
    : gcm_(evp::hkdf_sha256(dek, stream.bytes(), "consign sealed-file v1 content")),
      stream_(stream),
      random_(random) {}

RecordCipher::Associated RecordCipher::associated(std::uint64_t index, Place place) const {
    Associated bytes{};
    auto next = std::ranges::copy(stream_.bytes(), bytes.begin()).out;
    for (int shift = 56; shift >= 0; shift -= 8)
        *next++ = static_cast<std::uint8_t>(index >> shift);
    *next = static_cast<std::uint8_t>(place);
    return bytes;
}

ByteView RecordCipher::seal(std::uint64_t index, Place place, ByteView content, ByteSpan record) {
    const auto nonce = random_.array<evp::gcm_nonce_bytes>();
    const auto tag = gcm_.seal(nonce, associated(index, place), content, content_in(record));
    std::ranges::copy(nonce, record.begin());
    std::ranges::copy(tag, record.last(evp::gcm_tag_bytes).begin());
    return tag_in(record);
}

Result<> RecordCipher::open(std::uint64_t index, Place place, ByteView record, ByteSpan content) {
    evp::Nonce nonce{};
    evp::Tag tag{};
    std::ranges::copy(record.first(nonce.size()), nonce.begin());
    std::ranges::copy(tag_in(record), tag.begin());
    if (!gcm_.open(nonce, associated(index, place), content_in(record), tag, content))
        return failure(vault_errc::altered);
    return {};
}

}  // namespace consign::vault
