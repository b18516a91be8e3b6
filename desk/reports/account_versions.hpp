// An account as the policies had it that were in force over a period.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "desk/site/site.hpp"

namespace consign::desk {

struct AccountVersion {
    Timestamp since{};  // of the policy
    Digest32 policy{};
    policy::Account account;
};

struct AccountVersions {
    /// Oldest first; only where the account, its home or its grants differ from the one before.
    std::vector<AccountVersion> versions{};
    std::size_t policies = 0;  // in force over the period
    /// Of those, such as are no longer kept, do not load any more, or are beyond the limit: what
    /// they granted is not known.
    std::size_t unknown = 0;
};

/// So many policies of a period are looked at, the newest.
inline constexpr std::size_t looked_at_policies_limit = 64;

[[nodiscard]] boost::asio::awaitable<Result<AccountVersions>> account_versions(
    Site& site, const std::string& account, Timestamp from, Timestamp until);

}  // namespace consign::desk
