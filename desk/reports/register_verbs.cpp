#include "desk/reports/register_verbs.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "desk/reports/measures.hpp"
#include "desk/site/rfc3339.hpp"
#include "desk/verbs/administrator_act.hpp"
#include "desk/verbs/complaint.hpp"
#include "desk/verbs/verb_arguments.hpp"

namespace consign::desk {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using policy::Policy;

json::value text_or_null(const std::optional<policy::Span>& span) {
    return span ? json::value(policy::text_of(*span)) : json::value();
}

json::array routes_where(const Policy& policy, auto is_meant) {
    json::array names;
    for (const policy::Route& route : policy.routes)
        if (is_meant(route)) names.emplace_back(route.name);
    return names;
}

json::object class_row(const Policy& policy, const policy::Class& one,
                       const std::vector<catalog::ClassCount>& stored) {
    const auto found = std::ranges::find(stored, one.name, &catalog::ClassCount::class_name);
    return {{"kind", "class"},
            {"name", one.name},
            {"purpose", one.purpose},
            {"legal_basis", one.legal_basis},
            {"recipients", one.recipients},
            {"persons", one.persons},
            {"data", one.data},
            {"keep", policy::text_of(one.keep)},
            {"counted_from", policy::name_of(one.counted_from)},
            {"minor_until", text_or_null(one.minor_until)},
            {"after_death", text_or_null(one.after_death)},
            {"shorten_after_pickup", text_or_null(one.shorten_after_pickup)},
            {"routes", routes_where(policy,
                                    [&one](const policy::Route& route) {
                                        return route.retention_class == one.name;
                                    })},
            {"files", found == stored.end() ? 0 : found->files},
            {"bytes", found == stored.end() ? 0 : found->bytes}};
}

bool is_granted(const policy::Account& account, policy::Verb verb) {
    return std::ranges::any_of(
        account.grants, [verb](const policy::Grant& grant) { return grant.may.contains(verb); });
}

json::object account_row(const policy::Account& account) {
    return {{"kind", "account"},
            {"id", account.id},
            {"name", account.name},
            {"enabled", account.enabled},
            {"expires", account.expires ? json::value(full_date(*account.expires)) : json::value()},
            {"collects", is_granted(account, policy::Verb::download)},
            {"deposits", is_granted(account, policy::Verb::upload)}};
}

/// What no class speaks of: routes without one, files that met no route, and deposits to come where
/// no route gives a class. Nothing where there is none of these.
std::optional<json::object> uncovered_row(const Policy& policy,
                                          const std::vector<catalog::ClassCount>& stored) {
    auto routes = routes_where(
        policy, [](const policy::Route& route) { return route.retention_class.empty(); });
    const auto without = std::ranges::find(stored, std::string(), &catalog::ClassCount::class_name);
    const bool is_stored = without != stored.end();
    const bool gives_classes = std::ranges::any_of(
        policy.routes, [](const policy::Route& route) { return !route.retention_class.empty(); });
    const bool takes_deposits = std::ranges::any_of(policy.accounts, [](const auto& account) {
        return is_granted(account.second, policy::Verb::upload);
    });
    if (routes.empty() && !is_stored && (gives_classes || !takes_deposits)) return std::nullopt;
    return json::object{{"kind", "uncovered"},
                        {"routes", std::move(routes)},
                        {"files", is_stored ? without->files : 0},
                        {"bytes", is_stored ? without->bytes : 0}};
}

json::object target_row(const Policy& policy, const policy::Target& target) {
    const auto delivers = [&target](const policy::Route& route) {
        return std::ranges::any_of(route.to, [&target](const policy::Action& action) {
            const auto* deliver = std::get_if<policy::Deliver>(&action);
            return deliver != nullptr && deliver->target == target.name;
        });
    };
    return {{"kind", "target"},
            {"name", target.name},
            {"scheme", target.scheme},
            {"host", target.host},
            {"residency", target.residency},
            {"routes", routes_where(policy, delivers)}};
}

json::object policy_row(const Policy& policy, const std::optional<documents::Version>& version) {
    const bool is_kept = version && version->hash == policy.hash;
    return {{"kind", "policy"},
            {"site", policy.site},
            {"hash", to_hex(policy.hash)},
            {"since", is_kept ? json::value(rfc3339(version->since)) : json::value()},
            {"residency", policy.residency},
            {"zone", policy.zone},
            {"controller", policy.controller.name},
            {"contact", policy.controller.contact},
            {"representative", policy.controller.representative},
            {"dpo", policy.controller.dpo}};
}

/// What the store knows, beside the policy.
struct Stored {
    std::optional<documents::Version> version;
    std::vector<catalog::ClassCount> classes;
    MeasuresInStore measures;
};

Result<Stored> stored_in(Transaction& transaction) {
    Stored stored;
    const auto versions = transaction.documents.versions(1);
    if (!versions) return failure(versions.error());
    if (!versions->empty()) stored.version = versions->front();
    auto classes = transaction.catalog.classes_in_store();
    if (!classes) return failure(classes.error());
    stored.classes = *std::move(classes);
    auto measures = measures_in(transaction);
    if (!measures) return failure(measures.error());
    stored.measures = *std::move(measures);
    return stored;
}

std::vector<json::object> rows_of(const Site& site, const Policy& policy, const Stored& stored) {
    std::vector<json::object> rows{policy_row(policy, stored.version)};
    for (const auto& [name, one] : policy.classes)
        rows.push_back(class_row(policy, one, stored.classes));
    if (auto uncovered = uncovered_row(policy, stored.classes))
        rows.push_back(*std::move(uncovered));
    for (const auto& [id, account] : policy.accounts) rows.push_back(account_row(account));
    for (const auto& [name, target] : policy.targets) rows.push_back(target_row(policy, target));
    for (json::object& row : measure_rows(site, policy, stored.measures)) {
        row["kind"] = "measure";
        rows.push_back(std::move(row));
    }
    return rows;
}

asio::awaitable<Answered> show(Site& site, VerbCall call) {
    const VerbArguments arguments(call.arguments);
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    const auto policy = site.policy.current();
    const auto stored = co_await site.store.read(stored_in);
    const auto outcome = stored ? ledger::Outcome::granted : ledger::Outcome::failed;
    if (auto recorded = co_await record_act(site, call.administrator, "register", outcome);
        !recorded)
        co_return recorded;
    if (!stored) co_return storage_complaint(stored.error());
    for (json::object& row : rows_of(site, *policy, *stored))
        if (auto given = co_await call.rows.give(std::move(row)); !given)
            co_return storage_complaint(given.error());
    co_return json::object{{"classes", policy->classes.size()},
                           {"accounts", policy->accounts.size()},
                           {"targets", policy->targets.size()}};
}

}  // namespace

VerbTable register_verbs(Site& site) {
    return {{"register.show", [&site](VerbCall call) { return show(site, std::move(call)); }}};
}

}  // namespace consign::desk
