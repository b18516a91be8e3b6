// What a sealed cell of the catalog vouches for beside its own content: the other columns of its
// row that say whose the name is and what it stands for. They go into the cell's associated data,
// so that none of them can be changed, or exchanged with another row's, unnoticed:
// docs/formats/database.md.
#pragma once

#include <string_view>

#include "base/bytes.hpp"
#include "base/id.hpp"
#include "storage/catalog/catalog.hpp"

namespace consign::catalog {

/// Of nodes.name. `file` is 0 for a directory.
[[nodiscard]] Bytes bound_to_node(NodeId parent, Kind kind, FileId file, Standing standing,
                                  std::string_view made_by);
/// Of files.sha256.
[[nodiscard]] Bytes bound_to_file(const Id& stream, std::uint64_t size_bytes,
                                  std::string_view depositor);
/// Of uploads.name: of its stream, account, base, origin and fixed_bytes; its path is not asked.
[[nodiscard]] Bytes bound_to_upload(const Upload& upload, NodeId parent);

}  // namespace consign::catalog
