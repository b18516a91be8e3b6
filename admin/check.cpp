// `consign check`: every mistake in the policy at once, or what it amounts to.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "admin/command.hpp"
#include "admin/report.hpp"
#include "base/clock.hpp"
#include "policy/load.hpp"

namespace consign::admin {

namespace {

struct Checking {
    bool as_json = false;
    bool strict = false;
};

std::string_view name_of(policy::Problem::Severity severity) {
    return severity == policy::Problem::Severity::error ? "error" : "warning";
}

void print_as_json(const policy::Loaded& loaded) {
    boost::json::array problems;
    for (const policy::Problem& problem : loaded.problems)
        problems.push_back(boost::json::object{{"severity", name_of(problem.severity)},
                                               {"file", problem.file},
                                               {"line", problem.line},
                                               {"column", problem.column},
                                               {"length", problem.length},
                                               {"message", problem.message}});
    boost::json::object answer{{"sound", loaded.policy != nullptr},
                               {"problems", std::move(problems)}};
    if (loaded.policy) {
        answer["policy"] = to_hex(loaded.policy->hash);
        answer["accounts"] = loaded.policy->accounts.size();
        answer["routes"] = loaded.policy->routes.size();
        answer["classes"] = loaded.policy->classes.size();
    }
    fmt::print("{}\n", boost::json::serialize(answer));
}

void print_for_people(const policy::Loaded& loaded) {
    for (const policy::Problem& problem : loaded.problems)
        fmt::print("{}\n{}", problem.text(), problem.excerpt());
    if (loaded.policy)
        fmt::print("ok: {}, {}, {}, policy {}\n",
                   counted(loaded.policy->accounts.size(), "account", "accounts"),
                   counted(loaded.policy->routes.size(), "route", "routes"),
                   counted(loaded.policy->classes.size(), "class", "classes"),
                   to_hex(loaded.policy->hash));
}

Outcome<> check(const Command& command, const Checking& checking) {
    const auto loaded = policy::load(command.config, SystemClock().now());
    if (checking.as_json)
        print_as_json(loaded);
    else
        print_for_people(loaded);
    // What is wrong was printed line by line: nothing is left to say.
    if (!loaded.policy || (checking.strict && !loaded.problems.empty())) return failed({});
    return {};
}

}  // namespace

void add_check(CLI::App& app, Command& command) {
    auto* verb = app.add_subcommand("check", "Check the policy, and show every mistake in it");
    const auto checking = std::make_shared<Checking>();
    verb->add_flag("--json", checking->as_json, "One JSON object");
    verb->add_flag("--strict", checking->strict, "A warning, too, makes the exit status 1");
    verb->callback([&command, checking] {
        command.verb = [&command, checking] { return check(command, *checking); };
    });
}

}  // namespace consign::admin
