// `consign audit`: what the ledger tells.
#include "admin/audit.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "admin/asking.hpp"
#include "admin/command.hpp"
#include "admin/door.hpp"
#include "admin/moment.hpp"
#include "admin/row_printer.hpp"

namespace consign::admin {

namespace {

namespace json = boost::json;

/// What both lists are asked for; an empty text was not given.
struct Query {
    std::string account, from, until;
    std::string path, outcome, action, session;  // events alone
    std::size_t limit = 1000;
    Format format = Format::table;
};

Outcome<json::object> arguments_of(const Query& query) {
    json::object arguments{{"limit", query.limit}};
    for (const auto& [name, value] :
         {std::pair("account", query.account), std::pair("path", query.path),
          std::pair("outcome", query.outcome), std::pair("action", query.action),
          std::pair("session", query.session)})
        if (!value.empty()) arguments.emplace(name, value);
    for (const auto& [name, value, edge] : {std::tuple("from", query.from, DayEdge::start),
                                            std::tuple("until", query.until, DayEdge::end)}) {
        if (value.empty()) continue;
        const auto moment = moment_of(value, edge);
        if (!moment)
            return failed(
                fmt::format("--{} {} is no time; write 2026-11-24 or 2026-11-24T06:17:00Z", name,
                            value),
                exit_bad_command_line);
        arguments.emplace(name, *moment);
    }
    return arguments;
}

std::string about(const json::object& event) {
    std::string text = field_text(event, "path");
    if (const auto second = field_text(event, "second_path"); !second.empty())
        text += " -> " + second;
    if (const auto state = field_text(event, "personal"); state != "readable")
        text = fmt::format("[{}]", state);
    if (const auto detail = field_text(event, "detail"); !detail.empty())
        text += text.empty() ? detail : fmt::format(" ({})", detail);
    return text;
}

std::unique_ptr<RowPrinter> event_printer(Format format) {
    return make_row_printer(format,
                            {"sequence", "time", "action", "outcome", "session", "account",
                             "protocol", "rule", "detail", "stream", "bytes", "count", "path",
                             "second_path", "address", "sha256", "personal", "hash"},
                            {field_column("SEQ", "sequence", true),
                             time_column("TIME (UTC)", "time"),
                             field_column("ACTION", "action"),
                             field_column("OUTCOME", "outcome"),
                             field_column("ACCOUNT", "account"),
                             field_column("ADDRESS", "address"),
                             field_column("BYTES", "bytes", true),
                             field_column("COUNT", "count", true),
                             field_column("RULE", "rule"),
                             {"PATH (DETAIL)", about}},
                            stdout);
}

std::unique_ptr<RowPrinter> session_printer(Format format) {
    return make_row_printer(
        format,
        {"id", "protocol", "listener", "address", "client", "algorithms", "account",
         "login_methods", "started", "ended", "end_reason", "files_in", "files_out", "bytes_in",
         "bytes_out"},
        {time_column("STARTED (UTC)", "started"), time_column("ENDED", "ended"),
         field_column("ACCOUNT", "account"), field_column("ADDRESS", "address"),
         field_column("LOGIN", "login_methods"), field_column("FILES IN", "files_in", true),
         field_column("BYTES IN", "bytes_in", true), field_column("FILES OUT", "files_out", true),
         field_column("BYTES OUT", "bytes_out", true), field_column("SESSION", "id"),
         field_column("CLIENT", "client"), field_column("WHY IT ENDED", "end_reason")},
        stdout);
}

Outcome<> show(const Command& command, const Query& query, const std::string& what) {
    auto arguments = arguments_of(query);
    if (!arguments) return std::unexpected(std::move(arguments).error());
    auto door = open_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    const auto printer =
        what == "events" ? event_printer(query.format) : session_printer(query.format);
    const auto answered = show_rows(**door, "audit." + what, *std::move(arguments), *printer);
    if (!answered) return std::unexpected(answered.error());
    if (const auto* more = answered->if_contains("more"); more && *more == true)
        fmt::print(stderr,
                   "consign: these are the newest {}; there are more: narrow it with --from and "
                   "--until, or raise --limit\n",
                   query.limit);
    else if (query.format == Format::table && field_text(*answered, "rows") == "0")
        fmt::print(stderr, "consign: no {} match\n", what);
    return {};
}

void add_shared_options(CLI::App& verb, Query& query) {
    verb.add_option("--account", query.account,
                    "Only of this account (admin:USER, system:NAME too)");
    verb.add_option("--from", query.from,
                    "Only from this moment on: a day, 2026-11-24 (UTC), or "
                    "2026-11-24T06:17:00+01:00");
    verb.add_option(
        "--until", query.until,
        "Only before this moment; where it is a day, through the end of that day (UTC)");
    verb.add_option("--limit", query.limit, "The newest so many of those that match")
        ->check(CLI::Range(std::size_t{1}, std::size_t{100'000}))
        ->capture_default_str();
    add_format_flags(verb, query.format);
}

void add_list(CLI::App& audit, Command& command, const std::string& what,
              const std::string& description) {
    auto* verb = audit.add_subcommand(what, description);
    const auto query = std::make_shared<Query>();
    add_shared_options(*verb, *query);
    if (what == "events") {
        verb->add_option("--path", query->path,
                         "Only where one of the paths matches: a glob of the whole tree, /labs/**");
        verb->add_option("--outcome", query->outcome, "granted, refused or failed")
            ->check(CLI::IsMember({"granted", "refused", "failed"}));
        verb->add_option("--action", query->action,
                         "Only this: deposited, opened_for_reading, login_failed, ...");
        verb->add_option("--session", query->session,
                         "Only of this session (its id, from audit sessions)");
    }
    verb->callback([&command, query, what] {
        command.verb = [&command, query, what] { return show(command, *query, what); };
    });
}

}  // namespace

void add_audit(CLI::App& app, Command& command) {
    auto* audit = app.add_subcommand("audit", "What the ledger tells");
    audit->require_subcommand(1);
    add_list(*audit, command, "sessions", "Who was here: one row a session");
    add_list(*audit, command, "events", "What happened: one row an event");
    add_audit_verify(*audit, command);
}

}  // namespace consign::admin
