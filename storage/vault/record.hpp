// A record: one chunk of content, sealed. docs/formats/sealed-file.md, "Body".
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/bytes.hpp"
#include "base/evp.hpp"
#include "base/id.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "storage/vault/sealed_file.hpp"

namespace consign::vault {

inline constexpr std::size_t record_bytes = chunk_bytes + record_overhead_bytes;

[[nodiscard]] constexpr std::uint64_t record_offset(std::uint64_t index) {
    return header_bytes + index * record_bytes;
}
/// A file of 0 bytes has one chunk, of 0 bytes.
[[nodiscard]] constexpr std::uint64_t last_chunk(std::uint64_t size_bytes) {
    return size_bytes == 0 ? 0 : (size_bytes - 1) / chunk_bytes;
}
[[nodiscard]] constexpr std::size_t last_chunk_length(std::uint64_t size_bytes) {
    return static_cast<std::size_t>(size_bytes - last_chunk(size_bytes) * chunk_bytes);
}
/// How long the sealed file of so much content is, to the byte.
[[nodiscard]] constexpr std::uint64_t sealed_bytes(std::uint64_t size_bytes) {
    return record_offset(last_chunk(size_bytes)) + last_chunk_length(size_bytes) +
           record_overhead_bytes;
}

/// Where a record stands. It is authenticated, so that none can stand in another's place.
enum class Place : std::uint8_t {
    inner = 0,  // in the body, a whole chunk with another after it
    last = 1,   // in the body, the end of a file that is finished
    beside = 2  // in an unfinished upload's tail
};

/// Seals and opens the records of one file. One thread at a time.
class RecordCipher {
  public:
    RecordCipher(const SecretKey& dek, const Id& stream, RandomSource& random);

    /// Seals `content` into `record`, which is record_overhead_bytes longer; the content may stand
    /// in the record already, where its ciphertext goes. Returns the tag, as it stands in the
    /// record.
    ByteView seal(std::uint64_t index, Place place, ByteView content, ByteSpan record);
    /// Fills `content` from `record`; the content may be where its ciphertext stands.
    /// vault_errc::altered: `content` is zeroed.
    [[nodiscard]] Result<> open(std::uint64_t index, Place place, ByteView record,
                                ByteSpan content);

    /// Where content stands in a record.
    template <class View>
    [[nodiscard]] static View content_in(View record) {
        return record.subspan(evp::gcm_nonce_bytes, record.size() - record_overhead_bytes);
    }
    [[nodiscard]] static ByteView tag_in(ByteView record) {
        return record.last(evp::gcm_tag_bytes);
    }

  private:
    using Associated = std::array<std::uint8_t, Id::size_bytes + 8 + 1>;
    [[nodiscard]] Associated associated(std::uint64_t index, Place place) const;

    evp::Gcm gcm_;
    Id stream_;
    RandomSource& random_;
};

}  // namespace consign::vault
