#include "desk/download.hpp"

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
      opened_(opened),
      sealed_(std::move(sealed)) {}

ledger::Event Download::event(ledger::Action action, ledger::Outcome outcome) const {
    auto event = session_.event(action, outcome, rule_);
    event.stream = sealed_->facts().stream;
    event.personal.path = std::string(whole_.text());
    return event;
}

asio::awaitable<Result<>> Download::read(std::span<Range> ranges) {
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
        served_ += boost::icl::interval<std::uint64_t>::right_open(offset, offset + bytes);
}

asio::awaitable<void> Download::finish(End end) {
    if (std::exchange(finished_, true)) co_return;
    auto ended = event(ledger::Action::retrieval_ended, ledger::Outcome::granted);
    ended.bytes = boost::icl::length(served_);
    const bool whole = end == End::in_order && ended.bytes == size_bytes();
    ended.detail = whole ? "all of it" : end == End::broken_off ? "broken off" : "a part of it";
    if (whole) session_.count_file_out();
    if (whole && opened_.collects) co_return co_await record_pickup(std::move(ended));
    co_await session_.record(std::move(ended));
}

/// With its event, in one transaction; the session's row was made when the file was opened at the
/// latest.
asio::awaitable<void> Download::record_pickup(ledger::Event event) {
    Site& site = session_.site();
    const auto recorded = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        const auto picked_up =
            transaction.catalog.record_pickup(opened_.file, opened_.node, event.time);
        // It may have been destroyed while it was read; that it was read stays true.
        if (!picked_up && picked_up.error() != catalog::catalog_errc::no_such_file)
            return picked_up;
        if (auto appended = transaction.ledger.append(event); !appended)
            return failure(appended.error());
        return {};
    });
    if (!recorded)
        site.log.error("a pickup could not be recorded",
                       {{"session", session_.id()}, {"why", recorded.error()}});
}

}  // namespace consign::desk
