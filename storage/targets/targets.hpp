// What is remembered of the targets of the policy: those that are in trouble, so that a restart
// neither forgets a target that is down nor tells of it twice. Lives on one connection, and changes
// on the writer thread alone. Errors: the database's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace consign::database {
class Connection;
}

namespace consign::targets {

/// A target that could not be reached, or did not let us in.
struct Trouble {
    std::string target;  // its name in the policy
    Timestamp since{};
    std::uint64_t failures = 0;
    Timestamp retry{};     // nobody tries before that
    std::string pinned{};  // the host key that was not shown; empty: another trouble
    std::string why{};     // words without names
    bool told = false;     // an alarm was raised

    bool operator==(const Trouble&) const = default;
};

class Targets {
  public:
    explicit Targets(database::Connection& connection) : connection_(connection) {}

    [[nodiscard]] Result<std::vector<Trouble>> troubles();
    [[nodiscard]] Result<std::optional<Trouble>> trouble(std::string_view target);
    /// Made, or brought up to date.
    [[nodiscard]] Result<> note(const Trouble& trouble);
    /// It is well again. Succeeds where it was.
    [[nodiscard]] Result<> mend(std::string_view target);

  private:
    database::Connection& connection_;
};

}  // namespace consign::targets
