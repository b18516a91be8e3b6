// Where files go that nobody shall have until an administrator has decided.
#pragma once

#include "desk/site/site.hpp"

namespace consign::desk {

/// What is put away, and why.
struct PutAway {
    catalog::FileId file = 0;
    catalog::Quarantine why{};  // `was`: the name that it has now
};
struct Name {
    catalog::NodeId node = 0;
    VirtualPath path{};
};

/// /quarantine/ACCOUNT/DATE/NAME, the day at the site, numbered where that is taken; the folders
/// are made.
[[nodiscard]] Result<VirtualPath> place_in_quarantine(Transaction& transaction,
                                                      const policy::Policy& policy,
                                                      std::string_view account, Timestamp day,
                                                      std::string_view name);

/// Puts it into place_in_quarantine(). Where no such name can be made, it is hidden where it lies:
/// to be seen by nobody matters more than the place. Appends `event` as Action::quarantined.
/// Returns the name that it has from now on.
[[nodiscard]] Result<Name> put_into_quarantine(Transaction& transaction,
                                               const policy::Policy& policy, const PutAway& what,
                                               ledger::Event event);

/// Ends the quarantine's name of a file, and gives it the one that it was deposited under, numbered
/// where that is taken, as its depositor's own. `path` is free (free_path()).
[[nodiscard]] Result<catalog::Committed> take_out_of_quarantine(Transaction& transaction,
                                                                const catalog::Held& held,
                                                                const VirtualPath& path,
                                                                Timestamp now);

}  // namespace consign::desk
