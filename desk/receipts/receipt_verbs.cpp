#include "desk/receipts/receipt_verbs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "base/ssh_signature.hpp"
#include "desk/audit/chain_links.hpp"
#include "desk/receipts/receipt.hpp"
#include "desk/receipts/receipt_reading.hpp"
#include "desk/site/displayed_path.hpp"
#include "desk/site/known_account.hpp"
#include "desk/site/unindexed.hpp"
#include "desk/verbs/administrator_act.hpp"
#include "desk/verbs/complaint.hpp"
#include "desk/verbs/verb_arguments.hpp"

namespace consign::desk {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using ledger::Action;

constexpr Literal id_expected =
    "the id of a receipt, such as 4711-0123456789abcdef; `consign receipt find` shows them";

bool is_receipt_error(std::error_code code) {
    return code.category() == make_error_code(receipt_errc::altered).category();
}

std::unexpected<std::string> receipt_complaint(std::error_code code) {
    if (code == make_error_code(receipt_errc::no_witness_key))
        return complaint(code.message() + "; name one as keys.witness in consign.yaml");
    if (is_receipt_error(code)) return complaint(code.message());
    return storage_complaint(code);
}

asio::awaitable<Answered> show(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    const auto id = arguments.text("id");
    if (!id || !sequence_in_receipt_id(*id)) arguments.complain("id", id_expected.view());
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    const auto issuer = receipt_issuer(site);
    const auto receipt = co_await site.store.read(
        [&](Transaction& transaction) { return receipt_named(transaction, issuer, *id); });
    const auto outcome = receipt ? ledger::Outcome::granted : ledger::Outcome::failed;
    if (auto recorded = co_await record_act(site, call.administrator, "receipt show", outcome);
        !recorded)
        co_return recorded;
    if (!receipt) co_return receipt_complaint(receipt.error());
    json::object row{{"id", receipt->id},
                     {"kind", name_of(receipt->kind)},
                     {"text", receipt->text},
                     {"signature", receipt->signature},
                     {"allowed_signers", allowed_signers(issuer.witness->public_key())},
                     {"vouched", receipt->vouched},
                     {"zone", site.policy.current()->zone}};
    if (auto given = co_await call.rows.give(std::move(row)); !given)
        co_return storage_complaint(given.error());
    co_return json::object{{"rows", 1}, {"more", false}};
}

/// What find is asked for.
struct Wanted {
    ledger::EventFilter filter;
    std::optional<ReceiptKind> kind;
    std::size_t limit = 0;
};

std::optional<ReceiptKind> kind_named(std::string_view name) {
    for (const auto kind : {ReceiptKind::deposit, ReceiptKind::retrieval, ReceiptKind::delivery,
                            ReceiptKind::destruction})
        if (name == name_of(kind)) return kind;
    // What people call it.
    if (name == "certificate") return ReceiptKind::destruction;
    return std::nullopt;
}

Action action_of(ReceiptKind kind) {
    switch (kind) {
        case ReceiptKind::deposit:
            return Action::deposited;
        case ReceiptKind::retrieval:
            return Action::retrieval_ended;
        case ReceiptKind::delivery:
            return Action::delivered;
        case ReceiptKind::destruction:
            break;
    }
    return Action::destroyed;
}

std::optional<std::string> digest_from(std::string_view text) {
    const auto bytes = from_hex(text);
    if (!bytes || bytes->size() != sizeof(Digest32)) return std::nullopt;
    return to_hex(*bytes);
}

std::expected<Wanted, std::string> wanted(const json::object& given) {
    VerbArguments arguments(given);
    Wanted asked;
    asked.filter.outcome = ledger::Outcome::granted;
    asked.filter.action = ledger::Actions(
        {Action::deposited, Action::retrieval_ended, Action::delivered, Action::destroyed});
    asked.filter.account = arguments.text("account");
    if (const auto file = arguments.text("file")) {
        asked.filter.stream = Id::from_hex(*file);
        const auto path = asked.filter.stream ? std::nullopt : from_displayed(*file);
        if (path) asked.filter.path = std::string(path->text());
        if (!path && !asked.filter.stream)
            arguments.complain("file", "a path as `files ls` shows it, or a content's id");
    }
    asked.filter.sha256 = arguments.parsed("sha256", digest_from, "64 hexadecimal digits");
    asked.kind =
        arguments.parsed("kind", kind_named, "deposit, retrieval, delivery, or destruction");
    asked.filter.from = arguments.time("from");
    asked.filter.until = arguments.time("until");
    asked.limit = arguments.number("limit", row_limit).value_or(default_row_count);
    if (auto wrong = arguments.complaint()) return complaint(*std::move(wrong));
    return asked;
}

/// The newest that fit; one more than asked for says that there are more. Of what the daemon did,
/// the account is whose file it was, and not the row's.
class Finding {
  public:
    Finding(Transaction& transaction, const ReceiptIssuer& issuer, const Wanted& asked)
        : transaction_(transaction), issuer_(issuer), asked_(asked) {}

    Result<std::vector<Receipt>> find() {
        const auto& filter = asked_.filter;
        if (filter.account && !filter.stream && !filter.sha256 && !filter.path) {
            const auto rows = rows_of_account();
            if (!rows) return failure(rows.error());
            return receipts_of(*rows);
        }
        // Of the newest rows few may fit: then more of them are looked at.
        for (std::size_t looked_at = rows_per_receipt * (asked_.limit + 1);;
             looked_at *= rows_per_receipt) {
            bool are_all = false;
            const auto rows = rows_of_all(looked_at, are_all);
            if (!rows) return failure(rows.error());
            auto found = receipts_of(*rows);
            if (!found || found->size() > asked_.limit || are_all) return found;
        }
    }
    [[nodiscard]] std::size_t forgotten() const { return forgotten_; }

  private:
    static constexpr std::size_t page_rows = 10'000;
    static constexpr std::size_t rows_per_receipt = 4;

    /// The newest of these rows, in order.
    Result<std::vector<Receipt>> receipts_of(const std::vector<std::int64_t>& rows) {
        std::vector<Receipt> found;
        forgotten_ = 0;
        for (auto row = rows.rbegin(); row != rows.rend() && found.size() <= asked_.limit; ++row) {
            auto receipt = receipt_of(transaction_, issuer_, *row, Proof::rows);
            if (receipt && fits(*receipt))
                found.push_back(*std::move(receipt));
            else if (!receipt && is_receipt_error(receipt.error()))
                ++forgotten_;
            else if (!receipt)
                return failure(receipt.error());
        }
        std::ranges::reverse(found);
        return found;
    }

    [[nodiscard]] bool fits(const Receipt& receipt) const {
        return (!asked_.kind || *asked_.kind == receipt.kind) &&
               (!asked_.filter.account || *asked_.filter.account == receipt.account);
    }

    /// Retrievals that are not complete stand among the events, too.
    Result<std::vector<std::int64_t>> rows_of_all(std::size_t events_limit, bool& are_all) {
        auto filter = asked_.filter;
        filter.account = std::nullopt;
        filter.limit = events_limit;
        if (asked_.kind) filter.action = action_of(*asked_.kind);
        const auto events = transaction_.search.events(filter);
        if (!events) return failure(events.error());
        are_all = events->size() < events_limit;
        std::vector<std::int64_t> rows;
        for (const auto& row : *events)
            if (is_receipt_row(row.event)) rows.push_back(row.sequence);
        return rows;
    }

    Result<std::vector<std::int64_t>> rows_of_account() {
        ledger::ReceiptRows::Range range{.limit = page_rows};
        if (asked_.filter.from) range.from = *asked_.filter.from;
        if (asked_.filter.until) range.until = *asked_.filter.until;
        std::vector<std::int64_t> rows;
        for (;;) {
            const auto places = transaction_.receipt_rows.of_account(*asked_.filter.account, range);
            if (!places) return failure(places.error());
            for (const auto& place : *places) rows.push_back(place.sequence);
            if (places->size() < range.limit) return rows;
            range.after = places->back();
        }
    }

    Transaction& transaction_;
    const ReceiptIssuer& issuer_;
    const Wanted& asked_;
    std::size_t forgotten_ = 0;
};

asio::awaitable<Answered> find(Site& site, VerbCall call) {
    const auto asked = wanted(call.arguments);
    if (!asked) co_return complaint(asked.error());
    const auto issuer = receipt_issuer(site);
    if (!issuer.witness) co_return receipt_complaint(make_error_code(receipt_errc::no_witness_key));
    const auto policy = site.policy.current();
    std::size_t forgotten = 0;
    std::int64_t unindexed = 0;
    std::string unknown;
    using Found = Result<std::vector<Receipt>>;
    const auto found = co_await site.store.read([&](Transaction& transaction) -> Found {
        if (asked->filter.account) {
            auto wrong = unknown_account(transaction, *policy, *asked->filter.account);
            if (!wrong) return failure(wrong.error());
            unknown = *std::move(wrong);
            if (!unknown.empty()) return Found();
        }
        if (asked->filter.path || asked->filter.sha256) {
            const auto rows = unindexed_rows(transaction);
            if (!rows) return failure(rows.error());
            unindexed = *rows;
        }
        Finding finding(transaction, issuer, *asked);
        auto receipts = finding.find();
        forgotten = finding.forgotten();
        return receipts;
    });
    const auto outcome =
        found && unknown.empty() ? ledger::Outcome::granted : ledger::Outcome::failed;
    if (auto recorded = co_await record_act(site, call.administrator, "receipt find", outcome,
                                            asked->filter.path.value_or(""));
        !recorded)
        co_return recorded;
    if (!found) co_return receipt_complaint(found.error());
    if (!unknown.empty()) co_return complaint(unknown);
    const bool more = found->size() > asked->limit;
    for (std::size_t i = more ? found->size() - asked->limit : 0; i < found->size(); ++i)
        if (auto given = co_await call.rows.give(json::parse((*found)[i].text).as_object()); !given)
            co_return storage_complaint(given.error());
    json::object end{
        {"rows", std::min(found->size(), asked->limit)}, {"more", more}, {"forgotten", forgotten}};
    tell_unindexed(end, unindexed);
    co_return end;
}

/// Fields that are of the moment of making, and no word of the ledger.
constexpr std::array<std::string_view, 2> makers_fields{"site", "witness"};

/// Which of the maker's fields differ, where all that the ledger tells is the same; nothing where
/// it is not.
std::optional<json::array> makers_differences(json::object one, json::object other) {
    json::array differ;
    for (const auto field : makers_fields) {
        if (one[field] != other[field]) differ.emplace_back(field);
        one.erase(field);
        other.erase(field);
    }
    if (one != other) return std::nullopt;
    return differ;
}

/// A receipt that somebody holds, against the ledger as it is.
class Check {
  public:
    struct Held {
        std::int64_t sequence = 0;
        std::string hash;
        Id chain;
        std::optional<ReadReceipt> receipt;  // nothing: its text was not shown
    };

    Check(const ReceiptIssuer& issuer, const Held& held) : issuer_(issuer), held_(held) {}

    Result<> run(Transaction& transaction) {
        const auto head = transaction.ledger.head();
        if (!head) return failure(head.error());
        const auto hash = transaction.ledger.hash_of(held_.sequence);
        if (!hash) return failure(hash.error());
        ours_ = *head && (*head)->chain == held_.chain;
        stands_ = ours_ && *hash && to_hex(**hash) == held_.hash;
        if (!stands_) return {};
        // Without a key of its own, no checkpoint is believed here.
        const auto witness = issuer_.witness ? issuer_.witness->public_key() : Ed25519PublicKey{};
        const auto standing = ChainLinks(transaction, witness).standing(held_.sequence);
        if (!standing) return failure(standing.error());
        stands_ = *standing != ChainLinks::Standing::altered;
        vouched_ = *standing == ChainLinks::Standing::vouched;
        if (!stands_ || !held_.receipt || !issuer_.witness) return {};
        return compare(receipt_of(transaction, issuer_, held_.sequence));
    }

    [[nodiscard]] json::object answer() const {
        json::object answer{{"ours", ours_}, {"stands", stands_}, {"vouched", vouched_}};
        if (!says_.empty()) answer.emplace("says", says_);
        if (differ_) answer.emplace("differ", *differ_);
        if (issuer_.witness)
            answer.emplace("witness", ssh_public_key(issuer_.witness->public_key()));
        return answer;
    }

  private:
    Result<> compare(const Result<Receipt>& made) {
        if (!made && !is_receipt_error(made.error())) return failure(made.error());
        if (!made) {
            says_ = made.error() == receipt_errc::forgotten         ? "forgotten"
                    : made.error() == receipt_errc::no_such_receipt ? "another"
                                                                    : "altered";
            // One of the rows that it leads to.
            stands_ = made.error() != receipt_errc::altered;
            return {};
        }
        const auto now = read_receipt(made->text);
        if (now) differ_ = makers_differences(now->fields, held_.receipt->fields);
        says_ = differ_ ? "this" : "another";
        vouched_ = vouched_ && made->vouched;
        return {};
    }

    const ReceiptIssuer& issuer_;
    const Held& held_;
    bool ours_ = false, stands_ = false, vouched_ = false;
    std::string_view says_;
    std::optional<json::array> differ_;
};

std::expected<Check::Held, std::string> held_one(const json::object& given) {
    VerbArguments arguments(given);
    const auto id = arguments.text("id");
    const auto sequence = id ? sequence_in_receipt_id(*id) : std::nullopt;
    if (!sequence) arguments.complain("id", id_expected.view());
    const auto hash = arguments.parsed("hash", digest_from, "64 hexadecimal digits");
    const auto chain = arguments.parsed(
        "chain", [](std::string_view text) { return Id::from_hex(text); }, "32 hexadecimal digits");
    if (!hash) arguments.complain("hash", "64 hexadecimal digits");
    if (!chain) arguments.complain("chain", "32 hexadecimal digits");
    auto receipt = arguments.parsed("text", read_receipt, "the text of the receipt");
    if (auto wrong = arguments.complaint()) return complaint(*std::move(wrong));
    return Check::Held{*sequence, *hash, *chain, std::move(receipt)};
}

asio::awaitable<Answered> check(Site& site, VerbCall call) {
    const auto held = held_one(call.arguments);
    if (!held) co_return complaint(held.error());
    const auto issuer = receipt_issuer(site);
    Check looking(issuer, *held);
    const auto looked = co_await site.store.read(
        [&](Transaction& transaction) { return looking.run(transaction); });
    const auto outcome = looked ? ledger::Outcome::granted : ledger::Outcome::failed;
    if (auto recorded = co_await record_act(site, call.administrator, "receipt verify", outcome);
        !recorded)
        co_return recorded;
    if (!looked) co_return storage_complaint(looked.error());
    co_return looking.answer();
}

}  // namespace

VerbTable receipt_verbs(Site& site) {
    return {{"receipt.show", [&site](VerbCall call) { return show(site, std::move(call)); }},
            {"receipt.find", [&site](VerbCall call) { return find(site, std::move(call)); }},
            {"receipt.check", [&site](VerbCall call) { return check(site, std::move(call)); }}};
}

}  // namespace consign::desk
