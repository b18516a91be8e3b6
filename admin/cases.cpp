// `consign test`: the administrators' own cases against the policy.
#include "policy/cases.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fstream>
#include <memory>

#include "admin/command.hpp"
#include "admin/looked_at_file.hpp"
#include "admin/site.hpp"
#include "admin/table.hpp"
#include "base/clock.hpp"
#include "policy/language/yaml.hpp"

namespace consign::admin {

namespace {

struct Run {
    std::vector<std::filesystem::path> files;
    bool as_json = false;
    std::size_t held = 0;
    std::size_t failed = 0;
};

Outcome<std::string> content_of(const std::filesystem::path& path) {
    std::error_code unknown;
    if (std::filesystem::is_directory(path, unknown))
        return failed(fmt::format("{} is a folder: name its files", path.string()));
    std::ifstream file(path, std::ios::binary);
    std::string text(policy::yaml::document_limit_bytes + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad() || (!file.is_open()))
        return failed(fmt::format("{} cannot be read", path.string()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
}

Outcome<policy::Question> question_of(const policy::Case& one, const policy::Policy& policy,
                                      const std::filesystem::path& folder, Timestamp now) {
    policy::Question question = policy::question_of(one, policy, now);
    question.speaks_of = speaks_of(question.path);
    if (one.file.empty()) return question;
    auto looked = look_at(folder / one.file);
    if (!looked) return std::unexpected(looked.error());
    question.size_bytes = looked->size_bytes;
    question.sha256 = looked->sha256;
    question.content = std::move(looked->content);
    return question;
}

/// The endings that the case's route asks for and its file does not have.
Outcome<std::vector<policy::content::Ending>> missing_of(const policy::Case& one,
                                                         const policy::Policy& policy,
                                                         const std::filesystem::path& folder,
                                                         const policy::Question& question) {
    std::vector<policy::content::Ending> missing;
    const auto explanation = policy::explain(policy, question);
    const policy::Route* const route =
        explanation && explanation->routing ? explanation->routing->route : nullptr;
    if (route == nullptr || !question.content) return missing;
    if (!one.file.empty())
        return missing_endings(folder / one.file, *question.content, route->endings);
    for (const auto ending : route->endings) {
        policy::content::EndingCheck check(ending, *question.content);
        check.add(as_bytes(one.content));
        if (!check.has_ended()) missing.push_back(ending);
    }
    return missing;
}

void tell(Run& run, const policy::Case& one, const std::vector<std::string>& unmet) {
    ++(unmet.empty() ? run.held : run.failed);
    if (run.as_json) {
        const boost::json::array why(unmet.begin(), unmet.end());
        fmt::print("{}\n", boost::json::serialize(boost::json::object{{"case", one.name},
                                                                      {"rule", one.rule.text()},
                                                                      {"held", unmet.empty()},
                                                                      {"unmet", why}}));
        return;
    }
    if (unmet.empty()) return;
    fmt::print("{}: FAILED: {}\n", one.rule.text(), safe_for_terminal(one.name));
    for (const std::string& why : unmet) fmt::print("    {}\n", safe_for_terminal(why));
}

Outcome<> run_file(Run& run, const policy::Policy& policy, const std::filesystem::path& path,
                   Timestamp now) {
    const auto text = content_of(path);
    if (!text) return std::unexpected(text.error());
    policy::Problems problems;
    const auto cases = policy::read_cases(*text, path.string(), problems);
    const std::vector<policy::SourceFile> sources{{path.string(), *text}};
    for (const policy::Problem& problem : problems.sorted(sources))
        fmt::print(stderr, "{}\n{}", problem.text(), problem.excerpt());
    if (problems.has_errors()) return failed(fmt::format("{} holds mistakes", path.string()));
    for (const policy::Case& one : cases) {
        const auto question = question_of(one, policy, path.parent_path(), now);
        if (!question) return std::unexpected(question.error());
        const auto missing = missing_of(one, policy, path.parent_path(), *question);
        if (!missing) return std::unexpected(missing.error());
        tell(run, one, policy::unmet(one, policy, *question, *missing));
    }
    return {};
}

Outcome<> run_all(const Command& command, Run run) {
    const auto site = load_site(command.config);
    if (!site) return std::unexpected(site.error());
    const Timestamp now = SystemClock().now();
    for (const std::filesystem::path& file : run.files)
        if (auto done = run_file(run, **site, file, now); !done) return done;
    const std::size_t all = run.held + run.failed;
    if (all == 0) return failed("no file holds a case: nothing was tested");
    if (!run.as_json) fmt::print("{} of {} cases hold\n", run.held, all);
    if (run.failed > 0) return failed({});
    return {};
}

}  // namespace

void add_test(CLI::App& app, Command& command) {
    auto* verb = app.add_subcommand("test", "Hold your own cases against the policy");
    const auto run = std::make_shared<Run>();
    verb->add_option("FILE", run->files, "Files of cases (docs/policy.md, \"Cases\")")->required();
    verb->add_flag("--json", run->as_json, "One JSON object a case");
    verb->callback(
        [&command, run] { command.verb = [&command, run] { return run_all(command, *run); }; });
}

}  // namespace consign::admin
