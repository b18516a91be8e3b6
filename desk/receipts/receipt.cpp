#include "desk/receipts/receipt.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/ssh_signature.hpp"
#include "desk/audit/chain_links.hpp"
#include "desk/receipts/login_words.hpp"
#include "desk/receipts/receipt_text.hpp"

namespace consign::desk {

using ledger::Action;
using ledger::EventRow;
using ledger::ReceiptPlace;

namespace {

class Category final : public std::error_category {
  public:
    const char* name() const noexcept override { return "receipt"; }
    std::string message(int code) const override {
        switch (static_cast<receipt_errc>(code)) {
            case receipt_errc::no_such_receipt:
                return "no row of the ledger is of a receipt by this id";
            case receipt_errc::forgotten:
                return "what the receipt would tell has been forgotten: none can be made any more";
            case receipt_errc::altered:
                return "rows of the ledger are not what its chain commits to: nothing is signed; "
                       "run `consign audit verify`";
            case receipt_errc::no_witness_key:
                return "the site has no witness key, by which a receipt would be signed";
        }
        return "unknown receipt error";
    }
};

constexpr std::size_t hash_digits = 16;

ReceiptKind kind_of(Action action) {
    switch (action) {
        case Action::deposited:
            return ReceiptKind::deposit;
        case Action::retrieval_ended:
            return ReceiptKind::retrieval;
        case Action::delivered:
            return ReceiptKind::delivery;
        default:
            return ReceiptKind::destruction;
    }
}

/// The row's personal fields, which it must have.
Result<> check_personal(const EventRow& row) {
    if (row.personal_altered) return failure(receipt_errc::altered);
    if (!row.personal_readable) return failure(receipt_errc::forgotten);
    return {};
}

/// "to TARGET, job N; ...", as desk/deliveries/delivery.cpp writes it.
std::string target_in(std::string_view detail) {
    constexpr std::string_view before = "to ";
    if (!detail.starts_with(before)) return {};
    detail.remove_prefix(before.size());
    return std::string(detail.substr(0, detail.find(", job ")));
}

/// "...; holds in force: N, ...", as desk/retention/disposal.cpp writes it.
std::optional<std::uint64_t> holds_in(std::string_view detail) {
    const auto at = detail.rfind(holds_checked_mark);
    if (at == std::string_view::npos) return std::nullopt;
    detail.remove_prefix(at + holds_checked_mark.size());
    std::uint64_t count = 0;
    const auto [end, error] = std::from_chars(detail.data(), detail.data() + detail.size(), count);
    if (error != std::errc()) return std::nullopt;
    return count;
}

/// The words of one row, with those of the rows that it leads to; of each that a word is taken
/// from, it is asked first whether it is what was chained.
class Telling {
  public:
    Telling(Transaction& transaction, ChainLinks& links, Proof proof, const EventRow& row)
        : transaction_(transaction), links_(links), proof_(proof), row_(row) {}

    /// Does a checkpoint vouch for all of them?
    [[nodiscard]] bool is_vouched() const { return vouched_ && proof_ == Proof::chain; }

    Result<ReceiptWords> tell(const ReceiptIssuer& issuer) {
        if (auto chained = check_chained(row_.sequence); !chained) return failure(chained.error());
        if (auto whole = check_personal(row_); !whole) return failure(whole.error());
        const auto head = transaction_.ledger.head();
        if (!head) return failure(head.error());
        if (!*head) return failure(receipt_errc::no_such_receipt);
        const ledger::Event& event = row_.event;
        words_ = {.id = receipt_id(row_.sequence, row_.hash),
                  .kind = kind_of(event.action),
                  .site = issuer.site,
                  .witness = ssh_fingerprint(issuer.witness->public_key()),
                  .time = event.time,
                  .size_bytes = event.bytes,
                  .sha256 = event.personal.sha256,
                  .content = event.stream,
                  .policy = event.policy,
                  .note = event.detail,
                  .chain = (*head)->chain,
                  .row = row_.sequence,
                  .hash = row_.hash};
        if (!event.rule.empty()) words_.rule = event.rule;
        if (auto done = tell_kind(); !done) return failure(done.error());
        // Of old rows, and of what nobody deposited, it may not be known.
        if (words_.sha256.empty()) return failure(receipt_errc::forgotten);
        return std::move(words_);
    }

  private:
    Result<> tell_kind() {
        switch (words_.kind) {
            case ReceiptKind::deposit:
                words_.name = row_.event.personal.path;
                return tell_who(row_);
            case ReceiptKind::retrieval:
                return tell_retrieval();
            case ReceiptKind::delivery:
                return tell_delivery();
            case ReceiptKind::destruction:
                words_.holds_checked = holds_in(row_.event.detail);
                return tell_depositor(false);
        }
        return {};
    }

    Result<> tell_retrieval() {
        const ledger::Event& event = row_.event;
        words_.name = event.personal.path;
        words_.last_bytes = event.bytes;
        if (event.detail != ledger::all_retrieved) {
            const auto opening =
                transaction_.receipt_rows.opening_of(event.stream, event.session, row_.sequence);
            const auto row = row_at(opening);
            if (!row) return failure(row.error());
            if (*row) words_.size_bytes = (*row)->event.bytes;
        }
        if (words_.sha256.empty()) {
            const auto deposit = deposit_row();
            if (!deposit) return failure(deposit.error());
            if (*deposit) {
                if (auto whole = check_personal(**deposit); !whole) return whole;
                words_.sha256 = (*deposit)->event.personal.sha256;
            }
        }
        return tell_who(row_);
    }

    Result<> tell_delivery() {
        words_.target = target_in(row_.event.detail);
        words_.name_there = row_.event.personal.second_path;
        return tell_depositor(true);
    }

    /// Whose it was, where the act was the daemon's.
    Result<> tell_depositor(bool with_name) {
        const auto deposit = deposit_row();
        if (!deposit) return failure(deposit.error());
        if (!*deposit) return {};
        words_.deposited = (*deposit)->event.time;
        words_.deposit_row = (*deposit)->sequence;
        if (with_name) {
            if (auto whole = check_personal(**deposit); !whole) return whole;
            words_.name = (*deposit)->event.personal.path;
        }
        return tell_who(**deposit);
    }

    Result<> tell_who(const EventRow& row) {
        words_.account = row.event.account;
        if (!row.event.protocol.empty()) words_.protocol = row.event.protocol;
        if (row.event.session.is_nil()) return {};
        words_.session = row.event.session;
        const auto login =
            row_at(transaction_.receipt_rows.login_of(row.event.session, row.sequence));
        if (!login) return failure(login.error());
        if (!*login || (*login)->event.account != row.event.account) return {};
        const auto words = login_words_in((*login)->event.detail);
        words_.login = ReceiptWords::Login{.methods = words.methods,
                                           .key = words.key,
                                           .certificate = words.certificate,
                                           .row = (*login)->sequence};
        return {};
    }

    Result<std::optional<EventRow>> deposit_row() {
        return row_at(transaction_.receipt_rows.deposit_of(row_.event.stream, row_.sequence));
    }

    Result<std::optional<EventRow>> row_at(const Result<std::optional<std::int64_t>>& sequence) {
        if (!sequence) return failure(sequence.error());
        if (!*sequence) return std::nullopt;
        if (auto chained = check_chained(**sequence); !chained) return failure(chained.error());
        return transaction_.ledger.row(**sequence);
    }

    Result<> check_chained(std::int64_t sequence) {
        if (proof_ == Proof::rows) {
            const auto holds = links_.holds(sequence);
            if (!holds) return failure(holds.error());
            if (!*holds) return failure(receipt_errc::altered);
            return {};
        }
        const auto standing = links_.standing(sequence);
        if (!standing) return failure(standing.error());
        if (*standing == ChainLinks::Standing::altered) return failure(receipt_errc::altered);
        vouched_ = vouched_ && *standing == ChainLinks::Standing::vouched;
        return {};
    }

    Transaction& transaction_;
    ChainLinks& links_;
    const Proof proof_;
    const EventRow& row_;
    ReceiptWords words_;
    bool vouched_ = true;
};

Result<Receipt> make(Transaction& transaction, const ReceiptIssuer& issuer, ChainLinks& links,
                     const EventRow& row, Proof proof) {
    if (!is_receipt_row(row.event)) return failure(receipt_errc::no_such_receipt);
    Telling telling(transaction, links, proof, row);
    const auto words = telling.tell(issuer);
    if (!words) return failure(words.error());
    Receipt receipt{.id = words->id,
                    .kind = words->kind,
                    .place = {.time = row.event.time, .sequence = row.sequence},
                    .text = receipt_text(*words),
                    .signature = {},
                    .account = words->account.value_or(""),
                    .vouched = telling.is_vouched()};
    receipt.signature = ssh_sign(*issuer.witness, purpose_of(receipt.kind), as_bytes(receipt.text));
    return receipt;
}

Result<Receipt> make_of(Transaction& transaction, const ReceiptIssuer& issuer, ChainLinks& links,
                        std::int64_t sequence, Proof proof) {
    const auto row = transaction.ledger.row(sequence);
    if (!row) return failure(row.error());
    if (!*row) return failure(receipt_errc::no_such_receipt);
    return make(transaction, issuer, links, **row, proof);
}

}  // namespace

std::error_code make_error_code(receipt_errc code) {
    static const Category category;
    return {static_cast<int>(code), category};
}

std::string_view name_of(ReceiptKind kind) {
    switch (kind) {
        case ReceiptKind::deposit:
            return "deposit";
        case ReceiptKind::retrieval:
            return "retrieval";
        case ReceiptKind::delivery:
            return "delivery";
        case ReceiptKind::destruction:
            return "destruction";
    }
    return "unknown";
}

std::string_view purpose_of(ReceiptKind kind) {
    return kind == ReceiptKind::destruction ? certificate_purpose : receipt_purpose;
}

ReceiptIssuer receipt_issuer(const Site& site) {
    return {.site = site.policy.current()->site, .witness = site.witness};
}

std::string receipt_id(std::int64_t sequence, const Digest32& hash) {
    return fmt::format("{}-{}", sequence, to_hex(hash).substr(0, hash_digits));
}

std::optional<std::int64_t> sequence_in_receipt_id(std::string_view id) {
    std::int64_t sequence = 0;
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), sequence);
    const std::string_view rest(end, static_cast<std::size_t>(id.data() + id.size() - end));
    if (error != std::errc() || sequence <= 0 || rest.size() != 1 + hash_digits ||
        rest.front() != '-' ||
        rest.find_first_not_of("0123456789abcdef", 1) != std::string_view::npos)
        return std::nullopt;
    return sequence;
}

Result<Receipt> receipt_of(Transaction& transaction, const ReceiptIssuer& issuer,
                           std::int64_t sequence, Proof proof) {
    if (!issuer.witness) return failure(receipt_errc::no_witness_key);
    ChainLinks links(transaction, issuer.witness->public_key());
    return make_of(transaction, issuer, links, sequence, proof);
}

Result<Receipt> receipt_named(Transaction& transaction, const ReceiptIssuer& issuer,
                              std::string_view id) {
    if (!issuer.witness) return failure(receipt_errc::no_witness_key);
    const auto sequence = sequence_in_receipt_id(id);
    if (!sequence) return failure(receipt_errc::no_such_receipt);
    const auto row = transaction.ledger.row(*sequence);
    if (!row) return failure(row.error());
    // One text for one id: no leading zeros either.
    if (!*row || receipt_id(*sequence, (*row)->hash) != id)
        return failure(receipt_errc::no_such_receipt);
    ChainLinks links(transaction, issuer.witness->public_key());
    return make(transaction, issuer, links, **row, Proof::chain);
}

Result<ReceiptPage> receipts_of(Transaction& transaction, const ReceiptIssuer& issuer,
                                const std::string& account,
                                const ledger::ReceiptRows::Range& range) {
    if (!issuer.witness) return failure(receipt_errc::no_witness_key);
    const auto places = transaction.receipt_rows.of_account(account, range);
    if (!places) return failure(places.error());
    ReceiptPage page;
    ChainLinks links(transaction, issuer.witness->public_key());
    for (const ReceiptPlace& place : *places) {
        auto receipt = make_of(transaction, issuer, links, place.sequence, Proof::rows);
        // Whose it is stands in the chain; what the place was found by does not.
        if (receipt && receipt->account == account)
            page.receipts.push_back(*std::move(receipt));
        else if (receipt)
            continue;
        else if (receipt.error().category() != make_error_code(receipt_errc::altered).category())
            return failure(receipt.error());
    }
    if (places->size() == range.limit) page.more = places->back();
    return page;
}

std::string allowed_signers(const Ed25519PublicKey& witness) {
    return fmt::format("{} namespaces=\"{},{}\" {}\n", receipt_signer, receipt_purpose,
                       certificate_purpose, ssh_public_key(witness));
}

}  // namespace consign::desk
