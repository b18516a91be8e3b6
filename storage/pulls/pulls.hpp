// What is remembered of the pulls of the policy: when each last ran, and which files of its far
// folder are here already, so that none is fetched twice. Names are kept as a keyed index alone:
// docs/formats/database.md. Lives on one connection, and changes on the writer thread alone.
// Errors: the database's, or keyring_errc.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "storage/keyring/keyring.hpp"

namespace consign::database {
class Connection;
}

namespace consign::pulls {

struct Run {
    Timestamp last{};   // what was due until then was done
    bool told = false;  // an alarm was raised, and not mended yet
    Id begun{};         // the sealed file that is being filled; nil: none
};

/// A file as the far end listed it when it was fetched.
struct Fetched {
    std::uint64_t size_bytes = 0;
    std::int64_t modified = 0;  // as the far end tells it; seconds since 1970

    bool operator==(const Fetched&) const = default;
};

using NameIndex = std::array<std::uint8_t, 16>;

class Pulls {
  public:
    Pulls(database::Connection& connection, const keyring::Keyring& keys)
        : connection_(connection), keys_(keys) {}

    /// Nothing where it never ran.
    [[nodiscard]] Result<std::optional<Run>> run(std::string_view pull);
    [[nodiscard]] Result<> note_run(std::string_view pull, const Run& run);

    /// How a name of a pull's far folder is remembered.
    [[nodiscard]] Result<NameIndex> index_of(std::string_view pull, std::string_view name) const;
    [[nodiscard]] Result<std::optional<Fetched>> fetched(std::string_view pull,
                                                         const NameIndex& name);
    /// In the transaction of its deposit. What was known under the name is replaced.
    [[nodiscard]] Result<> note_fetched(std::string_view pull, const NameIndex& name,
                                        const Fetched& fetched);
    [[nodiscard]] Result<> forget(std::string_view pull, const NameIndex& name);
    /// All but these: they are no longer there.
    [[nodiscard]] Result<> forget_others(std::string_view pull, const std::set<NameIndex>& names);

  private:
    database::Connection& connection_;
    const keyring::Keyring& keys_;
};

}  // namespace consign::pulls
