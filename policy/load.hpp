// From files to a Policy, or to every mistake at once.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <vector>

#include "base/clock.hpp"
#include "policy/language/problem.hpp"
#include "policy/policy.hpp"

namespace consign::policy {

struct Loaded {
    std::shared_ptr<const Policy> policy;  // null where there is an error
    std::vector<Problem> problems{};
    /// All that were read, key files and calendars too, in the order in which the hash takes them.
    std::vector<SourceFile> files{};
    /// consign.yaml's `data`, whatever is wrong with the rest: where a running daemon can be found.
    /// Empty where that says none.
    std::filesystem::path data{};
};

inline constexpr std::size_t policy_file_limit = 256;
inline constexpr std::size_t policy_limit_bytes = std::size_t{64} * 1024 * 1024;  // all files
inline constexpr std::size_t key_file_limit_bytes = std::size_t{64} * 1024;

/// Reads consign.yaml and the files that its `policy:` names. `now`: what has expired, or will
/// soon, is warned of. Never throws for what the files hold. Blocks on the disk; may be called from
/// any thread, several times at once.
[[nodiscard]] Loaded load(const std::filesystem::path& consign_yaml, Timestamp now);

/// The same from a version that was kept (Loaded::files of its time), as if its files lay where
/// consign.yaml would. Of key files there, nothing is read from the disk.
[[nodiscard]] Loaded load_kept(const std::vector<SourceFile>& files,
                               const std::filesystem::path& consign_yaml, Timestamp now);

}  // namespace consign::policy
