// `consign deliveries`: what goes to the targets of the policy.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>

#include "admin/asking.hpp"
#include "admin/command.hpp"
#include "admin/door.hpp"
#include "admin/row_printer.hpp"

namespace consign::admin {

namespace {

namespace json = boost::json;

struct Asked {
    std::string target;
    std::optional<std::uint64_t> id;
    Format format = Format::table;

    [[nodiscard]] json::object arguments() const {
        json::object arguments;
        if (!target.empty()) arguments.emplace("target", target);
        if (id) arguments.emplace("id", *id);
        return arguments;
    }
};

Outcome<> list(const Command& command, const Asked& asked) {
    auto door = open_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    const auto printer = make_row_printer(
        asked.format,
        {"id", "target", "state", "since", "due", "attempts", "why", "bytes", "stream"},
        {field_column("DELIVERY", "id", true), field_column("TARGET", "target"),
         field_column("STATE", "state"), time_column("SINCE (UTC)", "since"),
         time_column("DUE (UTC)", "due"), field_column("FAILED", "attempts", true),
         field_column("BYTES", "bytes", true), field_column("WHY", "why")},
        stdout);
    const auto answered = show_rows(**door, "deliveries.list", asked.arguments(), *printer);
    if (!answered) return std::unexpected(answered.error());
    return {};
}

}  // namespace

void add_deliveries(CLI::App& app, Command& command) {
    auto* deliveries =
        app.add_subcommand("deliveries", "What goes to the targets, and what is in its way");
    deliveries->require_subcommand(0, 1);
    const auto asked = std::make_shared<Asked>();
    deliveries->add_option("--target", asked->target, "Only those to this target");
    add_format_flags(*deliveries, asked->format);
    deliveries->callback([&command, asked, deliveries] {
        if (deliveries->get_subcommands().empty())
            command.verb = [&command, asked] { return list(command, *asked); };
    });

    auto* retry = deliveries->add_subcommand("retry", "Try again at once, and the target, too");
    retry->add_option("DELIVERY", asked->id, "The number of a delivery");
    retry->add_option("--target", asked->target, "All to this target that failed");
    retry->callback([&command, asked] {
        command.verb = [&command, asked]() -> Outcome<> {
            if (asked->id.has_value() == !asked->target.empty())
                return failed(
                    "which? give the number of one delivery, or --target for all to one target",
                    exit_bad_command_line);
            return act_on_jobs(command, "deliveries.retry", asked->arguments(), "retried");
        };
    });

    auto* cancel = deliveries->add_subcommand("cancel", "Never deliver it");
    cancel->add_option("DELIVERY", asked->id, "The number of a delivery")->required();
    cancel->callback([&command, asked] {
        command.verb = [&command, asked] {
            return act_on_jobs(command, "deliveries.cancel", asked->arguments(), "cancelled");
        };
    });
}

}  // namespace consign::admin
