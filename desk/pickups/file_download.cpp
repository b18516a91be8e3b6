#include "desk/pickups/file_download.hpp"

#include <fmt/format.h>

#include "base/fault_point.hpp"
#include "desk/pickups/after_pickup.hpp"
#include "desk/pickups/lease_end.hpp"
#include "desk/site/rate.hpp"
#include "desk/site/translate.hpp"
#include "storage/catalog/errc.hpp"

namespace consign::desk {

namespace asio = boost::asio;

FileDownload::FileDownload(Session& session, VirtualPath path, VirtualPath whole, policy::Rule rule,
                           Opened opened, std::unique_ptr<vault::SealedReader> sealed)
    : session_(session),
      path_(std::move(path)),
      whole_(std::move(whole)),
      rule_(std::move(rule)),
      ruled_by_(opened.policy->hash),
      opened_(std::move(opened)),
      sealed_(std::move(sealed)) {}

ledger::Event FileDownload::event(ledger::Action action, ledger::Outcome outcome) const {
    auto event = session_.event(action, outcome, rule_);
    event.policy = ruled_by_;
    event.stream = sealed_->facts().stream;
    event.personal.path = std::string(whole_.text());
    return event;
}

ByteSet FileDownload::asked(std::span<const Range> ranges) const {
    ByteSet asked;
    for (const Range& range : ranges)
        if (!range.out.empty() && range.offset < size_bytes())
            asked += bytes_between(
                range.offset, range.offset + std::min<std::uint64_t>(range.out.size(),
                                                                     size_bytes() - range.offset));
    return asked;
}

/// What is open goes on under the policy in force, as every other operation does.
Result<> FileDownload::still_may() {
    auto current = session_.site().policy.current();
    if (current == opened_.policy) return {};
    const auto account = current->accounts.find(session_.account());
    if (account == current->accounts.end()) return failure(desk_errc::account_withdrawn);
    const auto verdict = policy::may(account->second, policy::Verb::download, path_);
    rule_ = verdict.rule;
    ruled_by_ = current->hash;
    if (!verdict.allowed) return failure(desk_errc::may_not_download);
    opened_.policy = std::move(current);
    return {};
}

asio::awaitable<Result<>> FileDownload::read(std::span<Range> ranges) {
    if (const auto may = still_may(); !may) {
        auto refused = event(ledger::Action::opened_for_reading, ledger::Outcome::refused);
        refused.detail = may.error().message();
        co_await session_.record_refusal(std::move(refused));
        co_return failure(may.error());
    }
    if (opened_.lease)
        if (const auto may = co_await opened_.lease->before_read(asked(ranges), served_); !may)
            co_return failure(told(session_, may.error()));
    std::uint64_t bytes = 0;
    auto read_all = [&]() -> Result<> {
        for (Range& range : ranges) {
            const auto count = sealed_->read(range.offset, range.out);
            if (!count) return failure(count.error());
            range.count = *count;
            bytes += *count;
        }
        return {};
    };
    const auto done = co_await offload(session_.site().store.pool(), read_all);
    co_await Rate(session_, Direction::download).take(bytes);
    if (done) co_return Result<>{};
    const std::error_code why = told(session_, done.error());
    if (why == make_error_code(desk_errc::altered)) {
        session_.site().log.error("a sealed file was altered",
                                  {{"stream", sealed_->facts().stream}});
        co_await session_.record_refusal(
            event(ledger::Action::altered_content_found, ledger::Outcome::failed));
    }
    co_return failure(why);
}

std::size_t FileDownload::reading_bytes() const {
    return is_limited() ? Rate::slow_step_bytes
                        : Rate(session_, Direction::download).step_bytes(no_bound);
}

void FileDownload::leaving(std::uint64_t offset, std::uint64_t bytes) {
    if (opened_.lease && bytes > 0)
        opened_.lease->leaving(ByteSet(bytes_between(offset, offset + bytes)));
}

std::size_t FileDownload::leaving_bytes() const {
    constexpr std::size_t limited_step_bytes = std::size_t{16} << 10;
    return is_limited() ? limited_step_bytes : no_bound;
}

bool FileDownload::is_limited() const {
    return opened_.lease && opened_.lease->is_limited();
}

void FileDownload::served(std::uint64_t offset, std::uint64_t bytes) {
    session_.count_out(bytes);
    if (bytes == 0) return;
    // What joins others makes no more of them.
    const auto with_neighbours =
        bytes_between(offset - std::min<std::uint64_t>(offset, 1), offset + bytes + 1);
    if (served_.iterative_size() < served_parts_limit ||
        boost::icl::intersects(served_, with_neighbours))
        served_ += bytes_between(offset, offset + bytes);
    else
        more_left_ = true;
}

asio::awaitable<void> FileDownload::finish(End end) {
    if (std::exchange(finished_, true)) co_return;
    auto ended = event(ledger::Action::retrieval_ended, ledger::Outcome::granted);
    ended.bytes = boost::icl::length(served_);
    const bool all_at_once = ended.bytes == size_bytes();
    const bool whole =
        end == End::in_order && (opened_.lease ? opened_.lease->is_all_sent(served_) : all_at_once);
    ended.detail = end == End::broken_off ? "broken off" : "a part of it";
    if (more_left_) ended.detail += fmt::format(", and more than that{}", more_left_mark);
    if (whole) {
        ended.detail = all_at_once ? ledger::all_retrieved : ledger::rest_retrieved;
        ended.personal.sha256 = to_hex(sealed_->facts().sha256);  // for its receipt
        session_.count_file_out();
    }
    if (!opened_.lease && !(whole && opened_.collects)) {
        co_await session_.record(std::move(ended));
        co_return;
    }
    co_await record(std::move(ended), whole);
}

/// With its event, in one transaction; the session's row was made when the file was opened at the
/// latest.
asio::awaitable<void> FileDownload::record(ledger::Event event, bool whole) {
    Site& site = session_.site();
    Aftermath aftermath;
    bool taken_away = false;
    fault_point("pickup.ending");
    const auto recorded = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        auto done = whole ? collect(transaction, event, aftermath.doomed, taken_away)
                          : put_down(transaction, event);
        fault_point("pickup.ended");
        return done;
    });
    if (!recorded) {
        site.log.error("a pickup could not be recorded",
                       {{"session", session_.id()}, {"why", recorded.error()}});
        co_return;
    }
    if (taken_away)
        site.collected_names.add({.account = session_.account(),
                                  .whole = whole_,
                                  .session = session_.id(),
                                  .size_bytes = size_bytes(),
                                  .modified = opened_.modified,
                                  .rule = opened_.lease->pickup().rule,
                                  .collected = event.time});
    fault_point("pickup.durable");
    co_await conclude(site, std::move(aftermath));
    fault_point("pickup.settled");
}

/// Not whole and closed; it may count all the same.
Result<> FileDownload::put_down(Transaction& transaction, ledger::Event event) {
    const bool counts = opened_.lease->is_used_up(served_);
    const bool is_all_sent = size_bytes() > 0 && opened_.lease->is_all_sent(served_);
    const auto collected = opened_.lease->put_down(transaction, served_, event.time);
    if (!collected) return failure(collected.error());
    if (*collected)
        event.detail += fmt::format("{}: it counts, as collected", all_sent_mark);
    else if (counts)
        event.detail +=
            fmt::format(", and the rest{} when the daemon died: it counts", more_left_mark);
    else if (is_all_sent)
        event.detail += all_sent_mark;
    if (auto appended = transaction.ledger.append(event); !appended)
        return failure(appended.error());
    if (!*collected) return {};
    const auto recorded = record_pickup(transaction, *session_.site().policy.current(),
                                        opened_.file, opened_.node, event.time);
    if (!recorded) return failure(recorded.error());
    return {};
}

Result<> FileDownload::collect(Transaction& transaction, const ledger::Event& event,
                               std::vector<Id>& doomed, bool& taken_away) {
    if (auto appended = transaction.ledger.append(event); !appended)
        return failure(appended.error());
    const auto recorded = record_pickup(transaction, *session_.site().policy.current(),
                                        opened_.file, opened_.node, event.time);
    if (!recorded) return failure(recorded.error());
    if (!*recorded) return {};
    const auto stands = transaction.catalog.path_of(opened_.node);
    if (!stands && stands.error() == catalog::catalog_errc::no_such_name) return {};
    if (!opened_.lease)
        return transaction.pickups.note_collected(opened_.node, session_.account(), event.time);
    const auto counted = opened_.lease->complete(transaction, event.time);
    if (!counted && counted.error() != pickups::pickups_errc::lease_lost) return counted;
    fault_point("pickup.counted");
    return carry_out_then(
        transaction,
        {.rule = opened_.lease->rule(), .node = opened_.node, .whole = whole_, .retrieved = event},
        doomed, taken_away);
}

}  // namespace consign::desk
