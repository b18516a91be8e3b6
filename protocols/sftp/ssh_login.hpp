// The dialogue before login, for ssh_connection.cpp alone: libssh queues what the peer sends, this
// takes it out, hands one request at a time to the session, and sends its answer.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <system_error>

#include "protocols/sftp/login_request.hpp"
#include "protocols/sftp/refused.hpp"

struct ssh_message_struct;

namespace consign::ssh {

class LibsshSession;

class LoginDialogue {
  public:
    /// `session` must outlive it.
    LoginDialogue(LibsshSession& session, LoginMethods methods,
                  std::function<void(Refused)> on_refused);
    ~LoginDialogue();

    /// Takes what libssh has queued. An error ends the connection: the peer spoke out of turn, or
    /// sent what libssh has dropped without an answer.
    [[nodiscard]] std::error_code take();

    [[nodiscard]] bool has_request() const { return !waiting_.empty() && !handed_out_; }
    /// Call only where has_request(). One answer is due before the next.
    [[nodiscard]] LoginRequest hand_out();
    [[nodiscard]] bool answer_is_due() const { return handed_out_; }

    // Exactly one of these for each request handed out.
    void accept_key();
    void succeed();
    void partially_succeed(LoginMethods remaining);
    void refuse(LoginMethods remaining);

  private:
    struct Entry;

    void refuse_unacceptable_keys();
    void finish();

    LibsshSession& session_;
    LoginMethods methods_;
    std::function<void(Refused)> on_refused_;
    std::deque<std::unique_ptr<Entry>> waiting_;
    bool handed_out_ = false;  // waiting_.front()
    int service_requests_ = 0;
    int requests_ = 0;
};

}  // namespace consign::ssh
