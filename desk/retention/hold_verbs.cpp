#include "desk/retention/hold_verbs.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <limits>

#include "desk/site/displayed_path.hpp"
#include "desk/site/known_account.hpp"
#include "desk/site/rfc3339.hpp"
#include "desk/site/system_event.hpp"
#include "desk/verbs/administrator_act.hpp"
#include "desk/verbs/complaint.hpp"
#include "desk/verbs/content_argument.hpp"
#include "desk/verbs/subject_argument.hpp"
#include "desk/verbs/verb_arguments.hpp"
#include "policy/language/utf8.hpp"

namespace consign::desk {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using terms::Hold;
using terms::HoldId;

constexpr std::size_t page_holds = 256;
constexpr std::size_t words_limit_bytes = 1000;
constexpr auto greatest_id = static_cast<std::size_t>(std::numeric_limits<HoldId>::max());

std::string_view kind_of(const Hold& hold) {
    return hold.file != 0 ? "file" : hold.subject != 0 ? "subject" : "account";
}

/// So that it can be given back; what is no UTF-8, as older versions took it, as names show it.
std::string as_given(const std::string& words) {
    return policy::find_malformed_utf8(words) == std::string::npos ? words : display_name(words);
}

std::string about(const Hold& hold) {
    if (hold.words_altered) return "(altered: it binds none the less)";
    // A path was kept as it was typed: shown already.
    if (hold.file != 0 && !Id::from_hex(hold.about))
        if (const auto path = from_displayed(hold.about)) return path->display();
    return as_given(hold.about);
}

json::object hold_row(const Hold& hold) {
    return {{"id", hold.id},
            {"kind", kind_of(hold)},
            {"about", about(hold)},
            {"case", as_given(hold.case_number)},
            {"reason", as_given(hold.reason)},
            {"made", rfc3339(hold.made)},
            {"made_by", as_given(hold.made_by)},
            {"lifted", hold.lifted ? json::value(rfc3339(*hold.lifted)) : json::value()},
            {"lifted_by", as_given(hold.lifted_by)},
            {"lift_reason", as_given(hold.lift_reason)}};
}

/// Each hold that passes, in pages.
template <class Visit>
Result<> each_hold(Transaction& transaction, bool lifted_too, Visit visit) {
    for (HoldId last = 0;;) {
        const auto holds = transaction.holds.list(last, lifted_too, page_holds);
        if (!holds) return failure(holds.error());
        if (holds->empty()) return {};
        for (const Hold& hold : *holds)
            if (auto done = visit(hold); !done) return done;
        last = holds->back().id;
    }
}

asio::awaitable<Answered> list(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    const bool lifted_too = arguments.flag("lifted");
    const auto case_number = arguments.text("case");
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    if (auto recorded = co_await record_act(site, call.administrator, "hold list"); !recorded)
        co_return recorded;
    std::size_t rows = 0;
    for (HoldId last = 0;;) {
        const auto holds = co_await site.store.read([&](Transaction& transaction) {
            return transaction.holds.list(last, lifted_too, page_holds);
        });
        if (!holds) co_return storage_complaint(holds.error());
        if (holds->empty()) break;
        last = holds->back().id;
        for (const Hold& hold : *holds) {
            if (case_number && hold.case_number != *case_number) continue;
            if (auto given = co_await call.rows.give(hold_row(hold)); !given)
                co_return storage_complaint(given.error());
            ++rows;
        }
    }
    co_return json::object{{"rows", rows}};
}

/// What holds.add and holds.lift are asked about.
struct Asked {
    std::optional<std::string> file, account, case_number;
    std::optional<catalog::Subject> subject;
    std::string reason;
};

Asked asked_of(VerbArguments& arguments) {
    Asked asked;
    asked.file = arguments.text("file");
    asked.subject = arguments.parsed("subject", subject_from, subject_expected);
    asked.account = arguments.text("account");
    asked.case_number = arguments.text("case");
    asked.reason = arguments.text("reason").value_or("");
    for (const auto& text : {asked.account, asked.case_number, std::optional(asked.reason)})
        if (text && text->size() > words_limit_bytes)
            arguments.complain("reason", fmt::format("at most {} bytes", words_limit_bytes));
    return asked;
}

ledger::Event hold_event(const Site& site, const std::string& administrator, ledger::Action action,
                         const Hold& hold) {
    auto event = administrator_act(site, administrator, "hold");
    event.action = action;
    event.detail = fmt::format("hold {}: {}", hold.id, kind_of(hold));
    if (hold.subject != 0) event.personal.subject = hold.about;
    if (hold.file != 0 && hold.about.starts_with('/')) event.personal.path = hold.about;
    if (!hold.account.empty()) event.detail += " " + hold.account;
    return event;
}

/// The terms of what a claim binds are others, from its beginning and from its end on.
Result<> mark_stale(Transaction& transaction, const Hold& claim) {
    if (claim.file != 0) return transaction.terms.mark_stale(claim.file);
    if (claim.subject != 0) return transaction.terms.mark_subject(claim.subject);
    return transaction.terms.mark_all_stale();
}

Result<> add_one(Site& site, Transaction& transaction, Hold hold, const Asked& asked,
                 const std::string& administrator, const Id& stream, json::array& ids) {
    hold.made = site.clock.now();
    hold.made_by = administrator;
    hold.case_number = asked.case_number.value_or("");
    hold.reason = asked.reason;
    hold.is_claim = !hold.case_number.empty();
    const auto id = transaction.holds.add(hold);
    if (!id) return failure(id.error());
    hold.id = *id;
    ids.emplace_back(*id);
    if (hold.is_claim)
        if (auto marked = mark_stale(transaction, hold); !marked) return marked;
    auto event = hold_event(site, administrator, ledger::Action::hold_added, hold);
    event.stream = stream;
    return append(transaction, event);
}

asio::awaitable<Answered> add(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    const Asked asked = asked_of(arguments);
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    if (!asked.file && !asked.subject && !asked.account)
        co_return complaint(
            "what is to be held? --file, --subject or --account says so; --case names the "
            "proceedings that it is for");
    if (asked.reason.empty() && !asked.case_number)
        co_return complaint("why? give --reason, or --case");
    if (asked.account) {
        const auto policy = site.policy.current();
        const auto unknown = co_await site.store.read([&](Transaction& transaction) {
            return unknown_account(transaction, *policy, *asked.account);
        });
        if (!unknown) co_return storage_complaint(unknown.error());
        if (!unknown->empty()) co_return complaint(*unknown);
    }
    json::array ids;
    bool is_unknown = false, is_doomed = false;
    const auto done = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        ids.clear();
        if (asked.file) {
            const auto content = content_named(transaction, *asked.file);
            if (!content) return failure(content.error());
            is_unknown = !*content;
            is_doomed = *content && (*content)->is_doomed;
            if (is_unknown || is_doomed) return {};
            if (auto added =
                    add_one(site, transaction, {.file = (*content)->file, .about = *asked.file},
                            asked, call.administrator, (*content)->stream, ids);
                !added)
                return added;
        }
        if (asked.subject) {
            const auto subject = transaction.catalog.ensure_subject(*asked.subject);
            if (!subject) return failure(subject.error());
            if (auto added = add_one(site, transaction,
                                     {.subject = *subject, .about = text_of(*asked.subject)}, asked,
                                     call.administrator, {}, ids);
                !added)
                return added;
        }
        if (asked.account)
            return add_one(site, transaction, {.account = *asked.account, .about = *asked.account},
                           asked, call.administrator, {}, ids);
        return {};
    });
    if (!done) co_return storage_complaint(done.error());
    if (is_unknown) co_return complaint(no_such_content(*asked.file));
    if (is_doomed)
        co_return complaint(
            "its term is over, and it is being destroyed: no hold can keep it any more");
    co_return json::object{{"holds", std::move(ids)}};
}

/// Is it among those that are meant?
bool is_meant(const Hold& hold, const Asked& asked, std::optional<catalog::FileId> file) {
    if (asked.case_number && hold.case_number != *asked.case_number) return false;
    if (asked.file && hold.file != file.value_or(-1)) return false;
    if (asked.subject && (hold.subject == 0 || hold.about != text_of(*asked.subject))) return false;
    if (asked.account && hold.account != *asked.account) return false;
    return true;
}

Result<> lift_one(Site& site, Transaction& transaction, const Hold& hold, const Asked& asked,
                  const std::string& administrator, json::array& ids) {
    const Timestamp now = site.clock.now();
    const auto lifted = transaction.holds.lift(hold, now, administrator, asked.reason);
    if (!lifted) return failure(lifted.error());
    ids.emplace_back(hold.id);
    if (hold.is_claim)
        if (auto marked = mark_stale(transaction, hold); !marked) return marked;
    if (hold.file != 0)
        if (auto looked = transaction.terms.look_again(hold.file, now); !looked) return looked;
    if (hold.subject != 0)
        if (auto forgotten = transaction.catalog.forget_subject(hold.subject); !forgotten)
            return failure(forgotten.error());
    auto event = hold_event(site, administrator, ledger::Action::hold_lifted, hold);
    if (const auto stream = transaction.catalog.stream_of(hold.file)) event.stream = *stream;
    return append(transaction, event);
}

asio::awaitable<Answered> lift(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    const auto id = arguments.number("id", greatest_id);
    const Asked asked = asked_of(arguments);
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    if (!id && !asked.file && !asked.subject && !asked.account && !asked.case_number)
        co_return complaint(
            "which? give the number of a hold, --file, --subject, --account or --case; "
            "`consign hold list` shows those that bind");
    json::array ids;
    bool is_another = false;
    const auto done = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        ids.clear();
        std::optional<catalog::FileId> file;
        if (asked.file) {
            const auto content = content_named(transaction, *asked.file);
            if (!content) return failure(content.error());
            if (*content) file = (*content)->file;
        }
        const auto lift_meant = [&](const Hold& hold) -> Result<> {
            if (!is_meant(hold, asked, file)) return {};
            return lift_one(site, transaction, hold, asked, call.administrator, ids);
        };
        if (!id) return each_hold(transaction, false, lift_meant);
        const auto hold = transaction.holds.find(static_cast<HoldId>(*id));
        if (!hold) return failure(hold.error());
        if (!*hold || (*hold)->lifted) return {};
        is_another = !is_meant(**hold, asked, file);
        return lift_meant(**hold);
    });
    if (!done) co_return storage_complaint(done.error());
    if (is_another)
        co_return complaint(
            fmt::format("hold {} is not what else is said of it; nothing was lifted: `consign hold "
                        "list` shows what it is",
                        *id));
    if (ids.empty())
        co_return complaint("no hold that binds is meant by this; `consign hold list` shows them");
    co_return json::object{{"holds", std::move(ids)}};
}

}  // namespace

VerbTable hold_verbs(Site& site) {
    return {{"holds.list", [&site](VerbCall call) { return list(site, std::move(call)); }},
            {"holds.add", [&site](VerbCall call) { return add(site, std::move(call)); }},
            {"holds.lift", [&site](VerbCall call) { return lift(site, std::move(call)); }}};
}

}  // namespace consign::desk
