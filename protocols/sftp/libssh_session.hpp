// The door to libssh: the only header that includes libssh's own, for the .cpp files of the SSH
// transport alone. It wraps a session and the event loop that libssh insists on; messages and
// channels stay libssh's own handles, used by the file that needs them.
#pragma once

// The asynchronous login needs the accessors of messages, which libssh 0.10 marks as deprecated in
// favour of callbacks that must answer at once.
#define SSH_SUPPRESS_DEPRECATED
#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>

#include <cstdint>
#include <memory>
#include <string>
#include <system_error>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "protocols/sftp/ssh_server.hpp"

namespace consign::ssh {

struct FreeLibssh {
    void operator()(ssh_key_struct* key) const { ssh_key_free(key); }
    void operator()(ssh_message_struct* message) const { ssh_message_free(message); }
    void operator()(ssh_event_struct* event) const { ssh_event_free(event); }
    void operator()(ssh_session_struct* session) const { ssh_free(session); }
};
using KeyHandle = std::unique_ptr<ssh_key_struct, FreeLibssh>;
using MessageHandle = std::unique_ptr<ssh_message_struct, FreeLibssh>;

/// The public part as it stands on the wire (RFC 4253 section 6.6), a certificate's whole.
[[nodiscard]] Bytes public_blob(ssh_key key);

/// One server-side session in non-blocking mode. Nothing in it blocks, calls back outside of
/// step(), or touches other sessions.
class LibsshSession {
  public:
    /// Takes `descriptor` over in every case: libssh closes it at any moment it likes, which is
    /// why it must be a duplicate of the one that the reactor watches.
    [[nodiscard]] static Result<std::unique_ptr<LibsshSession>> accept(Server& server,
                                                                       int descriptor);
    ~LibsshSession();
    LibsshSession(const LibsshSession&) = delete;
    LibsshSession& operator=(const LibsshSession&) = delete;

    enum class Step { progressed, nothing_to_do, failed };
    /// At most one recv() of 4 KiB with all that follows from it, and a flush of what is queued.
    [[nodiscard]] Step step();

    [[nodiscard]] bool failed() const;
    /// Which of ours libssh's last fatal error is. libssh has no codes for them, only texts.
    [[nodiscard]] std::error_code why_failed() const;
    /// True after any fatal error, also those after which libssh goes on (a refused signature).
    [[nodiscard]] bool has_error() const;

    /// Bytes wait inside libssh for the socket: it is not to be given more.
    [[nodiscard]] bool output_pending() const;
    /// libssh has to be stepped when the socket is writable, before it sends anything at once: what
    /// it says at its end would be lost.
    [[nodiscard]] bool wants_writable() const;

    /// Sends SSH_MSG_DISCONNECT if that is possible at once, and closes the descriptor. All
    /// channel handles are gone afterwards.
    void disconnect(const std::string& text);

    [[nodiscard]] ssh_session handle() const { return session_.get(); }
    [[nodiscard]] const ssh_counter_struct& socket_counter() const { return socket_counter_; }
    [[nodiscard]] const ssh_counter_struct& packet_counter() const { return packet_counter_; }

  private:
    LibsshSession() = default;

    ssh_counter_struct socket_counter_{};
    ssh_counter_struct packet_counter_{};
    std::unique_ptr<ssh_session_struct, FreeLibssh> session_;
    std::unique_ptr<ssh_event_struct, FreeLibssh> event_;
};

}  // namespace consign::ssh
