// `consign blast-radius`: what an account's credentials gave away (RGPD art. 33).
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "admin/blast_radius_document.hpp"
#include "admin/command.hpp"
#include "admin/door.hpp"
#include "admin/period.hpp"
#include "admin/report.hpp"
#include "admin/report_file.hpp"

namespace consign::admin {

namespace {

namespace json = boost::json;

struct Asked {
    std::string account, from, until;
    bool all = false;
    ReportOptions options;
};

Outcome<json::object> arguments_of(const Asked& asked) {
    json::object arguments{{"account", asked.account}, {"all", asked.all}};
    if (auto period = add_period(arguments, asked.from, asked.until); !period)
        return std::unexpected(std::move(period).error());
    return arguments;
}

/// In one column, whatever kind of row it is.
std::string about(const json::object& row) {
    const std::string kind = field_text(row, "kind");
    if (kind == "account")
        return fmt::format("{}: {}", field_text(row, "home"), joined(row, "grants"));
    if (kind == "session")
        return fmt::format("from {}, by {}, {}", field_text(row, "address"),
                           field_text(row, "login_methods"), field_text(row, "client"));
    if (kind == "subject") return field_text(row, "subject");
    if (kind == "class") return field_text(row, "class");
    std::string text = field_text(row, "path");
    if (const auto second = field_text(row, "second_path"); !second.empty())
        text += " -> " + second;
    if (const auto detail = field_text(row, "detail"); !detail.empty()) text += " (" + detail + ")";
    if (const auto subjects = joined(row, "subjects"); !subjects.empty()) text += " of " + subjects;
    return text;
}

std::string when(const json::object& row) {
    for (const char* field : {"time", "started", "first", "last", "since"})
        if (const auto text = moment_text(row, field); !text.empty()) return text;
    return {};
}

std::string what(const json::object& row) {
    for (const char* field : {"extent", "action"})
        if (const auto text = field_text(row, field); !text.empty()) return text;
    if (field_text(row, "kind") == "sealed")
        return flag(row, "name_learned") ? "name seen" : "not seen";
    return {};
}

std::unique_ptr<RowPrinter> printer(Format format, std::FILE* out) {
    return make_row_printer(
        format, {"kind",         "time",     "action",        "outcome",  "started",     "ended",
                 "address",      "client",   "login_methods", "path",     "second_path", "stream",
                 "extent",       "bytes",    "size",          "opened",   "hashed",      "first",
                 "last",         "classes",  "subjects",      "subject",  "class",       "files",
                 "name_learned", "detail",   "count",         "rule",     "session",     "since",
                 "policy",       "home",     "grants",        "id",       "protocol",    "listener",
                 "end_reason",   "files_in", "files_out",     "bytes_in", "bytes_out"},
        {field_column("WHAT IT IS", "kind"),
         {"WHEN", when},
         {"WHAT", what},
         field_column("BYTES", "bytes", true),
         field_column("FILES", "files", true),
         {"ABOUT", about}},
        out);
}

void print_counts(const json::object& end) {
    fmt::print(
        stderr,
        "consign: {}; {} seen ({} whole, {} to an extent not known), of {}; {}; {}; {} "
        "stayed sealed ({} of them with their names seen; --all lists them)\n",
        counted(number(end, "sessions"), "session", "sessions"),
        counted(number(end, "files"), "file", "files"), field_text(end, "files_whole"),
        field_text(end, "files_unknown"), counted(number(end, "subjects"), "person", "persons"),
        counted(number(end, "changes"), "change", "changes"),
        counted(number(end, "refusals"), "refusal", "refusals"),
        counted(number(end, "sealed"), "file", "files"), field_text(end, "sealed_names_learned"));
    if (number(end, "forgotten") > 0)
        fmt::print(stderr, "consign: the names of {} events are forgotten (ledger.keep)\n",
                   number(end, "forgotten"));
    if (number(end, "policies_unknown") > 0)
        fmt::print(stderr,
                   "consign: {} policies of that period could not be looked at: what they granted "
                   "is not told\n",
                   number(end, "policies_unknown"));
}

Outcome<> show_document(const Asked& asked, Door& door, json::object arguments, std::FILE* out) {
    const Tongue say(asked.options.language);
    const std::string title = say("Blast radius of ", "Étendue de la violation : ") + asked.account;
    const auto document = make_document(*asked.options.markup, asked.options.language, title, out);
    BlastRadiusDocument report(*document, say);
    const auto shown = [&arguments, &say](std::string_view field) {
        const std::string text = moment_text(arguments, field);
        return text.empty() ? say("now", "maintenant") : text;
    };
    report.begin(asked.account, shown("from"), shown("until"));
    const auto answered = door.ask("blast_radius.show", std::move(arguments),
                                   [&report](const json::object& row) { report.row(row); });
    if (!answered) return std::unexpected(answered.error());
    report.end(*answered);
    return {};
}

Outcome<> show(const Command& command, const Asked& asked, std::FILE* out) {
    auto arguments = arguments_of(asked);
    if (!arguments) return std::unexpected(std::move(arguments).error());
    auto door = open_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    if (asked.options.markup) return show_document(asked, **door, *std::move(arguments), out);
    const auto rows = printer(asked.options.rows, out);
    const auto answered = (*door)->ask("blast_radius.show", *std::move(arguments),
                                       [&rows](const json::object& row) { rows->print(row); });
    rows->finish();
    if (!answered) return std::unexpected(answered.error());
    if (asked.options.rows == Format::json)
        fmt::print(out, "{}\n",
                   json::serialize(json::object{{"kind", "end"}, {"counts", *answered}}));
    else
        print_counts(*answered);
    return {};
}

}  // namespace

void add_blast_radius(CLI::App& app, Command& command) {
    auto* verb = app.add_subcommand(
        "blast-radius", "What an intruder with an account's credentials saw (GDPR art. 33)");
    const auto asked = std::make_shared<Asked>();
    verb->add_option("--account", asked->account, "Whose credentials")->required();
    verb->add_option("--from", asked->from,
                     "From this moment on: a day, 2026-11-24 (UTC), or 2026-11-24T06:17:00+01:00")
        ->required();
    verb->add_option("--until,--to", asked->until,
                     "Before this moment; where it is a day, through its end (default: now)");
    verb->add_flag("--all", asked->all, "Each file that stayed sealed, too");
    add_report_and_row_options(*verb, asked->options);
    verb->callback([&command, asked] {
        command.verb = [&command, asked] {
            return write_report(asked->options,
                                [&](std::FILE* out) { return show(command, *asked, out); });
        };
    });
}

}  // namespace consign::admin
