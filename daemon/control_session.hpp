// One connection on the control socket: who is it, and their requests, one after the other.
#pragma once

#include <sys/types.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <chrono>
#include <map>
#include <string>

#include "base/log.hpp"
#include "desk/administration.hpp"

namespace consign::daemon {

/// Lives on its socket's executor.
class ControlSession {
  public:
    using Socket = boost::asio::local::stream_protocol::socket;

    /// The references outlive the session. `request_timeout`: how long the next request is waited
    /// for. The peer's taking of an answer is waited for without end: it may stand in a pager.
    ControlSession(Socket socket, desk::Site& site, const desk::VerbTable& verbs,
                   const std::map<uid_t, std::string>& administrators, const Log& log,
                   std::chrono::steady_clock::duration request_timeout);

    /// To the end of the connection.
    [[nodiscard]] boost::asio::awaitable<void> run();

    /// The request in progress is the last; without one, the connection ends now.
    void finish();
    /// Ends the connection now. A verb in progress ends at its next row.
    void cut();

  private:
    [[nodiscard]] boost::asio::awaitable<void> answer(std::string request, std::string user);
    [[nodiscard]] boost::asio::awaitable<desk::Answered> carry_out(std::string request,
                                                                   std::string user,
                                                                   desk::RowSink& rows);

    Socket socket_;
    desk::Site& site_;
    const desk::VerbTable& verbs_;
    const std::map<uid_t, std::string>& administrators_;
    const Log& log_;
    const std::chrono::steady_clock::duration request_timeout_;
    bool busy_ = false;
    bool last_ = false;
};

}  // namespace consign::daemon
