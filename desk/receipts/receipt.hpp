// Receipts of deposits, complete retrievals and deliveries, and certificates of destruction, made
// on demand of the ledger's rows and signed by the witness key: docs/formats/receipt.md. Nothing is
// kept: the same rows, site name and key give the same bytes each time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/ed25519.hpp"
#include "desk/site/site.hpp"

namespace consign::desk {

enum class receipt_errc {
    no_such_receipt = 1,  // no such row, or none of which a receipt is made
    forgotten,            // its personal fields are: it cannot be made any more
    altered,  // a row that it would be made of, or one up to the next checkpoint, is not what the
              // chain commits to
    no_witness_key,  // the site has none: nobody would sign
};
[[nodiscard]] std::error_code make_error_code(receipt_errc code);

enum class ReceiptKind : std::uint8_t { deposit, retrieval, delivery, destruction };
/// "deposit", ...
[[nodiscard]] std::string_view name_of(ReceiptKind kind);

/// The namespaces of the signatures.
inline constexpr std::string_view receipt_purpose = "receipt@consign";
inline constexpr std::string_view certificate_purpose = "certificate@consign";
[[nodiscard]] std::string_view purpose_of(ReceiptKind kind);
/// In the detail of a destruction's event: what comes before the number of holds in force.
inline constexpr std::string_view holds_checked_mark = "; holds in force: ";
/// Who signed, in allowed_signers.
inline constexpr std::string_view receipt_signer = "witness";

/// Both are of the moment of making: a site that changes either makes other texts of the same rows.
struct ReceiptIssuer {
    std::string site;
    const Ed25519Key* witness = nullptr;
};
[[nodiscard]] ReceiptIssuer receipt_issuer(const Site& site);

struct Receipt {
    std::string id;  // of digits, lower-case letters and '-' alone: a file's name
    ReceiptKind kind{};
    ledger::ReceiptPlace place;  // its row
    std::string text;            // the exact bytes of ID.json
    std::string signature;       // ID.json.sig, in armour
    /// Of a deposit or a retrieval: whose it was. Of the others: who had deposited; empty: nobody.
    std::string account;
    /// A checkpoint of this key stands behind each of its rows, and the chain leads there. Known
    /// with Proof::chain alone; it is no part of the text.
    bool vouched = false;
};

/// What is looked at before anything is signed.
enum class Proof : std::uint8_t {
    rows,  // each row that words are taken from is what its hash, and the row before it, say
    chain  // and the chain goes on from each to the next checkpoint, if that is not far
};

/// "SEQUENCE-HASH16": the row's sequence, and the first 16 hexadecimal digits of its hash.
[[nodiscard]] std::string receipt_id(std::int64_t sequence, const Digest32& hash);
/// The sequence in what looks like such an id; nothing where it does not.
[[nodiscard]] std::optional<std::int64_t> sequence_in_receipt_id(std::string_view id);

/// Of the row that has this sequence. receipt_errc, or the store's errors.
[[nodiscard]] Result<Receipt> receipt_of(Transaction& transaction, const ReceiptIssuer& issuer,
                                         std::int64_t sequence, Proof proof = Proof::chain);
/// The same by id, whose hash must be the row's: receipt_errc::no_such_receipt otherwise.
[[nodiscard]] Result<Receipt> receipt_named(Transaction& transaction, const ReceiptIssuer& issuer,
                                            std::string_view id);

struct ReceiptPage {
    std::vector<Receipt> receipts;  // in order of time
    /// Where the next page begins (Range::after); nothing: there is no more.
    std::optional<ledger::ReceiptPlace> more;
};
/// Of an account: its deposits, its complete retrievals, the deliveries of what it deposited, and
/// the certificates of that; looked at with Proof::rows. `range.limit` rows are looked at: those
/// that were forgotten, or altered, are left out, so that a page may be short. With a limit of 1 it
/// tells, cheaply, when the first at or after a moment is.
[[nodiscard]] Result<ReceiptPage> receipts_of(Transaction& transaction, const ReceiptIssuer& issuer,
                                              const std::string& account,
                                              const ledger::ReceiptRows::Range& range);

/// A line for ssh-keygen -Y verify: the key signs receipts and certificates, and nothing else.
[[nodiscard]] std::string allowed_signers(const Ed25519PublicKey& witness);

}  // namespace consign::desk

template <>
struct std::is_error_code_enum<consign::desk::receipt_errc> : std::true_type {};
