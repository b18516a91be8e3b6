// `consign diff`: what another policy would change, for people and for the files in the store.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "admin/command.hpp"
#include "admin/door.hpp"
#include "admin/row_printer.hpp"
#include "admin/site.hpp"
#include "admin/table.hpp"
#include "base/clock.hpp"
#include "desk/retention/forgetting.hpp"
#include "desk/retention/shortened.hpp"
#include "desk/verbs/stored_files.hpp"
#include "policy/compare.hpp"
#include "policy/load.hpp"

namespace consign::admin {

namespace {

namespace json = boost::json;
using policy::Change;
using policy::FilesCompared;

struct Asked {
    std::filesystem::path other;
    std::size_t names = 10;
    bool as_json = false;
};

Outcome<std::shared_ptr<const policy::Policy>> load_other(const Asked& asked) {
    std::error_code unknown;
    const auto file = std::filesystem::is_directory(asked.other, unknown)
                          ? asked.other / "consign.yaml"
                          : asked.other;
    if (!std::filesystem::exists(file, unknown) && !unknown)
        return failed(
            fmt::format("there is no {}; NEW is a consign.yaml, or the folder that has it",
                        file.string()),
            exit_bad_command_line);
    return load_site(file);
}

/// The version in force: the daemon's, which need not be what the files say by now.
Outcome<std::shared_ptr<const policy::Policy>> load_in_force(const Command& command, Door& door) {
    std::vector<policy::SourceFile> files;
    const auto answered = door.ask("policy.show", {}, [&files](const json::object& row) {
        const std::string name = field_text(row, "file");
        if (files.empty() || files.back().name != name) files.push_back({name, {}});
        files.back().text += field_text(row, "text");
    });
    if (!answered) return std::unexpected(answered.error());
    auto loaded = policy::load_kept(files, command.config, SystemClock().now());
    if (!loaded.policy)
        return failed(
            "the version in force, as it was kept, does not load in this program: are "
            "`consign` and consignd of one version?");
    return std::move(loaded.policy);
}

std::string_view name_of(Change::Kind kind) {
    switch (kind) {
        case Change::Kind::added:
            return "added";
        case Change::Kind::removed:
            return "removed";
        case Change::Kind::changed:
            return "changed";
    }
    return {};
}

char mark_of(Change::Kind kind) {
    switch (kind) {
        case Change::Kind::added:
            return '+';
        case Change::Kind::removed:
            return '-';
        case Change::Kind::changed:
            return '~';
    }
    return ' ';
}

void print_change(const Change& change) {
    const policy::Rule& rule = change.after.file.empty() ? change.before : change.after;
    std::string line = fmt::format("{} {}", mark_of(change.kind), change.what);
    if (!change.parts.empty()) line += fmt::format(": {}", fmt::join(change.parts, ", "));
    if (!rule.file.empty()) line += fmt::format("  ({})", rule.text());
    fmt::print("{}\n", safe_for_terminal(line));
}

void print_count(std::string_view who, std::string_view what, const FilesCompared::Count& count,
                 std::size_t names) {
    fmt::print("  {} {}: {} {}\n", who, what, count.files, count.files == 1 ? "file" : "files");
    const std::size_t shown = std::min(names, count.first.size());
    for (std::size_t index = 0; index < shown; ++index)
        fmt::print("      {}\n", safe_for_terminal(count.first[index].display()));
    if (count.files > shown && shown > 0) fmt::print("      ...\n");
}

void print_for_people(const std::vector<Change>& changes, const FilesCompared& compared,
                      bool forgets, std::size_t names) {
    if (changes.empty()) fmt::print("the two policies decide alike\n");
    for (const Change& change : changes) print_change(change);
    fmt::print("\nof {} names and contents in the store\n", compared.files());
    bool nothing = true;
    for (const auto& [account, access] : compared.access()) {
        for (const auto& [verb, count] : access.gained)
            print_count(account, fmt::format("gains {}", verb), count, names);
        for (const auto& [verb, count] : access.lost)
            print_count(account, fmt::format("loses {}", verb), count, names);
        nothing = false;
    }
    for (const auto& [name, count] : compared.sooner())
        print_count(fmt::format("class {}", name), "is erased sooner", count, names);
    for (const auto& [name, count] : compared.later())
        print_count(fmt::format("class {}", name), "is kept longer", count, names);
    if (nothing && !forgets && compared.sooner().empty() && compared.later().empty())
        fmt::print("  nothing changes for them\n");
    if (forgets) fmt::print("  the ledger forgets sooner\n");
    if (!compared.sooner().empty() || forgets) {
        fmt::print("\n`consign reload` refuses this, unless it is told:");
        for (const auto& [name, unused] : compared.sooner())
            fmt::print(" --accept-shorter-retention {}", name);
        if (forgets) fmt::print(" --accept-shorter-retention {}", desk::ledger_keep);
        fmt::print("\n");
    }
}

json::object count_json(const FilesCompared::Count& count, std::size_t names) {
    json::array first;
    for (std::size_t index = 0; index < std::min(names, count.first.size()); ++index)
        first.push_back(json::value(count.first[index].display()));
    return {{"files", count.files}, {"first", std::move(first)}};
}

json::object counts_json(const std::map<std::string, FilesCompared::Count>& counts,
                         std::size_t names) {
    json::object all;
    for (const auto& [name, count] : counts) all[name] = count_json(count, names);
    return all;
}

void print_as_json(const std::vector<Change>& changes, const FilesCompared& compared, bool forgets,
                   std::size_t names) {
    json::array changed;
    for (const Change& change : changes) {
        json::array parts(change.parts.begin(), change.parts.end());
        changed.push_back(json::object{{"kind", name_of(change.kind)},
                                       {"what", change.what},
                                       {"parts", std::move(parts)},
                                       {"before", change.before.text()},
                                       {"after", change.after.text()}});
    }
    json::object access;
    for (const auto& [account, one] : compared.access())
        access[account] = json::object{{"gained", counts_json(one.gained, names)},
                                       {"lost", counts_json(one.lost, names)}};
    fmt::print("{}\n", json::serialize(
                           json::object{{"changes", std::move(changed)},
                                        {"access", std::move(access)},
                                        {"erased_sooner", counts_json(compared.sooner(), names)},
                                        {"kept_longer", counts_json(compared.later(), names)},
                                        {"ledger_forgets_sooner", forgets}}));
}

Outcome<> diff(const Command& command, const Asked& asked) {
    const auto after = load_other(asked);
    if (!after) return std::unexpected(after.error());
    auto door = open_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    const auto before = load_in_force(command, **door);
    if (!before) return std::unexpected(before.error());
    const auto changes = policy::compare(**before, **after);
    FilesCompared compared(**before, **after);
    const auto answered = (*door)->ask("files.stored", {}, [&compared](const json::object& row) {
        if (const auto file = desk::stored_file_of(row)) compared.add(*file);
    });
    if (!answered) return std::unexpected(answered.error());
    const bool forgets = desk::forgets_sooner(**before, **after, SystemClock().now());
    if (asked.as_json)
        print_as_json(changes, compared, forgets, asked.names);
    else
        print_for_people(changes, compared, forgets, asked.names);
    return {};
}

}  // namespace

void add_diff(CLI::App& app, Command& command) {
    auto* verb = app.add_subcommand(
        "diff", "What another policy would change, for accounts and for the files in the store");
    const auto asked = std::make_shared<Asked>();
    verb->add_option("NEW", asked->other, "Its folder (with a consign.yaml), or its consign.yaml")
        ->required();
    verb->add_option("--names", asked->names, "So many names of each count are shown")
        ->capture_default_str()
        ->check(CLI::Range(std::size_t{0}, FilesCompared::named_limit));
    verb->add_flag("--json", asked->as_json, "One JSON object");
    verb->callback(
        [&command, asked] { command.verb = [&command, asked] { return diff(command, *asked); }; });
}

}  // namespace consign::admin
