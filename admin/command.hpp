// The command line: each family of verbs adds its own part, in a file of its own. Parsing chooses
// one verb; main runs it.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "admin/outcome.hpp"

namespace CLI {
class App;
}

namespace consign::admin {

struct Command {
    std::filesystem::path config = "/etc/consign/consign.yaml";
    /// --data: where the data folder is, should consign.yaml not load.
    std::filesystem::path data;
    std::function<Outcome<>()> verb;
};

void add_init(CLI::App& app, Command& command);
void add_check(CLI::App& app, Command& command);
void add_explain(CLI::App& app, Command& command);
void add_test(CLI::App& app, Command& command);
void add_diff(CLI::App& app, Command& command);
void add_reload(CLI::App& app, Command& command);
void add_policy(CLI::App& app, Command& command);
void add_audit(CLI::App& app, Command& command);
void add_files(CLI::App& app, Command& command);
void add_deliveries(CLI::App& app, Command& command);
void add_jobs(CLI::App& app, Command& command);
void add_expected(CLI::App& app, Command& command);
void add_alerts(CLI::App& app, Command& command);
void add_receipt(CLI::App& app, Command& command);
void add_retention(CLI::App& app, Command& command);
void add_hold(CLI::App& app, Command& command);
void add_subject(CLI::App& app, Command& command);
void add_quarantine(CLI::App& app, Command& command);
void add_scrub(CLI::App& app, Command& command);
void add_recover(CLI::App& app, Command& command);
void add_pulls(CLI::App& app, Command& command);
void add_hash_password(CLI::App& app, Command& command);
void add_register(CLI::App& app, Command& command);
void add_weak(CLI::App& app, Command& command);
void add_blast_radius(CLI::App& app, Command& command);
void add_status(CLI::App& app, Command& command);

}  // namespace consign::admin
