#include "desk/audit/export_verbs.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <span>

#include "desk/audit/checkpointing.hpp"
#include "desk/audit/export_bundle.hpp"
#include "desk/audit/verification.hpp"
#include "desk/site/displayed_path.hpp"
#include "desk/site/known_account.hpp"
#include "desk/site/system_event.hpp"
#include "desk/site/unindexed.hpp"
#include "desk/verbs/administrator_act.hpp"
#include "desk/verbs/complaint.hpp"
#include "desk/verbs/content_argument.hpp"
#include "desk/verbs/contents_about.hpp"
#include "desk/verbs/subject_argument.hpp"
#include "desk/verbs/verb_arguments.hpp"
#include "storage/ledger/errc.hpp"

namespace consign::desk {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;

/// A row of an answer, in JSON, is shorter than what both ends take.
constexpr std::size_t text_limit_bytes = std::size_t{128} * 1024;
constexpr std::size_t page_events = 1000;
constexpr std::size_t ids_told = 5;
constexpr std::array<std::string_view, 6> personal_fields{"path",   "second_path", "address",
                                                          "sha256", "subject",     "query"};

struct Asked {
    ExportRequest request;
    std::optional<std::string> file;
    std::optional<catalog::Subject> subject;
};

std::expected<Asked, std::string> asked_of(const VerbCall& call) {
    VerbArguments arguments(call.arguments);
    Asked asked;
    ledger::ExcerptScope& scope = asked.request.scope;
    scope.account = arguments.text("account");
    scope.from = arguments.time("from");
    scope.until = arguments.time("until");
    asked.file = arguments.text("file");
    asked.subject = arguments.parsed("subject", subject_from, subject_expected);
    asked.request.fields = arguments.texts("fields");
    for (const std::string& field : asked.request.fields)
        if (std::ranges::find(personal_fields, field) == personal_fields.end())
            arguments.complain("fields",
                               "some of path, second_path, address, sha256, subject, query");
    asked.request.whole_chain = arguments.flag("whole_chain");
    asked.request.asked_by = "admin:" + call.administrator;
    if (auto wrong = arguments.complaint()) return complaint(*std::move(wrong));
    return asked;
}

/// Contents that had this path, newest first.
Result<std::vector<Id>> streams_once_at(Transaction& transaction, const VirtualPath& path) {
    const auto events =
        transaction.search.events({.path = std::string(path.text()), .limit = page_events});
    if (!events) return failure(events.error());
    std::vector<Id> streams;
    for (auto event = events->rbegin(); event != events->rend(); ++event)
        if (const Id& stream = event->event.stream;
            !stream.is_nil() && std::ranges::find(streams, stream) == streams.end())
            streams.push_back(stream);
    return streams;
}

/// What is wrong, for who asked; empty where the file that is meant is known.
Result<std::string> find_file(Transaction& transaction, const std::string& file,
                              std::optional<Id>& found) {
    // The rows of a content outlive it: its id is enough.
    found = Id::from_hex(file);
    if (found) return std::string();
    const auto content = content_named(transaction, file);
    if (!content) return failure(content.error());
    if (*content) {
        found = (*content)->stream;
        return std::string();
    }
    const auto path = from_displayed(file);
    const auto streams =
        path ? streams_once_at(transaction, *path) : Result<std::vector<Id>>(std::vector<Id>());
    if (!streams) return failure(streams.error());
    if (streams->empty()) return no_such_content(file);
    found = streams->front();
    if (streams->size() == 1) return std::string();
    std::vector<std::string> ids;
    for (const Id& stream : std::span(*streams).first(std::min(streams->size(), ids_told)))
        ids.push_back(stream.hex());
    return fmt::format("several files had that path, and none has now; name one by its id: {}{}",
                       fmt::join(ids, ", "), ids.size() < streams->size() ? ", and others" : "");
}

/// The same, for all that was asked.
Result<std::string> find_scope(Transaction& transaction, Asked& asked) {
    ledger::ExcerptScope& scope = asked.request.scope;
    if (asked.subject) {
        auto streams = contents_about(transaction, *asked.subject);
        if (!streams) return failure(streams.error());
        scope.person = {.subject = text_of(*asked.subject), .streams = *std::move(streams)};
    }
    if (!asked.file) return std::string();
    return find_file(transaction, *asked.file, scope.stream);
}

asio::awaitable<Result<std::int64_t>> record(Site& site, const VerbCall& call, const Asked& asked,
                                             bool found) {
    auto event = administrator_act(site, call.administrator, "audit export");
    if (!found) event.outcome = ledger::Outcome::failed;
    event.stream = asked.request.scope.stream.value_or(Id{});
    if (asked.file && !Id::from_hex(*asked.file))
        if (const auto path = from_displayed(*asked.file))
            event.personal.path = std::string(path->text());
    if (asked.subject) event.personal.subject = text_of(*asked.subject);
    co_return co_await site.store.write(
        [&event](Transaction& transaction) { return transaction.ledger.append(event); });
}

/// "made", or why the chain is not vouched for anew. All of it is looked at, where a checkpoint by
/// itself looks at what came since the last one: what is signed for an auditor is to be sound.
asio::awaitable<std::string> checkpoint_for(Site& site) {
    const auto found = co_await verify_ledger(site);
    if (!found) co_return "not made: the ledger could not be verified";
    if (found->first_bad)
        co_return fmt::format("not made: the ledger does not verify, from row {} on ({})",
                              *found->first_bad,
                              ledger::name_of(found->damage.value_or(ledger::Damage::changed)));
    const auto made = co_await make_checkpoint(site);
    if (made) co_return "made";
    if (made.error() == ledger::ledger_errc::not_what_was_vouched_for)
        co_return "not made: the ledger is not what was vouched for";
    co_return "not made: it could not be written";
}

asio::awaitable<Result<>> give(RowSink& rows, const BundlePiece& piece) {
    std::string_view rest = piece.text;
    do {
        std::size_t size = std::min(rest.size(), text_limit_bytes);
        // Not within a letter: each part is a text of its own.
        while (size < rest.size() && size > 1 &&
               (static_cast<unsigned char>(rest[size]) & 0xC0U) == 0x80U)
            --size;
        auto given = co_await rows.give({{"file", piece.file}, {"text", rest.substr(0, size)}});
        if (!given) co_return given;
        rest.remove_prefix(size);
    } while (!rest.empty());
    co_return Result<>{};
}

asio::awaitable<Answered> export_ledger(Site& site, VerbCall call) {
    if (!site.witness)
        co_return complaint(
            "this site has no witness key, so that nothing can be signed; name one as keys.witness "
            "in consign.yaml (openssl genpkey -algorithm ed25519 makes one)");
    auto asked = asked_of(call);
    if (!asked) co_return complaint(asked.error());
    const auto policy = site.policy.current();
    std::int64_t unindexed = 0;
    const auto found =
        co_await site.store.read([&](Transaction& transaction) -> Result<std::string> {
            const auto rows = asked->file || asked->subject ? unindexed_rows(transaction)
                                                            : Result<std::int64_t>(0);
            if (!rows) return failure(rows.error());
            unindexed = *rows;
            if (const auto& account = asked->request.scope.account) {
                auto unknown = unknown_account(transaction, *policy, *account);
                if (!unknown || !unknown->empty()) return unknown;
            }
            return find_scope(transaction, *asked);
        });
    if (!found) co_return storage_complaint(found.error());
    if (const auto recorded = co_await record(site, call, *asked, found->empty()); !recorded)
        co_return storage_complaint(recorded.error());
    if (!found->empty()) co_return complaint(*found);

    const auto& person = asked->request.scope.person;
    const bool is_about_nobody = person && person->streams.empty();
    asked->request.checkpoint = co_await checkpoint_for(site);
    if (site.stopping.stop_requested()) co_return stop_complaint();
    asked->request.site = site.policy.current()->site;
    asked->request.time = site.clock.now();
    ExportBundle bundle(std::move(asked->request), *site.witness);
    for (;;) {
        const auto piece = co_await site.store.read([&bundle](Transaction& transaction) {
            return bundle.next(transaction.ledger, transaction.timestamps, transaction.excerpt);
        });
        if (!piece) co_return storage_complaint(piece.error());
        if (!*piece) break;
        if (site.stopping.stop_requested()) co_return stop_complaint();
        if (const auto given = co_await give(call.rows, **piece); !given)
            co_return storage_complaint(given.error());
    }
    const ExportManifest& manifest = bundle.manifest();
    json::object end{{"first", manifest.first},
                     {"last", manifest.last},
                     {"rows", manifest.rows},
                     {"shown", manifest.shown},
                     {"checkpoint", manifest.checkpoint}};
    tell_unindexed(end, unindexed);
    if (is_about_nobody) end["subject_unknown"] = true;
    co_return end;
}

}  // namespace

VerbTable export_verbs(Site& site) {
    return {
        {"audit.export", [&site](VerbCall call) { return export_ledger(site, std::move(call)); }}};
}

}  // namespace consign::desk
