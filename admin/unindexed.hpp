// An answer of the ledger that may be short, since older rows are not indexed yet.
#pragma once

#include <boost/json/object.hpp>

namespace consign::admin {

/// Says so on standard error, where what stands after the answer's rows does
/// (desk/site/unindexed.hpp).
void tell_unindexed(const boost::json::object& answered);

}  // namespace consign::admin
