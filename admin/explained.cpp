#include "admin/explained.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/json.hpp>

#include "admin/table.hpp"
#include "desk/site/rfc3339.hpp"
#include "policy/calendar/zone.hpp"

namespace consign::admin {

namespace {

namespace json = boost::json;
using policy::Destination;

std::string local_text(const policy::Policy& policy, Timestamp time) {
    const auto wall = policy::wall_time(policy.zone, time);
    const auto day = std::chrono::floor<std::chrono::days>(wall);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(wall - day);
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02} {}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), policy.zone);
}

std::string destination_text(const Destination& destination) {
    return destination.path ? destination.path->display()
                            : fmt::format("none: {}", destination.path.error().message());
}

/// Lines in three columns: what, how it is, and the rule that says so.
class Sheet {
  public:
    void line(std::string_view what, std::string_view how, const policy::Rule& rule = {}) {
        const std::string shown = safe_for_terminal(how);
        const std::string at = rule.text();
        if (at.empty())
            fmt::print("{:<12}{}\n", what, shown);
        else
            fmt::print("{:<12}{}{}  {}\n", what, shown, padding(shown), at);
    }
    void considered(const std::vector<policy::Considered>& all) {
        for (const policy::Considered& one : all)
            line(one.matched ? "  yes" : "  no",
                 one.why.empty() ? one.what : fmt::format("{}: {}", one.what, one.why), one.rule);
    }

  private:
    static constexpr std::size_t rule_column = 60;
    static std::string padding(std::string_view shown) {
        const std::size_t width = width_of(shown);
        return std::string(width < rule_column ? rule_column - width : 0, ' ');
    }
};

void print_content(Sheet& sheet, const policy::Question& question) {
    const auto& content = *question.content;
    std::string text = fmt::format("{}{}, {} bytes", name_of(content.format),
                                   content.is_batch ? " (a batch)" : "", question.size_bytes);
    if (content.packing != policy::content::Packing::none)
        text += fmt::format(", packed with {}", name_of(content.packing));
    sheet.line("file", text);
    if (!content.senders.empty())
        sheet.line("sender", fmt::format("{}", fmt::join(content.senders, ", ")));
}

std::string kept_text(const policy::Policy& policy, const policy::Keeping& keeping) {
    return fmt::format(
        "{}{}",
        keeping.subject.id.empty()
            ? std::string()
            : fmt::format("about {} of {}: ", keeping.subject.id, keeping.subject.authority),
        term_text(policy, keeping.term));
}

/// The one that looks at it before anything else happens.
const policy::Scanner* scanner_of(const policy::Policy& policy, const Explained& explained) {
    if (policy.scan) return &*policy.scan;
    const policy::Explanation& explanation = explained.explanation;
    if (explanation.awaited_by) {
        const policy::Account& account = policy.accounts.at(explained.question.account);
        const auto* own = policy::may_be_scanned(policy, account, explanation.whole);
        return own ? own : policy::may_be_scanned(policy, account, *explanation.awaited_by);
    }
    const policy::Route* route = explanation.routing ? explanation.routing->route : nullptr;
    return route && route->scan ? &*route->scan : nullptr;
}

void print_routing(Sheet& sheet, const policy::Policy& policy, const Explained& explained) {
    const policy::Routing& routing = *explained.explanation.routing;
    for (const auto ending : explained.missing)
        sheet.line("incomplete",
                   fmt::format("{} is missing: no deposit yet, and nothing below happens",
                               name_of(ending)),
                   routing.rule);
    if (routing.route != nullptr)
        for (const auto sidecar : routing.route->sidecars)
            sheet.line("waits", fmt::format("for its {}", name_of(sidecar)), routing.rule);
    if (routing.quarantine)
        sheet.line("quarantine", routing.quarantine->reason, routing.quarantine->rule);
    for (const Destination& copy : routing.copies)
        sheet.line("copy", destination_text(copy), copy.rule);
    if (routing.move) sheet.line("move", destination_text(*routing.move), routing.move->rule);
    for (const auto& delivery : routing.deliveries)
        sheet.line("deliver", fmt::format("{}: {}", delivery.target, destination_text(delivery.to)),
                   delivery.to.rule);
    if (routing.acknowledge)
        sheet.line("acknowledge", destination_text(*routing.acknowledge),
                   routing.acknowledge->rule);
    for (const std::string& tag : routing.tags) sheet.line("tag", tag);
    if (routing.retention_class == nullptr) {
        sheet.line("class", "none: its content dies with its last name");
        return;
    }
    const policy::Class& kept = *routing.retention_class;
    sheet.line(
        "class",
        fmt::format("{}: {} from {}{}", kept.name, text_of(kept.keep), name_of(kept.counted_from),
                    kept.legal_basis.empty() ? "" : ", " + kept.legal_basis),
        kept.rule);
    for (const policy::Keeping& keeping : explained.explanation.keeping)
        sheet.line("kept", kept_text(policy, keeping));
}

json::object considered_json(const policy::Considered& one) {
    return {
        {"what", one.what}, {"matched", one.matched}, {"why", one.why}, {"rule", one.rule.text()}};
}

json::array considered_json(const std::vector<policy::Considered>& all) {
    json::array rows;
    for (const auto& one : all) rows.push_back(considered_json(one));
    return rows;
}

json::object verdict_json(const policy::Verdict& verdict) {
    return {
        {"allowed", verdict.allowed}, {"reason", verdict.reason}, {"rule", verdict.rule.text()}};
}

json::object destination_json(const Destination& destination) {
    json::object row{{"rule", destination.rule.text()}};
    if (destination.path)
        row["path"] = destination.path->display();
    else
        row["why_not"] = destination.path.error().message();
    return row;
}

std::string_view name_of(policy::Term::State state) {
    switch (state) {
        case policy::Term::State::due:
            return "due";
        case policy::Term::State::unknown:
            return "unknown";
        case policy::Term::State::suspended:
            return "suspended";
    }
    return {};
}

json::object keeping_json(const policy::Keeping& keeping) {
    json::object row{{"state", name_of(keeping.term.state)}, {"because", keeping.term.because}};
    if (keeping.term.state == policy::Term::State::due)
        row["until"] = desk::rfc3339(keeping.term.at);
    if (!keeping.subject.id.empty()) {
        row["subject"] = keeping.subject.id;
        row["authority"] = keeping.subject.authority;
    }
    return row;
}

json::object routing_json(const Explained& explained) {
    const policy::Routing& routing = *explained.explanation.routing;
    json::array copies, deliveries, kept, missing, tags(routing.tags.begin(), routing.tags.end());
    for (const Destination& copy : routing.copies) copies.push_back(destination_json(copy));
    for (const auto& delivery : routing.deliveries) {
        json::object row = destination_json(delivery.to);
        row["target"] = delivery.target;
        deliveries.push_back(std::move(row));
    }
    for (const auto& keeping : explained.explanation.keeping) kept.push_back(keeping_json(keeping));
    for (const auto ending : explained.missing)
        missing.push_back(json::value(policy::content::name_of(ending)));
    json::object row{{"route", routing.route ? json::value(routing.route->name) : json::value()},
                     {"rule", routing.rule.text()},
                     {"copy", std::move(copies)},
                     {"deliver", std::move(deliveries)},
                     {"tags", std::move(tags)},
                     {"kept", std::move(kept)},
                     {"missing", std::move(missing)}};
    if (routing.quarantine)
        row["quarantine"] = json::object{{"reason", routing.quarantine->reason},
                                         {"rule", routing.quarantine->rule.text()}};
    if (routing.move) row["move"] = destination_json(*routing.move);
    if (routing.acknowledge) row["acknowledge"] = destination_json(*routing.acknowledge);
    row["class"] =
        routing.retention_class ? json::value(routing.retention_class->name) : json::value();
    return row;
}

}  // namespace

std::string term_text(const policy::Policy& policy, const policy::Term& term) {
    switch (term.state) {
        case policy::Term::State::due:
            return fmt::format("until {} ({})", local_text(policy, term.at), term.because);
        case policy::Term::State::unknown:
            return fmt::format("for ever, as far as is known: {}", term.because);
        case policy::Term::State::suspended:
            return "while a claim suspends it";
    }
    return {};
}

void print_for_people(const policy::Policy& policy, const Explained& explained) {
    const policy::Explanation& explanation = explained.explanation;
    const policy::Question& question = explained.question;
    Sheet sheet;
    sheet.line("asked",
               fmt::format("may {} {} {}, at {}", question.account, policy::name_of(question.verb),
                           explanation.whole.display(), local_text(policy, question.at)));
    if (question.content) print_content(sheet, question);
    sheet.line("account",
               explanation.login.allowed ? "may be here" : std::string(explanation.login.reason),
               explanation.login.rule);
    sheet.considered(explanation.grants);
    sheet.line("verdict",
               explanation.allowed() ? std::string("allowed")
                                     : fmt::format("refused: {}", explanation.login.allowed
                                                                      ? explanation.verdict.reason
                                                                      : explanation.login.reason),
               explanation.login.allowed ? explanation.verdict.rule : explanation.login.rule);
    if (explanation.is_temporary) {
        sheet.line("deposit",
                   "not yet: a temporary name; the rename to its own name is the deposit");
        return;
    }
    sheet.considered(explanation.routes);
    if (explanation.awaited_by)
        sheet.line("sidecar", fmt::format("of {}, which may wait for it: it takes no route itself",
                                          explanation.awaited_by->display()));
    const bool is_deposit =
        explanation.routing || explanation.awaited_by || !explanation.routes.empty();
    if (const auto* scanner = scanner_of(policy, explained); scanner && is_deposit)
        sheet.line("scan", fmt::format("first, by clamd at {}", scanner->text), scanner->rule);
    if (explanation.routing)
        print_routing(sheet, policy, explained);
    else if (!explanation.routes.empty())
        sheet.line("routes", "none matches: it stays where it is, without a class");
    if (!explanation.routes.empty() && !question.content)
        sheet.line("note", "no --file was given: a route that asks for its content cannot match");
}

json::object as_json(const policy::Policy& policy, const Explained& explained) {
    const policy::Explanation& explanation = explained.explanation;
    const policy::Question& question = explained.question;
    json::object row{{"account", question.account},
                     {"verb", policy::name_of(question.verb)},
                     {"path", question.path.display()},
                     {"whole_path", explanation.whole.display()},
                     {"at", desk::rfc3339(question.at)},
                     {"policy", to_hex(policy.hash)},
                     {"allowed", explanation.allowed()},
                     {"login", verdict_json(explanation.login)},
                     {"grants", considered_json(explanation.grants)},
                     {"verdict", verdict_json(explanation.verdict)},
                     {"temporary", explanation.is_temporary},
                     {"routes", considered_json(explanation.routes)}};
    if (question.content) {
        row["format"] = policy::content::name_of(question.content->format);
        row["size"] = question.size_bytes;
    }
    if (const auto* scanner = scanner_of(policy, explained))
        row["scan"] = json::object{{"clamd", scanner->text}, {"rule", scanner->rule.text()}};
    row["sidecar_of"] = explanation.awaited_by ? json::value(explanation.awaited_by->display())
                                               : json::value(nullptr);
    row["routing"] =
        explanation.routing ? json::value(routing_json(explained)) : json::value(nullptr);
    return row;
}

}  // namespace consign::admin
