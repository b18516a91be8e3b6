#include "storage/database/sealed_cell.hpp"

#include <algorithm>

#include "storage/database/errc.hpp"

namespace consign::database {

namespace {

Bytes associated_data(const CellPlace& place, keyring::KeyId key) {
    Bytes bytes;
    ByteWriter(bytes)
        .string(place.table)
        .string(place.column)
        .u64(static_cast<std::uint64_t>(place.row))
        .u32(key)
        .raw(place.bound);
    return bytes;
}

}  // namespace

Result<std::int64_t> next_row_id(Connection& connection, std::string_view table) {
    // max(): one row also for a table that never had any.
    auto query = connection.query(
        "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = ?", table);
    if (const auto row = query.next(); !row) return failure(row.error());
    return query.integer(0);
}

Bytes seal_cell(evp::Gcm& gcm, keyring::KeyId key, const evp::Nonce& nonce, const CellPlace& place,
                ByteView plain) {
    Bytes ciphertext(plain.size());
    const evp::Tag tag = gcm.seal(nonce, associated_data(place, key), plain, ciphertext);
    Bytes cell;
    cell.reserve(cell_overhead_bytes + plain.size());
    ByteWriter(cell).u32(key).raw(nonce).raw(ciphertext).raw(tag);
    return cell;
}

keyring::KeyId key_of_cell(ByteView cell) {
    return ByteReader(cell).u32();
}

Result<Bytes> SealedCells::seal(const CellPlace& place, keyring::KeyId key, ByteView plain) {
    const auto gcm = gcm_of(key);
    if (!gcm) return failure(gcm.error());
    return seal_cell(**gcm, key, random_.array<evp::gcm_nonce_bytes>(), place, plain);
}

Result<Bytes> SealedCells::open(const CellPlace& place, ByteView cell) {
    if (cell.size() < cell_overhead_bytes) return failure(database_errc::altered_cell);
    ByteReader reader(cell);
    const keyring::KeyId key = reader.u32();
    evp::Nonce nonce{};
    std::ranges::copy(reader.take(nonce.size()), nonce.begin());
    const ByteView ciphertext = reader.take(cell.size() - cell_overhead_bytes);
    evp::Tag tag{};
    std::ranges::copy(reader.rest(), tag.begin());

    const auto gcm = gcm_of(key);
    // A month's key may be gone; any other is there as long as its cells are.
    if (!gcm && keyring::is_of_a_month(purpose_)) return failure(gcm.error());
    if (!gcm) return failure(database_errc::altered_cell);
    Bytes plain(ciphertext.size());
    if (!(*gcm)->open(nonce, associated_data(place, key), ciphertext, tag, plain))
        return failure(database_errc::altered_cell);
    return plain;
}

Result<evp::Gcm*> SealedCells::gcm_of(keyring::KeyId key) {
    // The keyring is asked every time, so that a destroyed key is forgotten here, too, and at once.
    const auto secret =
        keyring::is_of_a_month(purpose_) ? keys_.period_key(key) : keys_.key(purpose_, key);
    if (!secret) {
        ciphers_.erase(key);
        return failure(secret.error());
    }
    return &ciphers_.try_emplace(key, *secret).first->second;
}

}  // namespace consign::database
