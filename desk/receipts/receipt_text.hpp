// The exact bytes of a receipt or a certificate: docs/formats/receipt.md. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "desk/receipts/receipt.hpp"

namespace consign::desk {

/// What it says. Nothing: it is not known, or there is none; it stands as null.
struct ReceiptWords {
    std::string id{};
    ReceiptKind kind{};
    std::string site{};
    std::string witness{};  // fingerprint
    Timestamp time{};
    std::optional<std::string> account{};

    /// How the account had logged in.
    struct Login {
        std::string methods;                       // "publickey+password"
        std::optional<std::string> key{};          // "SHA256:...", of the SSH key
        std::optional<std::string> certificate{};  // the same, of the client's certificate
        std::int64_t row = 0;
    };
    std::optional<Login> login{};
    std::optional<std::string> protocol{};
    std::optional<Id> session{};

    std::string name{};  // raw bytes, whole tree; not of a certificate
    std::uint64_t size_bytes = 0;
    std::string sha256{};  // hexadecimal
    Id content{};

    std::uint64_t last_bytes = 0;                  // of a retrieval: what left in its last session
    std::string target{}, name_there{};            // of a delivery
    std::optional<Timestamp> deposited{};          // of a delivery or a certificate
    std::optional<std::int64_t> deposit_row{};     // the same
    std::optional<std::uint64_t> holds_checked{};  // of a certificate

    std::optional<std::string> rule{};
    Digest32 policy{};
    std::string note{};
    Id chain{};
    std::int64_t row = 0;
    Digest32 hash{};
};

[[nodiscard]] std::string receipt_text(const ReceiptWords& words);

}  // namespace consign::desk
