// `consign hold`: what may not be destroyed, whatever its term.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
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
    std::optional<std::uint64_t> id;
    std::string file, subject, account, case_number, reason;
    bool lifted = false;
    Format format = Format::table;

    [[nodiscard]] json::object arguments() const {
        json::object arguments;
        const auto put = [&](std::string_view name, const std::string& text) {
            if (!text.empty()) arguments.emplace(name, text);
        };
        put("file", file);
        put("subject", subject);
        put("account", account);
        put("case", case_number);
        put("reason", reason);
        if (id) arguments.emplace("id", *id);
        return arguments;
    }
};

Outcome<> list(const Command& command, const Asked& asked) {
    auto door = open_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    json::object arguments;
    if (asked.lifted) arguments.emplace("lifted", true);
    if (!asked.case_number.empty()) arguments.emplace("case", asked.case_number);
    const auto printer =
        make_row_printer(asked.format,
                         {"id", "kind", "about", "case", "reason", "made", "made_by", "lifted",
                          "lifted_by", "lift_reason"},
                         {field_column("HOLD", "id", true), field_column("OF", "kind"),
                          field_column("ABOUT", "about"), field_column("CASE", "case"),
                          time_column("MADE (UTC)", "made"), field_column("BY", "made_by"),
                          time_column("LIFTED (UTC)", "lifted"), field_column("REASON", "reason")},
                         stdout);
    const auto answered = show_rows(**door, "holds.list", std::move(arguments), *printer);
    if (!answered) return std::unexpected(answered.error());
    return {};
}

bool says_whom(const Asked& asked) {
    return !asked.file.empty() || !asked.subject.empty() || !asked.account.empty();
}

/// "holds.add", "holds.lift".
Outcome<> act(const Command& command, const std::string& verb, const Asked& asked,
              std::string_view done) {
    const auto answered = ask_to_act(command, verb, asked.arguments());
    if (!answered) return std::unexpected(answered.error());
    for (const json::value& id : answered->at("holds").as_array())
        fmt::print("{}: hold {}\n", done, json::serialize(id));
    return {};
}

void add_whom(CLI::App& verb, Asked& asked) {
    verb.add_option("--file", asked.file, "A content's id, or a path as `files ls` shows it");
    verb.add_option("--subject", asked.subject, "AUTHORITY/ID: all that is about this person");
    verb.add_option("--account", asked.account, "All that this account deposited");
    verb.add_option("--case", asked.case_number, "The number of the proceedings");
    verb.add_option("--reason", asked.reason, "Why, for those who read the list");
}

}  // namespace

void add_hold(CLI::App& app, Command& command) {
    auto* hold = app.add_subcommand("hold", "What may not be destroyed, whatever its term");
    hold->require_subcommand(1);
    const auto asked = std::make_shared<Asked>();

    auto* add = hold->add_subcommand(
        "add",
        "Hold what is here, and what comes later; with --case it is a claim, and suspends "
        "terms");
    add_whom(*add, *asked);
    add->callback([&command, asked] {
        command.verb = [&command, asked]() -> Outcome<> {
            if (!says_whom(*asked))
                return failed("what is to be held? --file, --subject or --account says so",
                              exit_bad_command_line);
            if (asked->reason.empty() && asked->case_number.empty())
                return failed("why? give --reason, or --case", exit_bad_command_line);
            return act(command, "holds.add", *asked, "held");
        };
    });

    auto* lift = hold->add_subcommand("lift", "Let the term decide again");
    lift->add_option("HOLD", asked->id, "The number of a hold");
    add_whom(*lift, *asked);
    lift->callback([&command, asked] {
        command.verb = [&command, asked]() -> Outcome<> {
            if (!asked->id && !says_whom(*asked) && asked->case_number.empty())
                return failed(
                    "which? give the number of a hold, --file, --subject, --account or --case; "
                    "`consign hold list` shows those that bind",
                    exit_bad_command_line);
            return act(command, "holds.lift", *asked, "lifted");
        };
    });

    auto* ls = hold->add_subcommand("list", "The holds that bind");
    ls->alias("ls");
    ls->add_option("--case", asked->case_number, "Only of these proceedings");
    ls->add_flag("--lifted", asked->lifted, "Also those that were lifted");
    add_format_flags(*ls, asked->format);
    ls->callback(
        [&command, asked] { command.verb = [&command, asked] { return list(command, *asked); }; });
}

}  // namespace consign::admin
