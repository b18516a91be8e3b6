#include "admin/unindexed.hpp"

#include <fmt/format.h>

#include "admin/report.hpp"

namespace consign::admin {

void tell_unindexed(const boost::json::object& answered) {
    if (const auto rows = number(answered, "not_indexed"); rows > 0)
        fmt::print(stderr,
                   "consign: this may not be all: {} older rows of the ledger are not indexed yet "
                   "by what was asked for, and what only they would show is missing; the running "
                   "daemon indexes them, so ask again later\n",
                   rows);
}

}  // namespace consign::admin
