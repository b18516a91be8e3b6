// `consign policy`: the versions that were in force, and the JSON Schemas of the language.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "admin/asking.hpp"
#include "admin/command.hpp"
#include "admin/door.hpp"
#include "admin/row_printer.hpp"
#include "policy/schema.hpp"

namespace consign::admin {

namespace {

Outcome<> log(const Command& command, Format format) {
    auto door = open_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    const auto printer = make_row_printer(
        format, {"time", "hash", "who", "files", "accounts", "routes"},
        {time_column("IN FORCE SINCE (UTC)", "time"), field_column("WHO", "who"),
         field_column("FILES", "files", true), field_column("ACCOUNTS", "accounts", true),
         field_column("ROUTES", "routes", true), field_column("POLICY", "hash")},
        stdout);
    const auto answered = show_rows(**door, "policy.log", {}, *printer);
    if (!answered) return std::unexpected(answered.error());
    return {};
}

/// The files one after the other, each below its name.
Outcome<> show(const Command& command, const std::string& hash) {
    auto door = open_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    boost::json::object arguments;
    if (!hash.empty()) arguments["hash"] = hash;
    std::string last_file;
    const auto answered = (*door)->ask(
        "policy.show", std::move(arguments), [&last_file](const boost::json::object& row) {
            const std::string file = field_text(row, "file");
            if (file != last_file) fmt::print("{}# --- {}\n", last_file.empty() ? "" : "\n", file);
            last_file = file;
            fmt::print("{}", field_text(row, "text"));
        });
    if (!answered) return std::unexpected(answered.error());
    return {};
}

}  // namespace

void add_policy(CLI::App& app, Command& command) {
    auto* family = app.add_subcommand("policy", "The versions of the policy, and its language");
    family->require_subcommand(1);
    auto* log_verb = family->add_subcommand("log", "Every version that was in force, oldest first");
    const auto format = std::make_shared<Format>(Format::table);
    add_format_flags(*log_verb, *format);
    log_verb->callback([&command, format] {
        command.verb = [&command, format] { return log(command, *format); };
    });
    auto* show_verb = family->add_subcommand("show", "The files of one version");
    const auto hash = std::make_shared<std::string>();
    show_verb->add_option("HASH", *hash,
                          "As `policy log` and `audit events` show it, or its first digits "
                          "(default: the version in force)");
    show_verb->callback(
        [&command, hash] { command.verb = [&command, hash] { return show(command, *hash); }; });
    auto* schema_verb =
        family->add_subcommand("schema", "The JSON Schema of the language, for editors");
    const auto which = std::make_shared<std::string>();
    schema_verb->add_option("WHICH", *which, "policy (files of policy.d) or server (consign.yaml)")
        ->required()
        ->check(CLI::IsMember({"policy", "server"}));
    schema_verb->callback([&command, which] {
        command.verb = [which]() -> Outcome<> {
            fmt::print("{}",
                       *which == "policy" ? policy::policy_schema() : policy::server_schema());
            return {};
        };
    });
}

}  // namespace consign::admin
