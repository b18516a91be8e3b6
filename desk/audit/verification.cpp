#include "desk/audit/verification.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <span>

#include "base/offload.hpp"
#include "desk/audit/checkpoint.hpp"
#include "desk/audit/checkpointing.hpp"
#include "desk/audit/timestamp_verbs.hpp"
#include "desk/audit/written_checkpoints.hpp"
#include "desk/site/system_event.hpp"
#include "desk/verbs/administrator_act.hpp"
#include "desk/verbs/complaint.hpp"
#include "desk/verbs/verb_arguments.hpp"

namespace consign::desk {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using ledger::Damage;
using ledger::Marker;
using ledger::Verification;

constexpr std::size_t page_checkpoints = 1000;
constexpr std::size_t page_rows = 500;  // to index in one transaction
constexpr std::int64_t page_owners = 20'000;

std::optional<Marker> marker_of(std::string_view text) {
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    Marker marker;
    const auto [end, error] = std::from_chars(text.data(), text.data() + space, marker.sequence);
    const auto hash = from_hex(text.substr(space + 1));
    if (error != std::errc() || end != text.data() + space || marker.sequence < 1 || !hash ||
        hash->size() != marker.hash.size())
        return std::nullopt;
    std::ranges::copy(*hash, marker.hash.begin());
    return marker;
}

struct Asked {
    std::vector<Ed25519PublicKey> witnesses;
    std::vector<Marker> against;
    bool others_pass = false;  // a checkpoint that another key signed is no complaint
};

std::expected<Asked, std::string> asked_of(const Site& site, const json::object& given) {
    VerbArguments arguments(given);
    Asked asked;
    if (site.witness) asked.witnesses.push_back(site.witness->public_key());
    for (const std::string& line : arguments.texts("witnesses")) {
        if (const auto key = from_ssh_public_key(line))
            asked.witnesses.push_back(*key);
        else
            arguments.complain("witnesses",
                               "public keys as OpenSSH writes them: ssh-ed25519 AAAA...");
    }
    for (const std::string& text : arguments.texts("against")) {
        if (const auto marker = marker_of(text))
            asked.against.push_back(*marker);
        else
            arguments.complain("against", "checkpoints, as `SEQUENCE HASH`");
    }
    if (asked.against.size() > against_limit)
        arguments.complain("against", fmt::format("at most {} checkpoints", against_limit));
    if (auto wrong = arguments.complaint()) return complaint(*std::move(wrong));
    return asked;
}

/// The checkpoints of the store, as far as they are good; the first that is not is told.
struct Vouched {
    std::vector<Marker> markers;
    std::set<std::string> signers;  // fingerprints
    std::optional<Verification> bad;
};

Vouched read_checkpoints(const std::vector<ledger::Ledger::Checkpoint>& checkpoints,
                         const Asked& asked) {
    Vouched vouched;
    for (const auto& kept : checkpoints) {
        const auto found = verified_checkpoint(kept.text, kept.signature);
        const bool is_whole = found && found->checkpoint.sequence == kept.sequence;
        const bool is_anothers =
            is_whole && std::ranges::find(asked.witnesses, found->signer) == asked.witnesses.end();
        if (is_anothers && asked.others_pass) continue;
        std::string why;
        if (!is_whole)
            why = "its checkpoint was changed: the signature does not fit";
        else if (is_anothers)
            why = fmt::format(
                "its checkpoint is signed by {}, which is not this site's witness; if it once was, "
                "name its public key with --witness",
                ssh_fingerprint(found->signer));
        if (!why.empty()) {
            vouched.bad = Verification{
                .first_bad = kept.sequence, .damage = Damage::changed, .why = std::move(why)};
            return vouched;
        }
        vouched.signers.insert(ssh_fingerprint(found->signer));
        vouched.markers.push_back({found->checkpoint.sequence, found->checkpoint.hash});
    }
    return vouched;
}

Result<Vouched> all_checkpoints(Transaction& transaction, const Asked& asked) {
    Vouched all;
    for (std::int64_t last = 0;;) {
        const auto page = transaction.ledger.checkpoints(last, page_checkpoints);
        if (!page) return failure(page.error());
        if (page->empty()) return all;
        auto read = read_checkpoints(*page, asked);
        all.markers.insert(all.markers.end(), read.markers.begin(), read.markers.end());
        all.signers.merge(read.signers);
        if (read.bad) {
            all.bad = std::move(read.bad);
            return all;
        }
        last = page->back().sequence;
    }
}

/// What is found of the ledger, by whatever it can be held against.
struct Looked {
    Verification verified;
    std::size_t checkpoints = 0;     // of the database, that are good
    std::int64_t last_kept = 0;      // the row of the last that the database has, good or not
    std::set<std::string> signers;   // of the database's and the file's: fingerprints
    std::size_t lost = 0;            // that the file has, and the database has not any more
    std::size_t cut_out = 0;         // of the database, that the file leaves out between others
    ledger::Completeness completed;  // of a chain that verifies
};

/// How many of `some` are not among `others`; both in order.
std::size_t missing_from(std::span<const Marker> others, std::span<const Marker> some) {
    return static_cast<std::size_t>(std::ranges::count_if(some, [&](const Marker& one) {
        return !std::ranges::binary_search(others, one.sequence, {}, &Marker::sequence);
    }));
}

/// What was taken out of the database, or of the file, in the middle. The file is written behind
/// the database, and may have been begun anew.
void compare(const std::vector<Marker>& kept, const std::vector<Marker>& written, Looked& looked) {
    looked.lost = missing_from(kept, written);
    if (written.empty()) return;
    const auto first =
        std::ranges::lower_bound(kept, written.front().sequence, {}, &Marker::sequence);
    const auto last =
        std::ranges::lower_bound(kept, written.back().sequence, {}, &Marker::sequence);
    if (first < last) looked.cut_out = missing_from(written, {first, last});
}

Result<Looked> look(Transaction& transaction, const Asked& asked, const WrittenCheckpoints& written,
                    const std::vector<keyring::PeriodKey>& keys, const std::stop_token& stop) {
    Looked looked;
    Vouched vouched;
    // Without a key to hold them against, what they say is anybody's word.
    if (!asked.witnesses.empty()) {
        auto all = all_checkpoints(transaction, asked);
        if (!all) return failure(all.error());
        vouched = *std::move(all);
        const auto last = transaction.ledger.last_checkpoint();
        if (!last) return failure(last.error());
        if (*last) looked.last_kept = (*last)->sequence;
    }
    looked.checkpoints = vouched.markers.size();
    looked.signers = vouched.signers;
    looked.signers.insert(written.signers.begin(), written.signers.end());
    if (!vouched.bad) compare(vouched.markers, written.markers, looked);
    for (const auto* more : {&written.markers, &asked.against})
        vouched.markers.insert(vouched.markers.end(), more->begin(), more->end());
    auto verified = transaction.ledger.verify(vouched.markers, stop);
    if (!verified) return failure(verified.error());
    looked.verified = *std::move(verified);
    if (!looked.verified.first_bad && vouched.bad) {
        looked.verified.first_bad = vouched.bad->first_bad;
        looked.verified.damage = vouched.bad->damage;
        looked.verified.why = vouched.bad->why;
    }
    if (looked.verified.first_bad) return looked;
    auto completed = transaction.completeness.run(keys, stop);
    if (!completed) return failure(completed.error());
    looked.completed = *std::move(completed);
    if (looked.completed.first_erased) {
        looked.verified.first_bad = looked.completed.first_erased;
        looked.verified.damage = Damage::erased;
        looked.verified.why = looked.completed.why;
    }
    return looked;
}

json::object lack_row(const ledger::Lack& lack) {
    json::object row{{"count", lack.count}};
    if (lack.first > 0) row.emplace("first", lack.first);
    return row;
}

json::object row_of(const Looked& looked, const WrittenCheckpoints& written, const Asked& asked) {
    const Verification& found = looked.verified;
    json::object row{{"verifies", !found.first_bad},      {"rows", found.rows},
                     {"head", to_hex(found.head)},        {"vouched", found.vouched},
                     {"checkpoints", looked.checkpoints}, {"against", asked.against.size()}};
    row.emplace("signers", json::array(looked.signers.begin(), looked.signers.end()));
    if (!asked.witnesses.empty()) {
        json::object file{{"checkpoints", written.markers.size()}, {"last", written.last()}};
        if (looked.last_kept > 0 && !written.is_there)
            file.emplace("trouble", "missing");
        else if (written.strange > 0)
            file.emplace("trouble", "strange");
        else if (written.last() < looked.last_kept)
            file.emplace("trouble", "behind");
        else if (written.last() > looked.last_kept)
            file.emplace("trouble", "ahead");
        else if (looked.lost > 0)
            file.emplace("trouble", "lost");
        else if (looked.cut_out > 0)
            file.emplace("trouble", "gaps");
        row.emplace("file", std::move(file));
    }
    if (found.first_bad) {
        row.emplace("first_bad", *found.first_bad);
        row.emplace("damage", ledger::name_of(found.damage.value_or(Damage::changed)));
        row.emplace("why", found.why);
        return row;
    }
    row.emplace("complete", looked.completed.is_whole());
    row.emplace("to_index", looked.completed.to_index);
    json::object lacks;
    for (const auto& [what, lack] : looked.completed.lacks()) lacks.emplace(what, lack_row(lack));
    row.emplace("lacks", std::move(lacks));
    return row;
}

asio::awaitable<Answered> verify(Site& site, VerbCall call) {
    const auto asked = asked_of(site, call.arguments);
    if (!asked) co_return complaint(asked.error());
    // Both before the transaction begins: what comes to them meanwhile would be told of in rows
    // that it does not see.
    const auto path = DataFolder::checkpoints_in(site.policy.current()->data);
    auto read = [&] { return read_written_checkpoints(path, asked->witnesses); };
    const auto written = co_await offload(site.store.pool(), read);
    const auto keys = site.store.keys().period_keys();
    Result<Looked> looked = failure(written ? std::error_code() : written.error());
    if (written)
        looked = co_await site.store.read(
            [&, stop = site.stopping.get_token()](Transaction& transaction) {
                return look(transaction, *asked, *written, keys, stop);
            });
    const bool verifies = looked && !looked->verified.first_bad;
    const bool is_stopped = !looked && looked.error() == std::errc::operation_canceled;
    if (auto recorded = co_await record_act(
            site, call.administrator,
            is_stopped ? Literal("audit verify, which a stop ended") : Literal("audit verify"),
            verifies ? ledger::Outcome::granted : ledger::Outcome::failed);
        !recorded)
        co_return recorded;
    if (!looked) co_return storage_complaint(looked.error());
    json::object row = row_of(*looked, *written, *asked);
    if (site.witness) row.emplace("witness", ssh_fingerprint(site.witness->public_key()));
    if (auto stamp = co_await last_stamp_row(site)) row.emplace("last_stamp", *std::move(stamp));
    if (auto given = co_await call.rows.give(std::move(row)); !given)
        co_return storage_complaint(given.error());
    co_return json::object();
}

asio::awaitable<Answered> reindex(Site& site, VerbCall call) {
    const VerbArguments arguments(call.arguments);
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    std::int64_t rows = 0;
    const auto begun = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        const auto last = transaction.ledger.last_sequence();
        if (!last) return failure(last.error());
        rows = *last;
        if (auto done = transaction.event_index.index_anew(); !done) return done;
        return append(transaction, administrator_act(site, call.administrator, "audit reindex"));
    });
    if (!begun) co_return storage_complaint(begun.error());
    for (std::int64_t done = 0; done < rows; done += page_owners) {
        if (site.stopping.stop_requested()) co_return stop_complaint();
        const auto noted = co_await site.store.write([&](Transaction& transaction) {
            return transaction.receipt_rows.note_anew(done, done + page_owners);
        });
        if (!noted) co_return storage_complaint(noted.error());
    }
    // In small transactions: deposits go between. What a stop leaves, the daemon goes on with.
    while (!site.stopping.stop_requested()) {
        const auto more = co_await site.store.write([&site](Transaction& transaction) {
            return transaction.event_index.catch_up(site.random, page_rows);
        });
        if (!more) co_return storage_complaint(more.error());
        if (!*more) co_return json::object{{"rows", rows}};
    }
    co_return stop_complaint();
}

}  // namespace

asio::awaitable<Result<Verification>> verify_ledger(Site& site) {
    Asked asked{.witnesses = {}, .against = {}, .others_pass = true};
    if (site.witness) asked.witnesses.push_back(site.witness->public_key());
    const auto path = DataFolder::checkpoints_in(site.policy.current()->data);
    auto read = [&] { return read_written_checkpoints(path, asked.witnesses); };
    const auto written = co_await offload(site.store.pool(), read);
    if (!written) co_return failure(written.error());
    const auto keys = site.store.keys().period_keys();
    auto looked =
        co_await site.store.read([&, stop = site.stopping.get_token()](Transaction& transaction) {
            return look(transaction, asked, *written, keys, stop);
        });
    if (!looked) co_return failure(looked.error());
    co_return std::move(looked->verified);
}

VerbTable verification_verbs(Site& site) {
    return {{"audit.verify", [&site](VerbCall call) { return verify(site, std::move(call)); }},
            {"audit.reindex", [&site](VerbCall call) { return reindex(site, std::move(call)); }}};
}

}  // namespace consign::desk
