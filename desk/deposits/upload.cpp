#include "desk/deposits/upload.hpp"

#include <exception>

#include "desk/deposits/deposit.hpp"
#include "desk/retention/disposal.hpp"
#include "desk/site/rate.hpp"
#include "desk/site/translate.hpp"
#include "desk/site/visibility.hpp"
#include "storage/catalog/errc.hpp"

namespace consign::desk {

namespace asio = boost::asio;

Upload::Upload(Session& session, Opening opening, std::unique_ptr<vault::SealedUpload> sealed)
    : site_(session.site()),
      session_(session),
      opening_(std::move(opening)),
      stream_(sealed->stream()),
      touched_(session.site().clock.now()),
      changed_(opening_.changed),
      size_bytes_(sealed->size_bytes()),
      sealed_(std::move(sealed)) {
    if (opening_.quota_bytes)
        site_.growth.begin(opening_.home, stream_, beyond_row(size_bytes_), opening_.home_bytes);
}

Upload::~Upload() {
    if (site_.uploads.drop(stream_, this)) site_.growth.drop(opening_.home, stream_);
}

std::uint64_t Upload::beyond_row(std::uint64_t size_bytes) const {
    return size_bytes - std::min(size_bytes, opening_.row_bytes);
}

Result<> Upload::settle_growth(Transaction& transaction) {
    if (!opening_.quota_bytes) return {};
    const auto usage = transaction.catalog.usage(opening_.home);
    if (!usage) return failure(usage.error());
    site_.growth.settle(opening_.home, stream_, usage->bytes);
    return {};
}

template <class Work>
asio::awaitable<std::invoke_result_t<Work&, vault::SealedUpload&>> Upload::on_pool(Work work) {
    using Answer = std::invoke_result_t<Work&, vault::SealedUpload&>;
    auto locked = [&]() -> Answer {
        const std::scoped_lock lock(mutex_);
        if (!sealed_) return failure(desk_errc::superseded);
        Answer answer = work(*sealed_);
        size_bytes_ = sealed_->size_bytes();
        return answer;
    };
    Answer answer = co_await offload(pool(), locked);
    if (!answer) co_return failure(told(session_, answer.error()));
    co_return answer;
}

/// What has holes, or did not come in order, is gone through once more when it is sealed.
asio::thread_pool& Upload::pool() const {
    return is_ragged_ ? site_.store.bulk_pool() : site_.store.pool();
}

Result<> Upload::may_write(std::uint64_t offset, std::uint64_t bytes) const {
    if (offset < opening_.fixed_bytes) return failure(desk_errc::may_not_overwrite);
    return may_grow_to(offset + bytes);
}

Result<> Upload::may_grow_to(std::uint64_t size_bytes) const {
    if (opening_.file_limit_bytes && size_bytes > *opening_.file_limit_bytes)
        return failure(desk_errc::file_too_large);
    if (opening_.quota_bytes && size_bytes > size_bytes_ &&
        !site_.growth.grow(opening_.home, stream_, beyond_row(size_bytes),
                           *opening_.quota_bytes + opening_.replaced_bytes))
        return failure(desk_errc::quota_bytes_exceeded);
    return {};
}

ledger::Event Upload::event(ledger::Action action, ledger::Outcome outcome) const {
    auto event = session_.event(action, outcome, {});
    event.stream = stream_;
    event.bytes = size_bytes_;
    event.personal.path = std::string(opening_.whole.text());
    return event;
}

void Upload::rule_by_opening(ledger::Event& event) const {
    event.rule = opening_.rule;
    event.policy = opening_.policy;
}

asio::awaitable<void> Upload::record_failure(ledger::Event event, std::error_code why) {
    // Who took the upload over has left an event of it.
    if (why == make_error_code(desk_errc::superseded)) co_return;
    event.outcome = is_refusal(why) ? ledger::Outcome::refused : ledger::Outcome::failed;
    event.detail = why.message();
    if (event.rule.empty()) rule_by_opening(event);
    co_await session_.record_refusal(std::move(event));
}

Result<> Upload::write_to(vault::SealedUpload& sealed, std::span<const Range> ranges) const {
    std::vector<vault::Piece> pieces;
    pieces.reserve(ranges.size());
    std::uint64_t end = sealed.size_bytes();
    Result<> may;
    for (const Range& range : ranges) {
        const std::uint64_t offset = opening_.mode.append ? end : range.offset;
        may = may_write(offset, range.bytes.size());
        if (!may) break;
        pieces.push_back({.offset = offset, .bytes = range.bytes});
        end = std::max(end, offset + range.bytes.size());
    }
    auto done = sealed.write(pieces);
    return done ? may : done;
}

/// Small files wait for no pool thread: what does not reach the disk yet cannot block.
std::optional<Result<>> Upload::write_in_memory(std::span<const Range> ranges) {
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock || !sealed_) return std::nullopt;
    std::uint64_t end = opening_.mode.append ? sealed_->size_bytes() : 0;
    for (const Range& range : ranges)
        end = opening_.mode.append ? end + range.bytes.size()
                                   : std::max(end, range.offset + range.bytes.size());
    if (!sealed_->takes_in_memory(end)) return std::nullopt;
    auto written = write_to(*sealed_, ranges);
    size_bytes_ = sealed_->size_bytes();
    if (!written) return failure(told(session_, written.error()));
    return written;
}

/// What goes on with a file is, until it is changed, a copy that must not hide it after a crash.
asio::awaitable<Result<>> Upload::begin_change() {
    if (changed_.exchange(true)) co_return Result<>{};
    auto noted = co_await site_.store.write([&](Transaction& transaction) -> Result<> {
        const auto row = transaction.catalog.upload(stream_);
        if (!row) return failure(row.error());
        if (!*row) return failure(desk_errc::superseded);
        return transaction.catalog.touch_upload(stream_, (*row)->size_bytes, (*row)->opened);
    });
    if (!noted) changed_ = false;
    co_return noted;
}

asio::awaitable<Result<>> Upload::write(std::span<const Range> ranges) {
    if (!changed_)
        if (auto begun = co_await begin_change(); !begun)
            co_return co_await failed_write(begun.error());
    touched_ = site_.clock.now();
    std::uint64_t bytes = 0;
    std::uint64_t end = size_bytes_;
    for (const Range& range : ranges) {
        bytes += range.bytes.size();
        if (!opening_.mode.append && range.offset != end) is_ragged_ = true;
        end = std::max(end, range.offset + range.bytes.size());
    }
    co_await Rate(session_, Direction::upload).take(bytes);
    std::optional<Result<>> in_memory = write_in_memory(ranges);
    const Result<> written =
        in_memory ? *in_memory : co_await on_pool([&](vault::SealedUpload& sealed) {
            return write_to(sealed, ranges);
        });
    if (!written) co_return co_await failed_write(written.error());
    for (const Range& range : ranges) session_.count_in(range.bytes.size());
    co_return written;
}

/// From now on `finish` says so, too.
asio::awaitable<Result<>> Upload::failed_write(std::error_code why) {
    failed_write_ = told(session_, why);
    co_await record_failure(event(ledger::Action::deposited, ledger::Outcome::failed),
                            failed_write_);
    co_return failure(failed_write_);
}

asio::awaitable<Result<std::size_t>> Upload::read(std::uint64_t offset, ByteSpan out) {
    if (!opening_.readable) {
        const std::error_code why = desk_errc::may_not_download;
        co_await record_failure(event(ledger::Action::opened_for_reading, ledger::Outcome::refused),
                                why);
        co_return failure(why);
    }
    const bool began_from_content = opening_.resumes || !opening_.base.is_nil();
    if (began_from_content && !std::exchange(is_shown_, true)) {
        auto shown = event(ledger::Action::opened_for_reading, ledger::Outcome::granted);
        if (!opening_.base.is_nil()) shown.stream = opening_.base;
        shown.detail = "what it began from, through a handle for writing";
        rule_by_opening(shown);
        if (auto recorded = co_await session_.record(std::move(shown)); !recorded) {
            is_shown_ = false;
            co_return failure(desk_errc::storage_failed);
        }
    }
    auto count =
        co_await on_pool([&](vault::SealedUpload& sealed) { return sealed.read(offset, out); });
    if (count) session_.count_out(*count);
    co_return count;
}

asio::awaitable<Result<>> Upload::resize(std::uint64_t size_bytes) {
    const auto resized = co_await change_size(size_bytes);
    if (resized) co_return resized;
    const std::error_code why = told(session_, resized.error());
    co_await record_failure(event(ledger::Action::deposited, ledger::Outcome::failed), why);
    co_return failure(why);
}

asio::awaitable<Result<>> Upload::change_size(std::uint64_t size_bytes) {
    if (size_bytes == size_bytes_) co_return Result<>{};
    if (auto begun = co_await begin_change(); !begun) co_return begun;
    auto resize = [&] { return resize_from_pool(size_bytes); };
    co_return co_await offload(site_.store.pool(), resize);
}

Result<> Upload::resize_from_pool(std::uint64_t size_bytes) {
    const std::scoped_lock lock(mutex_);
    if (!sealed_) return failure(desk_errc::superseded);
    if (size_bytes < opening_.fixed_bytes) return failure(desk_errc::may_not_overwrite);
    if (auto fits = may_grow_to(size_bytes); !fits) return fits;
    if (size_bytes != sealed_->size_bytes()) is_ragged_ = true;
    auto resized = sealed_->resize(size_bytes);
    size_bytes_ = sealed_->size_bytes();
    return resized;
}

/// The row that leads to the file was told of before it was durable. Nothing is safe without it.
Result<> Upload::has_durable_row() {
    if (row_is_durable_) return {};
    const auto found = site_.store.read_here(
        [&](Transaction& transaction) { return transaction.catalog.has_upload(stream_); });
    if (!found) return failure(found.error());
    if (!*found) return failure(desk_errc::superseded);
    row_is_durable_ = true;
    return {};
}

asio::awaitable<Result<>> Upload::flush() {
    co_return co_await on_pool([this](vault::SealedUpload& sealed) {
        if (auto flushed = sealed.flush(); !flushed) return flushed;
        return has_durable_row();
    });
}

void Upload::set_times(std::optional<Timestamp> accessed, std::optional<Timestamp> modified) {
    const std::scoped_lock lock(times_mutex_);
    if (accessed) times_.accessed = accessed;
    if (modified) times_.modified = modified;
}

asio::awaitable<Result<>> Upload::finish() {
    if (failed_write_) {
        co_await break_off();
        co_return failure(failed_write_);
    }
    if (!changed_) co_return co_await drop_unchanged();
    auto deposited = event(ledger::Action::deposited, ledger::Outcome::granted);
    auto seal = [&]() -> Result<vault::Sealed> {
        const std::scoped_lock lock(mutex_);
        if (!sealed_) return failure(desk_errc::superseded);
        auto committed = site_.store.vault().commit(*sealed_);
        finishing_ = committed.has_value();
        return committed;
    };
    auto sealed = co_await offload<Resume::there>(pool(), seal);
    if (!sealed) co_return failure(co_await give_back(std::move(deposited), sealed.error(), false));
    auto aftermath = co_await deposit_from_pool(*sealed, deposited);
    if (!aftermath)
        co_return failure(co_await give_back(std::move(deposited), aftermath.error(), true));
    session_.count_file_in();
    {
        // The vault holds the stream for as long as this is open, and it may soon be another's to
        // destroy. Nothing blocks: a finished file is closed, and who comes meanwhile is sent away.
        const std::scoped_lock lock(mutex_);
        sealed_.reset();
    }
    co_await settle(site_, stream_, std::move(*aftermath));
    co_return Result<>{};
}

/// Goes on on the pool's thread to the writer, and comes home to the strand however it ends.
asio::awaitable<Result<Aftermath>> Upload::deposit_from_pool(vault::Sealed sealed,
                                                             ledger::Event& event) {
    Result<Aftermath> aftermath = failure(desk_errc::storage_failed);
    std::exception_ptr thrown;
    try {
        aftermath = co_await deposit(std::move(sealed), event);
    } catch (...) {
        thrown = std::current_exception();
    }
    // A transaction that was done came home by itself.
    if (!aftermath) co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    if (thrown) std::rethrow_exception(thrown);
    co_return aftermath;
}

/// Closes the sealed file: what could not be deposited stays in staging, for its depositor to
/// resume.
asio::awaitable<std::error_code> Upload::give_back(ledger::Event event, std::error_code why,
                                                   bool on_disk) {
    why = told(session_, why);
    // A file that was committed, or taken over, is no longer this object's to give back.
    if (!on_disk && why == make_error_code(desk_errc::superseded)) {
        co_await drop_if_unknown(site_, stream_);
        co_return why;
    }
    const Timestamp now = site_.clock.now();
    bool is_known = true;
    auto kept = co_await site_.store.write([&](Transaction& transaction) -> Result<> {
        const auto row = transaction.catalog.upload(stream_);
        if (!row) return failure(row.error());
        const auto has_file = transaction.catalog.has_file(stream_);
        if (!has_file) return failure(has_file.error());
        is_known = row->has_value() || *has_file;
        return keep_row(transaction, on_disk, now);
    });
    auto close = [&]() -> Result<> {
        const std::scoped_lock lock(mutex_);
        auto restaged = is_known ? site_.store.vault().restage(stream_) : Result<>();
        sealed_.reset();
        finishing_ = false;
        return restaged;
    };
    const auto closed = co_await offload(site_.store.pool(), close);
    if (kept) kept = closed;
    if (!kept)
        site_.log.warning("an unfinished upload could not be put in order",
                          {{"stream", stream_}, {"why", kept.error()}});
    // Its depositor may have removed it: then no row leads to it any more, and whoever removed it
    // could not drop what was still open here.
    co_await drop_if_unknown(site_, stream_);
    co_await record_failure(std::move(event), why);
    co_return why;
}

/// Where the disk failed, nobody knows how much of the upload can be verified. Its row is then as
/// one that a crash left, and the next who asks for the size finds out.
Result<> Upload::keep_row(Transaction& transaction, bool on_disk, Timestamp now) {
    const auto row = transaction.catalog.upload(stream_);
    if (!row) return failure(row.error());
    if (!*row) return {};
    if (auto touched =
            transaction.catalog.touch_upload(stream_, size_bytes_, on_disk ? now : (*row)->opened);
        !touched)
        return touched;
    return settle_growth(transaction);
}

/// Opened on what was there, and closed without a change: nothing was deposited.
asio::awaitable<Result<>> Upload::drop_unchanged() {
    auto drop = [&]() -> Result<> {
        const std::scoped_lock lock(mutex_);
        if (!sealed_) return failure(desk_errc::superseded);
        sealed_.reset();
        return site_.store.vault().abandon(stream_);
    };
    if (auto dropped = co_await offload(site_.store.pool(), drop); !dropped)
        co_return failure(told(session_, dropped.error()));
    auto closed = event(ledger::Action::attributes_set, ledger::Outcome::granted);
    rule_by_opening(closed);
    closed.detail = "opened for writing and closed without a change";
    auto ended = co_await site_.store.write([&](Transaction& transaction) -> Result<> {
        if (auto done = end_unchanged(transaction, closed); !done) return done;
        if (auto appended = transaction.ledger.append(closed); !appended)
            return failure(appended.error());
        return {};
    });
    if (!ended) co_return failure(told(session_, ended.error()));
    co_return Result<>{};
}

/// The times that were kept go to the name that the upload has by now, where they may be set.
Result<> Upload::end_unchanged(Transaction& transaction, ledger::Event& event) {
    const auto row = transaction.catalog.upload(stream_);
    if (!row) return failure(row.error());
    if (auto done = transaction.catalog.end_upload(stream_); !done) return done;
    const auto [accessed, modified] = times();
    if (!*row || (!accessed && !modified)) return {};
    event.personal.path = std::string((*row)->path.text());
    const auto policy = site_.policy.current();
    const auto found = policy->accounts.find(opening_.account);
    const auto entry = transaction.catalog.find((*row)->path);
    if (!entry || !is_file(*entry, opening_.base) || found == policy->accounts.end() ||
        !found->second.home.contains((*row)->path))
        return {};
    const policy::Account& account = found->second;
    const auto verdict = may_set_times(account, account.home.relative((*row)->path), *entry);
    event.rule = verdict.rule.text();
    event.policy = policy->hash;
    if (verdict.allowed && account.enabled)
        return transaction.catalog.set_times(entry->node, accessed, modified);
    event.detail += "; its times may not be set";
    return {};
}

asio::awaitable<void> Upload::break_off() {
    // What it was opened on stands, and is not to be hidden by a copy of it.
    if (!changed_) {
        static_cast<void>(co_await drop_unchanged());
        co_return;
    }
    auto close = [&]() -> Result<> {
        const std::scoped_lock lock(mutex_);
        if (!sealed_) return failure(desk_errc::superseded);
        auto flushed = sealed_->flush();
        sealed_.reset();
        return flushed;
    };
    const auto closed = co_await offload(pool(), close);
    if (!closed && closed.error() == make_error_code(desk_errc::superseded))
        co_return co_await drop_if_unknown(site_, stream_);
    const auto broken_off = event(ledger::Action::upload_broken_off, ledger::Outcome::failed);
    const auto recorded = co_await site_.store.write([&](Transaction& transaction) -> Result<> {
        if (auto kept = keep_row(transaction, closed.has_value(), broken_off.time); !kept)
            return kept;
        if (auto appended = transaction.ledger.append(broken_off); !appended)
            return failure(appended.error());
        return {};
    });
    if (!recorded)
        site_.log.error("a broken-off upload could not be recorded",
                        {{"stream", stream_}, {"why", recorded.error()}});
    co_await drop_if_unknown(site_, stream_);
}

bool Upload::supersede() {
    const std::scoped_lock lock(mutex_);
    if (finishing_) return false;
    if (!sealed_) return true;
    // What could not be flushed is missed by who resumes: the verified prefix is then shorter.
    if (const auto flushed = sealed_->flush(); !flushed)
        site_.log.warning("an upload that was taken over could not be flushed",
                          {{"stream", stream_}, {"why", flushed.error()}});
    sealed_.reset();
    return true;
}

}  // namespace consign::desk
