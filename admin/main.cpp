// `consign`: the administrator's command.
#include <fmt/format.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <span>
#include <string_view>
#include <system_error>
#include <vector>

#include "admin/command.hpp"
#include "admin/table.hpp"
#include "base/no_core.hpp"
#include "policy/language/spelling.hpp"

namespace {

using namespace consign::admin;

/// Which verbs there are where one was expected, and which was probably meant.
std::string verb_failure(const CLI::App& asked, const std::string& command) {
    std::vector<std::string_view> verbs;
    for (const CLI::App* verb : asked.get_subcommands([](const CLI::App*) { return true; }))
        verbs.push_back(verb->get_name());
    const auto rest = asked.remaining();
    std::string text = rest.empty() ? fmt::format("{} needs a verb", command)
                                    : fmt::format("{} has no verb {}{}", command,
                                                  consign::policy::cited(rest.front()),
                                                  consign::policy::suggestion(rest.front(), verbs));
    return fmt::format("{}; there are: {}", text, consign::policy::listed(verbs));
}

/// One line, and where to read on; CLI11's own numbers for exit are not told apart.
std::string usage_failure(const CLI::App* app, const CLI::Error& error) {
    std::string command = app->get_name();
    // Down to the verb that was reached.
    for (auto reached = app->get_subcommands(); !reached.empty();
         reached = app->get_subcommands()) {
        app = reached.front();
        command += " " + app->get_name();
    }
    const bool needs_verb = app->get_require_subcommand_min() > 0 &&
                            dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
    return fmt::format("consign: {}; see {} --help\n",
                       needs_verb ? verb_failure(*app, command) : error.what(), command);
}

constexpr std::string_view empty_word = "is empty; was a variable of the shell not set?";

/// Mostly a variable of the shell that was not set: a question without one of its conditions is
/// another question.
void refuse_empty_words(CLI::App& app) {
    const CLI::Validator is_not_empty(
        [](const std::string& word) { return word.empty() ? std::string(empty_word) : ""; }, "");
    for (CLI::Option* const option : app.get_options())
        if (option->get_items_expected_max() > 0) option->check(is_not_empty);
    for (CLI::App* const verb : app.get_subcommands([](CLI::App*) { return true; }))
        refuse_empty_words(*verb);
}

/// A full disk behind standard output must not pass for a whole answer, nor for a fault of ours.
Outcome<> carry_out(const Command& command) {
    try {
        auto outcome = command.verb();
        if (!outcome || std::fflush(stdout) == 0) return outcome;
    } catch (const std::system_error&) {
        if (std::ferror(stdout) == 0) throw;
    }
    return failed("standard output could not be written; free some space, or write elsewhere");
}

int run(int argc, char** argv) {
    CLI::App app("Administers a Consign site: managed file transfer for health data.", "consign");
    Command command;
    app.add_option("-c,--config", command.config, "The site's consign.yaml")->capture_default_str();
    app.add_option("--data", command.data,
                   "The data folder of the running daemon, where consign.yaml does not load");
    app.set_version_flag("--version", "consign " CONSIGN_VERSION);
    app.require_subcommand(1);
    app.failure_message(usage_failure);
    app.footer(
        "Exit status: 0 done; 1 failed; 2 bad command line; 3 no daemon is running, and the verb "
        "asks it alone (status, reload, alerts test, audit events --follow).");
    add_init(app, command);
    add_check(app, command);
    add_explain(app, command);
    add_test(app, command);
    add_diff(app, command);
    add_reload(app, command);
    add_policy(app, command);
    add_audit(app, command);
    add_files(app, command);
    add_deliveries(app, command);
    add_jobs(app, command);
    add_expected(app, command);
    add_alerts(app, command);
    add_retention(app, command);
    add_hold(app, command);
    add_subject(app, command);
    add_quarantine(app, command);
    add_receipt(app, command);
    add_scrub(app, command);
    add_recover(app, command);
    add_pulls(app, command);
    add_register(app, command);
    add_weak(app, command);
    add_blast_radius(app, command);
    add_hash_password(app, command);
    add_status(app, command);
    refuse_empty_words(app);

    // CLI11 takes the next word for the value.
    for (const std::string_view word : std::span(argv, static_cast<std::size_t>(argc)))
        if (word.starts_with("--") && word.ends_with('=')) {
            fmt::print(stderr, "consign: {} {}\n", word, empty_word);
            return exit_bad_command_line;
        }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : exit_bad_command_line;
    }
    const auto outcome = carry_out(command);
    if (outcome) return 0;
    if (!outcome.error().text.empty())
        fmt::print(stderr, "consign: {}\n", safe_lines_for_terminal(outcome.error().text));
    return outcome.error().exit_status;
}

}  // namespace

int main(int argc, char** argv) {
    consign::forbid_core_dumps();
    ::umask(S_IRWXG | S_IRWXO);
    try {
        return run(argc, argv);
    } catch (const std::exception& bug) {
        fmt::print(stderr, "consign: a fault of this program: {}; please report it\n",
                   safe_lines_for_terminal(bug.what()));
        return exit_failed;
    }
}
