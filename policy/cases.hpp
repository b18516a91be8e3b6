// The administrators' own cases: what is given, and what the policy must make of it, so that a
// policy has a test suite. docs/policy.md "Cases" has the keys.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/explain.hpp"
#include "policy/language/problem.hpp"

namespace consign::policy {

inline constexpr std::size_t case_limit = 10'000;

/// What a case expects; what is absent is not asked.
struct Expected {
    std::optional<bool> allowed;
    std::optional<bool> temporary;
    std::optional<std::string> route;            // "none"
    std::optional<std::string> retention_class;  // "none"
    std::optional<bool> quarantined;
    /// What its route's `complete_when` misses: then nothing of the rest happens yet.
    std::optional<std::vector<std::string>> waits_for;
    std::optional<std::vector<std::string>> copies, deliveries, tags;  // in any order
    std::optional<std::string> move, acknowledge;
    /// The last day on which it is kept, of the subject whose data is kept longest; "unknown": kept
    /// for ever, for want of a date.
    std::optional<std::string> kept_until;
};

struct Case {
    std::string name;
    // Given:
    std::string account;
    VirtualPath path{};  // relative to the home
    Verb verb = Verb::upload;
    std::optional<std::chrono::sys_days> on;  // in the site's zone; absent: today
    std::chrono::minutes time{12 * 60};       // of that day
    std::string file;                         // relative to the cases' file; empty: none
    std::string content;                      // its text, where it stands in the case itself
    Expected expected;
    Rule rule;
};

/// All cases of one file; what is wrong with it is told in `problems`, as of a policy's file.
[[nodiscard]] std::vector<Case> read_cases(std::string_view text, const std::string& file,
                                           Problems& problems);

/// What the case asks of the policy. `now`: where the case gives no day.
[[nodiscard]] Question question_of(const Case& one, const Policy& policy, Timestamp now);

/// Each expectation that does not hold, with what came instead; empty: the case holds. `missing`:
/// the endings that the route asks for and the file does not have.
[[nodiscard]] std::vector<std::string> unmet(const Case& one, const Policy& policy,
                                             const Question& question,
                                             std::span<const content::Ending> missing = {});

}  // namespace consign::policy
