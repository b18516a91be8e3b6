// `consign recover`: what to do where the database is lost, or was put back to an older copy.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "admin/asking.hpp"
#include "admin/command.hpp"
#include "admin/door.hpp"
#include "admin/offline_store.hpp"
#include "admin/row_printer.hpp"

namespace consign::admin {

namespace {

namespace json = boost::json;

struct Asked {
    std::string id;
    bool all = false;
    Format format = Format::table;
};

Outcome<> database(const Command& command) {
    auto door = open_with_new_database(command);
    if (!door) return std::unexpected(std::move(door).error());
    const auto recorded = (*door)->ask("recover.database", {}, {});
    if (!recorded) return std::unexpected(recorded.error());
    fmt::print(
        "an empty database was made, and its ledger begins anew: keep the checkpoints and exports "
        "of the older one\nNext: `consign recover strays --all` puts the sealed "
        "files into quarantine, each under its depositor\n");
    return {};
}

Outcome<> strays(const Command& command, const Asked& asked) {
    if (asked.id.empty() != asked.all)
        return failed("which? give the id of one stray (`consign scrub list`), or --all",
                      exit_bad_command_line);
    auto door = open_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    const auto printer = make_row_printer(
        asked.format, {"stream", "state", "account", "deposited", "size", "was"},
        {field_column("STREAM", "stream"), field_column("STATE", "state"),
         field_column("ACCOUNT", "account"), time_column("DEPOSITED (UTC)", "deposited"),
         field_column("SIZE", "size", true), field_column("WAS", "was")},
        stdout);
    const auto answered = show_rows(
        **door, "recover.strays",
        asked.all ? json::object{{"all", true}} : json::object{{"id", asked.id}}, *printer);
    if (!answered) return std::unexpected(answered.error());
    const std::string left = field_text(*answered, "left");
    if (asked.format == Format::table && left == "0" && field_text(*answered, "recovered") == "0")
        fmt::print("there are no strays\n");
    if (left != "0")
        return failed(left +
                      " could not be recovered, and were left as they are; the rows say why");
    return {};
}

}  // namespace

void add_recover(CLI::App& app, Command& command) {
    auto* recover = app.add_subcommand(
        "recover", "Where the database is lost, or was put back to an older copy");
    recover->require_subcommand(1);
    const auto asked = std::make_shared<Asked>();

    auto* anew = recover->add_subcommand(
        "database", "Make an empty one where consign.db is lost for good; its ledger begins anew");
    anew->callback([&command] { command.verb = [&command] { return database(command); }; });

    auto* found = recover->add_subcommand(
        "strays", "Put sealed files that no row knows into quarantine, to be released or rejected");
    found->add_option("ID", asked->id, "The id of a stray, or how it begins");
    found->add_flag("--all", asked->all, "All that there are");
    add_format_flags(*found, asked->format);
    found->callback([&command, asked] {
        command.verb = [&command, asked] { return strays(command, *asked); };
    });
}

}  // namespace consign::admin
