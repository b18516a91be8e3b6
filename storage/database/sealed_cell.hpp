// Sealed cells: fields of the database that are never in clear on the disk. Each is AES-256-GCM:
//   key id u32 | nonce 12 | ciphertext | tag 16
// with its own place as associated data, so that a cell opens in its own row alone:
// docs/formats/database.md. One object for each connection; one thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>

#include "base/evp.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "storage/database/sqlite.hpp"
#include "storage/keyring/keyring.hpp"

namespace consign::database {

/// What a cell is longer than its content.
inline constexpr std::size_t cell_overhead_bytes =
    sizeof(keyring::KeyId) + evp::gcm_nonce_bytes + evp::gcm_tag_bytes;

/// Where a cell stands.
struct CellPlace {
    std::string_view table;
    std::string_view column;
    std::int64_t row = 0;  // an id that is never used again in its table
    ByteView bound = {};   // other columns of the row that the cell vouches for
};

/// The id for the next row of an AUTOINCREMENT table, known before the row is there, since its
/// cells are sealed for it. Within the caller's transaction.
[[nodiscard]] Result<std::int64_t> next_row_id(Connection& connection, std::string_view table);

/// The bytes of a cell, pure. `nonce` is used once under a key.
[[nodiscard]] Bytes seal_cell(evp::Gcm& gcm, keyring::KeyId key, const evp::Nonce& nonce,
                              const CellPlace& place, ByteView plain);

/// The key that a cell was sealed under, going by what it says itself; 0 where it is cut short.
[[nodiscard]] keyring::KeyId key_of_cell(ByteView cell);

class SealedCells {
  public:
    /// With either of the ledger's purposes: what is sealed for either opens.
    SealedCells(const keyring::Keyring& keys, keyring::Purpose purpose, RandomSource& random)
        : keys_(keys), purpose_(purpose), random_(random) {}

    [[nodiscard]] Result<Bytes> seal(const CellPlace& place, keyring::KeyId key, ByteView plain);
    /// database_errc::altered_cell: changed, cut, or of another place.
    /// keyring_errc::no_such_key, of the ledger's purposes alone: its key was destroyed, which
    /// forgets it.
    [[nodiscard]] Result<Bytes> open(const CellPlace& place, ByteView cell);

  private:
    [[nodiscard]] Result<evp::Gcm*> gcm_of(keyring::KeyId key);

    const keyring::Keyring& keys_;
    keyring::Purpose purpose_;
    RandomSource& random_;
    /// To set up a key costs more than to seal a cell.
    std::map<keyring::KeyId, evp::Gcm> ciphers_;
};

}  // namespace consign::database
