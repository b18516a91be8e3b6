#include "desk/retention/retention_verbs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "desk/retention/clock_guard.hpp"
#include "desk/retention/retention.hpp"
#include "desk/site/rfc3339.hpp"
#include "desk/verbs/administrator_act.hpp"
#include "desk/verbs/complaint.hpp"
#include "desk/verbs/content_row.hpp"
#include "desk/verbs/verb_arguments.hpp"

namespace consign::desk {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using catalog::FileId;
using terms::Settled;

constexpr std::size_t page_terms = 128;

/// Until when those are looked at that are due at `until`: what a hold or a job keeps past its term
/// has been put off.
Timestamp last_look(Timestamp now, Timestamp until) {
    return std::max(now, until) + held_interval;
}

Result<std::vector<json::object>> rows_of(Transaction& transaction,
                                          const std::vector<Settled>& page) {
    std::vector<json::object> rows;
    for (const Settled& settled : page) {
        auto row = content_row(transaction, settled.file, settled.term);
        if (!row) return failure(row.error());
        if (*row) rows.push_back(**std::move(row));
    }
    return rows;
}

/// Gives out what is due until then, and what has no end that is known.
class Plan {
  public:
    Plan(Site& site, RowSink& sink) : site_(site), sink_(sink) {}

    asio::awaitable<Result<>> due(Timestamp until) {
        const Timestamp last = last_look(site_.clock.now(), until);
        std::optional<Timestamp> look;
        FileId file = 0;
        for (;;) {
            std::vector<Settled> page;
            auto rows = co_await site_.store.read(
                [&](Transaction& transaction) -> Result<std::vector<json::object>> {
                    auto listed = transaction.terms.list(look, file, last, page_terms);
                    if (!listed) return failure(listed.error());
                    page = *std::move(listed);
                    std::vector<Settled> meant;
                    for (const Settled& one : page)
                        if (one.term.due && *one.term.due <= until) meant.push_back(one);
                    return rows_of(transaction, meant);
                });
            if (!rows) co_return failure(rows.error());
            if (page.empty()) co_return Result<>{};
            look = page.back().look;
            file = page.back().file;
            if (auto given = co_await give(*std::move(rows)); !given) co_return given;
        }
    }

    asio::awaitable<Result<>> endless() {
        for (FileId file = 0;;) {
            std::vector<Settled> page;
            auto rows = co_await site_.store.read(
                [&](Transaction& transaction) -> Result<std::vector<json::object>> {
                    auto listed = transaction.terms.endless(file, page_terms);
                    if (!listed) return failure(listed.error());
                    page = *std::move(listed);
                    return rows_of(transaction, page);
                });
            if (!rows) co_return failure(rows.error());
            if (page.empty()) co_return Result<>{};
            file = page.back().file;
            if (auto given = co_await give(*std::move(rows)); !given) co_return given;
        }
    }

    [[nodiscard]] std::size_t rows() const { return rows_; }

  private:
    asio::awaitable<Result<>> give(std::vector<json::object> rows) {
        for (json::object& row : rows) {
            ++rows_;
            if (auto given = co_await sink_.give(std::move(row)); !given) co_return given;
        }
        co_return Result<>{};
    }

    Site& site_;
    RowSink& sink_;
    std::size_t rows_ = 0;
};

asio::awaitable<Answered> plan(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    const Timestamp until = arguments.time("until").value_or(site.clock.now());
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    if (auto recorded = co_await record_act(site, call.administrator, "retention plan"); !recorded)
        co_return recorded;
    const auto settled = co_await settle_all(site);
    if (!settled) co_return storage_complaint(settled.error());
    const auto believed = co_await believe_clock(site);
    if (!believed) co_return storage_complaint(believed.error());
    Plan given(site, call.rows);
    if (const auto done = co_await given.due(until); !done)
        co_return storage_complaint(done.error());
    if (const auto done = co_await given.endless(); !done)
        co_return storage_complaint(done.error());
    co_return json::object{
        {"rows", given.rows()}, {"clock_believed", *believed}, {"settled", *settled}};
}

asio::awaitable<Answered> dry_run(Site& site, VerbCall call) {
    if (auto recorded = co_await record_act(site, call.administrator, "retention run, dry");
        !recorded)
        co_return recorded;
    const auto settled = co_await settle_all(site);
    if (!settled) co_return storage_complaint(settled.error());
    Plan given(site, call.rows);
    if (const auto done = co_await given.due(site.clock.now()); !done)
        co_return storage_complaint(done.error());
    co_return json::object{{"rows", given.rows()}, {"settled", *settled}};
}

/// All that is due: what the worker would look at next, and what it has put off, which a hold that
/// was lifted since does not keep any more.
class Run {
  public:
    explicit Run(Site& site) : site_(site), begun_(site.clock.now()) {}

    asio::awaitable<Result<>> all() {
        for (std::size_t looked = ended_at_once; looked == ended_at_once && goes_on();) {
            const auto some = co_await end_due(site_);
            if (!some) co_return failure(some.error());
            looked = some->looked_at;
            add(*some);
            ended_.held += some->held;
        }
        while (goes_on()) {
            const auto page = co_await site_.store.read(
                [&](Transaction& transaction) { return next_put_off(transaction); });
            if (!page) co_return failure(page.error());
            if (!*page) break;
            if ((*page)->empty()) continue;
            const auto some = co_await end_if_due(site_, **page);
            if (!some) co_return failure(some.error());
            add(*some);
        }
        co_return Result<>{};
    }
    [[nodiscard]] const Ended& ended() const { return ended_; }

  private:
    [[nodiscard]] bool goes_on() const {
        return !ended_.clock_is_doubted && !site_.stopping.stop_requested();
    }
    /// What was kept is counted where it is met; what a job keeps is met again by the second part.
    void add(const Ended& some) {
        ended_.destroyed += some.destroyed;
        ended_.clock_is_doubted = some.clock_is_doubted;
    }

    /// Of the next that were put off, those that nothing keeps. What is kept is not touched, or it
    /// would be put off again, and met again. Nothing where there are no more.
    Result<std::optional<std::vector<FileId>>> next_put_off(Transaction& transaction) {
        const Timestamp until = last_look(begun_, begun_) - std::chrono::microseconds(1);
        const auto page = transaction.terms.list(look_, file_, until, ended_at_once);
        if (!page) return failure(page.error());
        if (page->empty()) return std::nullopt;
        std::vector<FileId> due;
        for (const Settled& one : *page) {
            look_ = *one.look;
            file_ = one.file;
            if (!one.term.due || *one.term.due > begun_) continue;
            const auto is_kept = keeps(transaction, file_);
            if (!is_kept) return failure(is_kept.error());
            if (!*is_kept) due.push_back(file_);
        }
        return due;
    }
    Result<bool> keeps(Transaction& transaction, FileId file) {
        const auto hold = transaction.catalog.hold_on(file);
        if (!hold) return failure(hold.error());
        const auto busy = transaction.queue.has_jobs_of(file);
        if (!busy) return busy;
        const auto is_settled = transaction.terms.is_settled(file);
        if (!is_settled) return is_settled;
        if (*hold)
            ++ended_.held;
        else if (*busy)
            ++ended_.busy;
        return *hold || *busy || !*is_settled;
    }

    Site& site_;
    const Timestamp begun_;
    Timestamp look_{begun_};
    FileId file_ = 0;
    Ended ended_;
};

asio::awaitable<Answered> run(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    const bool dry = arguments.flag("dry");
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    if (dry) co_return co_await dry_run(site, std::move(call));
    if (auto recorded = co_await record_act(site, call.administrator, "retention run"); !recorded)
        co_return recorded;
    const auto in_force = co_await site.store.read(
        [&](Transaction& transaction) { return is_in_force(transaction, *site.policy.current()); });
    if (!in_force) co_return storage_complaint(in_force.error());
    if (!*in_force)
        co_return complaint(
            "the policy's files say something else than the policy in force, and nobody has "
            "accepted it: start consignd, or put the files back");
    const auto settled = co_await settle_all(site);
    if (!settled) co_return storage_complaint(settled.error());
    Run running(site);
    if (const auto done = co_await running.all(); !done) co_return storage_complaint(done.error());
    const Ended& ended = running.ended();
    if (ended.clock_is_doubted)
        co_return complaint(
            fmt::format("nothing is destroyed while the clock is not believed: it shows {}; "
                        "where that is right, `consign retention confirm-clock`",
                        rfc3339(site.clock.now())));
    if (site.stopping.stop_requested()) co_return stop_complaint();
    co_return json::object{{"destroyed", ended.destroyed},
                           {"held", ended.held},
                           {"busy", ended.busy},
                           {"settled", *settled}};
}

asio::awaitable<Answered> confirm(Site& site, VerbCall call) {
    const VerbArguments arguments(call.arguments);
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    const auto done = co_await site.store.write([&](Transaction& transaction) {
        return confirm_clock(site, transaction, call.administrator);
    });
    if (!done) co_return storage_complaint(done.error());
    co_return json::object{{"time", rfc3339(site.clock.now())}};
}

asio::awaitable<Answered> retained(Site& site, VerbCall call) {
    const VerbArguments arguments(call.arguments);
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    if (auto recorded = co_await record_act(site, call.administrator, "files ls --retained");
        !recorded)
        co_return recorded;
    const auto settled = co_await settle_all(site);
    if (!settled) co_return storage_complaint(settled.error());
    std::size_t rows = 0;
    for (FileId last = 0;;) {
        std::vector<FileId> files;
        auto page = co_await site.store.read(
            [&](Transaction& transaction) -> Result<std::vector<json::object>> {
                auto found = transaction.catalog.retained(last, page_terms);
                if (!found) return failure(found.error());
                files = *std::move(found);
                std::vector<Settled> settled;
                for (const FileId file : files) {
                    auto term = transaction.terms.find(file);
                    if (!term) return failure(term.error());
                    settled.push_back(*term ? **std::move(term) : Settled{.file = file});
                }
                return rows_of(transaction, settled);
            });
        if (!page) co_return storage_complaint(page.error());
        if (files.empty()) co_return json::object{{"rows", rows}, {"settled", *settled}};
        last = files.back();
        for (json::object& row : *page) {
            ++rows;
            if (auto given = co_await call.rows.give(std::move(row)); !given)
                co_return storage_complaint(given.error());
        }
    }
}

}  // namespace

VerbTable retention_verbs(Site& site) {
    return {{"retention.plan", [&site](VerbCall call) { return plan(site, std::move(call)); }},
            {"retention.run", [&site](VerbCall call) { return run(site, std::move(call)); }},
            {"retention.confirm_clock",
             [&site](VerbCall call) { return confirm(site, std::move(call)); }},
            {"files.retained", [&site](VerbCall call) { return retained(site, std::move(call)); }}};
}

}  // namespace consign::desk
