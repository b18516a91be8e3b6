// What Catalog::entry_of reads.
#pragma once

#include <string>

namespace consign::catalog {

inline const std::string select_entries =
    "SELECT n.id, n.parent, n.kind, n.name, n.modified, n.accessed, n.created, n.made_by,"
    " n.standing, f.id, f.stream, f.size_bytes, f.sha256, f.depositor, f.collected, "
    "coalesce(n.file, 0)"
    " FROM nodes n LEFT JOIN files f ON f.id = n.file";

}  // namespace consign::catalog
