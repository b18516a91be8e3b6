// Time stamps of checkpoints, verified with what somebody trusts: `consign audit verify --tsa-ca`.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>

#include "admin/door.hpp"

namespace consign::admin {

/// Of each time stamp, in order: {"row", "holds", "time", "authority"}, or, where it does not hold,
/// "why". `authorities`: a file of certificates in PEM.
[[nodiscard]] Outcome<boost::json::array> verified_timestamps(Door& door,
                                                              const std::string& authorities);

/// What `consign audit verify` says of them.
void print_timestamps(const boost::json::array& timestamps);

/// The first that does not hold, in words.
[[nodiscard]] Outcome<> all_hold(const boost::json::array& timestamps);

}  // namespace consign::admin
