// `consign status`: is the daemon running, and on what?
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "admin/command.hpp"
#include "admin/door.hpp"
#include "admin/row_printer.hpp"
#include "admin/table.hpp"

namespace consign::admin {

namespace {

namespace json = boost::json;

std::string listener_line(const json::object& listener) {
    const std::string address = field_text(listener, "address");
    const bool is_v6 = address.find(':') != std::string::npos;
    std::string line = fmt::format(
        "{} ({}) on {}:{}", field_text(listener, "name"), field_text(listener, "protocol"),
        is_v6 ? fmt::format("[{}]", address) : address, field_text(listener, "port"));
    if (listener.contains("certificate_until"))
        line += fmt::format(", certificate until {}", field_text(listener, "certificate_until"));
    if (listener.contains("certificate_refused"))
        line += fmt::format(" (the files that are there now were refused: {})",
                            field_text(listener, "certificate_refused"));
    return line;
}

void print_for_people(const json::object& status) {
    const auto line = [](std::string_view what, std::string_view value) {
        fmt::print("{:<10} {}\n", what, safe_for_terminal(value));
    };
    line("daemon", fmt::format("{}, process {}, since {}", field_text(status, "daemon"),
                               field_text(status, "pid"), field_text(status, "started")));
    if (const auto* listeners = status.if_contains("listeners"); listeners && listeners->is_array())
        for (const auto& listener : listeners->get_array())
            if (listener.is_object()) line("listener", listener_line(listener.get_object()));
    line("sessions", field_text(status, "sessions"));
    line("policy", fmt::format("{}, loaded {}", field_text(status, "policy_hash"),
                               field_text(status, "policy_loaded")));
    if (const auto* stamp = status.if_contains("last_stamp"); stamp && stamp->is_object()) {
        const json::object& last = stamp->get_object();
        line("stamped", last.contains("why")
                            ? fmt::format("not readable: {}", field_text(last, "why"))
                            : fmt::format("rows up to {}, {}, {}", field_text(last, "row"),
                                          field_text(last, "time"), field_text(last, "authority")));
    }
    if (const auto* refused = status.if_contains("policy_refused"); refused && refused->is_object())
        line("refused",
             fmt::format("a newer policy, {}: {}", field_text(refused->get_object(), "time"),
                         field_text(refused->get_object(), "why")));
    if (const auto* parts = status.if_contains("needs_restart"); parts && parts->is_array())
        for (const auto& part : parts->get_array())
            if (part.is_string())
                line("restart",
                     fmt::format("needed: `{}` has changed", std::string_view(part.get_string())));
}

Outcome<> show_status(const Command& command, bool as_json) {
    auto door = open_daemon_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    const auto answered = (*door)->ask("status", {}, [as_json](const json::object& row) {
        if (as_json)
            fmt::print("{}\n", json::serialize(row));
        else
            print_for_people(row);
    });
    if (!answered) return std::unexpected(answered.error());
    return {};
}

}  // namespace

void add_status(CLI::App& app, Command& command) {
    auto* verb = app.add_subcommand("status", "Is the daemon running, and on what");
    const auto as_json = std::make_shared<bool>(false);
    verb->add_flag("--json", *as_json, "One JSON object");
    verb->callback([&command, as_json] {
        command.verb = [&command, as_json] { return show_status(command, *as_json); };
    });
}

}  // namespace consign::admin
