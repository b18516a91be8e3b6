// The site that the command was pointed at.
#pragma once

#include <filesystem>
#include <memory>

#include "admin/command.hpp"
#include "policy/policy.hpp"

namespace consign::admin {

/// The policy as its files have it now; the Failure names the first mistake.
[[nodiscard]] Outcome<std::shared_ptr<const policy::Policy>> load_site(
    const std::filesystem::path& config);

/// --data where that was given, else consign.yaml's `data`, whatever is wrong with the rest: a
/// daemon may run on its last good policy.
[[nodiscard]] Outcome<std::filesystem::path> data_folder(const Command& command);

}  // namespace consign::admin
