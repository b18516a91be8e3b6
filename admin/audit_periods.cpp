// `consign audit periods`: what the ledger forgets, and when.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "admin/asking.hpp"
#include "admin/audit.hpp"
#include "admin/door.hpp"
#include "admin/row_printer.hpp"

namespace consign::admin {

namespace {

Outcome<> periods(const Command& command, Format format) {
    auto door = open_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    const auto printer =
        make_row_printer(format, {"month", "kind", "state", "due", "forgotten"},
                         {field_column("MONTH", "month"), field_column("KIND", "kind"),
                          field_column("STATE", "state"), time_column("NOT BEFORE (UTC)", "due"),
                          time_column("FORGOTTEN (UTC)", "forgotten")},
                         stdout);
    const auto answered = show_rows(**door, "audit.periods", {}, *printer);
    if (!answered) return std::unexpected(answered.error());
    if (format != Format::table) return {};
    if (const std::string keep = field_text(*answered, "keep"); keep.empty())
        fmt::print("ledger.keep is not set: nothing is forgotten\n");
    else
        fmt::print("ledger.keep is {}; events about a file are kept as long as the file, too\n",
                   keep);
    return {};
}

}  // namespace

void add_audit_periods(CLI::App& audit, Command& command) {
    auto* verb = audit.add_subcommand(
        "periods", "Months whose personal fields can be read, and from when on they are forgotten");
    const auto format = std::make_shared<Format>(Format::table);
    add_format_flags(*verb, *format);
    verb->callback([&command, format] {
        command.verb = [&command, format] { return periods(command, *format); };
    });
}

}  // namespace consign::admin
