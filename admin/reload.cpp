// `consign reload`: the daemon takes the policy as its files have it now, or says why not.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <memory>

#include "admin/command.hpp"
#include "admin/door.hpp"
#include "admin/row_printer.hpp"
#include "admin/table.hpp"
#include "desk/retention/shortened.hpp"

namespace consign::admin {

namespace {

namespace json = boost::json;

struct Asked {
    std::vector<std::string> accepted;
    bool as_json = false;
};

void print_problem(const json::object& problem) {
    std::string place = field_text(problem, "file");
    if (const std::string line = field_text(problem, "line"); !line.empty() && line != "0")
        place += fmt::format(":{}:{}", line, field_text(problem, "column"));
    fmt::print("{}: {}: {}\n{}", safe_for_terminal(place), field_text(problem, "severity"),
               safe_for_terminal(field_text(problem, "message")), field_text(problem, "excerpt"));
}

const json::array& list_in(const json::object& answer, std::string_view key) {
    static const json::array none;
    const json::value* list = answer.if_contains(key);
    return list && list->is_array() ? list->get_array() : none;
}

/// What is wrong with the certificates of FTPS listeners.
void print_certificates(const json::object& answer) {
    for (const json::value& one : list_in(answer, "certificates")) {
        if (!one.is_object()) continue;
        const json::object& row = one.get_object();
        const std::string name = safe_for_terminal(field_text(row, "listener"));
        const std::string refused = field_text(row, "refused");
        if (!refused.empty())
            fmt::print("listener {}: the certificate was refused, the last good one stays: {}\n",
                       name, refused);
        if (const auto* const expired = row.if_contains("expired");
            expired && expired->is_bool() && expired->get_bool())
            fmt::print("listener {}: warning: the certificate that is shown expired on {}\n", name,
                       field_text(row, "until"));
    }
}

bool is_any_refused(const json::object& answer) {
    return std::ranges::any_of(list_in(answer, "certificates"), [](const json::value& one) {
        return one.is_object() && one.get_object().contains("refused");
    });
}

void print_answer(const json::object& answer) {
    const json::array& shortened = list_in(answer, "shortened");
    std::string accept;
    for (const json::value& one : shortened) {
        if (!one.is_object()) continue;
        const std::string name = field_text(one.get_object(), "class");
        const std::string files = field_text(one.get_object(), "files");
        if (name == desk::ledger_keep)
            fmt::print("{}: the ledger would forget sooner who came, and what with\n", name);
        else
            fmt::print("class {}: {} {} in the store would be erased sooner\n", name, files,
                       files == "1" ? "file" : "files");
        accept += fmt::format(" --accept-shorter-retention {}", name);
    }
    for (const json::value& part : list_in(answer, "needs_restart"))
        if (part.is_string())
            fmt::print("{} changed: that needs a restart\n", std::string_view(part.get_string()));
    const json::value* const taken = answer.if_contains("taken");
    if (taken && taken->is_bool() && taken->get_bool())
        fmt::print("policy {} is in force; {} sessions were ended\n", field_text(answer, "hash"),
                   field_text(answer, "ended_sessions"));
    else if (!accept.empty())
        fmt::print("the policy stays as it was; to accept this: consign reload{}\n", accept);
}

Outcome<> reload(const Command& command, const Asked& asked) {
    auto door = open_daemon_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    const json::array accept(asked.accepted.begin(), asked.accepted.end());
    json::array problems;
    auto answered = (*door)->ask("reload", {{"accept", accept}}, [&](const json::object& row) {
        if (asked.as_json)
            problems.push_back(row);
        else
            print_problem(row);
    });
    if (!answered) return std::unexpected(answered.error());
    const json::value* const taken = answered->if_contains("taken");
    const bool is_taken = taken && taken->is_bool() && taken->get_bool();
    if (asked.as_json) {
        (*answered)["problems"] = std::move(problems);
        fmt::print("{}\n", json::serialize(*answered));
    } else {
        print_answer(*answered);
        print_certificates(*answered);
    }
    if (is_taken && !is_any_refused(*answered)) return {};
    if (is_taken)
        return failed(asked.as_json ? ""
                                    : "a certificate was refused; the policy was taken all the "
                                      "same");
    return failed(asked.as_json ? "" : "the policy was refused: the last good one stays in force");
}

}  // namespace

void add_reload(CLI::App& app, Command& command) {
    auto* verb = app.add_subcommand(
        "reload", "Let the daemon take the policy as its files have it now, if it is sound");
    const auto asked = std::make_shared<Asked>();
    verb->add_option("--accept-shorter-retention", asked->accepted,
                     "A class whose files in the store may be erased sooner than so far; or "
                     "ledger.keep, if the ledger may forget sooner");
    verb->add_flag("--json", asked->as_json, "One JSON object");
    verb->callback([&command, asked] {
        command.verb = [&command, asked] { return reload(command, *asked); };
    });
}

}  // namespace consign::admin
