// What is in the store, as an administrator's comparison of two policies needs it: the rows of the
// verb `files.stored`, and back.
#pragma once

#include <boost/json/object.hpp>
#include <optional>

#include "policy/compare.hpp"

namespace consign::desk {

[[nodiscard]] boost::json::object row_of(const policy::StoredFile& file);
/// Nothing where it is no such row.
[[nodiscard]] std::optional<policy::StoredFile> stored_file_of(const boost::json::object& row);

}  // namespace consign::desk
