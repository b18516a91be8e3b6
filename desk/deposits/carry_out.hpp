// What the route of a deposit asks for, carried out in the deposit's own transaction, each act with
// an event of its own. A closed upload, the rename of a temporary name, and a sidecar that
// completes another file all end here.
#pragma once

#include "desk/deposits/appraisal.hpp"
#include "desk/retention/disposal.hpp"

namespace consign::desk {

/// Gives the deposit the names, the class and the quarantine that its routing asks for. `file` has
/// the name `appraisal.offer.whole`. `deposited` is the deposit's event, which says when, by whom
/// and in which session. A name that cannot be made is told, and undoes nothing.
[[nodiscard]] Result<> carry_out(Site& site, Transaction& transaction, const Appraisal& appraisal,
                                 const catalog::Committed& file, const ledger::Event& deposited,
                                 Aftermath& aftermath);

/// Where a file waits for the one that was deposited just now: it becomes a deposit, or an event
/// tells what it goes on waiting for.
[[nodiscard]] Result<> complete_waiting(Site& site, Transaction& transaction,
                                        const Appraisal& sidecar, const ledger::Event& deposited,
                                        Aftermath& aftermath);

/// Ends the names and the deliveries that routes gave to an earlier version that nobody collected,
/// so that a stump and its whole do not lie side by side, and the acknowledgement that it was still
/// to get. What is in quarantine stays there. `cause`: of the version that takes its place. Each
/// name that ends has an event of its own.
[[nodiscard]] Result<> withdraw_routed(Transaction& transaction, catalog::FileId file,
                                       const ledger::Event& cause, std::vector<Id>& doomed);

}  // namespace consign::desk
