// What the ledger's events are called in reports, in the language of the report.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "admin/document.hpp"

namespace consign::admin {

/// What was done, and that it was refused or failed; the ledger's own word where none fits better.
[[nodiscard]] std::string event_text(const Tongue& say, const boost::json::object& event);
/// What the ledger says beside it, as far as that is one of a few sentences.
[[nodiscard]] std::string detail_text(const Tongue& say, const std::string& detail);

}  // namespace consign::admin
