#include "desk/reports/subject_verbs.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "desk/reports/subject_report.hpp"
#include "desk/retention/retention.hpp"
#include "desk/site/rfc3339.hpp"
#include "desk/site/system_event.hpp"
#include "desk/verbs/administrator_act.hpp"
#include "desk/verbs/complaint.hpp"
#include "desk/verbs/content_row.hpp"
#include "desk/verbs/subject_argument.hpp"
#include "desk/verbs/verb_arguments.hpp"

namespace consign::desk {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using catalog::FileId;
using catalog::LifeId;
using catalog::Subject;
using catalog::SubjectId;

constexpr std::size_t page_lives = 64;

std::optional<std::chrono::sys_days> day_from(std::string_view text) {
    const auto day = from_full_date(text);
    if (!day) return std::nullopt;
    return std::chrono::floor<std::chrono::days>(*day);
}

/// An act about a person, whose identifier is a personal field of its event.
ledger::Event act_about(const Site& site, const std::string& administrator, Literal verb,
                        const Subject& subject) {
    auto event = administrator_act(site, administrator, verb);
    event.personal.subject = text_of(subject);
    return event;
}

std::string nobody_known(const Subject& subject) {
    return fmt::format(
        "nobody is known as {}: no content with a class is about such a person; the authority and "
        "the identifier are written as the messages have them",
        text_of(subject));
}

asio::awaitable<Answered> set(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    auto subject = arguments.parsed("subject", subject_from, subject_expected);
    const auto born = arguments.parsed("born", day_from, "a day such as 1970-05-17");
    const auto died = arguments.parsed("died", day_from, "a day such as 2030-06-01");
    if (!subject) arguments.complain("subject", subject_expected);
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    if (!born && !died) co_return complaint("what is known? give --born or --died, or both");
    if (born && died && *died < *born)
        co_return complaint("who died before birth? --died is before --born");
    subject->born = born;
    subject->died = died;
    const auto done = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        // The terms that depend on it are stale by this, and worked out by the worker.
        const auto known = transaction.catalog.set_subject_facts(*subject);
        if (!known) return failure(known.error());
        return append(transaction, act_about(site, call.administrator, "subject set", *subject));
    });
    if (!done) co_return storage_complaint(done.error());
    co_return json::object{{"subject", text_of(*subject)}};
}

struct Known {
    std::optional<SubjectId> id;
};

asio::awaitable<Result<Known>> look_up(Site& site, Subject subject) {
    co_return co_await site.store.read([&](Transaction& transaction) -> Result<Known> {
        const auto id = transaction.catalog.subject_id(subject);
        if (!id) return failure(id.error());
        return Known{*id};
    });
}

asio::awaitable<Answered> report(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    const auto subject = arguments.parsed("subject", subject_from, subject_expected);
    if (!subject) arguments.complain("subject", subject_expected);
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    const auto recorded = co_await site.store.write([&](Transaction& transaction) {
        return append(transaction, act_about(site, call.administrator, "subject report", *subject));
    });
    if (!recorded) co_return storage_complaint(recorded.error());
    const auto known = co_await look_up(site, *subject);
    if (!known) co_return storage_complaint(known.error());
    SubjectReport told(site, call.rows, *subject, known->id);
    const auto has_something = co_await told.has_something();
    if (!has_something) co_return storage_complaint(has_something.error());
    if (!*has_something) co_return complaint(nobody_known(*subject));
    if (auto done = co_await told.tell(); !done) co_return storage_complaint(done.error());
    co_return told.end();
}

/// Why it may not be erased, in the words of the GDPR (art. 17).
std::string_view ground_of(std::string_view kept_by) {
    if (kept_by.starts_with("hold")) return "held for legal claims (GDPR art. 17(3)(e))";
    if (kept_by == "a job") return "it is being delivered; ask again";
    if (kept_by == "clock")
        return "the clock is not believed: nothing is destroyed until it is confirmed";
    if (kept_by == "unknown")
        return "the law asks for it to be kept, and until when cannot be told "
               "(GDPR art. 17(3)(b))";
    if (kept_by == "stale") return "its term is being worked out anew; ask again";
    if (kept_by == "failed") return "it could not be erased; see consignd's log, and ask again";
    return "the law asks for it to be kept until then (GDPR art. 17(3)(b))";
}

/// A request of erasure, content by content.
class Erasure {
  public:
    Erasure(Site& site, RowSink& sink) : site_(site), sink_(sink) {}

    asio::awaitable<Result<>> erase(catalog::Catalog::LifeOfFile life) {
        terms::Term term;
        auto row = co_await site_.store.read(
            [&](Transaction& transaction) -> Result<std::optional<json::object>> {
                const auto settled = transaction.terms.find(life.file);
                if (!settled) return failure(settled.error());
                if (*settled) term = (*settled)->term;
                return content_row(transaction, life.file, term);
            });
        if (!row) co_return failure(row.error());
        // Each content is told once, with the class that keeps it longest.
        if (!*row || (!term.class_name.empty() && term.class_name != life.class_name))
            co_return Result<>{};
        std::vector<FileId> files{life.file};
        const auto ended = co_await end_if_due(site_, std::move(files));
        co_return co_await tell(**std::move(row), term, ended);
    }

    [[nodiscard]] std::uint64_t erased() const { return erased_; }
    [[nodiscard]] std::uint64_t kept() const { return kept_; }

  private:
    asio::awaitable<Result<>> tell(json::object row, terms::Term term, Result<Ended> ended) {
        const auto policy = site_.policy.current();
        const auto found = policy->classes.find(term.class_name);
        const bool erased = ended && ended->destroyed > 0;
        std::string kept_by(row["kept_by"].as_string());
        if (!ended || ended->policy_is_not_in_force) kept_by = "failed";
        if (ended && ended->stale > 0 && kept_by.empty()) kept_by = "stale";
        if (ended && ended->clock_is_doubted && kept_by.empty() && term.due &&
            *term.due <= site_.clock.now())
            kept_by = "clock";
        ++(erased ? erased_ : kept_);
        row["outcome"] = erased ? "erased" : "kept";
        row["ground"] = erased ? std::string_view("its term was over") : ground_of(kept_by);
        row["legal_basis"] =
            found == policy->classes.end() ? std::string() : found->second.legal_basis;
        row["purpose"] = found == policy->classes.end() ? std::string() : found->second.purpose;
        co_return co_await sink_.give(std::move(row));
    }

    Site& site_;
    RowSink& sink_;
    std::uint64_t erased_ = 0, kept_ = 0;
};

asio::awaitable<Answered> erase(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    const auto subject = arguments.parsed("subject", subject_from, subject_expected);
    if (!subject) arguments.complain("subject", subject_expected);
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    const Id request = Id::random(site.random);
    auto event = act_about(site, call.administrator, "subject erase", *subject);
    event.action = ledger::Action::erasure_requested;
    event.detail = "request " + request.hex();
    const auto recorded = co_await site.store.write(
        [&](Transaction& transaction) { return append(transaction, event); });
    if (!recorded) co_return storage_complaint(recorded.error());
    const auto known = co_await look_up(site, *subject);
    if (!known) co_return storage_complaint(known.error());
    // A slip of the pen must not read as an erasure.
    if (!known->id) co_return complaint(nobody_known(*subject));
    // What is stale none the less is kept, and the answer says so.
    if (const auto settled = co_await settle_all(site); !settled)
        co_return storage_complaint(settled.error());
    Erasure erasure(site, call.rows);
    for (LifeId last = 0;;) {
        const auto lives = co_await site.store.read([&](Transaction& transaction) {
            return transaction.catalog.lives_about(*known->id, last, page_lives);
        });
        if (!lives) co_return storage_complaint(lives.error());
        if (lives->empty()) break;
        last = lives->back().life;
        for (const auto& life : *lives)
            if (auto done = co_await erasure.erase(life); !done)
                co_return storage_complaint(done.error());
    }
    bool facts_erased = true;
    event.time = site.clock.now();
    event.detail = fmt::format("request {} answered: {} erased, {} kept", request.hex(),
                               erasure.erased(), erasure.kept());
    const auto answered = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        const auto forgotten = transaction.catalog.forget_subject(*known->id);
        if (!forgotten) return failure(forgotten.error());
        facts_erased = *forgotten;
        return append(transaction, event);
    });
    if (!answered) co_return storage_complaint(answered.error());
    co_return json::object{{"request", request.hex()},
                           {"time", rfc3339(event.time)},
                           {"site", site.policy.current()->site},
                           {"subject", text_of(*subject)},
                           {"erased", erasure.erased()},
                           {"kept", erasure.kept()},
                           {"facts_erased", facts_erased}};
}

}  // namespace

VerbTable subject_verbs(Site& site) {
    return {{"subject.set", [&site](VerbCall call) { return set(site, std::move(call)); }},
            {"subject.report", [&site](VerbCall call) { return report(site, std::move(call)); }},
            {"subject.erase", [&site](VerbCall call) { return erase(site, std::move(call)); }}};
}

}  // namespace consign::desk
