// When content is due, worked out from what the catalog knows and what the policy says, in the
// transaction of what changes it.
#pragma once

#include "desk/site/site.hpp"

namespace consign::desk {

/// Of one file. What has no class and no name (a hold kept it) is due at once; what has a name and
/// no class has no term. Succeeds where the file is gone.
[[nodiscard]] Result<> settle_term(Transaction& transaction, const policy::Policy& policy,
                                   catalog::FileId file, Timestamp now);

/// A deposit got its class: of what else is about its subjects the terms may be others now, where
/// the class counts from the last activity. That is noted here, and worked out by the worker.
[[nodiscard]] Result<> settle_after_deposit(Transaction& transaction, const policy::Policy& policy,
                                            const policy::Class& given, catalog::FileId file,
                                            Timestamp now);

/// The term of content as policy and catalog have it: the longest of its classes, after the claims
/// that bind it.
[[nodiscard]] terms::Term term_of(const policy::Policy& policy,
                                  const std::vector<catalog::Life>& lives,
                                  const std::vector<catalog::Claim>& claims);

}  // namespace consign::desk
