#include "daemon/policy_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <cerrno>

namespace consign::daemon {

namespace asio = boost::asio;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

/// A file that is being written is looked at when it is closed; one that is put in another's place,
/// or behind a link, when it has its name.
constexpr std::uint32_t changes = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE |
                                  IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

std::error_code last_error() {
    return {errno, std::generic_category()};
}

}  // namespace

PolicyWatch::PolicyWatch(const asio::any_io_executor& strand, const Log& log,
                         std::chrono::milliseconds quiet_time)
    : log_(log), quiet_time_(quiet_time), inotify_(strand), quiet_(strand) {
    const int descriptor = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (descriptor >= 0)
        inotify_.assign(descriptor);
    else
        log_.warning("changes of the policy's files cannot be watched", {{"why", last_error()}});
}

void PolicyWatch::watch(const std::set<std::filesystem::path>& folders) {
    if (!inotify_.is_open()) return;
    std::erase_if(watched_, [&](const auto& each) {
        if (folders.contains(each.first)) return false;
        ::inotify_rm_watch(inotify_.native_handle(), each.second);
        return true;
    });
    // Those that are watched already are asked for again: a folder may be another one by now.
    for (const auto& folder : folders) {
        const int watched = ::inotify_add_watch(inotify_.native_handle(), folder.c_str(), changes);
        if (watched >= 0)
            watched_[folder] = watched;
        else
            log_.warning("a folder of the policy cannot be watched", {{"why", last_error()}});
    }
}

bool PolicyWatch::drain() {
    alignas(inotify_event) std::array<char, 4096> events{};
    for (;;) {
        const auto count = ::read(inotify_.native_handle(), events.data(), events.size());
        if (count > 0) continue;
        return count < 0 && (errno == EAGAIN || errno == EINTR);
    }
}

asio::awaitable<bool> PolicyWatch::wait_for_event() {
    const auto [failed] =
        co_await inotify_.async_wait(asio::posix::descriptor_base::wait_read, as_result);
    co_return !failed && drain();
}

asio::awaitable<bool> PolicyWatch::changed() {
    using namespace asio::experimental::awaitable_operators;
    if (stopped_ || !inotify_.is_open() || !co_await wait_for_event()) co_return false;
    const auto latest = std::chrono::steady_clock::now() + unrest_limit;
    while (!stopped_ && std::chrono::steady_clock::now() < latest) {
        quiet_.expires_after(quiet_time_);
        const auto first = co_await (quiet_.async_wait(as_result) || wait_for_event());
        if (first.index() == 0) break;
    }
    co_return !stopped_;
}

void PolicyWatch::stop() {
    stopped_ = true;
    boost::system::error_code already_closed;
    inotify_.close(already_closed);
    quiet_.cancel();
}

}  // namespace consign::daemon
