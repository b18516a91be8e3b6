// Which contents are about a person, as the catalog knows them.
#pragma once

#include <set>

#include "base/id.hpp"
#include "storage/catalog/life.hpp"
#include "storage/store.hpp"

namespace consign::desk {

/// Those that are here. A content that was destroyed is none of them: its rows in the ledger name
/// the person themselves, or nobody.
[[nodiscard]] Result<std::set<Id>> contents_about(Transaction& transaction,
                                                  const catalog::Subject& subject);

}  // namespace consign::desk
