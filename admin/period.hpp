// --from and --until, as an administrator types them.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "admin/outcome.hpp"

namespace consign::admin {

/// Adds "from" and "until" (RFC 3339), where they were given. A day alone is its first moment for
/// `from`, and for `until` its end. Which one is no time is said, with the command line's status.
[[nodiscard]] Outcome<> add_period(boost::json::object& arguments, const std::string& from,
                                   const std::string& until);

}  // namespace consign::admin
