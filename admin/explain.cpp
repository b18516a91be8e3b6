// `consign explain`: may an account do something, what becomes of a deposit, and which rule says
// so.
#include "policy/explain.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "admin/command.hpp"
#include "admin/explained.hpp"
#include "admin/looked_at_file.hpp"
#include "admin/site.hpp"
#include "base/clock.hpp"
#include "desk/site/displayed_path.hpp"
#include "desk/site/rfc3339.hpp"
#include "policy/calendar/zone.hpp"
#include "policy/language/spelling.hpp"

namespace consign::admin {

namespace {

using policy::Verb;

constexpr std::chrono::minutes noon{12 * 60};

struct Asked {
    std::string account, path, verb = "upload";
    std::filesystem::path file;
    std::string at;
    bool as_json = false;
};

Outcome<Verb> verb_named(std::string_view word) {
    std::vector<std::string_view> names;
    for (const Verb verb : {Verb::list, Verb::download, Verb::upload, Verb::overwrite, Verb::append,
                            Verb::rename, Verb::remove, Verb::mkdir}) {
        if (name_of(verb) == word) return verb;
        names.push_back(name_of(verb));
    }
    return failed(fmt::format("--verb {} is none{}; there are: {}", policy::cited(word),
                              policy::suggestion(word, names), policy::listed(names)),
                  exit_bad_command_line);
}

/// A day alone is its noon at the site.
std::optional<Timestamp> moment_at(std::string_view text, const policy::Policy& policy) {
    if (const auto day = desk::from_full_date(text))
        return policy::instant(
            policy.zone, policy::wall_time(std::chrono::floor<std::chrono::days>(*day), noon));
    return desk::from_rfc3339(text);
}

Outcome<policy::Question> question_of(const Asked& asked, Verb verb, const policy::Policy& policy) {
    policy::Question question{.account = asked.account, .verb = verb};
    const auto path = desk::from_displayed(asked.path);
    if (!path)
        return failed(fmt::format("--path {} is no path: write it as the account sees it, from its "
                                  "own /, e.g. /in/result.hl7",
                                  asked.path),
                      exit_bad_command_line);
    question.path = *path;
    question.speaks_of = speaks_of(*path);
    question.at = SystemClock().now();
    if (!asked.at.empty()) {
        const auto at = moment_at(asked.at, policy);
        if (!at)
            return failed(fmt::format("--at {}: write a day (2027-03-01) or a moment "
                                      "(2027-03-01T22:00:00+01:00)",
                                      asked.at),
                          exit_bad_command_line);
        question.at = *at;
    }
    return question;
}

Outcome<> explain(const Command& command, const Asked& asked) {
    const auto verb = verb_named(asked.verb);
    if (!verb) return std::unexpected(verb.error());
    const auto site = load_site(command.config);
    if (!site) return std::unexpected(site.error());
    const policy::Policy& policy = **site;
    auto question = question_of(asked, *verb, policy);
    if (!question) return std::unexpected(question.error());
    Explained explained;
    if (!asked.file.empty()) {
        auto looked = look_at(asked.file);
        if (!looked) return std::unexpected(looked.error());
        question->size_bytes = looked->size_bytes;
        question->sha256 = looked->sha256;
        question->content = std::move(looked->content);
    }
    const auto account = policy.accounts.find(asked.account);
    if (account == policy.accounts.end()) {
        std::vector<std::string_view> known;
        for (const auto& [id, unused] : policy.accounts) known.push_back(id);
        return failed(fmt::format("the policy has no account {}{}", asked.account,
                                  policy::suggestion(asked.account, known)));
    }
    auto explanation = policy::explain(policy, *question);
    if (!explanation)
        return failed("below this account's home the path would be longer than a path may be");
    explained.explanation = *std::move(explanation);
    const auto& routing = explained.explanation.routing;
    if (question->content && routing && routing->route != nullptr) {
        auto missing = missing_endings(asked.file, *question->content, routing->route->endings);
        if (!missing) return std::unexpected(missing.error());
        explained.missing = *std::move(missing);
    }
    explained.question = *std::move(question);
    if (asked.as_json)
        fmt::print("{}\n", boost::json::serialize(as_json(policy, explained)));
    else
        print_for_people(policy, explained);
    return {};
}

}  // namespace

void add_explain(CLI::App& app, Command& command) {
    auto* verb = app.add_subcommand(
        "explain", "May an account do this, what becomes of its deposit, and which rule says so");
    const auto asked = std::make_shared<Asked>();
    verb->add_option("--account", asked->account, "Who")->required();
    verb->add_option("--path", asked->path, "Where, as the account sees it: /in/result.hl7")
        ->required();
    verb->add_option("--verb", asked->verb,
                     "list, download, upload (default), overwrite, append, rename, delete, mkdir");
    verb->add_option("--file", asked->file,
                     "What is deposited: it is looked at as the daemon looks at a deposit");
    verb->add_option("--at", asked->at,
                     "When: a day (its noon at the site), or a moment in RFC 3339 (default: now)");
    verb->add_flag("--json", asked->as_json, "One JSON object");
    verb->callback([&command, asked] {
        command.verb = [&command, asked] { return explain(command, *asked); };
    });
}

}  // namespace consign::admin
