// `consign audit`: what the ledger tells.
#include "admin/audit.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <thread>

#include "admin/asking.hpp"
#include "admin/audit_question.hpp"
#include "admin/command.hpp"
#include "admin/door.hpp"
#include "admin/row_printer.hpp"
#include "admin/unindexed.hpp"

namespace consign::admin {

namespace {

namespace json = boost::json;

struct Query {
    AuditQuestion question;
    std::size_t limit = 0;  // 0: not given
    bool follow = false;    // events alone
    Format format = Format::table;
};

constexpr std::size_t default_limit = 1000;
constexpr std::size_t largest_limit = 100'000;
constexpr std::chrono::seconds between_looks{1};

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
    return make_row_printer(
        format, {"sequence", "time",   "action",  "outcome", "session",  "account", "protocol",
                 "rule",     "detail", "stream",  "bytes",   "count",    "path",    "second_path",
                 "address",  "sha256", "subject", "query",   "personal", "hash"},
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

/// Prints what comes until the process is ended, or the daemon.
Outcome<> follow(const Command& command, const Query& query, json::object arguments) {
    auto door = open_daemon_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    const auto printer = event_printer(query.format);
    arguments.emplace("limit", query.limit);
    auto answered = (*door)->ask("audit.follow", std::move(arguments),
                                 [&](const json::object& row) { printer->print(row); });
    if (!answered) return std::unexpected(std::move(answered).error());
    tell_unindexed(*answered);
    const std::string id = field_text(*answered, "follow");
    for (;;) {
        // What was said is to be read now, also through a pipe.
        printer->finish();
        if (std::fflush(stdout) != 0) return failed("standard output could not be written");
        answered = (*door)->ask("audit.follow", {{"follow", id}},
                                [&](const json::object& row) { printer->print(row); });
        if (!answered) return std::unexpected(std::move(answered).error());
        const auto* more = answered->if_contains("more");
        if (!more || *more != true) {
            printer->finish();
            if (std::fflush(stdout) != 0) return failed("standard output could not be written");
            std::this_thread::sleep_for(between_looks);
        }
    }
}

Outcome<> show(const Command& command, const Query& query, const std::string& what) {
    if (query.follow && !query.question.until.empty())
        return failed(
            "--follow prints what comes from now on, and --until ends what was before: leave one "
            "of them out; see consign audit events --help",
            exit_bad_command_line);
    auto arguments = arguments_of(query.question);
    if (!arguments) return std::unexpected(std::move(arguments).error());
    if (query.follow) return follow(command, query, *std::move(arguments));
    const std::size_t limit = query.limit == 0 ? default_limit : query.limit;
    arguments->emplace("limit", limit);
    auto door = open_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    const auto printer =
        what == "events" ? event_printer(query.format) : session_printer(query.format);
    const auto answered = show_rows(**door, "audit." + what, *std::move(arguments), *printer);
    if (!answered) return std::unexpected(answered.error());
    tell_unindexed(*answered);
    tell_unknown_subject(*answered, query.question.subject);
    if (const auto* more = answered->if_contains("more"); more && *more == true)
        fmt::print(stderr,
                   "consign: these are the newest {}; there are more: narrow it with --from and "
                   "--until, or raise --limit\n",
                   limit);
    else if (query.format == Format::table && field_text(*answered, "rows") == "0")
        fmt::print(stderr, "consign: no {} match\n", what);
    return {};
}

void add_list(CLI::App& audit, Command& command, const std::string& what,
              const std::string& description) {
    auto* verb = audit.add_subcommand(what, description);
    const auto query = std::make_shared<Query>();
    add_shared_options(*verb, query->question);
    verb->add_option("--limit", query->limit, "The newest so many of those that match (1000)")
        ->check(CLI::Range(std::size_t{1}, largest_limit));
    if (what == "events") {
        add_event_options(*verb, query->question);
        verb->add_flag("--follow", query->follow,
                       "Then print what comes, until Ctrl-C; first the newest --limit, if given");
    }
    add_format_flags(*verb, query->format);
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
    add_audit_sql(*audit, command);
    add_audit_periods(*audit, command);
    add_audit_verify(*audit, command);
    add_audit_reindex(*audit, command);
    add_audit_export(*audit, command);
}

}  // namespace consign::admin
