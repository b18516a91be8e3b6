// The daemon's ear for administrators: a socket in the data folder, which only its owner and root
// may use. desk/verbs/control_protocol.hpp is what is spoken on it.
#pragma once

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <filesystem>
#include <list>
#include <map>
#include <memory>
#include <string>

#include "base/log.hpp"
#include "base/result.hpp"
#include "daemon/control_session.hpp"
#include "desk/administration.hpp"

namespace consign::daemon {

/// The users who may administer, by uid: root, and who this process runs as.
[[nodiscard]] std::map<uid_t, std::string> administrators();

class ControlSocket {
  public:
    static constexpr std::size_t session_limit = 16;

    /// What a control socket needs; all of it outlives the socket.
    struct Site {
        desk::Site& desk;
        desk::VerbTable verbs;  // desk/administration.hpp's, and the daemon's (status)
        std::map<uid_t, std::string> administrators;
        const Log& log;
        /// How long a request in progress may go on after stop().
        std::chrono::steady_clock::duration drain_timeout = std::chrono::seconds(5);
        std::chrono::steady_clock::duration request_timeout = std::chrono::seconds(30);
    };

    /// Binds `path`, mode 0600. A file that a crash left there is replaced: whoever holds the data
    /// folder's lock is the only daemon. std::errc::filename_too_long past a socket's 107 bytes, or
    /// errno. `executor` is one strand, on which all of this lives.
    [[nodiscard]] static Result<std::unique_ptr<ControlSocket>> listen(
        boost::asio::any_io_executor executor, std::filesystem::path path, Site site);
    /// Removes the file. Call after serve() has ended.
    ~ControlSocket();
    ControlSocket(const ControlSocket&) = delete;
    ControlSocket& operator=(const ControlSocket&) = delete;

    /// Spawn on executor(). Takes connections until stop(); ends once every session has: idle ones
    /// are closed at once, busy ones have drain_timeout to give their answer.
    [[nodiscard]] boost::asio::awaitable<void> serve();
    /// From any thread, while serve() runs.
    void stop();

    [[nodiscard]] const boost::asio::any_io_executor& executor() const { return executor_; }

  private:
    using Acceptor = boost::asio::local::stream_protocol::acceptor;
    using Socket = boost::asio::local::stream_protocol::socket;

    ControlSocket(boost::asio::any_io_executor executor, std::filesystem::path path, Site site);
    [[nodiscard]] boost::asio::awaitable<void> accept_until_stopped();
    [[nodiscard]] boost::asio::awaitable<void> drain();
    void begin_session(Socket socket);

    boost::asio::any_io_executor executor_;
    std::filesystem::path path_;
    Site site_;
    Acceptor acceptor_;
    std::list<ControlSession> sessions_;
    boost::asio::steady_timer session_ended_;  // cancelled whenever a session ends
    bool stopping_ = false;
};

}  // namespace consign::daemon
