// Who may: pure functions of the policy and their arguments. No clock, no disk, no state.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "policy/policy.hpp"

namespace consign::policy {

/// A verdict and the rule that gave it.
struct Verdict {
    bool allowed = false;
    Rule rule;
    std::string_view reason;  // of a refusal, for the peer and the ledger; static text
};

/// Where an account finds its receipts, relative to its home. No grant decides there: whoever may
/// log in reads its own, and nobody makes, changes or removes anything.
[[nodiscard]] const VirtualPath& receipts_folder();

/// May this account do `verb` at `path` (relative to its home)? The first grant whose path matches
/// decides; none matches: refused. The account's own rule stands where no grant did, and within
/// receipts_folder().
[[nodiscard]] Verdict may(const Account& account, Verb verb, const VirtualPath& path);

/// Can `path`, a folder, be entered: it is granted for list, or it leads to a path below it for
/// which something is granted? A grant that allows nothing (`may: []`) hides what lies below it.
[[nodiscard]] Verdict may_enter(const Account& account, const VirtualPath& path);

/// Is an entry shown in a listing of its folder: `list` is granted on the folder or on the entry
/// itself, or it is a folder that can be entered. So a box into which one may only drop files does
/// not show its files.
[[nodiscard]] bool is_shown(const Account& account, const VirtualPath& path, bool is_folder);

/// Does the account have this exception, and is `now` not after its last day in the site's zone?
[[nodiscard]] Verdict has_exception(const Policy& policy, const Account& account,
                                    LegacyException exception, Timestamp now);

/// Is the account enabled, not past its last day, and is one of its hours now? A session whose
/// account is not ends.
[[nodiscard]] Verdict may_stay(const Policy& policy, const Account& account, Timestamp now);

/// May the account log in at all through this listener: enabled, not expired, protocol, address,
/// hours, algorithms? A legacy listener lets in accounts alone whose exception for it
/// (legacy_exception_over) lasts. A peer that came over IPv4 to an IPv6 socket counts as IPv4.
[[nodiscard]] Verdict may_connect(const Policy& policy, const Account& account,
                                  const Listener& listener, const boost::asio::ip::address& peer,
                                  Timestamp now);

/// Given the methods that succeeded so far: complete, or which methods may come next (empty: none).
/// Ways that need what the protocol cannot carry (methods_over) count for nothing.
struct LoginProgress {
    bool complete = false;
    std::set<Method> next;
};
[[nodiscard]] LoginProgress login_progress(const Account& account, std::string_view protocol,
                                           const std::set<Method>& succeeded);

/// What the policy says of how the account collects the file at `path` (relative to its home): the
/// first of its pickups whose path matches; null where none does.
[[nodiscard]] const Pickup* pickup_of(const Policy& policy, const Account& account,
                                      const VirtualPath& path);
/// Does it matter to the pickup who reads the file, and when?
[[nodiscard]] bool restricts(const Pickup& pickup);
/// May what is below `from` come to lie below `to`, without getting away from a pickup that
/// restricts it? Of a file: `is_folder` is false.
[[nodiscard]] Verdict may_leave_pickup(const Policy& policy, const Account& account,
                                       const VirtualPath& from, const VirtualPath& to,
                                       bool is_folder);

/// A closed file under this name is durable, but no deposit.
[[nodiscard]] bool is_temporary_name(const Policy& policy, std::string_view name);

/// Folders that the policy names without wildcards: homes, what grants name below them, and all
/// above these; a folder always after the one that it lies in. A grant without any wildcard names a
/// folder where it allows list or mkdir, else a file.
[[nodiscard]] std::vector<VirtualPath> folders(const Policy& policy);
/// Is `folder` one of them?
[[nodiscard]] bool names_folder(const Policy& policy, const VirtualPath& folder);

}  // namespace consign::policy
