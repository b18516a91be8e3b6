// `consign subject`: a person whom content is about.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>

#include "admin/asking.hpp"
#include "admin/command.hpp"
#include "admin/door.hpp"
#include "admin/report_file.hpp"
#include "admin/row_printer.hpp"
#include "admin/subject_report.hpp"
#include "admin/table.hpp"

namespace consign::admin {

namespace {

namespace json = boost::json;

struct Asked {
    std::string subject, born, died;
    bool as_json = false;
};

Outcome<> set(const Command& command, const Asked& asked) {
    json::object arguments{{"subject", asked.subject}};
    if (!asked.born.empty()) arguments.emplace("born", asked.born);
    if (!asked.died.empty()) arguments.emplace("died", asked.died);
    const auto answered = ask_to_act(command, "subject.set", std::move(arguments));
    if (!answered) return std::unexpected(answered.error());
    fmt::print("set; `consign retention plan` shows what follows from it\n");
    return {};
}

std::string field(const json::object& row, std::string_view name) {
    const std::string text = field_text(row, name);
    return text.empty() ? "-" : safe_for_terminal(text);
}

void print_answer(const json::object& end, const json::array& contents) {
    fmt::print(
        "Answer to a request of erasure\n\nSite:     {}\nRequest:  {}\nTime:     {}\n"
        "Subject:  {}\n\nErased ({})\n",
        field(end, "site"), field(end, "request"), field(end, "time"), field(end, "subject"),
        field(end, "erased"));
    const auto print = [&contents](std::string_view outcome) {
        for (const json::value& value : contents) {
            const json::object& row = value.as_object();
            if (field_text(row, "outcome") != outcome) continue;
            fmt::print(
                "- content {}, class {} ({})\n    {}\n    legal basis: {}\n    due: {} ({}), "
                "rule {}\n",
                field(row, "stream"), field(row, "class"), field(row, "purpose"),
                field(row, "ground"), field(row, "legal_basis"), field(row, "due"),
                field(row, "why"), field(row, "rule"));
        }
    };
    print("erased");
    fmt::print("\nKept ({})\n", field(end, "kept"));
    print("kept");
    const json::value* erased = end.if_contains("facts_erased");
    fmt::print("\nWhat was known of the person (identifier, birth, death): {}\n",
               erased && erased->is_bool() && erased->get_bool()
                   ? "erased"
                   : "kept as long as the contents above are");
}

Outcome<> erase(const Command& command, const Asked& asked) {
    auto door = open_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    json::array contents;
    const auto answered =
        (*door)->ask("subject.erase", {{"subject", asked.subject}},
                     [&contents](const json::object& row) { contents.push_back(row); });
    if (!answered) return std::unexpected(answered.error());
    if (!asked.as_json) {
        print_answer(*answered, contents);
        return {};
    }
    json::object document = *answered;
    document.emplace("contents", std::move(contents));
    fmt::print("{}\n", json::serialize(document));
    return {};
}

}  // namespace

void add_subject(CLI::App& app, Command& command) {
    auto* subject = app.add_subcommand("subject", "A person whom content is about");
    subject->require_subcommand(1);
    const auto asked = std::make_shared<Asked>();
    const auto add_verb = [&](const char* name, const char* does, auto verb) {
        auto* added = subject->add_subcommand(name, does);
        added->add_option("SUBJECT", asked->subject, "AUTHORITY/ID, as messages have them")
            ->required();
        added->callback([&command, asked, verb] {
            command.verb = [&command, asked, verb] { return verb(command, *asked); };
        });
        return added;
    };
    auto* set_verb = add_verb("set", "Say when somebody was born or died; wins over messages", set);
    set_verb->add_option("--born", asked->born, "YYYY-MM-DD");
    set_verb->add_option("--died", asked->died, "YYYY-MM-DD");
    const auto options = std::make_shared<ReportOptions>();
    add_report_and_row_options(
        *add_verb("report", "Each content and each access about a person (GDPR art. 15)",
                  [options](const Command& with, const Asked& of) {
                      return write_report(*options, [&](std::FILE* out) {
                          return show_subject_report(with, of.subject, *options, out);
                      });
                  }),
        *options);
    add_verb("erase", "Answer a request of erasure: what was erased, what may not be, and why",
             erase)
        ->add_flag("--json", asked->as_json, "The answer as one JSON object");
}

}  // namespace consign::admin
