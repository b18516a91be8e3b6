#include "daemon/workers/event_log/follower.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/fault_point.hpp"

namespace consign::daemon {

namespace asio = boost::asio;

namespace {

std::string host_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "-";
    return name.data();
}

}  // namespace

Follower::Follower(const asio::any_io_executor& strand, desk::Site& site, Sockets sockets,
                   Names names)
    : site_(site),
      sockets_(std::move(sockets)),
      names_(names),
      timer_(strand),
      host_(host_name()) {}

asio::awaitable<void> Follower::run() {
    while (!stopping_) {
        const Came came = co_await write_batch();
        if (came == Came::more) continue;
        if (stopping_) co_return;
        const auto wait =
            came == Came::failed
                ? std::min(longest_wait, interval * (1 << std::min<std::size_t>(failures_, 5)))
                : interval;
        timer_.expires_after(wait);
        boost::system::error_code ignored;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
}

void Follower::stop() {
    stopping_ = true;
    timer_.cancel();
}

asio::awaitable<void> Follower::finish() {
    static_cast<void>(co_await write_batch());
}

asio::awaitable<Result<std::int64_t>> Follower::place() {
    if (place_) co_return *place_;
    const auto kept = co_await site_.store.read([&](Transaction& transaction) {
        return transaction.bookmarks.find(names_.bookmark.view());
    });
    if (!kept) co_return failure(kept.error());
    if (*kept) {
        place_ = **kept;
        co_return *place_;
    }
    std::int64_t begun = 0;
    const auto set = co_await site_.store.write([&](Transaction& transaction) -> Result<> {
        const auto from = beginning(transaction);
        if (!from) return failure(from.error());
        begun = *from;
        return transaction.bookmarks.set(names_.bookmark.view(), begun);
    });
    if (!set) co_return failure(set.error());
    place_ = begun;
    co_return begun;
}

asio::awaitable<Result<>> Follower::keep(std::int64_t place) {
    const auto kept = co_await site_.store.write([&](Transaction& transaction) {
        return transaction.bookmarks.set(names_.bookmark.view(), place);
    });
    if (kept) place_ = place;
    co_return kept;
}

Follower::Came Follower::fail(std::error_code why) {
    // Once, and not at each try.
    if (failures_++ == 0) site_.log.warning(names_.fails, {{"why", why}});
    return Came::failed;
}

asio::awaitable<Follower::Came> Follower::write_batch() {
    const auto policy = site_.policy.current();
    const auto log = to(*policy);
    if (log == policy::EventLog::none) co_return Came::all_written;
    const auto from = co_await place();
    if (!from) co_return fail(from.error());
    const auto entries = co_await site_.store.read(
        [&](Transaction& transaction) { return behind(transaction, *from, *policy); });
    if (!entries) co_return fail(entries.error());
    if (entries->empty()) co_return Came::all_written;
    fault_point("event_log.read");

    if (open_for_ != log) {
        socket_ = std::make_unique<DatagramSocket>(
            log == policy::EventLog::journald ? sockets_.journal : sockets_.syslog);
        open_for_ = log;
    }
    std::int64_t written = *from;
    auto write = [&]() -> Result<> {
        for (const Entry& entry : *entries) {
            if (auto sent = socket_->send(entry.datagram); !sent) return sent;
            fault_point("event_log.sent");
            written = entry.place;
        }
        return {};
    };
    const auto sent = co_await offload(site_.store.pool(), write);
    fault_point("event_log.written");
    if (written > *from)
        if (auto kept = co_await keep(written); !kept) co_return fail(kept.error());
    fault_point("event_log.kept");
    if (!sent) co_return fail(sent.error());
    if (failures_ > 0) site_.log.info(names_.works_again);
    failures_ = 0;
    co_return entries->size() == batch_limit ? Came::more : Came::all_written;
}

}  // namespace consign::daemon
