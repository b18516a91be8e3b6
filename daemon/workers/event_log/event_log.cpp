#include "daemon/workers/event_log/event_log.hpp"

#include <unistd.h>

#include "daemon/workers/event_log/event_line.hpp"

namespace consign::daemon {

EventLog::EventLog(const boost::asio::any_io_executor& strand, desk::Site& site, Sockets sockets)
    : Follower(strand, site, std::move(sockets),
               {.bookmark = "event_log",
                .fails = "events could not be written to the system's log",
                .works_again = "events are written to the system's log again"}) {}

policy::EventLog EventLog::to(const policy::Policy& policy) const {
    return policy.event_log;
}

Result<std::int64_t> EventLog::beginning(Transaction& transaction) const {
    return transaction.ledger.last_sequence();
}

Result<std::vector<Follower::Entry>> EventLog::behind(Transaction& transaction, std::int64_t place,
                                                      const policy::Policy& policy) const {
    const auto rows = transaction.ledger.after(place, batch_limit);
    if (!rows) return failure(rows.error());
    const auto is_account = [&policy](std::string_view account) {
        return policy.accounts.contains(account);
    };
    std::vector<Entry> entries;
    for (const ledger::EventRow& row : *rows)
        entries.push_back({row.sequence, to(policy) == policy::EventLog::journald
                                             ? journal_entry(row, is_account)
                                             : syslog_line(row, is_account, host(), ::getpid())});
    return entries;
}

}  // namespace consign::daemon
