#include "desk/pickups/after_pickup.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/fault_point.hpp"
#include "desk/site/free_path.hpp"
#include "desk/site/system_event.hpp"
#include "desk/site/visibility.hpp"
#include "policy/calendar/zone.hpp"
#include "storage/catalog/errc.hpp"

namespace consign::desk {

namespace {

using ledger::Action;
using policy::AfterPickup;

/// To /archive/ACCOUNT/DATE/; where it lies then. Where there is no name for it, because that would
/// be too long or a thousand are taken, it is archived where it lies.
Result<VirtualPath> archive(Transaction& transaction, const CollectedFile& collected,
                            const VirtualPath& from) {
    const Timestamp now = collected.retrieved.time;
    const auto folder =
        VirtualPath::parse(fmt::format("{}/{:%F}", collected.retrieved.account,
                                       policy::date_in(collected.rule.policy->zone, now)),
                           archive_folder());
    if (!folder) return folder;
    const auto wanted = VirtualPath::parse(from.name(), *folder);
    if (!wanted) return wanted;
    auto to = free_path(transaction, *wanted, policy::OnClash::number, now);
    const bool has_no_name = !to && (to.error() == catalog::catalog_errc::already_there ||
                                     to.error() == std::errc::filename_too_long);
    if (has_no_name) {
        const auto stays =
            transaction.catalog.rename(from, from, true, catalog::Standing::archived, now);
        return stays ? Result<VirtualPath>(from) : failure(stays.error());
    }
    if (!to) return to;
    const auto moved =
        transaction.catalog.rename(from, *to, false, catalog::Standing::archived, now);
    if (!moved) return failure(moved.error());
    return to;
}

}  // namespace

Result<> carry_out_then(Transaction& transaction, const CollectedFile& collected,
                        std::vector<Id>& doomed, bool& taken_away) {
    const policy::Pickup& pickup = *collected.rule.pickup;
    if (pickup.then == AfterPickup::keep) return {};
    const auto lies = transaction.catalog.path_of(collected.node);
    if (!lies && lies.error() == catalog::catalog_errc::no_such_name) return {};
    if (!lies) return failure(lies.error());

    ledger::Event event = collected.retrieved;
    event.account = "system:pickups";
    event.bytes = 0;
    event.rule = pickup.rule.text();
    event.policy = collected.rule.policy->hash;
    event.detail = fmt::format("then: {}; collected by {}", policy::name_of(pickup.then),
                               collected.retrieved.account);
    event.personal.path = std::string(lies->text());
    if (pickup.then == AfterPickup::hide) {
        event.action = Action::hidden_once_collected;
        if (auto hidden = transaction.pickups.hide(collected.node, collected.retrieved.account);
            !hidden)
            return hidden;
    } else if (pickup.then == AfterPickup::archive) {
        event.action = Action::archived_once_collected;
        const auto to = archive(transaction, collected, *lies);
        if (!to) return failure(to.error());
        if (*to == *lies)
            event.detail += "; it has no name in the archive, and is kept from view where it lies";
        else
            event.personal.second_path = std::string(to->text());
    } else {
        event.action = Action::name_ended_once_collected;
        const auto removed = transaction.catalog.remove(*lies);
        if (!removed) return failure(removed.error());
        doomed.insert(doomed.end(), removed->doomed.begin(), removed->doomed.end());
    }
    fault_point("pickup.then_done");
    taken_away = true;
    return append(transaction, event);
}

}  // namespace consign::desk
