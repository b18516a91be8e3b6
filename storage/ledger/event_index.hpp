// What events are found by that stands in them sealed alone: keyed digests of names, addresses,
// hashes and subjects, each under a key made of the one that its row is sealed under, so that they
// are worth nothing once that is destroyed: docs/formats/database.md, "Index of events". Sparse: a
// row about a file is found by the file, a session's by the session. Lives on one connection, and
// changes on the writer thread alone. Errors: keyring_errc, or the database's.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "storage/database/sealed_cell.hpp"
#include "storage/keyring/keyring.hpp"
#include "storage/ledger/event.hpp"

namespace consign::database {
class Connection;
}

namespace consign::ledger {

class EventReader;

/// What a value is. Its name stands in the digest: never change one.
enum class IndexField : std::uint8_t {
    name,             // a path that a row about a file gave it
    place,            // a path of a row about no file
    moved_to,         // what a folder was renamed to
    sha256,           // of a row by which a content came, or of one about no file
    address,          // of a row that has none from its session
    subject,          // of any row
    session_address,  // of a session's row
};

using IndexToken = std::array<std::uint8_t, 16>;
/// HMAC-SHA256(key, name of the field || 0x00 || value), its first 16 bytes. Pure.
[[nodiscard]] IndexToken index_token(const SecretKey& key, IndexField field,
                                     std::string_view value);
/// HKDF-SHA256 of the key that a period's rows are sealed under. Pure.
[[nodiscard]] SecretKey index_key(const SecretKey& period_key);

struct IndexEntry {
    IndexField field{};
    std::string_view value;

    bool operator==(const IndexEntry&) const = default;
};
/// What a row is found by; views into the event. Pure.
[[nodiscard]] std::vector<IndexEntry> index_entries(const Event& event);

class EventIndex {
  public:
    EventIndex(database::Connection& connection, const keyring::Keyring& keys)
        : connection_(connection), keys_(keys) {}

    /// Of a new row, whose personal fields are sealed under `period`.
    [[nodiscard]] Result<> add(keyring::KeyId period, std::int64_t sequence, const Event& event);
    /// Of a new session's row, `id`, whose address is sealed under `period`.
    [[nodiscard]] Result<> add_session(keyring::KeyId period, std::int64_t id,
                                       std::string_view address);

    /// Takes out the row's entries, with its personal fields still there. Where they cannot be
    /// read, its entries stay, and go with the period.
    [[nodiscard]] Result<> remove(keyring::KeyId period, std::int64_t sequence, const Event& event);
    /// Takes out up to `limit` entries whose period's key is destroyed. False: there were none.
    [[nodiscard]] Result<bool> drop_gone(std::size_t limit);

    /// The rows' sequences (the sessions' ids, for their address), newest first; at most `limit`
    /// of the newest in each period.
    [[nodiscard]] Result<std::vector<std::int64_t>> find(IndexField field, std::string_view value,
                                                         std::size_t limit);

    /// Has the row its entry? keyring_errc::no_such_key where the period's key is destroyed.
    [[nodiscard]] Result<bool> has(keyring::KeyId period, const IndexEntry& entry,
                                   std::int64_t row);

    /// Up to `rows` events and sessions that have none yet get their entries, the newest first;
    /// false once there are none left. An older version wrote them, or they are indexed anew.
    [[nodiscard]] Result<bool> catch_up(RandomSource& random, std::size_t rows);
    /// Up to here, events and sessions are left for catch_up.
    struct Left {
        std::int64_t events = 0, sessions = 0;
    };
    [[nodiscard]] Result<Left> left_to_index();
    /// All events and sessions are looked at again by catch_up: what lacks is added.
    [[nodiscard]] Result<> index_anew();

  private:
    /// Of a key that is still there.
    [[nodiscard]] Result<const SecretKey*> key_of(keyring::KeyId period);
    [[nodiscard]] Result<std::vector<keyring::KeyId>> periods();
    [[nodiscard]] Result<> insert(keyring::KeyId period, const IndexEntry& entry, std::int64_t row);
    [[nodiscard]] Result<std::int64_t> bookmark(std::string_view name);
    [[nodiscard]] Result<> catch_up_event(EventReader& reader, std::int64_t sequence);
    [[nodiscard]] Result<> catch_up_session(database::SealedCells& cells, std::int64_t id);

    database::Connection& connection_;
    const keyring::Keyring& keys_;
    /// To derive a key costs more than to use it. One whose period's key is gone is not used.
    std::map<keyring::KeyId, SecretKey> derived_;
};

}  // namespace consign::ledger
