// What an account may see of the tree: pure, over a catalog entry and the account's grants.
#pragma once

#include <algorithm>

#include "base/virtual_path.hpp"
#include "policy/decide.hpp"
#include "storage/catalog/catalog.hpp"

namespace consign::desk {

/// A depositor may always stat its own fresh deposit, whatever it may list: one of its session, or
/// of this time.
inline constexpr std::chrono::minutes fresh_deposit_time{10};
[[nodiscard]] inline Timestamp fresh_since(Timestamp now, Timestamp session_started) {
    return std::min(now - fresh_deposit_time, session_started);
}

/// Where files in quarantine lie: a folder of the whole tree that no account sees, not even one
/// whose home it lies in.
[[nodiscard]] const VirtualPath& quarantine_folder();

/// The same of what was collected, and put away by a pickup's `then`.
[[nodiscard]] const VirtualPath& archive_folder();

/// Is this entry, at `path` below the account's home, there for the account at all?
[[nodiscard]] bool is_visible(const policy::Account& account, const catalog::Entry& entry,
                              const VirtualPath& path, Timestamp fresh_since);

/// Whose content a version carries that `account` makes from what `entry` holds, as
/// catalog::Upload::origin: empty only where all of it is the account's own.
[[nodiscard]] std::string origin_of(const policy::Account& account, const catalog::Entry& entry);

/// One's own file, that nobody else has opened: one may put it right by the upload right alone.
[[nodiscard]] bool is_own_uncollected(const policy::Account& account, const catalog::Entry& entry);

}  // namespace consign::desk
