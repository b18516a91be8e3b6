// A receipt as files: ID.json in exact bytes, ID.json.sig beside it, and whose signatures are
// believed.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "admin/outcome.hpp"
#include "desk/receipts/receipt_reading.hpp"

namespace consign::admin {

inline constexpr const char* allowed_signers_file = "allowed_signers";

struct ReceiptFiles {
    std::string id, text, signature, allowed_signers, page;
};
/// Into `folder`, which is made where it is missing; allowed_signers keeps the lines that it has.
[[nodiscard]] Outcome<> write_receipt(const std::filesystem::path& folder,
                                      const ReceiptFiles& files);

/// One that somebody holds, and whose signature fits.
struct HeldReceipt {
    desk::ReadReceipt read;
    Ed25519PublicKey signer{};
};
[[nodiscard]] Outcome<HeldReceipt> read_held_receipt(const std::filesystem::path& file,
                                                     const std::filesystem::path& signature);

/// Why the signer is believed, in words: named by one of `key_files` (public keys, or
/// allowed_signers); else, where there are none, because it is `site_witness` (nothing: no key of a
/// site is at hand); else by `beside`, which is empty where what came with the receipt may not
/// speak for it. A Failure where nothing says so.
[[nodiscard]] Outcome<std::string> trust_in(const HeldReceipt& held,
                                            const std::vector<std::string>& key_files,
                                            const std::filesystem::path& beside,
                                            const std::optional<Ed25519PublicKey>& site_witness);

}  // namespace consign::admin
