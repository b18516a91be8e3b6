// `consign expected`: the day like a timetable.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "admin/asking.hpp"
#include "admin/command.hpp"
#include "admin/door.hpp"
#include "admin/row_printer.hpp"
#include "desk/site/rfc3339.hpp"

namespace consign::admin {

namespace {

namespace json = boost::json;

struct Asked {
    std::string date;
    Format format = Format::table;
};

/// Of a deposit: how many came of how many; of a pickup: how many are left.
std::string files_cell(const json::object& row) {
    if (field_text(row, "kind") == "deposit")
        return fmt::format("{}/{}", field_text(row, "files"), field_text(row, "wanted"));
    const std::string left = field_text(row, "files");
    return left == "0" ? std::string() : left + " left";
}

Outcome<> list(const Command& command, const Asked& asked) {
    if (!asked.date.empty() && !desk::from_full_date(asked.date))
        return failed(fmt::format("--date {}: write a day (2026-11-24)", asked.date),
                      exit_bad_command_line);
    auto door = open_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    const auto printer = make_row_printer(
        asked.format, {"by", "time", "account", "kind", "name", "state", "files", "wanted", "rule"},
        {field_column("BY (SITE'S TIME)", "time"),
         field_column("ACCOUNT", "account"),
         field_column("WHAT", "kind"),
         field_column("NAME", "name"),
         field_column("STATE", "state"),
         {"FILES", files_cell, true}},
        stdout);
    json::object arguments;
    if (!asked.date.empty()) arguments.emplace("date", asked.date);
    const auto answered = show_rows(**door, "expected.list", std::move(arguments), *printer);
    if (!answered) return std::unexpected(answered.error());
    return {};
}

}  // namespace

void add_expected(CLI::App& app, Command& command) {
    const auto asked = std::make_shared<Asked>();
    auto* expected = app.add_subcommand(
        "expected", "What is to be collected and brought on a day, and what came of it");
    expected->add_option("--date", asked->date, "The day, YYYY-MM-DD; else today");
    add_format_flags(*expected, asked->format);
    expected->callback(
        [&command, asked] { command.verb = [&command, asked] { return list(command, *asked); }; });
}

}  // namespace consign::admin
