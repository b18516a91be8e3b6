#include "daemon/control_socket.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio.hpp>

namespace consign::daemon {

namespace asio = boost::asio;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds pause_without_descriptors{100};
constexpr std::size_t lookup_bytes = 16 * 1024;

std::string name_of(uid_t uid) {
    passwd entry{};
    passwd* found = nullptr;
    std::string buffer(lookup_bytes, '\0');
    if (getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) != 0 || !found)
        return fmt::format("uid {}", uid);
    return found->pw_name;
}

}  // namespace

std::map<uid_t, std::string> administrators() {
    return {{0, name_of(0)}, {geteuid(), name_of(geteuid())}};
}

ControlSocket::ControlSocket(asio::any_io_executor executor, std::filesystem::path path, Site site)
    : executor_(executor),
      path_(std::move(path)),
      site_(std::move(site)),
      acceptor_(executor),
      session_ended_(executor) {}

Result<std::unique_ptr<ControlSocket>> ControlSocket::listen(asio::any_io_executor executor,
                                                             std::filesystem::path path,
                                                             Site site) {
    if (path.native().size() >= sizeof(sockaddr_un::sun_path))
        return failure(std::errc::filename_too_long);
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
        return failure(std::error_code(errno, std::generic_category()));
    std::unique_ptr<ControlSocket> made(
        new ControlSocket(std::move(executor), path, std::move(site)));
    boost::system::error_code failed;
    made->acceptor_.open(asio::local::stream_protocol(), failed);
    if (!failed) made->acceptor_.bind(path.native(), failed);
    // The data folder lets nobody else in; the mode says it again, should it ever be opened up.
    if (!failed && ::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0)
        return failure(std::error_code(errno, std::generic_category()));
    if (!failed) made->acceptor_.listen(asio::socket_base::max_listen_connections, failed);
    if (failed) return failure(std::error_code(failed));
    return made;
}

ControlSocket::~ControlSocket() {
    ::unlink(path_.c_str());
}

asio::awaitable<void> ControlSocket::serve() {
    co_await accept_until_stopped();
    co_await drain();
}

void ControlSocket::stop() {
    asio::post(executor_, [this] {
        stopping_ = true;
        boost::system::error_code already_closed;
        acceptor_.close(already_closed);
        for (auto& session : sessions_) session.finish();
        session_ended_.cancel();
    });
}

asio::awaitable<void> ControlSocket::accept_until_stopped() {
    while (!stopping_) {
        auto [failed, socket] = co_await acceptor_.async_accept(as_result);
        if (!failed) {
            begin_session(std::move(socket));
        } else if (!stopping_) {
            site_.log.warning("the control socket could not take a connection",
                              {{"why", std::error_code(failed)}});
            session_ended_.expires_after(pause_without_descriptors);
            co_await session_ended_.async_wait(as_result);
        }
    }
}

void ControlSocket::begin_session(Socket socket) {
    if (sessions_.size() >= session_limit) {
        const auto told = fmt::format(
            "{{\"error\":\"{} commands are at work already; try again once one has ended\"}}\n",
            session_limit);
        // A new connection's buffer is empty, so that this waits for nobody.
        boost::system::error_code gone;
        socket.write_some(asio::buffer(told), gone);
        return;
    }
    const auto session =
        sessions_.emplace(sessions_.end(), std::move(socket), site_.desk, site_.verbs,
                          site_.administrators, site_.log, site_.request_timeout);
    auto ended = [this, session](std::exception_ptr thrown) {
        if (thrown) site_.log.error("a control session ended by a fault of this program");
        sessions_.erase(session);
        session_ended_.cancel();
    };
    asio::co_spawn(executor_, session->run(), asio::bind_executor(executor_, std::move(ended)));
}

asio::awaitable<void> ControlSocket::drain() {
    const auto deadline = std::chrono::steady_clock::now() + site_.drain_timeout;
    bool cut = false;
    while (!sessions_.empty()) {
        if (!cut && std::chrono::steady_clock::now() >= deadline) {
            cut = true;
            for (auto& session : sessions_) session.cut();
        }
        // Once cut, a session ends when its verb does: what the store began, it finishes.
        session_ended_.expires_at(cut ? asio::steady_timer::time_point::max() : deadline);
        co_await session_ended_.async_wait(as_result);
    }
}

}  // namespace consign::daemon
