// `consign check`: every mistake in the policy at once, or what it amounts to.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "admin/command.hpp"
#include "policy/load.hpp"

namespace consign::admin {

namespace {

Outcome<> check(const Command& command) {
    const auto loaded = policy::load(command.config);
    for (const auto& problem : loaded.problems) fmt::print("{}\n", problem.text());
    // What is wrong was printed line by line: nothing is left to say.
    if (!loaded.policy) return failed({});
    fmt::print("ok: {} accounts, {} routes, policy {}\n", loaded.policy->accounts.size(),
               loaded.policy->routes.size(), to_hex(loaded.policy->hash));
    return {};
}

}  // namespace

void add_check(CLI::App& app, Command& command) {
    auto* verb = app.add_subcommand("check", "Check the policy, and show every mistake in it");
    verb->callback([&command] { command.verb = [&command] { return check(command); }; });
}

}  // namespace consign::admin
