// The security measures of the register (RGPD art. 32), from the rows "measure" of register.show.
#pragma once

#include <boost/json/object.hpp>
#include <vector>

#include "admin/document.hpp"

namespace consign::admin {

void write_measures(Document& document, const Tongue& say,
                    const std::vector<boost::json::object>& rows);

}  // namespace consign::admin
