#include "desk/reports/blast_radius.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "desk/pickups/file_download.hpp"
#include "desk/site/rfc3339.hpp"
#include "desk/site/visibility.hpp"
#include "desk/verbs/audit_rows.hpp"
#include "desk/verbs/subject_argument.hpp"
#include "desk/verbs/tree_walk.hpp"

namespace consign::desk {

namespace asio = boost::asio;
namespace json = boost::json;
using ledger::Action;
using ledger::Outcome;

namespace {

constexpr std::size_t page_rows = 500;

bool is_change(Action action) {
    constexpr std::array changes{Action::deposited,      Action::upload_broken_off,
                                 Action::renamed,        Action::removed,
                                 Action::folder_made,    Action::folder_removed,
                                 Action::attributes_set, Action::upload_expired};
    return std::ranges::find(changes, action) != changes.end();
}

bool is_look(Action action) {
    return action == Action::opened_for_reading || action == Action::retrieval_ended ||
           action == Action::hashed;
}

json::array texts(const std::set<std::string>& all) {
    json::array texts;
    for (const std::string& one : all) texts.emplace_back(display_name(one));
    return texts;
}

}  // namespace

BlastRadius::BlastRadius(Site& site, RowSink& sink, BlastPeriod period,
                         const AccountVersions& versions)
    : site_(site), sink_(sink), period_(std::move(period)), versions_(versions) {}

asio::awaitable<Result<>> BlastRadius::tell() {
    if (auto told = co_await tell_sessions(); !told) co_return told;
    if (auto told = co_await tell_events(); !told) co_return told;
    if (auto told = co_await tell_files(); !told) co_return told;
    if (auto told = co_await tell_counts(); !told) co_return told;
    co_return co_await tell_sealed();
}

asio::awaitable<Result<>> BlastRadius::tell_sessions() {
    for (ledger::SessionRow last = 0;;) {
        const auto page = co_await site_.store.read([&](Transaction& transaction) {
            return transaction.report_rows.running(period_.account, period_.from, period_.until,
                                                   last, page_rows);
        });
        if (!page) co_return failure(page.error());
        if (page->empty()) co_return Result<>{};
        for (const ledger::NumberedSession& one : *page) {
            last = one.row;
            ++sessions_;
            json::object row = audit_row(one.session);
            row["kind"] = "session";
            if (auto given = co_await sink_.give(std::move(row)); !given) co_return given;
        }
    }
}

asio::awaitable<Result<>> BlastRadius::tell_events() {
    for (std::int64_t last = 0;;) {
        auto page = co_await site_.store.read([&](Transaction& transaction) {
            return transaction.report_rows.events_of(period_.account, period_.from, period_.until,
                                                     last, page_rows);
        });
        if (!page) co_return failure(page.error());
        if (page->empty()) co_return Result<>{};
        for (ledger::EventRow& row : *page) {
            last = row.sequence;
            if (auto told = co_await tell_event(std::move(row)); !told) co_return told;
        }
        if (is_past_limit()) co_return failure(make_error_code(std::errc::value_too_large));
    }
}

bool BlastRadius::is_past_limit() const {
    return seen_.size() > told_apart_limit || listed_.size() > told_apart_limit;
}

asio::awaitable<Result<>> BlastRadius::tell_event(ledger::EventRow row) {
    const ledger::Event& event = row.event;
    events_ += event.count;
    if (row.personal_altered)
        ++altered_;
    else if (!row.personal_readable)
        ++forgotten_;
    std::string_view kind;
    if (event.outcome == Outcome::refused) {
        kind = "refusal";
        refusals_ += event.count;
    } else if (is_look(event.action)) {
        note_seen(row);
    } else if (event.action == Action::listed) {
        note_listed(row);
    } else if (event.action == Action::receipt_read) {
        kind = "receipt";
        ++receipts_;
    } else if (is_change(event.action)) {
        kind = "change";
        ++changes_;
    }
    if (kind.empty()) co_return Result<>{};
    json::object told = audit_row(row);
    told["kind"] = kind;
    co_return co_await sink_.give(std::move(told));
}

void BlastRadius::note_seen(const ledger::EventRow& row) {
    const ledger::Event& event = row.event;
    if (event.stream.is_nil()) return;
    const auto [at, is_new] = seen_.try_emplace(event.stream);
    Seen& seen = at->second;
    if (is_new) seen.first = event.time;
    seen.last = event.time;
    if (!event.personal.path.empty()) seen.path = event.personal.path;
    switch (event.action) {
        case Action::opened_for_reading:
            ++seen.opened;
            ++seen.open[event.session];
            seen.size = std::max(seen.size, event.bytes);
            break;
        case Action::retrieval_ended:
            seen.bytes += event.bytes;
            bytes_ += event.bytes;
            seen.all_at_once = seen.all_at_once || event.detail == ledger::all_retrieved;
            seen.the_rest = seen.the_rest || event.detail == ledger::rest_retrieved ||
                            event.detail.contains(all_sent_mark);
            seen.more_left = seen.more_left || event.detail.contains(more_left_mark);
            // What began before the period ends nothing that began in it.
            if (const auto open = seen.open.find(event.session);
                open != seen.open.end() && --open->second == 0)
                seen.open.erase(open);
            break;
        default:
            ++seen.hashed;
    }
}

/// The ledger tells how much left each time, and not which bytes: it is a part where all that left
/// together is less than the whole. What may be the whole is not known.
std::string_view BlastRadius::Seen::extent() const {
    if (all_at_once || (the_rest && size > 0 && bytes >= size)) return "whole";
    if (!open.empty() || more_left) return "unknown";
    if (bytes > 0) return bytes < size ? "part" : "unknown";
    // Of an empty file, its last retrieval is all that there is.
    if (the_rest) return "whole";
    return hashed > 0 && opened == 0 ? "hash" : "nothing";
}

void BlastRadius::note_listed(const ledger::EventRow& row) {
    ++listings_;
    if (!row.event.personal.path.empty()) listed_[row.event.personal.path] = row.event.time;
}

BlastRadius::About BlastRadius::about(Transaction& transaction, const Id& stream) {
    About about;
    const auto file = transaction.catalog.file_of(stream);
    if (!file || !*file) return about;
    about.is_here = true;
    // What was altered hides no other.
    const auto lives = transaction.catalog.lives_of((*file)->id);
    if (!lives) return about;
    for (const catalog::Life& life : *lives) {
        about.classes.insert(life.class_name);
        for (const auto& one : life.subjects) about.subjects.insert(text_of(one.subject));
    }
    return about;
}

asio::awaitable<Result<>> BlastRadius::tell_files() {
    for (auto& [stream, seen] : seen_) {
        const auto about =
            co_await site_.store.read([&](Transaction& transaction) -> Result<About> {
                return BlastRadius::about(transaction, stream);
            });
        if (!about) co_return failure(about.error());
        gone_ += about->is_here ? 0 : 1;
        for (const std::string& one : about->classes) ++classes_[one];
        for (const std::string& one : about->subjects) ++subjects_[one];
        if (subjects_.size() > told_apart_limit)
            co_return failure(make_error_code(std::errc::value_too_large));
        json::object row{
            {"kind", "file"},
            {"stream", stream.hex()},
            {"path", seen.path.empty() ? json::value() : json::value(display_name(seen.path))},
            {"extent", seen.extent()},
            {"bytes", seen.bytes},
            {"size", seen.size},
            {"opened", seen.opened},
            {"hashed", seen.hashed},
            {"first", rfc3339(seen.first)},
            {"last", rfc3339(seen.last)},
            {"here", about->is_here},
            {"classes", texts(about->classes)},
            {"subjects", texts(about->subjects)}};
        if (auto given = co_await sink_.give(std::move(row)); !given) co_return given;
    }
    co_return Result<>{};
}

asio::awaitable<Result<>> BlastRadius::tell_counts() {
    for (const auto& [path, last] : listed_) {
        json::object row{{"kind", "folder"}, {"path", display_name(path)}, {"last", rfc3339(last)}};
        if (auto given = co_await sink_.give(std::move(row)); !given) co_return given;
    }
    for (const auto& [subject, files] : subjects_) {
        json::object row{{"kind", "subject"}, {"subject", display_name(subject)}, {"files", files}};
        if (auto given = co_await sink_.give(std::move(row)); !given) co_return given;
    }
    for (const auto& [name, files] : classes_) {
        json::object row{{"kind", "class"}, {"class", name}, {"files", files}};
        if (auto given = co_await sink_.give(std::move(row)); !given) co_return given;
    }
    co_return Result<>{};
}

asio::awaitable<Result<>> BlastRadius::tell_sealed() {
    std::map<VirtualPath, std::vector<const policy::Account*>> homes;
    for (const AccountVersion& version : versions_.versions)
        homes[version.account.home].push_back(&version.account);
    std::vector<VirtualPath> walked;
    for (const auto& [home, grants] : homes) {
        // One that lies in another comes behind it, and was walked with it.
        const auto holds = [&home](const VirtualPath& other) { return other.contains(home); };
        if (std::ranges::any_of(walked, holds)) continue;
        if (auto done = co_await tell_sealed_below(home, grants); !done) co_return done;
        walked.push_back(home);
    }
    co_return Result<>{};
}

asio::awaitable<Result<>> BlastRadius::tell_sealed_below(
    const VirtualPath& home, const std::vector<const policy::Account*>& grants) {
    const auto entry = co_await site_.store.read(
        [&](Transaction& transaction) { return transaction.catalog.find(home); });
    if (!entry || entry->kind != catalog::Kind::directory) co_return Result<>{};
    TreeWalk walk(site_.store, true);
    walk.enter(home, entry->node);
    const Timestamp fresh = site_.clock.now() - fresh_deposit_time;
    for (;;) {
        const auto name = co_await walk.next();
        if (!name) co_return failure(name.error());
        if (!*name) co_return Result<>{};
        const catalog::Entry& one = (*name)->entry;
        if (!one.file || one.created >= period_.until) continue;
        const auto looked_at = seen_.find(one.file->stream);
        if (looked_at != seen_.end() && looked_at->second.opened > 0) continue;
        const VirtualPath path = home.relative((*name)->path);
        const bool readable = std::ranges::any_of(grants, [&](const policy::Account* account) {
            return is_visible(*account, one, path, fresh) &&
                   policy::may(*account, policy::Verb::download, path).allowed;
        });
        if (!readable) continue;
        const auto listed = listed_.find(std::string((*name)->path.parent().text()));
        const bool name_learned = listed != listed_.end() && listed->second >= one.created;
        ++sealed_;
        sealed_bytes_ += one.file->size_bytes;
        names_learned_ += name_learned ? 1 : 0;
        if (!period_.all) continue;
        json::object row{{"kind", "sealed"},
                         {"path", (*name)->path.display()},
                         {"stream", one.file->stream.hex()},
                         {"size", one.file->size_bytes},
                         {"name_learned", name_learned}};
        if (auto given = co_await sink_.give(std::move(row)); !given) co_return given;
    }
}

json::object BlastRadius::end() const {
    const auto to = [this](std::string_view extent) {
        return static_cast<std::uint64_t>(std::ranges::count_if(
            seen_, [&](const auto& one) { return one.second.extent() == extent; }));
    };
    return {{"account", period_.account},
            {"from", rfc3339(period_.from)},
            {"until", rfc3339(period_.until)},
            {"sessions", sessions_},
            {"events", events_},
            {"files", seen_.size()},
            {"files_whole", to("whole")},
            {"files_unknown", to("unknown")},
            {"files_gone", gone_},
            {"bytes", bytes_},
            {"folders", listed_.size()},
            {"listings", listings_},
            {"changes", changes_},
            {"receipts", receipts_},
            {"refusals", refusals_},
            {"subjects", subjects_.size()},
            {"sealed", sealed_},
            {"sealed_bytes", sealed_bytes_},
            {"sealed_names_learned", names_learned_},
            {"forgotten", forgotten_},
            {"altered", altered_},
            {"policies", versions_.policies},
            {"policies_unknown", versions_.unknown}};
}

}  // namespace consign::desk
