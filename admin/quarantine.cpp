// `consign quarantine`: what is kept from everyone until somebody decides.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "admin/asking.hpp"
#include "admin/command.hpp"
#include "admin/door.hpp"
#include "admin/row_printer.hpp"
#include "admin/table.hpp"

namespace consign::admin {

namespace {

namespace json = boost::json;

struct Asked {
    std::string id;
    Format format = Format::table;
};

constexpr std::size_t id_shown = 16;

Outcome<> list(const Command& command, const Asked& asked) {
    auto door = open_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    const Column id{
        "ID", [](const json::object& row) { return field_text(row, "id").substr(0, id_shown); }};
    const auto printer = make_row_printer(
        asked.format,
        {"id", "state", "account", "since", "cause", "why", "rule", "was", "path", "size"},
        {id, field_column("STATE", "state"), field_column("ACCOUNT", "account"),
         time_column("SINCE (UTC)", "since"), field_column("SIZE", "size", true),
         field_column("WAS", "was"), field_column("RULE", "rule"), field_column("WHY", "why")},
        stdout);
    const auto answered = show_rows(**door, "quarantine.list", {}, *printer);
    if (!answered) return std::unexpected(answered.error());
    return {};
}

Outcome<> release(const Command& command, const Asked& asked) {
    const auto answered = ask_to_act(command, "quarantine.release", {{"id", asked.id}});
    if (!answered) return std::unexpected(answered.error());
    const std::string route = field_text(*answered, "route");
    fmt::print("{}: {}{}\n", safe_for_terminal(field_text(*answered, "path")),
               field_text(*answered, "state"), route.empty() ? std::string() : ", route " + route);
    return {};
}

Outcome<> reject(const Command& command, const Asked& asked) {
    const auto answered = ask_to_act(command, "quarantine.reject", {{"id", asked.id}});
    if (!answered) return std::unexpected(answered.error());
    fmt::print("rejected: {}\n", safe_for_terminal(field_text(*answered, "path")));
    return {};
}

}  // namespace

void add_quarantine(CLI::App& app, Command& command) {
    auto* quarantine =
        app.add_subcommand("quarantine", "What is kept from everyone until somebody decides");
    quarantine->require_subcommand(1);
    const auto asked = std::make_shared<Asked>();

    auto* ls = quarantine->add_subcommand(
        "list", "What is in quarantine, and what waits for the virus scanner");
    ls->alias("ls");
    add_format_flags(*ls, asked->format);
    ls->callback(
        [&command, asked] { command.verb = [&command, asked] { return list(command, *asked); }; });

    auto* let_go = quarantine->add_subcommand(
        "release", "Back to where it was deposited, and to the first route that does not hold it");
    let_go->add_option("ID", asked->id, "The id of a file, or how it begins")->required();
    let_go->callback([&command, asked] {
        command.verb = [&command, asked] { return release(command, *asked); };
    });

    auto* drop = quarantine->add_subcommand("reject", "Its name ends; without a class, it is gone");
    drop->add_option("ID", asked->id, "The id of a file, or how it begins")->required();
    drop->callback([&command, asked] {
        command.verb = [&command, asked] { return reject(command, *asked); };
    });
}

}  // namespace consign::admin
