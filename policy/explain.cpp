#include "policy/explain.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "policy/language/spelling.hpp"

namespace consign::policy {

namespace {

bool is_deposit(Verb verb) {
    return verb == Verb::upload || verb == Verb::overwrite || verb == Verb::append ||
           verb == Verb::rename;
}

std::string named(const Verbs& verbs) {
    std::vector<std::string_view> names;
    for (const Verb verb : verbs) names.push_back(name_of(verb));
    return names.empty() ? std::string("nothing") : fmt::format("{}", fmt::join(names, ", "));
}

std::vector<Considered> considered_grants(const Account& account, const VirtualPath& path) {
    if (receipts_folder().contains(path))
        return {{account.rule, fmt::format("receipts {}", receipts_folder().text()), true,
                 "whatever is granted, an account reads its own receipts, and changes none"}};
    std::vector<Considered> all;
    for (const Grant& grant : account.grants) {
        const bool matched = grant.path.matches(path);
        all.push_back({grant.rule, fmt::format("grant {}", grant.path.text()), matched,
                       matched ? fmt::format("it allows {}", named(grant.may))
                               : std::string("the path is another")});
        if (matched) break;
    }
    return all;
}

std::vector<Considered> considered_routes(const Policy& policy, const DepositFacts& facts) {
    std::vector<Considered> all;
    Candidate candidate(facts);
    for (const Route& route : policy.routes) {
        const auto differs = mismatch(route, candidate);
        all.push_back({route.rule, fmt::format("route {}", route.name), !differs,
                       differs ? why_not(route, *differs, facts) : std::string()});
        if (!differs) break;
    }
    return all;
}

/// What is known of the deposit at the moment when it is made.
std::vector<Keeping> keeping_of(const Policy& policy, const Routing& routing, Timestamp at) {
    std::vector<Keeping> all;
    if (routing.retention_class == nullptr) return all;
    const auto add = [&](const content::Subject& subject, const Life& life) {
        all.push_back(
            {routing.retention_class, subject, term(*routing.retention_class, life, policy.zone)});
    };
    for (const content::Subject& subject : routing.subjects)
        // Who has no identifier is nobody whose last activity is known.
        add(subject, subject.id.empty() ? Life{.deposited = at}
                                        : Life{.deposited = at,
                                               .last_activity = at,
                                               .has_subject = true,
                                               .born = subject.born,
                                               .died = subject.died});
    if (all.empty()) add({}, {.deposited = at});
    return all;
}

/// As the desk asks of every deposit that has a sidecar's name.
std::optional<VirtualPath> may_be_awaited_by(const Policy& policy, const Account& account,
                                             const VirtualPath& whole,
                                             const std::optional<SpeaksOf>& speaks_of) {
    if (!speaks_of) return std::nullopt;
    const auto of = VirtualPath::parse(speaks_of->of, whole.parent());
    if (!of || !may_wait_for(policy, account, *of, speaks_of->kind)) return std::nullopt;
    return *of;
}

template <class Items, class Name>
std::string any_of(const Items& items, const Name& name) {
    std::vector<std::string> names;
    for (const auto& item : items) names.push_back(fmt::format("`{}`", name(item)));
    return fmt::format("{}", fmt::join(names, " or "));
}

std::string field_text(const content::FieldName& field) {
    return field.component() == 0 ? std::string(field.field())
                                  : fmt::format("{}.{}", field.field(), field.component());
}

std::string windows_text(const Schedule& schedule) {
    return any_of(schedule, [](const ScheduleEntry& entry) {
        return std::visit([](const auto& one) { return one.text; }, entry);
    });
}

}  // namespace

std::string why_not(const Route& route, const Mismatch& mismatch, const DepositFacts& facts) {
    const Conditions& when = route.when;
    const auto itself = [](const std::string& text) { return text; };
    const auto name = [](auto value) { return name_of(value); };
    switch (mismatch.condition) {
        case Mismatch::Condition::path:
            return fmt::format("path: {} does not match {}", facts.path.display(),
                               cited(when.path->text()));
        case Mismatch::Condition::name:
            return fmt::format("name: {} does not match {}", cited(display_name(facts.path.name())),
                               cited(when.file_name->text()));
        case Mismatch::Condition::account:
            return fmt::format("account: it is for {}", any_of(when.accounts, itself));
        case Mismatch::Condition::group:
            return fmt::format("group: it is for {}", any_of(when.groups, itself));
        case Mismatch::Condition::size:
            return fmt::format("size: {} bytes is out of its bounds", facts.size_bytes);
        case Mismatch::Condition::time:
            return fmt::format("time: not within {}", windows_text(when.time));
        case Mismatch::Condition::format:
            return fmt::format("format: the file is {}, not {}",
                               cited(name_of(facts.content.format)), any_of(when.formats, name));
        case Mismatch::Condition::packing:
            return fmt::format("packing: it is {}, not {}", cited(name_of(facts.content.packing)),
                               any_of(when.packings, name));
        case Mismatch::Condition::field: {
            const FieldCondition& condition = *mismatch.field;
            const auto value = facts.content.values(condition.field);
            const std::string wanted =
                any_of(condition.any_of, [](const auto& pattern) { return pattern.text(); });
            const std::string field = field_text(condition.field);
            return value ? fmt::format("{} is {}, not {}", field, cited(*value), wanted)
                         : fmt::format("{} is not there; it must be {}", field, wanted);
        }
        case Mismatch::Condition::path_regex:
            return fmt::format("path_regex: {} does not match {}", facts.path.display(),
                               cited(when.path_regex->text()));
    }
    return {};
}

std::optional<Explanation> explain(const Policy& policy, const Question& question) {
    const auto found = policy.accounts.find(question.account);
    if (found == policy.accounts.end()) return std::nullopt;
    const Account& account = found->second;
    auto whole = account.home.joined(question.path);
    if (!whole) return std::nullopt;
    Explanation explanation{.whole = *std::move(whole),
                            .login = may_stay(policy, account, question.at),
                            .grants = considered_grants(account, question.path),
                            .verdict = may(account, question.verb, question.path)};
    if (!explanation.allowed() || !is_deposit(question.verb)) return explanation;
    explanation.is_temporary = is_temporary_name(policy, explanation.whole.name());
    if (explanation.is_temporary) return explanation;
    explanation.awaited_by =
        may_be_awaited_by(policy, account, explanation.whole, question.speaks_of);
    if (explanation.awaited_by) return explanation;
    const DepositFacts facts{.path = explanation.whole,
                             .account = account.id,
                             .group = account.group,
                             .home = account.home,
                             .time = question.at,
                             .size_bytes = question.size_bytes,
                             .sha256 = question.sha256,
                             .content = question.content.value_or(content::Content())};
    explanation.routing = route(policy, facts);
    const bool claims_decided = explanation.routing && explanation.routing->route == nullptr;
    if (!claims_decided) explanation.routes = considered_routes(policy, facts);
    if (explanation.routing)
        explanation.keeping = keeping_of(policy, *explanation.routing, question.at);
    return explanation;
}

}  // namespace consign::policy
