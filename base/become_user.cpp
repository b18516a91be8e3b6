#include "base/become_user.hpp"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <string>

#include "base/last_error.hpp"
#include "base/no_core.hpp"

namespace consign {

Result<> become_user(uid_t user, gid_t group) {
    const passwd* const known = ::getpwuid(user);
    const std::string name = known != nullptr ? known->pw_name : std::string();
    const int groups = name.empty() ? ::setgroups(0, nullptr) : ::initgroups(name.c_str(), group);
    if (groups != 0 || ::setgid(group) != 0 || ::setuid(user) != 0) return last_error();
    forbid_core_dumps();  // the kernel takes it back with the user
    return {};
}

}  // namespace consign
