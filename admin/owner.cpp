#include "admin/owner.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/become_user.hpp"

namespace consign::admin {

User user_of(uid_t uid) {
    if (const passwd* entry = ::getpwuid(uid))
        return {.name = entry->pw_name, .uid = uid, .gid = entry->pw_gid};
    return {.name = fmt::format("uid {}", uid), .uid = uid, .gid = static_cast<gid_t>(uid)};
}

Outcome<User> user_named(const std::string& name) {
    if (const passwd* entry = ::getpwnam(name.c_str()))
        return User{.name = name, .uid = entry->pw_uid, .gid = entry->pw_gid};
    return failed(fmt::format("this host has no user {}; make it, or name another", name));
}

User caller() {
    return user_of(::getuid());
}

bool belongs_to_another(const std::filesystem::path& folder) {
    struct stat facts{};
    return ::stat(folder.c_str(), &facts) == 0 && facts.st_uid != ::geteuid();
}

Outcome<> become_owner_of(const std::filesystem::path& folder) {
    struct stat facts{};
    if (::stat(folder.c_str(), &facts) != 0)
        return failed(fmt::format("{}: {}; is `data:` in consign.yaml right?", folder.string(),
                                  std::generic_category().message(errno)));
    if (facts.st_uid == ::geteuid()) return {};
    const User owner = user_of(facts.st_uid);
    if (::geteuid() != 0)
        return failed(fmt::format("{} belongs to {}; use root, or {}", folder.string(), owner.name,
                                  owner.name));
    if (const auto became = become_user(facts.st_uid, facts.st_gid); !became)
        return failed(fmt::format("{} belongs to {}, who could not be taken on: {}",
                                  folder.string(), owner.name, became.error().message()));
    return {};
}

}  // namespace consign::admin
