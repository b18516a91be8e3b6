// Where a new name can stand.
#pragma once

#include "desk/site/site.hpp"

namespace consign::desk {

/// The path that is wanted, or, with OnClash::number, the first of report_2.hl7, report_3.hl7, ...
/// that nothing has yet. The folders on the way are made. catalog_errc::already_there,
/// not_a_directory; std::errc::filename_too_long.
[[nodiscard]] Result<VirtualPath> free_path(Transaction& transaction, const VirtualPath& wanted,
                                            policy::OnClash on_clash, Timestamp now);

}  // namespace consign::desk
