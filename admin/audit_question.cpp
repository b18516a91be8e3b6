#include "admin/audit_question.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <tuple>
#include <utility>

#include "admin/period.hpp"
#include "admin/report.hpp"
#include "admin/table.hpp"
#include "storage/ledger/event.hpp"

namespace consign::admin {

namespace json = boost::json;

void add_shared_options(CLI::App& verb, AuditQuestion& question) {
    verb.add_option("--account", question.account,
                    "Only of this account (admin:USER, system:NAME too)");
    verb.add_option("--address", question.address, "Only of a peer at this address");
    verb.add_option("--from", question.from,
                    "Only from this moment on: a day, 2026-11-24 (UTC), or "
                    "2026-11-24T06:17:00+01:00");
    verb.add_option(
        "--until", question.until,
        "Only before this moment; where it is a day, through the end of that day (UTC)");
}

void add_event_options(CLI::App& verb, AuditQuestion& question) {
    verb.add_option("--file", question.file,
                    "All about a file: its id, or how that begins, or a path that it has or had");
    verb.add_option("--sha256", question.sha256, "All about the files that came with this content");
    verb.add_option("--subject", question.subject,
                    "All about the files about a person, AUTHORITY/ID, and what names the person");
    verb.add_option(
        "--path", question.path,
        "Only where one of the paths matches: a glob of the whole tree, /labs/** (looks "
        "at every row that the rest leaves)");
    verb.add_option("--outcome", question.outcome, "granted, refused or failed")
        ->check(CLI::IsMember({"granted", "refused", "failed"}));
    verb.add_option(
            "--action", question.actions,
            "Only this: deposited, opened_for_reading, login_failed, ...; give it again for "
            "more than one")
        ->allow_extra_args(false)
        ->take_all();
    verb.add_option("--session", question.session,
                    "Only of this session (its id, from audit sessions)");
}

Outcome<json::object> arguments_of(const AuditQuestion& question) {
    for (const std::string& action : question.actions)
        if (!ledger::action_named(action))
            return failed(fmt::format("--action {}: no action, as docs/formats/ledger.md names "
                                      "them, e.g. deposited",
                                      action),
                          exit_bad_command_line);
    json::object arguments;
    for (const auto& [name, value] :
         {std::pair("account", question.account), std::pair("address", question.address),
          std::pair("path", question.path), std::pair("outcome", question.outcome),
          std::pair("session", question.session), std::pair("subject", question.subject),
          std::pair("file", question.file), std::pair("sha256", question.sha256)})
        if (!value.empty()) arguments.emplace(name, value);
    if (!question.actions.empty())
        arguments.emplace("action", json::array(question.actions.begin(), question.actions.end()));
    if (auto period = add_period(arguments, question.from, question.until); !period)
        return std::unexpected(std::move(period).error());
    return arguments;
}

void tell_unknown_subject(const json::object& answered, const std::string& subject) {
    if (flag(answered, "subject_unknown"))
        fmt::print(stderr,
                   "consign: no content that is here is about {}; a person is written as the "
                   "messages and the route have it, with all of the authority: `consign explain` "
                   "shows it for a file\n",
                   safe_for_terminal(subject));
}

}  // namespace consign::admin
