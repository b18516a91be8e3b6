// Who has fetched how much under which name: retrievals that are open or broken off, each with what
// of the file has left so far, and what accounts have collected. All of a name goes with the name.
// docs/formats/database.md. Lives on one connection, and changes on the writer thread alone.
// Errors: pickups_errc, or the database's.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "storage/pickups/errc.hpp"

namespace consign::database {
class Connection;
}  // namespace consign::database

namespace consign::pickups {

using NodeId = std::int64_t;  // of the catalog
using RetrievalId = std::int64_t;

/// Bytes [start, end) of a file.
struct Part {
    std::uint64_t start = 0, end = 0;
    bool operator==(const Part&) const = default;
};
using Parts = std::vector<Part>;  // in order, apart from each other

class Pickups {
  public:
    explicit Pickups(database::Connection& connection) : connection_(connection) {}

    struct Wish {
        NodeId node = 0;
        std::string account;
        Id session;
        std::optional<std::uint64_t> limit{};  // of complete retrievals
        Timestamp now{};
        std::chrono::seconds lapses_after{};  // without a read
    };
    struct Lease {
        RetrievalId id = 0;
        Parts sent;  // before, by retrievals that this one goes on with
        /// The daemon died over it: more may have left than `sent` knows.
        bool uncertain = false;
    };
    /// Goes on with what this account broke off, or begins anew. Where there is a limit:
    /// pickups_errc::spent, and being_fetched where those that are open may use it up.
    [[nodiscard]] Result<Lease> begin(const Wish& wish);

    struct Progress {
        RetrievalId id = 0;
        Id session;
        Parts sent;
        /// All of it has left, or is about to: it counts as a complete retrieval.
        bool counted = false;
        /// More may have left than `sent` knows: of what counts, that it was collected is not
        /// known.
        bool uncertain = false;
        Timestamp now{};
    };
    /// How far it is. pickups_errc::lease_lost.
    [[nodiscard]] Result<> note(const Progress& progress);
    /// It was broken off: nobody's, until the account goes on with it; where it counts, there is
    /// nothing to go on with. True where it was collected by that; false also where the lease is
    /// lost.
    [[nodiscard]] Result<bool> put_down(const Progress& progress);
    /// All of it was collected. pickups_errc::lease_lost.
    [[nodiscard]] Result<> complete(RetrievalId id, const Id& session, Timestamp now);
    /// All of it was collected at once, without a lease.
    [[nodiscard]] Result<> note_collected(NodeId node, const std::string& account, Timestamp now);
    /// One that a dead daemon had, and that counts.
    struct Counted {
        NodeId node = 0;
        std::string account;
        Id session;
        bool collected = false;  // and not only the limit's
    };
    /// Of sessions that a dead daemon had: what counts stays counted.
    [[nodiscard]] Result<std::vector<Counted>> put_down_all(Timestamp now);

    /// This account sees the name no more.
    [[nodiscard]] Result<> hide(NodeId node, const std::string& account);
    [[nodiscard]] Result<bool> is_hidden(NodeId node, const std::string& account);
    [[nodiscard]] Result<bool> has_hidden(const std::string& account);
    /// When the account last collected all of it under this name.
    [[nodiscard]] Result<std::optional<Timestamp>> collected(NodeId node,
                                                             const std::string& account);

  private:
    [[nodiscard]] Result<> count(NodeId node, const std::string& account, int change);
    [[nodiscard]] Result<> set_last(NodeId node, const std::string& account, Timestamp now);

    database::Connection& connection_;
};

}  // namespace consign::pickups
