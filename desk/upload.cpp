#include "desk/upload.hpp"

#include "desk/deposit.hpp"
#include "desk/disposal.hpp"
#include "desk/translate.hpp"
#include "desk/visibility.hpp"
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
      sealed_(std::move(sealed)) {}

Upload::~Upload() {
    site_.uploads.drop(stream_, this);
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
    Answer answer = co_await offload(site_.store.pool(), locked);
    if (!answer) co_return failure(told(session_, answer.error()));
    co_return answer;
}

Result<> Upload::may_grow_to(std::uint64_t size_bytes) const {
    if (opening_.file_limit_bytes && size_bytes > *opening_.file_limit_bytes)
        return failure(desk_errc::file_too_large);
    if (opening_.quota_bytes && size_bytes > size_bytes_ &&
        opening_.other_bytes + size_bytes > *opening_.quota_bytes)
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

asio::awaitable<void> Upload::record_failure(ledger::Event event, std::error_code why) {
    // Who took the upload over has left an event of it.
    if (why == make_error_code(desk_errc::superseded)) co_return;
    event.outcome = is_refusal(why) ? ledger::Outcome::refused : ledger::Outcome::failed;
    event.detail = why.message();
    if (event.rule.empty()) event.rule = opening_.rule;
    co_await session_.record_refusal(std::move(event));
}

asio::awaitable<Result<>> Upload::write(std::span<const Range> ranges) {
    changed_ = true;
    touched_ = site_.clock.now();
    auto written = co_await on_pool([&](vault::SealedUpload& sealed) -> Result<> {
        for (const Range& range : ranges) {
            const std::uint64_t offset = opening_.mode.append ? sealed.size_bytes() : range.offset;
            if (offset < opening_.fixed_bytes) return failure(desk_errc::may_not_overwrite);
            if (auto fits = may_grow_to(offset + range.bytes.size()); !fits) return fits;
            if (auto done = sealed.write(offset, range.bytes); !done) return done;
        }
        return {};
    });
    if (!written) {
        failed_write_ = written.error();
        co_await record_failure(event(ledger::Action::deposited, ledger::Outcome::failed),
                                failed_write_);
        co_return written;
    }
    for (const Range& range : ranges) session_.count_in(range.bytes.size());
    co_return written;
}

asio::awaitable<Result<std::size_t>> Upload::read(std::uint64_t offset, ByteSpan out) {
    if (!opening_.readable) {
        const std::error_code why = desk_errc::may_not_download;
        co_await record_failure(event(ledger::Action::opened_for_reading, ledger::Outcome::refused),
                                why);
        co_return failure(why);
    }
    auto count =
        co_await on_pool([&](vault::SealedUpload& sealed) { return sealed.read(offset, out); });
    if (count) session_.count_out(*count);
    co_return count;
}

asio::awaitable<Result<>> Upload::resize(std::uint64_t size_bytes) {
    changed_ = true;
    auto resized = co_await on_pool([&](vault::SealedUpload& sealed) -> Result<> {
        if (size_bytes < opening_.fixed_bytes) return failure(desk_errc::may_not_overwrite);
        if (auto fits = may_grow_to(size_bytes); !fits) return fits;
        return sealed.resize(size_bytes);
    });
    if (!resized)
        co_await record_failure(event(ledger::Action::deposited, ledger::Outcome::failed),
                                resized.error());
    co_return resized;
}

asio::awaitable<Result<>> Upload::flush() {
    co_return co_await on_pool([](vault::SealedUpload& sealed) { return sealed.flush(); });
}

void Upload::set_times(std::optional<Timestamp> accessed, std::optional<Timestamp> modified) {
    if (accessed) accessed_ = accessed;
    if (modified) modified_ = modified;
}

asio::awaitable<Result<>> Upload::finish() {
    if (!changed_) co_return co_await drop_unchanged();
    if (failed_write_) {
        co_await break_off();
        co_return failure(failed_write_);
    }
    auto deposited = event(ledger::Action::deposited, ledger::Outcome::granted);
    auto sealed = co_await on_pool([&](vault::SealedUpload& upload) {
        auto committed = site_.store.vault().commit(upload);
        finishing_ = committed.has_value();
        return committed;
    });
    if (!sealed) co_return failure(co_await give_back(std::move(deposited), sealed.error(), false));
    auto doomed = co_await site_.store.write(
        [&](Transaction& transaction) { return deposit(transaction, *sealed, deposited); });
    if (!doomed) co_return failure(co_await give_back(std::move(deposited), doomed.error(), true));
    session_.count_file_in();
    co_await settle(site_, stream_, std::move(*doomed));
    co_return Result<>{};
}

/// Closes the sealed file: what could not be deposited stays in staging, for its depositor to
/// resume.
asio::awaitable<std::error_code> Upload::give_back(ledger::Event event, std::error_code why,
                                                   bool on_disk) {
    why = told(session_, why);
    // A file that was committed, or taken over, is no longer this object's to give back.
    if (!on_disk && why == make_error_code(desk_errc::superseded)) co_return why;
    const Timestamp now = site_.clock.now();
    bool has_row = true;
    auto kept = co_await site_.store.write([&](Transaction& transaction) -> Result<> {
        const auto row = transaction.catalog.upload(stream_);
        if (!row) return failure(row.error());
        has_row = row->has_value();
        return keep_row(transaction, on_disk, now);
    });
    auto close = [&]() -> Result<> {
        const std::scoped_lock lock(mutex_);
        sealed_.reset();
        finishing_ = false;
        // Its depositor removed it just now: no row leads to it any more.
        return has_row ? Result<>() : site_.store.vault().abandon(stream_);
    };
    const auto closed = co_await offload(site_.store.pool(), close);
    if (kept) kept = closed;
    if (!kept)
        site_.log.warning("an unfinished upload could not be put in order",
                          {{"stream", stream_}, {"why", kept.error()}});
    co_await record_failure(std::move(event), why);
    co_return why;
}

/// Where the disk failed, nobody knows how much of the upload can be verified. Its row is then as
/// one that a crash left, and the next who asks for the size finds out.
Result<> Upload::keep_row(Transaction& transaction, bool on_disk, Timestamp now) {
    const auto row = transaction.catalog.upload(stream_);
    if (!row) return failure(row.error());
    if (!*row) return {};
    return transaction.catalog.touch_upload(stream_, size_bytes_, on_disk ? now : (*row)->opened);
}

Result<std::vector<Id>> Upload::deposit(Transaction& transaction, const vault::Sealed& sealed,
                                        ledger::Event& event) {
    const auto policy = site_.policy.current();
    const auto found = policy->accounts.find(opening_.account);
    if (found == policy->accounts.end() || !found->second.enabled)
        return failure(desk_errc::account_withdrawn);
    const policy::Account& account = found->second;
    event.personal.sha256 = to_hex(sealed.sha256);

    // Where the upload is now: a folder on its way may have been renamed.
    const auto row = transaction.catalog.upload(sealed.stream);
    if (!row) return failure(row.error());
    if (!*row || !account.home.contains((*row)->path)) return failure(desk_errc::superseded);
    const VirtualPath whole = (*row)->path;
    event.personal.path = std::string(whole.text());
    const auto existing = transaction.catalog.find(whole);
    if (!existing && existing.error() != catalog::catalog_errc::no_such_name)
        return failure(existing.error());
    const Ruling ruling = may_deposit(account, account.home.relative(whole),
                                      existing ? &*existing : nullptr, opening_.continues);
    event.rule = ruling.verdict.rule.text();
    if (!ruling.verdict.allowed) return failure(ruling.refusal);
    catalog::Usage counted{.bytes = (*row)->size_bytes, .files = 1};
    if (existing && existing->file) {
        counted.bytes += existing->file->size_bytes;
        ++counted.files;
    }
    if (auto fits = within_quota(transaction, account, sealed.size_bytes, counted); !fits)
        return failure(fits.error());

    std::vector<Id> doomed;
    if (existing && is_own_uncollected(account, *existing))
        if (auto withdrawn = withdraw_routed(transaction, existing->file->id, doomed); !withdrawn)
            return failure(withdrawn.error());
    const bool temporary = policy::is_temporary_name(*policy, whole.name());
    const auto committed = transaction.catalog.commit_deposit({.stream = sealed.stream,
                                                               .path = whole,
                                                               .account = account.id,
                                                               .size_bytes = sealed.size_bytes,
                                                               .sha256 = sealed.sha256,
                                                               .temporary = temporary,
                                                               .modified = modified(),
                                                               .now = event.time});
    if (!committed) return failure(committed.error());
    doomed.insert(doomed.end(), committed->doomed.begin(), committed->doomed.end());
    if (temporary) event.detail = "under a temporary name";
    if (auto appended = transaction.ledger.append(event); !appended)
        return failure(appended.error());
    if (!temporary) {
        const Deposited deposited{sealed.stream, committed->file, sealed.size_bytes, sealed.sha256,
                                  whole};
        if (auto routed = route_deposit(transaction, *policy, account, deposited, event); !routed)
            return failure(routed.error());
    }
    return doomed;
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
    closed.rule = opening_.rule;
    closed.detail = "opened for writing and closed without a change";
    auto ended = co_await site_.store.write([&](Transaction& transaction) -> Result<> {
        if (auto done = transaction.catalog.end_upload(stream_); !done) return done;
        const auto entry = transaction.catalog.find(opening_.whole);
        if (entry && (accessed_ || modified_))
            if (auto done = transaction.catalog.set_times(entry->node, accessed_, modified_); !done)
                return done;
        if (auto appended = transaction.ledger.append(closed); !appended)
            return failure(appended.error());
        return {};
    });
    if (!ended) co_return failure(told(session_, ended.error()));
    co_return Result<>{};
}

asio::awaitable<void> Upload::break_off() {
    auto close = [&]() -> Result<> {
        const std::scoped_lock lock(mutex_);
        if (!sealed_) return failure(desk_errc::superseded);
        auto flushed = sealed_->flush();
        sealed_.reset();
        return flushed;
    };
    const auto closed = co_await offload(site_.store.pool(), close);
    if (!closed && closed.error() == make_error_code(desk_errc::superseded)) co_return;
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
