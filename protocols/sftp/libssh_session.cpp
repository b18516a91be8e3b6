#include "protocols/sftp/libssh_session.hpp"

#include <unistd.h>

#include <array>
#include <string_view>

#include "base/evp.hpp"
#include "protocols/sftp/ssh_errc.hpp"

namespace consign::ssh {

Bytes public_blob(ssh_key key) {
    char* base64 = nullptr;
    if (ssh_pki_export_pubkey_base64(key, &base64) != SSH_OK) return {};
    auto blob = evp::from_base64(base64);
    ssh_string_free_char(base64);
    return blob ? std::move(*blob) : Bytes{};
}

Result<std::unique_ptr<LibsshSession>> LibsshSession::accept(Server& server, int descriptor) {
    std::unique_ptr<LibsshSession> self(new LibsshSession);
    self->session_.reset(ssh_new());
    self->event_.reset(ssh_event_new());
    const ssh_session session = self->session_.get();
    if (session == nullptr || self->event_ == nullptr) {
        ::close(descriptor);
        return failure(ssh_errc::cannot_start);
    }
    ssh_set_log_level(SSH_LOG_NOLOG);  // thread-local: libssh would log what the peer typed
    ssh_set_blocking(session, 0);
    const int no = 0;
    ssh_options_set(session, SSH_OPTIONS_PROCESS_CONFIG, &no);

    if (!server.adopt(session, descriptor)) {
        if (ssh_get_fd(session) != descriptor) ::close(descriptor);
        return failure(ssh_errc::cannot_start);
    }
    ssh_options_set(session, SSH_OPTIONS_COMPRESSION, "none");
    if (const auto bytes = server.rekey_after_bytes(); bytes != 0)
        ssh_options_set(session, SSH_OPTIONS_REKEY_DATA, &bytes);
    ssh_set_counters(session, &self->socket_counter_, &self->packet_counter_);

    // Once only: sends the banner and creates the poll context that add_session needs. From here
    // on, step() drives the key exchange too.
    if (ssh_handle_key_exchange(session) == SSH_ERROR) return failure(self->why_failed());
    if (ssh_event_add_session(self->event_.get(), session) != SSH_OK)
        return failure(ssh_errc::cannot_start);
    return self;
}

LibsshSession::~LibsshSession() {
    ssh_event_remove_session(event_.get(), session_.get());
    event_.reset();
    if (session_) ssh_silent_disconnect(session_.get());
}

LibsshSession::Step LibsshSession::step() {
    switch (ssh_event_dopoll(event_.get(), 0)) {
        case SSH_ERROR:
            return Step::failed;
        case SSH_AGAIN:
            return Step::nothing_to_do;
        default:
            return Step::progressed;
    }
}

bool LibsshSession::failed() const {
    return (ssh_get_status(session_.get()) & (SSH_CLOSED | SSH_CLOSED_ERROR)) != 0;
}

bool LibsshSession::has_error() const {
    return ssh_get_error_code(session_.get()) == SSH_FATAL;
}

std::error_code LibsshSession::why_failed() const {
    struct Known {
        std::string_view beginning;
        ssh_errc code;
    };
    static constexpr std::array known{
        Known{"Received SSH_MSG_DISCONNECT", ssh_errc::peer_closed},
        Known{"Socket error", ssh_errc::peer_closed},
        Known{"Packet filter: rejected packet", ssh_errc::out_of_turn},
        Known{"kex error : no match", ssh_errc::negotiation_failed},
        Known{"Public key from client", ssh_errc::signature_refused},
        Known{"The '", ssh_errc::signature_refused},  // "The 'ssh-rsa' key of size ..."
    };
    // Its text has been written over by the failure to answer over a closed socket.
    if (const char* banner = ssh_get_clientbanner(session_.get());
        banner != nullptr && !std::string_view(banner).starts_with("SSH-"))
        return ssh_errc::protocol_error;
    const std::string_view text = ssh_get_error(session_.get());
    for (const auto& one : known)
        if (text.starts_with(one.beginning)) return one.code;
    return has_error() ? ssh_errc::protocol_error : ssh_errc::peer_closed;
}

bool LibsshSession::output_pending() const {
    return (ssh_get_status(session_.get()) & SSH_WRITE_PENDING) != 0;
}

bool LibsshSession::wants_writable() const {
    return (ssh_get_poll_flags(session_.get()) & SSH_WRITE_PENDING) != 0;
}

void LibsshSession::disconnect(const std::string& text) {
    ssh_session_set_disconnect_message(session_.get(), text.c_str());
    ssh_disconnect(session_.get());
}

}  // namespace consign::ssh
