// What stands in `/.receipts/README.txt`: what lies there, and how it is verified.
#pragma once

#include <string>

#include "desk/receipts/receipt.hpp"

namespace consign::desk {

/// The issuer has a witness key.
[[nodiscard]] std::string receipts_readme(const ReceiptIssuer& issuer);

}  // namespace consign::desk
