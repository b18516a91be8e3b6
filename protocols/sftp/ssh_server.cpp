#include "protocols/sftp/ssh_server.hpp"

#include <algorithm>
#include <set>

#include "protocols/sftp/libssh_session.hpp"
#include "protocols/sftp/ssh_errc.hpp"

namespace consign::ssh {

namespace {

bool is_older_than(int minor) {
    return ssh_version(SSH_VERSION_INT(0, minor, 0)) == nullptr;
}

bool set(ssh_bind bind, ssh_bind_options_e option, const std::string& value) {
    return ssh_bind_options_set(bind, option, value.c_str()) == SSH_OK;
}

bool set_algorithms(ssh_bind bind, const AlgorithmLists& lists) {
    return set(bind, SSH_BIND_OPTIONS_KEY_EXCHANGE, lists.key_exchange) &&
           set(bind, SSH_BIND_OPTIONS_CIPHERS_C_S, lists.ciphers) &&
           set(bind, SSH_BIND_OPTIONS_CIPHERS_S_C, lists.ciphers) &&
           set(bind, SSH_BIND_OPTIONS_HMAC_C_S, lists.macs) &&
           set(bind, SSH_BIND_OPTIONS_HMAC_S_C, lists.macs) &&
           set(bind, SSH_BIND_OPTIONS_HOSTKEY_ALGORITHMS, lists.host_key_signatures) &&
           // Without this list libssh takes DSA, RSA-1024 and SHA-1 from users.
           set(bind, SSH_BIND_OPTIONS_PUBKEY_ACCEPTED_KEY_TYPES, lists.user_signatures) &&
           ssh_bind_options_set(bind, SSH_BIND_OPTIONS_RSA_MIN_SIZE, &rsa_limit_bits) == SSH_OK;
}

}  // namespace

Server::Server() = default;
Server::~Server() = default;

void Server::Free::operator()(ssh_bind_struct* bind) const {
    ssh_bind_free(bind);
}

Result<std::shared_ptr<Server>> Server::create(Options options) {
    if (is_older_than(10)) return failure(ssh_errc::unsupported_library);
    if (options.host_keys.empty()) return failure(ssh_errc::host_key_missing);

    const std::shared_ptr<Server> self(new Server);
    self->rekey_after_bytes_ = options.rekey_after_bytes;
    self->bind_.reset(ssh_bind_new());
    const ssh_bind bind = self->bind_.get();
    if (bind == nullptr) return failure(ssh_errc::cannot_start);
    const bool no = false;  // else each accept reads /etc/ssh/libssh_server_config
    ssh_bind_options_set(bind, SSH_BIND_OPTIONS_PROCESS_CONFIG, &no);
    if (!set_algorithms(bind, algorithms_of(options.profile)))
        return failure(ssh_errc::unknown_algorithm);

    std::set<std::string> kinds;
    for (auto& key : options.host_keys) {
        const auto& type = key.type();
        if (!kinds.insert(type.starts_with("ecdsa") ? "ecdsa" : type).second)
            return failure(ssh_errc::host_key_twice);
        if (ssh_bind_options_set(bind, SSH_BIND_OPTIONS_IMPORT_KEY, key.key_.get()) != SSH_OK)
            return failure(ssh_errc::host_key_malformed);
        (void)key.key_.release();  // the bind's own now
    }
    return self;
}

bool Server::adopt(ssh_session_struct* session, int descriptor) {
    const std::lock_guard lock(mutex_);
    return ssh_bind_accept_fd(bind_.get(), session, descriptor) == SSH_OK;
}

}  // namespace consign::ssh
