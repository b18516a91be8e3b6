// What a deposit is, inside the writer's transaction: who may make it, the name that it gets, and
// the names that the routes put beside it. A closed upload and the rename of a temporary name both
// end here.
#pragma once

#include "desk/errc.hpp"
#include "desk/session.hpp"
#include "policy/decide.hpp"

namespace consign::desk {

/// A verdict, and what to tell the peer where it is no.
struct Ruling {
    policy::Verdict verdict;
    desk_errc refusal = desk_errc::may_not_upload;
    bool appends_only = false;  // what is there may get longer, and not change
};

/// May `account` write to this name? `existing` is what has the name now (null: nothing);
/// `continues`: the upload began from what `existing` holds, to resume or append. Who may neither
/// upload, overwrite nor append there is not told whether there is something.
[[nodiscard]] Ruling may_deposit(const policy::Account& account, const VirtualPath& path,
                                 const catalog::Entry* existing, bool continues);

/// May `account` set the times of what it sees under this name?
[[nodiscard]] policy::Verdict may_set_times(const policy::Account& account, const VirtualPath& path,
                                            const catalog::Entry& entry);

/// Is `stream` what the entry stands for now? What began from it goes on with it only then.
[[nodiscard]] bool is_file(const catalog::Entry& entry, const Id& stream);

/// A file that is whole and has no name yet, or a new one.
struct Deposited {
    Id stream;
    catalog::FileId file = 0;
    std::uint64_t size_bytes = 0;
    Digest32 sha256{};
    VirtualPath whole;  // its name in the whole tree
};

/// Puts the names that the first matching route asks for beside the deposit's own, and records
/// each. `base` is the deposit's event, which says when, by whom and in which session.
[[nodiscard]] Result<> route_deposit(Transaction& transaction, const policy::Policy& policy,
                                     const policy::Account& account, const Deposited& deposited,
                                     const ledger::Event& base);

/// Ends the names that routes gave to an earlier version that nobody collected, so that a stump and
/// its whole do not lie side by side. Streams doomed by that are appended to `doomed`.
[[nodiscard]] Result<> withdraw_routed(Transaction& transaction, catalog::FileId file,
                                       std::vector<Id>& doomed);

/// Does a file of this size still fit the account's quota? `counted`: what the catalog counts
/// already of it (the unfinished upload) and of what it replaces.
[[nodiscard]] Result<> within_quota(Transaction& transaction, const policy::Account& account,
                                    std::uint64_t size_bytes, const catalog::Usage& counted);

}  // namespace consign::desk
