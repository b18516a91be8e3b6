#include "storage/vault/header.hpp"

#include <algorithm>

#include "base/virtual_path.hpp"
#include "storage/vault/errc.hpp"
#include "storage/vault/record.hpp"

namespace consign::vault {

namespace {

constexpr std::array<std::uint8_t, 8> magic{'C', 'O', 'N', 'S', 'I', 'G', 'N', 0x1a};
constexpr std::uint16_t version = 1;
constexpr std::size_t slots_area_bytes = 1 + slot_limit * slot_bytes;  // with their count
constexpr std::uint16_t suite = 1;  // AES-256-GCM, HKDF-SHA256, AES-256-KWP

enum class Part : std::uint8_t { opening = 1, closing = 2 };

// Each opening part is as long as the longest, so that its length tells nothing.
static_assert(VirtualPath::path_limit_bytes + account_limit_bytes + 4 + 4 + 8 <=
              opening_part_bytes - record_overhead_bytes);

Bytes identity_of(const Id& stream) {
    Bytes bytes;
    ByteWriter(bytes).raw(magic).u16(version).u16(suite).raw(stream.bytes());
    return bytes;
}

Bytes associated(const Id& stream, Part part) {
    Bytes bytes = identity_of(stream);
    ByteWriter(bytes).u8(static_cast<std::uint8_t>(part));
    return bytes;
}

bool all_zero(ByteView bytes) {
    return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

/// nonce | ciphertext | tag, `length` bytes in all, the content padded with zeros.
Bytes seal_part(evp::Gcm& gcm, const evp::Nonce& nonce, const Id& stream, Part part, Bytes content,
                std::size_t length) {
    content.resize(length - record_overhead_bytes);
    const auto tag = gcm.seal(nonce, associated(stream, part), content, content);
    Bytes sealed;
    sealed.reserve(length);
    ByteWriter(sealed).raw(nonce).raw(content).raw(tag);
    return sealed;
}

Result<Bytes> open_part(evp::Gcm& gcm, const Id& stream, Part part, ByteView sealed) {
    evp::Nonce nonce{};
    evp::Tag tag{};
    std::ranges::copy(sealed.first(nonce.size()), nonce.begin());
    std::ranges::copy(sealed.last(tag.size()), tag.begin());
    const ByteView ciphertext = RecordCipher::content_in(sealed);
    Bytes content(ciphertext.size());
    if (!gcm.open(nonce, associated(stream, part), ciphertext, tag, content))
        return failure(vault_errc::altered);
    return content;
}

Result<SecretKey> unwrap_dek(ByteView header, const Id& stream, const keyring::Keyring& keys) {
    if (!std::ranges::equal(header.first(slot_count_offset), identity_of(stream)))
        return failure(vault_errc::altered);
    ByteReader reader(header.subspan(slot_count_offset, clear_part_bytes - slot_count_offset));
    const std::size_t count = reader.u8();
    if (count == 0 || count > slot_limit) return failure(vault_errc::altered);
    const ByteView slots = reader.take(count * slot_bytes);
    if (!all_zero(reader.rest())) return failure(vault_errc::altered);
    Result<SecretKey> dek = failure(vault_errc::altered);
    for (std::size_t slot = 0; slot < count && !dek; ++slot) {
        ByteReader fields(slots.subspan(slot * slot_bytes, slot_bytes));
        keyring::WrappedDek wrapped{.kek = fields.u32()};
        std::ranges::copy(fields.rest(), wrapped.bytes.begin());
        dek = keys.unwrap(wrapped);
    }
    if (!dek && dek.error() == keyring::keyring_errc::refused) return failure(vault_errc::altered);
    return dek;
}

/// What is past the end of the file counts as zeros.
Result<bool> is_zero(DiskFile& file, std::uint64_t offset, std::size_t length) {
    Bytes bytes(length);
    if (const auto count = file.read_at(offset, bytes); !count) return failure(count.error());
    return all_zero(bytes);
}

}  // namespace

HeaderCipher::HeaderCipher(const SecretKey& dek, const Id& stream, RandomSource& random)
    : gcm_(evp::hkdf_sha256(dek, stream.bytes(), "consign sealed-file v1 header")),
      stream_(stream),
      random_(random) {}

Bytes HeaderCipher::begin(const keyring::WrappedDek& slot, const Deposit& deposit) {
    Bytes header = identity_of(stream_);
    header.reserve(header_bytes);
    ByteWriter(header).u8(1).u32(slot.kek).raw(slot.bytes);
    header.resize(clear_part_bytes);
    Bytes content;
    ByteWriter(content)
        .string(deposit.path)
        .string(deposit.account)
        .u64(static_cast<std::uint64_t>(to_microseconds(deposit.opened)));
    ByteWriter(header).raw(seal_part(gcm_, random_.array<evp::gcm_nonce_bytes>(), stream_,
                                     Part::opening, std::move(content), opening_part_bytes));
    header.resize(header_bytes);
    return header;
}

Bytes HeaderCipher::close(const Closing& closing) {
    Bytes content;
    ByteWriter(content)
        .u64(closing.size_bytes)
        .u64(closing.chunk_count)
        .raw(closing.sha256)
        .raw(closing.tag_digest);
    return seal_part(gcm_, random_.array<evp::gcm_nonce_bytes>(), stream_, Part::closing,
                     std::move(content), closing_part_bytes);
}

Result<Deposit> HeaderCipher::deposit(ByteView header) {
    const auto content = open_part(gcm_, stream_, Part::opening,
                                   header.subspan(clear_part_bytes, opening_part_bytes));
    if (!content) return failure(content.error());
    ByteReader reader(*content);
    Deposit deposit;
    deposit.path = as_text(reader.string());
    deposit.account = as_text(reader.string());
    deposit.opened = from_microseconds(static_cast<std::int64_t>(reader.u64()));
    if (reader.failed() || !all_zero(reader.rest())) return failure(vault_errc::altered);
    return deposit;
}

Result<Closing> HeaderCipher::closing(ByteView header) {
    const auto content = open_part(gcm_, stream_, Part::closing,
                                   header.subspan(closing_part_offset, closing_part_bytes));
    if (!content) return failure(content.error());
    ByteReader reader(*content);
    Closing closing;
    closing.size_bytes = reader.u64();
    closing.chunk_count = reader.u64();
    std::ranges::copy(reader.take(closing.sha256.size()), closing.sha256.begin());
    std::ranges::copy(reader.take(closing.tag_digest.size()), closing.tag_digest.begin());
    if (reader.failed() || !all_zero(reader.rest()) || closing.size_bytes > content_limit_bytes ||
        closing.chunk_count != last_chunk(closing.size_bytes) + 1)
        return failure(vault_errc::altered);
    return closing;
}

Result<FoundHeader> read_header(DiskFile& file, const Id& stream, const keyring::Keyring& keys) {
    Bytes header(header_bytes);
    const auto count = file.read_at(0, header);
    if (!count) return failure(count.error());
    if (*count != header_bytes) return failure(vault_errc::altered);
    const auto dek = unwrap_dek(header, stream, keys);
    if (!dek) return failure(dek.error());
    return FoundHeader{.bytes = std::move(header), .dek = *dek};
}

Result<bool> has_no_slots(DiskFile& file) {
    return is_zero(file, slot_count_offset, slots_area_bytes);
}

Result<bool> has_closing_part(DiskFile& file) {
    const auto zero = is_zero(file, closing_part_offset, closing_part_bytes);
    if (!zero) return zero;
    return !*zero;
}

Result<> destroy_slots(DiskFile& file) {
    if (auto done = zero_slots(file, 0); !done) return done;
    return file.sync();
}

Result<> zero_slots(DiskFile& file, std::uint64_t header_offset) {
    return file.write_at(header_offset + slot_count_offset, Bytes(slots_area_bytes));
}

std::optional<Id> stream_of(ByteView identity) {
    const auto stream = Id::from_bytes(identity.last(std::min(identity.size(), Id::size_bytes)));
    if (!stream || !std::ranges::equal(identity, identity_of(*stream))) return std::nullopt;
    return stream;
}

}  // namespace consign::vault
