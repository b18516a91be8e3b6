// What a deposit is, inside the writer's transaction: who may make it, and whether there is room
// for it. What becomes of it is desk/deposits/carry_out.hpp's.
#pragma once

#include "desk/site/errc.hpp"
#include "desk/site/session.hpp"
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

/// Does a file of this size still fit the account's quota? `counted`: what the catalog counts
/// already of it (the unfinished upload) and of what it replaces.
[[nodiscard]] Result<> within_quota(Transaction& transaction, const policy::Account& account,
                                    std::uint64_t size_bytes, const catalog::Usage& counted);

}  // namespace consign::desk
