// When a pull of the policy is due, and what is remembered of one that was asked for or that fails.
#pragma once

#include <chrono>
#include <optional>

#include "desk/site/site.hpp"
#include "policy/policy.hpp"

namespace consign::desk {

inline constexpr Literal pulls_account = "system:pull";

/// Within an open window.
inline constexpr std::chrono::minutes pull_interval{5};

/// By its schedule. `run`: nothing where it never ran; such a one waits for its first time.
[[nodiscard]] bool is_due(const policy::Pull& pull, const std::optional<pulls::Run>& run,
                          Timestamp now);
/// Of one that is due: since when.
[[nodiscard]] Timestamp due_since(const policy::Pull& pull, const std::optional<pulls::Run>& run,
                                  Timestamp now);
/// When it is, from now on; nothing where that never comes.
[[nodiscard]] std::optional<Timestamp> next_due(const policy::Pull& pull,
                                                const std::optional<pulls::Run>& run,
                                                Timestamp now);

/// Kept as bookmarks.
struct PullNotes {
    std::optional<Timestamp> asked{};  // to run now, by an administrator; until it was well
    std::optional<Timestamp> retry{};  // it failed: not before that
};
[[nodiscard]] Result<PullNotes> pull_notes(Transaction& transaction, std::string_view pull);
[[nodiscard]] Result<> note(Transaction& transaction, std::string_view pull,
                            const PullNotes& notes);

}  // namespace consign::desk
