// A file of the administrator's own, looked at as the daemon looks at a deposit.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "admin/outcome.hpp"
#include "policy/content/content.hpp"
#include "policy/content/ending.hpp"
#include "policy/explain.hpp"

namespace consign::admin {

struct LookedAtFile {
    policy::content::Content content;
    std::uint64_t size_bytes = 0;
    Digest32 sha256{};
};

[[nodiscard]] Outcome<LookedAtFile> look_at(const std::filesystem::path& file);

/// What a deposit's name says of another one beside it, as the daemon takes it.
[[nodiscard]] std::optional<policy::SpeaksOf> speaks_of(const VirtualPath& path);

/// Those of `endings` that the file does not have.
[[nodiscard]] Outcome<std::vector<policy::content::Ending>> missing_endings(
    const std::filesystem::path& file, const policy::content::Content& content,
    const std::vector<policy::content::Ending>& endings);

}  // namespace consign::admin
