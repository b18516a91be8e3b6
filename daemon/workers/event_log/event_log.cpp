#include "daemon/workers/event_log/event_log.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/fault_point.hpp"
#include "daemon/workers/event_log/event_line.hpp"

namespace consign::daemon {

namespace asio = boost::asio;

namespace {

constexpr std::string_view bookmark = "event_log";

std::string host_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "-";
    return name.data();
}

}  // namespace

EventLog::EventLog(const asio::any_io_executor& strand, desk::Site& site, Sockets sockets)
    : site_(site), sockets_(std::move(sockets)), timer_(strand), host_(host_name()) {}

asio::awaitable<void> EventLog::run() {
    while (!stopping_) {
        const auto to = site_.policy.current()->event_log;
        const Came came =
            to == policy::EventLog::none ? Came::all_written : co_await write_batch(to);
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

void EventLog::stop() {
    stopping_ = true;
    timer_.cancel();
}

asio::awaitable<Result<std::int64_t>> EventLog::place() {
    if (place_) co_return *place_;
    const auto kept = co_await site_.store.read(
        [](Transaction& transaction) { return transaction.bookmarks.find(bookmark); });
    if (!kept) co_return failure(kept.error());
    if (*kept) {
        place_ = **kept;
        co_return *place_;
    }
    std::int64_t last = 0;
    const auto set = co_await site_.store.write([&](Transaction& transaction) -> Result<> {
        const auto newest = transaction.ledger.last_sequence();
        if (!newest) return failure(newest.error());
        last = *newest;
        return transaction.bookmarks.set(bookmark, last);
    });
    if (!set) co_return failure(set.error());
    place_ = last;
    co_return last;
}

asio::awaitable<Result<>> EventLog::keep(std::int64_t place) {
    const auto kept = co_await site_.store.write(
        [&](Transaction& transaction) { return transaction.bookmarks.set(bookmark, place); });
    if (kept) place_ = place;
    co_return kept;
}

asio::awaitable<EventLog::Came> EventLog::write_batch(policy::EventLog to) {
    const auto fail = [this](std::error_code why) {
        // Once, and not at each try.
        if (failures_++ == 0)
            site_.log.warning("events could not be written to the system's log", {{"why", why}});
        return Came::failed;
    };
    const auto from = co_await place();
    if (!from) co_return fail(from.error());
    const auto rows = co_await site_.store.read(
        [&](Transaction& transaction) { return transaction.ledger.after(*from, batch_events); });
    if (!rows) co_return fail(rows.error());
    if (rows->empty()) co_return Came::all_written;
    fault_point("event_log.read");

    if (open_for_ != to) {
        socket_ = std::make_unique<DatagramSocket>(
            to == policy::EventLog::journald ? sockets_.journal : sockets_.syslog);
        open_for_ = to;
    }
    const auto policy = site_.policy.current();
    const auto is_account = [&policy](std::string_view account) {
        return policy->accounts.contains(account);
    };
    std::int64_t written = *from;
    auto write = [&]() -> Result<> {
        for (const ledger::EventRow& row : *rows) {
            const std::string line = to == policy::EventLog::journald
                                         ? journal_entry(row, is_account)
                                         : syslog_line(row, is_account, host_, ::getpid());
            if (auto sent = socket_->send(line); !sent) return sent;
            fault_point("event_log.sent");
            written = row.sequence;
        }
        return {};
    };
    const auto sent = co_await offload(site_.store.pool(), write);
    fault_point("event_log.written");
    if (written > *from)
        if (auto kept = co_await keep(written); !kept) co_return fail(kept.error());
    fault_point("event_log.kept");
    if (!sent) co_return fail(sent.error());
    if (failures_ > 0) site_.log.info("events are written to the system's log again");
    failures_ = 0;
    co_return rows->size() == batch_events ? Came::more : Came::all_written;
}

}  // namespace consign::daemon
