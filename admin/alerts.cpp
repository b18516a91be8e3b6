// `consign alerts`: do those hear of it who are to be told?
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

Outcome<> test(const Command& command, const Asked& asked) {
    auto door = open_daemon_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    const auto printer =
        make_row_printer(asked.format, {"channel", "kind", "rule", "told", "why"},
                         {field_column("CHANNEL", "channel", true), field_column("KIND", "kind"),
                          field_column("TOLD", "told"), field_column("WHY NOT", "why"),
                          field_column("RULE", "rule")},
                         stdout);
    const auto answered = show_rows(**door, "alerts.test", {{"name", asked.name}}, *printer);
    if (!answered) return std::unexpected(answered.error());
    if (const std::string left = field_text(*answered, "failed"); left != "0")
        return failed(fmt::format("{} of the channels could not be told", left));
    return {};
}

}  // namespace

void add_alerts(CLI::App& app, Command& command) {
    auto* alerts = app.add_subcommand("alerts", "Whom the policy tells");
    alerts->require_subcommand(1);
    const auto asked = std::make_shared<Asked>();
    auto* test_one = alerts->add_subcommand(
        "test", "Tell a test through each channel of an alert, now, and show what came of it");
    test_one->add_option("NAME", asked->name, "The alert's name in the policy")->required();
    add_format_flags(*test_one, asked->format);
    test_one->callback(
        [&command, asked] { command.verb = [&command, asked] { return test(command, *asked); }; });
}

}  // namespace consign::admin
