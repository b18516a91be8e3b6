#include "desk/pickups/lease_end.hpp"

#include "desk/retention/term_settling.hpp"
#include "desk/site/system_event.hpp"
#include "storage/catalog/errc.hpp"

namespace consign::desk {

Result<bool> record_pickup(Transaction& transaction, const policy::Policy& policy,
                           catalog::FileId file, catalog::NodeId node, Timestamp now) {
    const auto picked_up = transaction.catalog.record_pickup(file, node, now);
    // It may have been destroyed while it was read; that it was read stays true.
    if (!picked_up && picked_up.error() == catalog::catalog_errc::no_such_file) return false;
    if (!picked_up) return failure(picked_up.error());
    if (auto settled = settle_term(transaction, policy, file, now); !settled)
        return failure(settled.error());
    return true;
}

Result<> put_down_dead_leases(Site& site, Transaction& transaction) {
    auto event = system_event(site, ledger::Action::retrieval_ended, "system:pickups");
    const auto policy = site.policy.current();
    event.policy = policy->hash;
    const auto counted = transaction.pickups.put_down_all(event.time);
    if (!counted) return failure(counted.error());
    for (const auto& one : *counted) {
        event.account = one.account;
        event.session = one.session;
        event.stream = {};
        event.personal.path.clear();
        const auto path = transaction.catalog.path_of(one.node);
        const Result<catalog::Entry> entry =
            path ? transaction.catalog.find(*path) : failure(path.error());
        if (entry && entry->file) {
            event.stream = entry->file->stream;
            event.personal.path = std::string(path->text());
        } else {
            // A name that cannot be read any more keeps no daemon from starting.
            site.log.error("what was collected when the daemon died could not be looked up",
                           {{"session", one.session}});
        }
        event.detail = one.collected
                           ? "the daemon died while the last of it left: it counts, as collected"
                           : "the daemon died while the last of it may have left: it counts";
        if (one.collected && entry && entry->file)
            if (auto recorded =
                    record_pickup(transaction, *policy, entry->file->id, one.node, event.time);
                !recorded)
                return failure(recorded.error());
        if (auto appended = append(transaction, event); !appended) return appended;
    }
    return {};
}

}  // namespace consign::desk
