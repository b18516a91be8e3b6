#include "desk/deposits/quarantine.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "desk/deposits/router.hpp"
#include "desk/site/free_path.hpp"
#include "desk/site/system_event.hpp"
#include "desk/site/visibility.hpp"
#include "policy/calendar/zone.hpp"

namespace consign::desk {

namespace {

using catalog::Standing;

Result<Name> name_in_quarantine(Transaction& transaction, const policy::Policy& policy,
                                const PutAway& what) {
    const auto path = place_in_quarantine(transaction, policy, what.why.account, what.why.since,
                                          what.why.was.name());
    if (!path) return failure(path.error());
    const auto node =
        transaction.catalog.add_name(what.file, *path, std::string(router_account.view()),
                                     what.why.since, Standing::quarantined);
    if (!node) return failure(node.error());
    return Name{.node = *node, .path = *path};
}

}  // namespace

Result<VirtualPath> place_in_quarantine(Transaction& transaction, const policy::Policy& policy,
                                        std::string_view account, Timestamp day,
                                        std::string_view name) {
    const auto folder = VirtualPath::parse(
        fmt::format("{}/{:%F}", account, policy::date_in(policy.zone, day)), quarantine_folder());
    if (!folder) return failure(folder.error());
    const auto wanted = VirtualPath::parse(name, *folder);
    if (!wanted) return failure(wanted.error());
    return free_path(transaction, *wanted, policy::OnClash::number, day);
}

Result<Name> put_into_quarantine(Transaction& transaction, const policy::Policy& policy,
                                 const PutAway& what, ledger::Event event) {
    auto& catalog = transaction.catalog;
    auto name = name_in_quarantine(transaction, policy, what);
    if (name) {
        const auto entry = catalog.find(what.why.was);
        if (!entry) return failure(entry.error());
        if (auto times = catalog.set_times(name->node, entry->accessed, entry->modified); !times)
            return failure(times.error());
        const auto removed = catalog.remove(what.why.was);
        if (!removed) return failure(removed.error());
        event.personal.second_path = std::string(name->path.text());
    } else {
        const auto hidden =
            catalog.rename(what.why.was, what.why.was, true, Standing::quarantined, what.why.since);
        if (!hidden) return failure(hidden.error());
        name = Name{.node = hidden->node, .path = what.why.was};
    }
    if (auto kept = catalog.quarantine(name->node, what.why); !kept) return failure(kept.error());
    event.action = ledger::Action::quarantined;
    event.detail = what.why.why;
    event.rule = what.why.rule;
    if (auto appended = append(transaction, event); !appended) return failure(appended.error());
    return name;
}

Result<catalog::Committed> take_out_of_quarantine(Transaction& transaction,
                                                  const catalog::Held& held,
                                                  const VirtualPath& path, Timestamp now) {
    auto& catalog = transaction.catalog;
    const catalog::File& file = *held.entry.file;
    const std::string& account = held.quarantine ? held.quarantine->account : file.depositor;
    // Hidden where it lies, it goes out of its own way.
    if (held.path == path) {
        const auto removed = catalog.rename(path, path, true, Standing::deposited, now);
        if (!removed) return failure(removed.error());
        return *removed;
    }
    const auto node = catalog.add_name(file.id, path, account, now, Standing::deposited);
    if (!node) return failure(node.error());
    if (auto times = catalog.set_times(*node, held.entry.accessed, held.entry.modified); !times)
        return failure(times.error());
    const auto removed = catalog.remove(held.path);
    if (!removed) return failure(removed.error());
    return catalog::Committed{.node = *node, .file = file.id, .doomed = removed->doomed};
}

}  // namespace consign::desk
