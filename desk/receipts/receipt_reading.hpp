// A receipt or a certificate read back by somebody who holds the file: docs/formats/receipt.md.
// Pure.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/id.hpp"
#include "base/ssh_signature.hpp"
#include "desk/receipts/receipt.hpp"

namespace consign::desk {

struct ReadReceipt {
    std::string id;
    ReceiptKind kind{};
    Id chain;
    Digest32 hash{};             // of the row
    boost::json::object fields;  // all of them, in their order
};

/// Nothing where the text is not one of this version. Who signed it is not asked.
[[nodiscard]] std::optional<ReadReceipt> read_receipt(std::string_view text);

/// Who signed exactly these bytes, as what they say that they are; nothing where nobody did.
[[nodiscard]] std::optional<Ed25519PublicKey> receipt_signed_by(std::string_view text,
                                                                std::string_view signature);

}  // namespace consign::desk
