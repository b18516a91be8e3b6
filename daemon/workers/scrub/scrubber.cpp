#include "daemon/workers/scrub/scrubber.hpp"

#include <algorithm>

#include "base/fault_point.hpp"
#include "desk/scrub/content_check.hpp"

namespace consign::daemon {

namespace asio = boost::asio;
using scrub::Pass;
using scrub::State;

namespace {

/// A clock that was put back makes it due, too.
bool is_over(Timestamp now, Timestamp since, std::chrono::microseconds time) {
    return now < since || now - since >= time;
}

bool is_due(const Pass& pass, const std::optional<policy::ScrubTerms>& terms, Timestamp now) {
    const bool is_wanted = terms || pass.by_hand;
    switch (pass.state) {
        case State::running:
            return is_wanted;
        case State::stopped:
            return is_wanted && is_over(now, pass.ended, Scrubber::stopped_time);
        case State::resting:
            break;
    }
    return terms && (pass.number == 0 || is_over(now, pass.started, terms->every));
}

}  // namespace

Scrubber::Scrubber(const asio::any_io_executor& strand, desk::Site& site)
    : site_(site), timer_(strand) {}

asio::awaitable<void> Scrubber::run() {
    while (!stopping_) {
        if (co_await begin()) {
            const auto done = co_await go_on();
            if (!done)
                site_.log.error("the store could not be looked through", {{"why", done.error()}});
            if (done && !stopping_) continue;
        }
        co_await wait(std::chrono::steady_clock::now() + interval);
    }
}

void Scrubber::stop() {
    stopping_ = true;
    timer_.cancel();
}

asio::awaitable<bool> Scrubber::begin() {
    const auto terms = site_.policy.current()->scrub;
    const Timestamp now = site_.clock.now();
    bool is_wished = false;
    const auto kept = co_await site_.store.read([&](Transaction& transaction) -> Result<Pass> {
        const auto wished = transaction.scrub.is_wished();
        if (!wished) return failure(wished.error());
        is_wished = *wished;
        return transaction.scrub.pass();
    });
    if (!kept) {
        site_.log.error("how far the scrubber came could not be read", {{"why", kept.error()}});
        co_return false;
    }
    pass_ = *kept;
    findings_.clear();
    in_a_row_.clear();
    bytes_since_kept_ = 0;
    if (pass_.state == State::running && !is_wished) co_return is_due(pass_, terms, now);
    if (!is_wished && !is_due(pass_, terms, now)) co_return false;
    fault_point("scrub.beginning");
    const auto begun = co_await site_.store.write([&](Transaction& transaction) -> Result<> {
        const auto wish = transaction.scrub.take_wish();
        if (!wish) return failure(wish.error());
        if (*wish) pass_.past_missing = (*wish)->past_missing;
        // One that is in progress, or stopped, goes on from where it is.
        if (pass_.state == State::resting) {
            const auto newest = transaction.scrub.newest_file();
            if (!newest) return failure(newest.error());
            pass_ = {.number = pass_.number + 1,
                     .past_missing = *wish && (*wish)->past_missing,
                     .started = now,
                     .until_file = *newest,
                     .damage_told = pass_.damage_told,
                     .stop_told = pass_.stop_told};
        }
        pass_.by_hand = pass_.by_hand || *wish;
        pass_.state = State::running;
        return transaction.scrub.keep(pass_);
    });
    fault_point("scrub.begun");
    if (!begun) site_.log.error("a pass over the store could not begin", {{"why", begun.error()}});
    co_return begun.has_value();
}

asio::awaitable<Result<>> Scrubber::go_on() {
    scrub::FileId last = pass_.last_file;
    while (!stopping_) {
        // A policy that no longer wants it pauses the pass where it is.
        if (!site_.policy.current()->scrub && !pass_.by_hand) break;
        const auto files = co_await site_.store.read([&](Transaction& transaction) {
            return transaction.scrub.files_after(last, pass_.until_file, batch_files);
        });
        if (!files) co_return failure(files.error());
        if (files->empty()) co_return co_await end();
        for (const scrub::Candidate& file : *files) {
            auto finding = co_await examine(file);
            if (stopping_) break;
            fault_point("scrub.examined");
            last = file.file;
            const auto goes_on = co_await take(std::move(finding));
            if (!goes_on) co_return failure(goes_on.error());
            if (!*goes_on) co_return Result<>{};
        }
        if (auto kept = co_await keep(); !kept) co_return kept;
    }
    co_return Result<>{};
}

asio::awaitable<desk::ScrubFinding> Scrubber::examine(scrub::Candidate file) {
    const auto meant = co_await site_.store.read(
        [&](Transaction& transaction) { return transaction.catalog.file_of(file.stream); });
    if (!meant) co_return desk::ScrubFinding{file, desk::damage_of(meant.error())};
    if (!*meant) co_return desk::ScrubFinding{file, std::nullopt};  // it went meanwhile
    desk::ContentCheck check(site_, **meant);
    std::uint64_t bytes = 0;
    while (!stopping_) {
        auto step = [&check] { return check.step(); };
        const auto count = co_await offload(site_.store.pool(), step);
        if (!count) co_return desk::ScrubFinding{file, desk::damage_of(count.error())};
        if (*count == 0) break;
        bytes += *count;
        pass_.bytes += *count;
        bytes_since_kept_ += *count;
        co_await pace(*count);
    }
    if (bytes < least_cost_bytes) co_await pace(least_cost_bytes - bytes);
    co_return desk::ScrubFinding{file, std::nullopt};
}

asio::awaitable<Result<bool>> Scrubber::take(desk::ScrubFinding finding) {
    const bool is_away = finding.damage && *finding.damage != scrub::Damage::altered;
    if (is_away && !pass_.past_missing) {
        // Until one can be read again, they are not counted, and the pass would begin with them.
        in_a_row_.push_back(std::move(finding));
        if (in_a_row_.size() < in_a_row_limit) co_return true;
        fault_point("scrub.stopping");
        const auto stopped = co_await site_.store.write([&](Transaction& transaction) -> Result<> {
            if (auto done = desk::record_findings(site_, transaction, pass_, findings_); !done)
                return done;
            return desk::stop_pass(site_, transaction, pass_, in_a_row_.size());
        });
        fault_point("scrub.stopped");
        if (!stopped) co_return failure(stopped.error());
        co_return false;
    }
    for (desk::ScrubFinding& earlier : in_a_row_) findings_.push_back(std::move(earlier));
    pass_.files += in_a_row_.size() + 1;
    in_a_row_.clear();
    pass_.last_file = finding.file.file;
    findings_.push_back(std::move(finding));
    if (bytes_since_kept_ < batch_bytes) co_return true;
    if (auto kept = co_await keep(); !kept) co_return failure(kept.error());
    co_return true;
}

asio::awaitable<Result<>> Scrubber::keep() {
    fault_point("scrub.keeping");
    const auto kept = co_await site_.store.write([&](Transaction& transaction) -> Result<> {
        if (auto done = desk::record_findings(site_, transaction, pass_, findings_); !done)
            return done;
        fault_point("scrub.recorded");
        if (auto told = desk::tell_of_damage(site_, transaction, pass_, false); !told) return told;
        return transaction.scrub.keep(pass_);
    });
    fault_point("scrub.kept");
    if (kept) findings_.clear();
    bytes_since_kept_ = 0;
    co_return kept;
}

asio::awaitable<Result<>> Scrubber::end() {
    for (desk::ScrubFinding& last : in_a_row_) findings_.push_back(std::move(last));
    pass_.files += in_a_row_.size();
    in_a_row_.clear();
    pass_.last_file = pass_.until_file;
    fault_point("scrub.ending");
    const auto ended = co_await site_.store.write([&](Transaction& transaction) -> Result<> {
        if (auto done = desk::record_findings(site_, transaction, pass_, findings_); !done)
            return done;
        fault_point("scrub.counted");
        auto done = desk::end_pass(site_, transaction, pass_);
        fault_point("scrub.told");
        return done;
    });
    fault_point("scrub.ended");
    co_return ended;
}

asio::awaitable<void> Scrubber::pace(std::uint64_t bytes) {
    const auto policy = site_.policy.current();
    const auto rate = policy->scrub.value_or(policy::ScrubTerms{}).rate;
    const auto now = std::chrono::steady_clock::now();
    // What was not used is not saved up.
    paid_until_ = std::max(paid_until_, now) +
                  std::chrono::nanoseconds(bytes * std::uint64_t{1'000'000'000} / rate);
    if (paid_until_ > now + std::chrono::milliseconds(5)) co_await wait(paid_until_);
}

asio::awaitable<void> Scrubber::wait(std::chrono::steady_clock::time_point until) {
    if (stopping_) co_return;
    timer_.expires_at(until);
    boost::system::error_code ignored;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

}  // namespace consign::daemon
