#include "desk/administration.hpp"

#include <fmt/format.h>

#include "desk/administrator_act.hpp"
#include "desk/audit_rows.hpp"
#include "desk/complaint.hpp"
#include "desk/delivery_verbs.hpp"
#include "desk/displayed_path.hpp"
#include "desk/expected_verbs.hpp"
#include "desk/hold_verbs.hpp"
#include "desk/job_verbs.hpp"
#include "desk/lives.hpp"
#include "desk/pull_verbs.hpp"
#include "desk/quarantine_verbs.hpp"
#include "desk/retention_verbs.hpp"
#include "desk/rfc3339.hpp"
#include "desk/scrub_verbs.hpp"
#include "desk/stored_files.hpp"
#include "desk/subject_verbs.hpp"
#include "desk/verb_arguments.hpp"
#include "desk/verification.hpp"

namespace consign::desk {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;

std::optional<Id> id_from_hex(std::string_view hex) {
    return Id::from_hex(hex);
}

/// One more row than is given out is asked for: it says that there are more.
std::size_t limit_of(VerbArguments& arguments) {
    return arguments.number("limit", Administration::row_limit)
        .value_or(Administration::default_row_count);
}

std::expected<ledger::EventFilter, std::string> event_filter(const json::object& given,
                                                             std::size_t& limit) {
    VerbArguments arguments(given);
    ledger::EventFilter filter;
    filter.account = arguments.text("account");
    filter.from = arguments.time("from");
    filter.until = arguments.time("until");
    filter.session = arguments.parsed("session", id_from_hex, "32 hexadecimal digits");
    filter.outcome =
        arguments.parsed("outcome", ledger::outcome_named, "granted, refused or failed");
    filter.action =
        arguments.parsed("action", ledger::action_named,
                         "an action as docs/formats/ledger.md names it, e.g. deposited");
    if (const auto pattern = arguments.text("path")) {
        if (auto glob = policy::Glob::path(*pattern)) {
            filter.path_matches = [glob = *std::move(glob)](std::string_view raw) {
                const auto path = VirtualPath::parse(raw);
                return path && glob.matches(*path);
            };
        } else {
            arguments.complain(
                "path", fmt::format("a glob of the whole tree, e.g. /labs/**: {}", glob.error()));
        }
    }
    limit = limit_of(arguments);
    filter.limit = limit + 1;
    if (auto wrong = arguments.complaint()) return complaint(*std::move(wrong));
    return filter;
}

std::expected<ledger::SessionFilter, std::string> session_filter(const json::object& given,
                                                                 std::size_t& limit) {
    VerbArguments arguments(given);
    ledger::SessionFilter filter;
    filter.account = arguments.text("account");
    filter.from = arguments.time("from");
    filter.until = arguments.time("until");
    limit = limit_of(arguments);
    filter.limit = limit + 1;
    if (auto wrong = arguments.complaint()) return complaint(*std::move(wrong));
    return filter;
}

json::object name_row(const VirtualPath& path, const catalog::Entry& entry) {
    const bool is_file = entry.file.has_value();
    return {{"path", path.display()},
            {"kind", is_file ? "file" : "directory"},
            {"size", is_file ? entry.file->size_bytes : 0},
            {"modified", rfc3339(entry.modified)},
            {"stream", is_file ? entry.file->stream.hex() : std::string()},
            {"depositor", is_file ? entry.file->depositor : std::string()}};
}

/// A walk of the tree, depth first, in pages: what it holds is bounded by the depth of a path times
/// a page, however large the tree.
class TreeWalk {
  public:
    static constexpr std::size_t page_entries = 256;

    TreeWalk(Store& store, bool recursive) : store_(store), recursive_(recursive) {}

    void enter(VirtualPath folder, catalog::NodeId node) {
        frames_.push_back({.folder = std::move(folder), .node = node});
    }

    struct Name {
        VirtualPath path;
        catalog::Entry entry;
    };
    /// The next name; nothing at the end.
    asio::awaitable<Result<std::optional<Name>>> next() {
        while (!frames_.empty()) {
            Frame& frame = frames_.back();
            if (frame.given < frame.page.size()) co_return name_of(frame.page[frame.given++]);
            if (auto turned = co_await turn_page(frame); !turned) co_return failure(turned.error());
            if (frame.page.empty()) frames_.pop_back();
        }
        co_return std::nullopt;
    }

  private:
    struct Frame {
        VirtualPath folder;
        catalog::NodeId node = 0;
        catalog::NodeId after = 0;
        std::vector<catalog::Entry> page{};
        std::size_t given = 0;
    };

    asio::awaitable<Result<>> turn_page(Frame& frame) {
        auto page = co_await store_.read([&frame](Transaction& transaction) {
            return transaction.catalog.list(frame.node, frame.after, page_entries);
        });
        if (!page) co_return failure(page.error());
        frame.page = *std::move(page);
        frame.given = 0;
        if (!frame.page.empty()) frame.after = frame.page.back().node;
        co_return Result<>{};
    }

    /// Enters it where it is a folder.
    std::optional<Name> name_of(catalog::Entry entry) {
        const auto path = VirtualPath::parse(entry.name, frames_.back().folder);
        if (!path) throw std::logic_error("the catalog holds a name that no door lets in");
        if (recursive_ && entry.kind == catalog::Kind::directory) enter(*path, entry.node);
        return Name{*path, std::move(entry)};
    }

    Store& store_;
    bool recursive_;
    std::vector<Frame> frames_;
};

/// The next contents of a class, each with one of its names where it has any.
Result<std::vector<std::pair<catalog::LifeId, policy::StoredFile>>> contents_after(
    Transaction& transaction, catalog::LifeId last) {
    const auto lives = transaction.catalog.lives(last, TreeWalk::page_entries);
    if (!lives) return failure(lives.error());
    std::vector<std::pair<catalog::LifeId, policy::StoredFile>> contents;
    for (const catalog::Life& life : *lives) {
        const auto names = transaction.catalog.names_of(life.file);
        if (!names) return failure(names.error());
        const auto path = names->empty() ? Result<VirtualPath>()
                                         : transaction.catalog.path_of(names->front().node);
        if (!path) return failure(path.error());
        contents.emplace_back(life.id, policy::StoredFile{.path = *path,
                                                          .is_name = false,
                                                          .retention_class = life.class_name,
                                                          .lives = lives_of(life)});
    }
    return contents;
}

}  // namespace

VerbTable Administration::verbs() {
    const auto bound = [this](auto verb) -> VerbHandler {
        return [this, verb](VerbCall call) { return (this->*verb)(std::move(call)); };
    };
    VerbTable table{{"audit.events", bound(&Administration::audit_events)},
                    {"audit.sessions", bound(&Administration::audit_sessions)},
                    {"files.list", bound(&Administration::files_list)},
                    {"files.stored", bound(&Administration::files_stored)},
                    {"policy.log", bound(&Administration::policy_log)},
                    {"policy.show", bound(&Administration::policy_show)}};
    table.merge(delivery_verbs(site_));
    table.merge(job_verbs(site_));
    table.merge(verification_verbs(site_));
    table.merge(hold_verbs(site_));
    table.merge(retention_verbs(site_));
    table.merge(subject_verbs(site_));
    table.merge(expected_verbs(site_));
    table.merge(quarantine_verbs(site_));
    table.merge(scrub_verbs(site_));
    table.merge(pull_verbs(site_));
    return table;
}

template <class Row>
asio::awaitable<Answered> Administration::answer(VerbCall call, Literal verb,
                                                 Result<std::vector<Row>> rows, std::size_t limit) {
    const auto outcome = rows ? ledger::Outcome::granted : ledger::Outcome::failed;
    if (auto recorded = co_await record_act(site_, call.administrator, verb, outcome); !recorded)
        co_return recorded;
    if (!rows) co_return storage_complaint(rows.error());
    const bool more = rows->size() > limit;
    for (std::size_t i = more ? rows->size() - limit : 0; i < rows->size(); ++i)
        if (auto given = co_await call.rows.give(audit_row((*rows)[i])); !given)
            co_return storage_complaint(given.error());
    co_return json::object{{"rows", std::min(rows->size(), limit)}, {"more", more}};
}

asio::awaitable<Answered> Administration::audit_events(VerbCall call) {
    std::size_t limit = 0;
    const auto filter = event_filter(call.arguments, limit);
    if (!filter) co_return complaint(filter.error());
    auto rows = co_await site_.store.read(
        [&filter](Transaction& transaction) { return transaction.ledger.events(*filter); });
    co_return co_await answer(std::move(call), "audit events", std::move(rows), limit);
}

asio::awaitable<Answered> Administration::audit_sessions(VerbCall call) {
    std::size_t limit = 0;
    const auto filter = session_filter(call.arguments, limit);
    if (!filter) co_return complaint(filter.error());
    auto rows = co_await site_.store.read(
        [&filter](Transaction& transaction) { return transaction.ledger.sessions(*filter); });
    co_return co_await answer(std::move(call), "audit sessions", std::move(rows), limit);
}

asio::awaitable<Answered> Administration::files_list(VerbCall call) {
    VerbArguments arguments(call.arguments);
    const auto path = arguments
                          .parsed("path", from_displayed,
                                  "a path as `files ls` shows it, with a backslash written \\\\")
                          .value_or(VirtualPath());
    const bool recursive = arguments.flag("recursive");
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));

    const auto entry = co_await site_.store.read(
        [&path](Transaction& transaction) { return transaction.catalog.find(path); });
    const auto outcome = entry ? ledger::Outcome::granted : ledger::Outcome::failed;
    if (auto recorded = co_await record_act(site_, call.administrator, "files ls", outcome,
                                            std::string(path.text()));
        !recorded)
        co_return recorded;
    if (!entry)
        co_return complaint(
            fmt::format("{}: {}; `consign files ls` of a folder above it shows what is there",
                        path.display(), entry.error().message()));

    std::size_t rows = 0;
    if (entry->kind == catalog::Kind::file) {
        if (auto given = co_await call.rows.give(name_row(path, *entry)); !given)
            co_return storage_complaint(given.error());
        co_return json::object{{"rows", 1}, {"more", false}};
    }
    TreeWalk walk(site_.store, recursive);
    walk.enter(path, entry->node);
    for (;; ++rows) {
        const auto name = co_await walk.next();
        if (!name) co_return storage_complaint(name.error());
        if (!*name) break;
        if (auto given = co_await call.rows.give(name_row((*name)->path, (*name)->entry)); !given)
            co_return storage_complaint(given.error());
    }
    co_return json::object{{"rows", rows}, {"more", false}};
}

asio::awaitable<Answered> Administration::files_stored(VerbCall call) {
    const VerbArguments arguments(call.arguments);
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    if (auto recorded = co_await record_act(site_, call.administrator, "files stored",
                                            ledger::Outcome::granted);
        !recorded)
        co_return recorded;
    std::size_t rows = 0;
    TreeWalk walk(site_.store, true);
    walk.enter({}, catalog::root_node);
    for (;;) {
        const auto name = co_await walk.next();
        if (!name) co_return storage_complaint(name.error());
        if (!*name) break;
        if (!(*name)->entry.file) continue;
        if (auto given = co_await call.rows.give(row_of({.path = (*name)->path})); !given)
            co_return storage_complaint(given.error());
        ++rows;
    }
    for (catalog::LifeId last = 0;;) {
        const auto page = co_await site_.store.read(
            [last](Transaction& transaction) { return contents_after(transaction, last); });
        if (!page) co_return storage_complaint(page.error());
        if (page->empty()) co_return json::object{{"rows", rows}, {"more", false}};
        for (const auto& [life, file] : *page) {
            if (auto given = co_await call.rows.give(row_of(file)); !given)
                co_return storage_complaint(given.error());
            last = life;
            ++rows;
        }
    }
}

asio::awaitable<std::string> Administration::refuse(std::string user) {
    static_cast<void>(co_await record_act(site_, user, "control socket", ledger::Outcome::refused));
    co_return fmt::format(
        "{} may not administer this site; use root, or the user that consignd runs as",
        display_name(user));
}

}  // namespace consign::desk
