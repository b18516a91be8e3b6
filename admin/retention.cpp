// `consign retention`: what is due, and why.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "admin/asking.hpp"
#include "admin/command.hpp"
#include "admin/content_columns.hpp"
#include "admin/door.hpp"
#include "admin/moment.hpp"
#include "admin/site.hpp"
#include "desk/site/rfc3339.hpp"

namespace consign::admin {

namespace {

namespace json = boost::json;

struct Asked {
    std::string until;
    bool dry = false;
    Format format = Format::table;
};

void tell_unsettled(const json::object& answered) {
    const auto* settled = answered.if_contains("settled");
    if (settled && settled->is_bool() && !settled->get_bool())
        fmt::print(stderr,
                   "consign: some terms are still being worked out, and not in this; ask again\n");
}

/// A day is over where terms are: at 24:00 in the site's zone.
Outcome<std::string> end_of(const Command& command, const std::string& until) {
    auto moment = moment_of(until, DayEdge::end);
    if (!moment)
        return failed(
            fmt::format("--until {}: write a day (2036-11-24) or a moment in RFC 3339", until),
            exit_bad_command_line);
    if (!desk::from_full_date(until)) return *std::move(moment);
    const auto site = load_site(command.config);
    if (!site)
        return failed(
            fmt::format("--until {}: when that day ends at the site is not known; write "
                        "a moment (2036-11-25T00:00:00+01:00), or mend this: {}",
                        until, site.error().text));
    return moment_of(until, DayEdge::end, (*site)->zone).value();
}

Outcome<> plan(const Command& command, const Asked& asked) {
    json::object arguments;
    if (!asked.until.empty()) {
        auto until = end_of(command, asked.until);
        if (!until) return std::unexpected(std::move(until).error());
        arguments.emplace("until", *std::move(until));
    }
    auto door = open_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    const auto printer = make_content_printer(asked.format);
    const auto answered = show_rows(**door, "retention.plan", std::move(arguments), *printer);
    if (!answered) return std::unexpected(answered.error());
    if (const auto* believed = answered->if_contains("clock_believed");
        believed && believed->is_bool() && !believed->get_bool())
        fmt::print(stderr,
                   "consign: the clock is not believed: nothing is destroyed until it is right, or "
                   "`consign retention confirm-clock`\n");
    tell_unsettled(*answered);
    return {};
}

Outcome<> run(const Command& command, const Asked& asked) {
    auto door = open_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    json::object arguments;
    if (asked.dry) arguments.emplace("dry", true);
    const auto printer = make_content_printer(asked.format);
    const auto answered = show_rows(**door, "retention.run", std::move(arguments), *printer);
    if (!answered) return std::unexpected(answered.error());
    tell_unsettled(*answered);
    if (asked.dry) return {};
    fmt::print("destroyed: {}; held: {}; needed by a job: {}\n", field_text(*answered, "destroyed"),
               field_text(*answered, "held"), field_text(*answered, "busy"));
    return {};
}

Outcome<> confirm(const Command& command) {
    const auto answered = ask_to_act(command, "retention.confirm_clock", {});
    if (!answered) return std::unexpected(answered.error());
    fmt::print("confirmed: it is {}\n", field_text(*answered, "time"));
    return {};
}

}  // namespace

void add_retention(CLI::App& app, Command& command) {
    auto* retention = app.add_subcommand("retention", "What is destroyed when, and why");
    retention->require_subcommand(1);
    const auto asked = std::make_shared<Asked>();

    auto* plan_verb = retention->add_subcommand(
        "plan", "What is due, when and by which rule, and what is kept without a known end");
    plan_verb->add_option("--until", asked->until,
                          "Due by the end of this day at the site, or by a moment (default: now)");
    add_format_flags(*plan_verb, asked->format);
    plan_verb->callback(
        [&command, asked] { command.verb = [&command, asked] { return plan(command, *asked); }; });

    auto* run_verb =
        retention->add_subcommand("run", "Destroy what is due now; the daemon does so by itself");
    run_verb->add_flag("--dry-run", asked->dry, "Only show what would be destroyed");
    add_format_flags(*run_verb, asked->format);
    run_verb->callback(
        [&command, asked] { command.verb = [&command, asked] { return run(command, *asked); }; });

    auto* confirm_verb = retention->add_subcommand(
        "confirm-clock", "The clock is right, however far it stands from what was seen last");
    confirm_verb->callback([&command] { command.verb = [&command] { return confirm(command); }; });
}

}  // namespace consign::admin
