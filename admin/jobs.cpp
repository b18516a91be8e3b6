// `consign jobs`: what is to be done without a peer.
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

constexpr const char* kinds = "alert, acknowledge, scan or deliver";

void add_kind(CLI::App& verb, std::string& kind) {
    verb.add_option("--kind", kind, kinds)
        ->check(CLI::IsMember({"alert", "acknowledge", "scan", "deliver"}));
}

struct Asked {
    std::string kind;
    bool dead = false;
    std::optional<std::uint64_t> id;
    Format format = Format::table;

    [[nodiscard]] json::object arguments() const {
        json::object arguments;
        if (!kind.empty()) arguments.emplace("kind", kind);
        if (dead) arguments.emplace("dead", true);
        if (id) arguments.emplace("id", *id);
        return arguments;
    }
};

Outcome<> list(const Command& command, const Asked& asked) {
    auto door = open_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    const auto printer = make_row_printer(
        asked.format, {"id", "kind", "lane", "state", "made", "due", "attempts", "why", "stream"},
        {field_column("JOB", "id", true), field_column("KIND", "kind"),
         field_column("LANE", "lane"), field_column("STATE", "state"),
         time_column("DUE (UTC)", "due"), field_column("FAILED", "attempts", true),
         field_column("WHY", "why")},
        stdout);
    const auto answered = show_rows(**door, "jobs.list", asked.arguments(), *printer);
    if (!answered) return std::unexpected(answered.error());
    return {};
}

}  // namespace

void add_jobs(CLI::App& app, Command& command) {
    auto* jobs = app.add_subcommand("jobs", "What is to be done without a peer, and what failed");
    jobs->require_subcommand(1);
    const auto asked = std::make_shared<Asked>();

    auto* ls = jobs->add_subcommand("list", "What waits, and the dead letters");
    ls->alias("ls");
    add_kind(*ls, asked->kind);
    ls->add_flag("--dead", asked->dead, "Only what failed for good");
    add_format_flags(*ls, asked->format);
    ls->callback(
        [&command, asked] { command.verb = [&command, asked] { return list(command, *asked); }; });

    auto* retry = jobs->add_subcommand("retry", "Try again at once, as if it had never failed");
    retry->add_option("JOB", asked->id, "The number of a job");
    retry->add_flag("--dead", asked->dead, "All that failed for good");
    add_kind(*retry, asked->kind);
    retry->callback([&command, asked] {
        command.verb = [&command, asked]() -> Outcome<> {
            if (asked->id.has_value() == asked->dead || (asked->id && !asked->kind.empty()))
                return failed(
                    "which? give the number of one job, or --dead for all that have failed for "
                    "good, which --kind may narrow",
                    exit_bad_command_line);
            return act_on_jobs(command, "jobs.retry", asked->arguments(), "retried");
        };
    });

    auto* cancel = jobs->add_subcommand("cancel", "Never do it");
    cancel->add_option("JOB", asked->id, "The number of a job")->required();
    cancel->callback([&command, asked] {
        command.verb = [&command, asked] {
            return act_on_jobs(command, "jobs.cancel", asked->arguments(), "cancelled");
        };
    });
}

}  // namespace consign::admin
