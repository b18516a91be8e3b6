#include "desk/administration.hpp"

#include <fmt/format.h>

#include "desk/administrator_act.hpp"
#include "desk/blast_radius_verbs.hpp"
#include "desk/complaint.hpp"
#include "desk/delivery_verbs.hpp"
#include "desk/displayed_path.hpp"
#include "desk/expected_verbs.hpp"
#include "desk/export_verbs.hpp"
#include "desk/hold_verbs.hpp"
#include "desk/job_verbs.hpp"
#include "desk/lives.hpp"
#include "desk/period_verbs.hpp"
#include "desk/pull_verbs.hpp"
#include "desk/quarantine_verbs.hpp"
#include "desk/receipt_verbs.hpp"
#include "desk/register_verbs.hpp"
#include "desk/retention_verbs.hpp"
#include "desk/rfc3339.hpp"
#include "desk/scrub_verbs.hpp"
#include "desk/search_verbs.hpp"
#include "desk/stored_files.hpp"
#include "desk/subject_verbs.hpp"
#include "desk/timestamp_verbs.hpp"
#include "desk/tree_walk.hpp"
#include "desk/verb_arguments.hpp"
#include "desk/verification.hpp"
#include "desk/weak_verbs.hpp"

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

}  // namespace

VerbTable Administration::verbs() {
    const auto bound = [this](auto verb) -> VerbHandler {
        return [this, verb](VerbCall call) { return (this->*verb)(std::move(call)); };
    };
    VerbTable table{{"files.list", bound(&Administration::files_list)},
                    {"files.stored", bound(&Administration::files_stored)},
                    {"policy.log", bound(&Administration::policy_log)},
                    {"policy.show", bound(&Administration::policy_show)}};
    table.merge(delivery_verbs(site_));
    table.merge(job_verbs(site_));
    table.merge(verification_verbs(site_));
    table.merge(timestamp_verbs(site_));
    table.merge(search_verbs(site_));
    table.merge(export_verbs(site_));
    table.merge(hold_verbs(site_));
    table.merge(retention_verbs(site_));
    table.merge(subject_verbs(site_));
    table.merge(expected_verbs(site_));
    table.merge(quarantine_verbs(site_));
    table.merge(scrub_verbs(site_));
    table.merge(pull_verbs(site_));
    table.merge(receipt_verbs(site_));
    table.merge(register_verbs(site_));
    table.merge(weak_verbs(site_));
    table.merge(period_verbs(site_));
    table.merge(blast_radius_verbs(site_));
    return table;
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
