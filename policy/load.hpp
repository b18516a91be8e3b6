// From files to a Policy, or to every mistake at once.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <vector>

#include "policy/policy.hpp"
#include "policy/problem.hpp"

namespace consign::policy {

struct Loaded {
    std::shared_ptr<const Policy> policy;  // null where there is an error
    std::vector<Problem> problems;
};

inline constexpr std::size_t policy_file_limit = 256;
inline constexpr std::size_t key_file_limit_bytes = std::size_t{64} * 1024;

/// Reads consign.yaml and the files that its `policy:` names. Never throws for what the files hold.
/// Blocks on the disk; may be called from any thread, several times at once.
[[nodiscard]] Loaded load(const std::filesystem::path& consign_yaml);

}  // namespace consign::policy
