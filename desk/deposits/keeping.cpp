#include "desk/deposits/keeping.hpp"

#include "desk/retention/hold_binding.hpp"
#include "desk/retention/term_settling.hpp"
#include "policy/decide.hpp"

namespace consign::desk {

namespace asio = boost::asio;

namespace {

std::vector<catalog::Subject> subjects_of(const policy::Routing& routing) {
    std::vector<catalog::Subject> subjects;
    for (const auto& subject : routing.subjects)
        subjects.push_back({.authority = subject.authority,
                            .id = subject.id,
                            .born = subject.born,
                            .died = subject.died});
    return subjects;
}

}  // namespace

VirtualPath without_temporary_part(const policy::Policy& policy, const VirtualPath& path) {
    const std::string_view name = path.name();
    if (!policy::is_temporary_name(policy, name)) return path;
    const auto rest = name.starts_with('.') ? name.substr(1) : name.substr(0, name.rfind('.'));
    return VirtualPath::parse(rest, path.parent()).value_or(path);
}

Result<> keep_as_routed(Transaction& transaction, const Appraisal& appraisal, catalog::FileId file,
                        std::vector<catalog::NodeId> recipients, Timestamp now) {
    if (!appraisal.routing) return {};
    const policy::Routing& routing = *appraisal.routing;
    if (!routing.retention_class) return bind_as_routed(transaction, appraisal, file);
    const policy::Class& given = *routing.retention_class;
    const Offer& offer = appraisal.offer;
    const auto done =
        transaction.catalog.classify({.file = file,
                                      .name = given.name,
                                      .rule = routing.rule.text(),
                                      .deposited = offer.kept_from.value_or(offer.time),
                                      .subjects = subjects_of(routing),
                                      .recipients = std::move(recipients)});
    if (!done) return done;
    return settle_after_deposit(transaction, *appraisal.policy, given, file, now);
}

asio::awaitable<Appraisal> appraise_for_holds(Site& site, Offer offer) {
    const auto any =
        co_await site.store.read([](Transaction& transaction) { return transaction.holds.any(); });
    if (!any || !*any) co_return Appraisal{};
    offer.whole = without_temporary_part(*site.policy.current(), offer.whole);
    auto appraisal = co_await appraise(site, std::move(offer));
    co_return appraisal ? *std::move(appraisal) : Appraisal{};
}

Result<> bind_as_routed(Transaction& transaction, const Appraisal& appraisal,
                        catalog::FileId file) {
    if (!appraisal.routing) return {};
    return bind_to_holds(transaction, file, appraisal.routing->subjects);
}

}  // namespace consign::desk
