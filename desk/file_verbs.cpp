#include "desk/file_verbs.hpp"

#include <fmt/format.h>

#include "desk/site/displayed_path.hpp"
#include "desk/site/lives.hpp"
#include "desk/site/rfc3339.hpp"
#include "desk/verbs/administrator_act.hpp"
#include "desk/verbs/complaint.hpp"
#include "desk/verbs/stored_files.hpp"
#include "desk/verbs/tree_walk.hpp"
#include "desk/verbs/verb_arguments.hpp"

namespace consign::desk {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;

json::object name_row(const VirtualPath& path, const catalog::Entry& entry) {
    const bool is_file = entry.file.has_value();
    return {{"path", path.display()},
            {"kind", is_file ? "file" : "directory"},
            {"size", is_file ? entry.file->size_bytes : 0},
            {"modified", rfc3339(entry.modified)},
            {"state", is_file ? catalog::name_of(entry.standing) : std::string_view()},
            {"stream", is_file ? entry.file->stream.hex() : std::string()},
            {"depositor", is_file ? entry.file->depositor : std::string()}};
}

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

asio::awaitable<Answered> list(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    const auto path = arguments
                          .parsed("path", from_displayed,
                                  "a path as `files ls` shows it, with a backslash written \\\\")
                          .value_or(VirtualPath());
    const bool recursive = arguments.flag("recursive");
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));

    const auto entry = co_await site.store.read(
        [&path](Transaction& transaction) { return transaction.catalog.find(path); });
    const auto outcome = entry ? ledger::Outcome::granted : ledger::Outcome::failed;
    if (auto recorded = co_await record_act(site, call.administrator, "files ls", outcome,
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
    TreeWalk walk(site.store, recursive);
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

asio::awaitable<Answered> stored(Site& site, VerbCall call) {
    const VerbArguments arguments(call.arguments);
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    if (auto recorded =
            co_await record_act(site, call.administrator, "files stored", ledger::Outcome::granted);
        !recorded)
        co_return recorded;
    std::size_t rows = 0;
    TreeWalk walk(site.store, true);
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
        const auto page = co_await site.store.read(
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

}  // namespace

VerbTable file_verbs(Site& site) {
    return {{"files.list", [&site](VerbCall call) { return list(site, std::move(call)); }},
            {"files.stored", [&site](VerbCall call) { return stored(site, std::move(call)); }}};
}

}  // namespace consign::desk
