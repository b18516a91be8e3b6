// The rows of a ledger that an older version wrote, and that are not indexed yet: a search by a
// sealed value (a path, a hash, an address, a person) does not find what they alone would show. Who
// asks is told how many there are.
#pragma once

#include <boost/json/object.hpp>

#include "desk/site/site.hpp"

namespace consign::desk {

/// Events and sessions; 0 nearly always, and then it costs two look-ups.
[[nodiscard]] Result<std::int64_t> unindexed_rows(Transaction& transaction);

/// Says so in what stands after an answer's rows ("not_indexed"); nothing where there are none.
inline void tell_unindexed(boost::json::object& end, std::int64_t rows) {
    if (rows > 0) end["not_indexed"] = rows;
}

}  // namespace consign::desk
