// `consign register`: the register of processing (RGPD art. 30), from the policy in force.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <memory>

#include "admin/command.hpp"
#include "admin/door.hpp"
#include "admin/register_document.hpp"
#include "admin/report.hpp"
#include "admin/report_file.hpp"
#include "base/clock.hpp"
#include "desk/site/rfc3339.hpp"
#include "policy/load.hpp"

namespace consign::admin {

namespace {

namespace json = boost::json;

struct Asked {
    ReportOptions options;
    bool as_json = false;
};

/// In what the files on disk are not the policy of this hash; empty where they are.
std::string difference_of_files(const Tongue& say, const Command& command, const std::string& hash,
                                Timestamp now) {
    if (::access(command.config.c_str(), R_OK) != 0)
        return say("they cannot be read from here", "ils ne peuvent pas être lus d'ici");
    const auto loaded = policy::load(command.config, now);
    if (!loaded.policy)
        return say("they have mistakes; see `consign check`",
                   "ils contiennent des erreurs ; voir `consign check`");
    const std::string written = to_hex(loaded.policy->hash);
    if (written == hash) return {};
    return fmt::format(fmt::runtime(say("their hash is {}; see `consign diff`",
                                        "leur empreinte est {} ; voir `consign diff`")),
                       written);
}

Outcome<> show(const Command& command, const Asked& asked, std::FILE* out) {
    const Tongue say(asked.options.language);
    const Timestamp now = SystemClock().now();
    RegisterState state{.made = desk::rfc3339(now)};

    auto door = open_daemon_door(command);
    if (!door && door.error().exit_status == exit_no_daemon) {
        state.daemon_runs = false;
        door = open_door(command);
    }
    if (!door) return std::unexpected(std::move(door).error());
    std::vector<json::object> rows;
    const auto answered = (*door)->ask("register.show", {}, [&](const json::object& row) {
        if (asked.as_json)
            fmt::print(out, "{}\n", json::serialize(row));
        else
            rows.push_back(row);
    });
    if (!answered) return std::unexpected(answered.error());
    if (asked.as_json) return {};
    if (rows.empty()) return failed("the daemon told no policy; are both of the same version?");
    if (state.daemon_runs) {
        const auto status = (*door)->ask("status", {}, [&state](const json::object& row) {
            if (const auto* parts = row.if_contains("needs_restart"); parts && parts->is_array())
                for (const json::value& part : parts->get_array())
                    if (part.is_string()) state.needs_restart.emplace_back(part.get_string());
        });
        if (!status) return std::unexpected(status.error());
    }
    state.files_differ = difference_of_files(say, command, field_text(rows.front(), "hash"), now);
    if (!state.files_differ.empty())
        fmt::print(stderr, "consign: the files on disk are not the policy in force: {}\n",
                   state.files_differ);
    const auto document = make_document(
        asked.options.markup.value_or(Markup::markdown), asked.options.language,
        say("Register of processing activities", "Registre des activités de traitement"), out);
    write_register(*document, say, rows, state);
    return {};
}

}  // namespace

void add_register(CLI::App& app, Command& command) {
    auto* verb = app.add_subcommand(
        "register", "The register of processing (GDPR art. 30), from the policy in force");
    const auto asked = std::make_shared<Asked>();
    add_report_options(*verb, asked->options);
    verb->add_flag("--json", asked->as_json, "One JSON object a line, with every field")
        ->excludes("--format");
    verb->callback([&command, asked] {
        command.verb = [&command, asked] {
            return write_report(asked->options,
                                [&](std::FILE* out) { return show(command, *asked, out); });
        };
    });
}

}  // namespace consign::admin
