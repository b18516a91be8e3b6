#include "daemon/start_check.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "base/become_user.hpp"
#include "daemon/site_keys.hpp"
#include "daemon/site_listener.hpp"
#include "daemon/start_failure.hpp"
#include "storage/open_store.hpp"

namespace consign::daemon {

namespace {

/// What root can read proves nothing: the daemon is another user.
void become_owner_of(const std::filesystem::path& data) {
    struct stat facts{};
    // A folder that is not there is told of below.
    if (::geteuid() != 0 || ::stat(data.c_str(), &facts) != 0 || facts.st_uid == 0) return;
    required(become_user(facts.st_uid, facts.st_gid),
             fmt::format("data folder {}: its owner (uid {}) could not be taken on", data.string(),
                         facts.st_uid));
}

bool can_read(const policy::KeyReference& key, std::string_view name) {
    if (!is_out_of_reach(key)) return true;
    fmt::print(stderr,
               "consignd: keys.{} is not checked: it is the credential `{}`, which systemd gives "
               "to the unit alone\n",
               name, key.value);
    return false;
}

}  // namespace

void check_start(const policy::Policy& policy) {
    become_owner_of(policy.data);
    PosixDisk disk;
    SystemRandom random;
    const std::optional<SecretKey> root =
        can_read(policy.root_key, "root") ? std::optional(root_key_of(policy)) : std::nullopt;
    required(check_store(disk, policy.data, root ? &*root : nullptr, random),
             fmt::format("data folder {}", policy.data.string()));
    if (policy.witness_key && can_read(*policy.witness_key, "witness"))
        static_cast<void>(witness_key_of(policy));
    for (const policy::Listener& listener : policy.listeners) check_listener(listener);
}

}  // namespace consign::daemon
