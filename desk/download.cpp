#include "desk/download.hpp"

#include "base/fault_point.hpp"
#include "desk/after_pickup.hpp"
#include "desk/rate.hpp"
#include "desk/translate.hpp"
#include "storage/catalog/errc.hpp"

namespace consign::desk {

namespace asio = boost::asio;

Download::Download(Session& session, VirtualPath path, VirtualPath whole, policy::Rule rule,
                   Opened opened, std::unique_ptr<vault::SealedReader> sealed)
    : session_(session),
      path_(std::move(path)),
      whole_(std::move(whole)),
      rule_(std::move(rule)),
      opened_(std::move(opened)),
      sealed_(std::move(sealed)) {}

ledger::Event Download::event(ledger::Action action, ledger::Outcome outcome) const {
    auto event = session_.event(action, outcome, rule_);
    event.stream = sealed_->facts().stream;
    event.personal.path = std::string(whole_.text());
    return event;
}

ByteSet Download::asked(std::span<const Range> ranges) const {
    ByteSet asked;
    for (const Range& range : ranges)
        if (!range.out.empty() && range.offset < size_bytes())
            asked += bytes_between(
                range.offset, range.offset + std::min<std::uint64_t>(range.out.size(),
                                                                     size_bytes() - range.offset));
    return asked;
}

asio::awaitable<Result<>> Download::read(std::span<Range> ranges) {
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

void Download::served(std::uint64_t offset, std::uint64_t bytes) {
    session_.count_out(bytes);
    if (bytes > 0 && served_.iterative_size() < served_parts_limit)
        served_ += bytes_between(offset, offset + bytes);
}

asio::awaitable<void> Download::finish(End end) {
    if (std::exchange(finished_, true)) co_return;
    auto ended = event(ledger::Action::retrieval_ended, ledger::Outcome::granted);
    ended.bytes = boost::icl::length(served_);
    const bool all_at_once = ended.bytes == size_bytes();
    const bool whole =
        end == End::in_order && (opened_.lease ? opened_.lease->is_all_sent(served_) : all_at_once);
    ended.detail = whole                    ? all_at_once ? "all of it" : "the rest of it"
                   : end == End::broken_off ? "broken off"
                                            : "a part of it";
    if (whole) session_.count_file_out();
    if (!opened_.lease && !(whole && opened_.collects)) {
        co_await session_.record(std::move(ended));
        co_return;
    }
    co_await record(std::move(ended), whole);
}

/// With its event, in one transaction; the session's row was made when the file was opened at the
/// latest.
asio::awaitable<void> Download::record(ledger::Event event, bool whole) {
    Site& site = session_.site();
    Aftermath aftermath;
    bool taken_away = false;
    fault_point("pickup.ending");
    const auto recorded = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        if (auto appended = transaction.ledger.append(event); !appended)
            return failure(appended.error());
        auto done = whole ? record_pickup(transaction, event, aftermath.doomed, taken_away)
                          : opened_.lease->put_down(transaction, served_, event.time);
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

Result<> Download::record_pickup(Transaction& transaction, const ledger::Event& event,
                                 std::vector<Id>& doomed, bool& taken_away) {
    const auto picked_up =
        transaction.catalog.record_pickup(opened_.file, opened_.node, event.time);
    // It may have been destroyed while it was read; that it was read stays true.
    if (!picked_up && picked_up.error() == catalog::catalog_errc::no_such_file) return {};
    if (!picked_up) return picked_up;
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
