// `consign pulls`: what is fetched from partners' servers.
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
    std::string name;
    Format format = Format::table;
};

Outcome<> list(const Command& command, const Asked& asked) {
    auto door = open_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    const auto printer =
        make_row_printer(asked.format, {"name", "target", "last", "next", "state", "why"},
                         {field_column("PULL", "name"), field_column("TARGET", "target"),
                          time_column("LAST (UTC)", "last"), time_column("NEXT (UTC)", "next"),
                          field_column("STATE", "state"), field_column("WHY", "why")},
                         stdout);
    const auto answered = show_rows(**door, "pulls.list", {}, *printer);
    if (!answered) return std::unexpected(answered.error());
    return {};
}

Outcome<> run_now(const Command& command, const Asked& asked) {
    const auto answered = ask_to_act(command, "pulls.run", {{"name", asked.name}});
    if (!answered) return std::unexpected(answered.error());
    fmt::print("asked for: {}\n", asked.name);
    return {};
}

}  // namespace

void add_pulls(CLI::App& app, Command& command) {
    auto* pulls = app.add_subcommand("pulls", "What is fetched from partners' servers, and when");
    pulls->require_subcommand(0, 1);
    const auto asked = std::make_shared<Asked>();
    add_format_flags(*pulls, asked->format);
    pulls->callback([&command, asked, pulls] {
        if (pulls->get_subcommands().empty())
            command.verb = [&command, asked] { return list(command, *asked); };
    });
    auto* run = pulls->add_subcommand("run", "As if it were due now");
    run->add_option("PULL", asked->name, "The name of a pull")->required();
    run->callback([&command, asked] {
        command.verb = [&command, asked] { return run_now(command, *asked); };
    });
}

}  // namespace consign::admin
