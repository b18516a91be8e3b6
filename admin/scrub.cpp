// `consign scrub`: is what is kept still what was deposited?
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "admin/asking.hpp"
#include "admin/command.hpp"
#include "admin/door.hpp"
#include "admin/row_printer.hpp"

namespace consign::admin {

namespace {

namespace json = boost::json;

struct Asked {
    bool past_missing = false;
    Format format = Format::table;
};

Outcome<> print(const Command& command, const std::string& verb, Format format,
                const std::vector<std::string>& fields, const std::vector<Column>& columns) {
    auto door = open_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    const auto printer = make_row_printer(format, fields, columns, stdout);
    const auto answered = show_rows(**door, verb, {}, *printer);
    if (!answered) return std::unexpected(answered.error());
    return {};
}

Outcome<> status(const Command& command, const Asked& asked) {
    return print(command, "scrub.status", asked.format,
                 {"state", "pass", "started", "ended", "files", "bytes", "found", "mended",
                  "damaged", "wished"},
                 {field_column("STATE", "state"), field_column("PASS", "pass", true),
                  time_column("STARTED (UTC)", "started"), time_column("ENDED (UTC)", "ended"),
                  field_column("FILES", "files", true), field_column("BYTES", "bytes", true),
                  field_column("FOUND", "found", true), field_column("MENDED", "mended", true),
                  field_column("DAMAGED", "damaged", true)});
}

Outcome<> list(const Command& command, const Asked& asked) {
    return print(command, "scrub.list", asked.format, {"what", "stream", "found", "path"},
                 {field_column("WHAT", "what"), field_column("STREAM", "stream"),
                  time_column("FOUND (UTC)", "found"), field_column("PATH", "path")});
}

Outcome<> run(const Command& command, const Asked& asked) {
    const auto answered = ask_to_act(command, "scrub.run", {{"past_missing", asked.past_missing}});
    if (!answered) return std::unexpected(answered.error());
    fmt::print(
        "asked for: the daemon, where one runs, reads the store from now on; `consign scrub "
        "status` "
        "tells how far\n");
    return {};
}

}  // namespace

void add_scrub(CLI::App& app, Command& command) {
    auto* scrub = app.add_subcommand("scrub", "Is what is kept still what was deposited?");
    scrub->require_subcommand(1);
    const auto asked = std::make_shared<Asked>();

    auto* show = scrub->add_subcommand("status", "How far the store was read, and what came of it");
    add_format_flags(*show, asked->format);
    show->callback([&command, asked] {
        command.verb = [&command, asked] { return status(command, *asked); };
    });

    auto* ls = scrub->add_subcommand(
        "list", "Contents that were found damaged, and sealed files that no row knows");
    ls->alias("ls");
    add_format_flags(*ls, asked->format);
    ls->callback(
        [&command, asked] { command.verb = [&command, asked] { return list(command, *asked); }; });

    auto* now = scrub->add_subcommand("run", "Read the whole store, from now on");
    now->add_flag("--past-missing", asked->past_missing,
                  "Do not stop, however many files in a row cannot be read");
    now->callback(
        [&command, asked] { command.verb = [&command, asked] { return run(command, *asked); }; });
}

}  // namespace consign::admin
