#include "desk/deposits/quarantine_verbs.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/fault_point.hpp"
#include "desk/deposits/carry_out.hpp"
#include "desk/deposits/depositor.hpp"
#include "desk/deposits/quarantine.hpp"
#include "desk/deposits/scan_gate.hpp"
#include "desk/site/displayed_path.hpp"
#include "desk/site/free_path.hpp"
#include "desk/site/rfc3339.hpp"
#include "desk/site/system_event.hpp"
#include "desk/verbs/administrator_act.hpp"
#include "desk/verbs/complaint.hpp"
#include "desk/verbs/verb_arguments.hpp"
#include "storage/catalog/errc.hpp"
#include "storage/database/errc.hpp"

namespace consign::desk {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using catalog::Held;
using catalog::Standing;

constexpr std::size_t page_names = 256;
constexpr std::string_view id_expected =
    "the id of a file, or how it begins, as `consign quarantine list` shows it";

constexpr std::string_view waits_for_the_rest = "waits for what would make it complete";

bool is_unscanned(const Held& held) {
    return held.entry.standing == Standing::unscanned;
}

bool is_waiting(const Held& held) {
    return held.entry.standing == Standing::waiting;
}

std::string where_it_was(const Held& held) {
    if (!held.quarantine) return held.entry.is_pending() ? held.path.display() : std::string();
    return held.quarantine->altered ? "(altered)" : held.quarantine->was.display();
}

const std::string& depositor_of(const Held& held) {
    return held.quarantine ? held.quarantine->account : held.entry.file->depositor;
}

std::string_view why_held(const Held& held) {
    if (held.quarantine) return held.quarantine->why;
    if (is_unscanned(held)) return waits_for_scanner;
    return is_waiting(held) ? waits_for_the_rest : std::string_view();
}

json::object held_row(const Held& held) {
    const auto& quarantine = held.quarantine;
    const catalog::File& file = *held.entry.file;
    return {{"id", file.stream.hex()},
            {"state", catalog::name_of(held.entry.standing)},
            {"account", depositor_of(held)},
            {"since", rfc3339(quarantine ? quarantine->since : held.entry.created)},
            {"cause", quarantine ? catalog::name_of(quarantine->cause) : std::string_view()},
            {"why", why_held(held)},
            {"rule", quarantine ? quarantine->rule : std::string()},
            {"was", where_it_was(held)},
            {"path", held.path.display()},
            {"size", file.size_bytes}};
}

asio::awaitable<Answered> list(Site& site, VerbCall call) {
    const VerbArguments arguments(call.arguments);
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    if (auto recorded = co_await record_act(site, call.administrator, "quarantine list"); !recorded)
        co_return recorded;
    std::size_t rows = 0;
    for (catalog::NodeId last = 0;;) {
        const auto page = co_await site.store.read([last](Transaction& transaction) {
            return transaction.catalog.held(last, page_names);
        });
        if (!page) co_return storage_complaint(page.error());
        if (page->empty()) co_return json::object{{"rows", rows}};
        for (const Held& held : *page) {
            last = held.entry.node;
            if (auto given = co_await call.rows.give(held_row(held)); !given)
                co_return storage_complaint(given.error());
            ++rows;
        }
    }
}

/// The one that is meant; else `why_not`, in words for the administrator.
Result<std::optional<Held>> meant(Transaction& transaction, const std::string& id,
                                  std::string& why_not) {
    auto found = transaction.catalog.held_beginning(id, 2);
    if (!found) return failure(found.error());
    if (found->size() == 1) return std::move(found->front());
    why_not = found->empty() ? fmt::format(
                                   "nothing with the id {} is in quarantine; `consign quarantine "
                                   "list` shows what is",
                                   id)
                             : fmt::format("more than one id begins with {}: give more of it", id);
    return std::nullopt;
}

ledger::Event act_event(const Site& site, const std::string& administrator, Literal verb,
                        ledger::Action action, const Held& held) {
    auto event = administrator_act(site, administrator, verb);
    event.action = action;
    const catalog::File& file = *held.entry.file;
    event.stream = file.stream;
    event.bytes = file.size_bytes;
    event.personal.path = std::string(held.path.text());
    event.personal.sha256 = to_hex(file.sha256);
    event.detail = why_held(held);
    if (held.quarantine) event.rule = held.quarantine->rule;
    return event;
}

/// Where its class is known, with the deposit that counts for it; else as long as it is held.
Result<Timestamp> deposited_at(Transaction& transaction, const Held& held) {
    const auto lives = transaction.catalog.lives_of(held.entry.file->id);
    const bool is_unreadable = !lives && lives.error() == database::database_errc::altered_cell;
    if (!lives && !is_unreadable) return failure(lives.error());
    if (is_unreadable || lives->empty()) return held.quarantine->since;
    return std::ranges::max(*lives, {}, &catalog::Life::deposited).deposited;
}

/// A release, tried until nothing changes under it.
class Release {
  public:
    Release(Site& site, std::string administrator, std::string id)
        : site_(site), administrator_(std::move(administrator)), id_(std::move(id)) {}

    asio::awaitable<Answered> run() {
        for (int round = 0; round < appraisals_limit; ++round) {
            auto found = co_await site_.store.write(
                [&](Transaction& transaction) { return find(transaction); });
            if (!found) co_return storage_complaint(found.error());
            if (!why_not_.empty()) co_return complaint(why_not_);
            const auto appraisal = co_await appraise(site_, offer_, passage());
            if (!appraisal)
                co_return complaint(
                    fmt::format("its content cannot be read: {}; it stays where "
                                "it is",
                                appraisal.error().message()));
            Aftermath aftermath;
            fault_point("release.appraised");
            const auto done = co_await site_.store.write([&](Transaction& transaction) {
                return release(transaction, *appraisal, aftermath);
            });
            fault_point("release.written");
            if (done) {
                co_await conclude(site_, std::move(aftermath));
                co_return std::move(answer_);
            }
            if (done.error() != appraisal_outdated) co_return storage_complaint(done.error());
        }
        co_return complaint("others were in its way; try again");
    }

  private:
    /// What is meant, and the name that it can have.
    Result<> find(Transaction& transaction) {
        auto held = meant(transaction, id_, why_not_);
        if (!held) return failure(held.error());
        if (!*held) return {};
        held_ = **held;
        why_not_ = why_not_at_all();
        if (!why_not_.empty()) return {};
        const VirtualPath& was = held_.quarantine ? held_.quarantine->was : held_.path;
        const std::string& depositor = depositor_of(held_);
        const auto policy = site_.policy.current();
        const auto* const account = depositor_in(*policy, depositor);
        if (!account || !account->home.contains(was)) {
            why_not_ = fmt::format(
                "{} is not below the home of {} in this policy: give it back first, or reject it",
                was.display(), display_name(depositor));
            return {};
        }
        const Timestamp now = site_.clock.now();
        const auto path = held_.path == was
                              ? Result<VirtualPath>(was)
                              : free_path(transaction, was, policy::OnClash::number, now);
        if (!path) {
            why_not_ =
                fmt::format("no name can be made at {}: {}", was.display(), path.error().message());
            return {};
        }
        offer_ = {.account = depositor,
                  .whole = *path,
                  .file = *held_.entry.file,
                  .time = is_stray() ? held_.entry.modified : now};
        if (is_stray() || is_waiting(held_)) return {};
        const auto deposited = deposited_at(transaction, held_);
        if (!deposited) return failure(deposited.error());
        offer_.kept_from = *deposited;
        return {};
    }

    /// Whatever the policy says.
    [[nodiscard]] std::string why_not_at_all() const {
        if (is_waiting(held_)) return {};
        if (is_unscanned(held_))
            return "it waits for the virus scanner, and nothing passes unscanned; once that "
                   "answers it goes its way by itself";
        if (!held_.quarantine)
            return "a former version put it there, and did not note where it was; only "
                   "`consign quarantine reject` is left";
        if (held_.quarantine->altered)
            return "where it was is altered in the database; only `consign quarantine reject` is "
                   "left";
        return {};
    }

    /// Nobody has looked at a stray yet: it is a deposit of the day on which it came, of which
    /// each rule is asked again.
    [[nodiscard]] bool is_stray() const { return has_cause(catalog::Cause::stray); }
    [[nodiscard]] bool has_cause(catalog::Cause cause) const {
        return held_.quarantine && held_.quarantine->cause == cause;
    }
    /// Nor at what waited for the scanner when its account went, or to be complete.
    [[nodiscard]] policy::Passage passage() const {
        const bool is_new = is_stray() || is_waiting(held_) || has_cause(catalog::Cause::withdrawn);
        return is_new ? policy::Passage::deposited : policy::Passage::released;
    }

    Result<> release(Transaction& transaction, const Appraisal& appraisal, Aftermath& aftermath) {
        const auto held = meant(transaction, id_, why_not_);
        if (!held) return failure(held.error());
        if (!*held || (*held)->entry.node != held_.entry.node || (*held)->path != held_.path ||
            (*held)->entry.standing != held_.entry.standing)
            return failure(appraisal_outdated);
        if (held_.path != offer_.whole && transaction.catalog.find(offer_.whole))
            return failure(appraisal_outdated);
        const auto policy = site_.policy.current();
        if (auto holds = check_still_holds(transaction, appraisal, *policy, offer_.whole); !holds)
            return holds;
        // What the scanner condemned, or could not take, the administrator answers for.
        if (has_cause(catalog::Cause::infected) || has_cause(catalog::Cause::unscannable))
            if (auto marked =
                    transaction.catalog.mark_scanned(held_.entry.file->id, site_.clock.now());
                !marked)
                return marked;
        const auto named = take_out_of_quarantine(transaction, held_, offer_.whole, offer_.time);
        if (!named) return failure(named.error());
        auto event = act_event(site_, administrator_, "quarantine release",
                               ledger::Action::quarantine_released, held_);
        event.personal.second_path = std::string(offer_.whole.text());
        if (auto appended = append(transaction, event); !appended) return appended;
        fault_point("release.in_transaction");
        event.account = offer_.account;
        event.personal.path = std::exchange(event.personal.second_path, {});
        return go_its_way(transaction, *policy, appraisal, *named, event, aftermath);
    }

    Result<> go_its_way(Transaction& transaction, const policy::Policy& policy,
                        const Appraisal& appraisal, const catalog::Committed& named,
                        ledger::Event event, Aftermath& aftermath) {
        const policy::Route* route = appraisal.routing ? appraisal.routing->route : nullptr;
        const bool as_it_is = is_waiting(held_);
        answer_ = {{"path", offer_.whole.display()},
                   {"state", "released"},
                   {"route", route ? route->name : std::string()}};
        const auto held =
            hold_for_scanner(transaction, policy, appraisal, named, offer_.whole, offer_.account,
                             {.as_it_is = as_it_is,
                              .kept_from = offer_.kept_from,
                              .passage = passage(),
                              .protocol = event.protocol},
                             event.time);
        if (!held) return failure(held.error());
        if (*held) {
            answer_["state"] = waits_for_scanner;
            return {};
        }
        if (as_it_is) {
            if (auto told = tell_of_deposit(transaction, appraisal, event); !told) return told;
        } else if (!appraisal.missing.empty()) {
            answer_["state"] = appraisal.words();
            const auto waits = transaction.catalog.rename(offer_.whole, offer_.whole, true,
                                                          Standing::waiting, event.time);
            return waits ? Result<>() : failure(waits.error());
        }
        if (auto done = carry_out(site_, transaction, appraisal, named, event, aftermath); !done)
            return done;
        if (appraisal.routing && appraisal.routing->quarantine) {
            answer_["state"] = "in quarantine again: " + appraisal.routing->quarantine->reason;
            return {};
        }
        return complete_waiting(site_, transaction, appraisal, event, aftermath);
    }

    /// What waited is a deposit only now: who expects it counts this event.
    static Result<> tell_of_deposit(Transaction& transaction, const Appraisal& appraisal,
                                    ledger::Event& event) {
        event.action = ledger::Action::deposited;
        event.rule = appraisal.routing ? appraisal.routing->rule.text() : std::string();
        event.detail = "released by an administrator";
        return append(transaction, event);
    }

    Site& site_;
    const std::string administrator_, id_;
    std::string why_not_;
    Held held_;
    Offer offer_;
    json::object answer_;
};

asio::awaitable<Answered> release(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    const auto id = arguments.text("id");
    if (!id) arguments.complain("id", id_expected);
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    Release releasing(site, call.administrator, *id);
    co_return co_await releasing.run();
}

asio::awaitable<Answered> reject(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    const auto id = arguments.text("id");
    if (!id) arguments.complain("id", id_expected);
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    std::string why_not;
    std::string path;
    std::vector<Id> doomed;
    const auto done = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        const auto held = meant(transaction, *id, why_not);
        if (!held) return failure(held.error());
        if (!*held) return {};
        const Id& stream = (*held)->entry.file->stream;
        const auto job = transaction.queue.find_keyed(queue::Kind::scan, stream.hex());
        if (!job) return failure(job.error());
        if (*job)
            if (auto ended = transaction.queue.finish(**job); !ended) return ended;
        const auto removed = transaction.catalog.remove((*held)->path);
        if (!removed) return failure(removed.error());
        doomed = removed->doomed;
        path = (*held)->path.display();
        fault_point("reject.in_transaction");
        return append(transaction, act_event(site, call.administrator, "quarantine reject",
                                             ledger::Action::quarantine_rejected, **held));
    });
    if (!done) co_return storage_complaint(done.error());
    if (!why_not.empty()) co_return complaint(std::move(why_not));
    fault_point("reject.written");
    co_await destroy(site, std::move(doomed));
    co_return json::object{{"path", path}};
}

}  // namespace

VerbTable quarantine_verbs(Site& site) {
    return {
        {"quarantine.list", [&site](VerbCall call) { return list(site, std::move(call)); }},
        {"quarantine.release", [&site](VerbCall call) { return release(site, std::move(call)); }},
        {"quarantine.reject", [&site](VerbCall call) { return reject(site, std::move(call)); }}};
}

}  // namespace consign::desk
