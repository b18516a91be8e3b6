// Whose process this is, and whose it becomes.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "admin/outcome.hpp"

namespace consign::admin {

struct User {
    std::string name;
    uid_t uid = 0;
    gid_t gid = 0;
};

/// "uid 1234" stands for a name that this host does not know.
[[nodiscard]] User user_of(uid_t uid);
[[nodiscard]] Outcome<User> user_named(const std::string& name);
/// The caller, by real uid.
[[nodiscard]] User caller();

[[nodiscard]] bool belongs_to_another(const std::filesystem::path& folder);
/// Root takes on the folder's owner, for good. Anybody else stays who they are, and must be the
/// owner.
[[nodiscard]] Outcome<> become_owner_of(const std::filesystem::path& folder);

}  // namespace consign::admin
