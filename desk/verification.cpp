#include "desk/verification.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "desk/administrator_act.hpp"
#include "desk/checkpoint.hpp"
#include "desk/complaint.hpp"
#include "desk/verb_arguments.hpp"

namespace consign::desk {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using ledger::Damage;
using ledger::Marker;
using ledger::Verification;

constexpr std::size_t page_checkpoints = 1000;

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
    std::optional<Verification> bad;
};

Vouched read_checkpoints(const std::vector<ledger::Ledger::Checkpoint>& checkpoints,
                         const std::vector<Ed25519PublicKey>& witnesses) {
    Vouched vouched;
    for (const auto& kept : checkpoints) {
        const auto found = verified_checkpoint(kept.text, kept.signature);
        std::string why;
        if (!found || found->checkpoint.sequence != kept.sequence)
            why = "its checkpoint was changed: the signature does not fit";
        else if (std::ranges::find(witnesses, found->signer) == witnesses.end())
            why = fmt::format(
                "its checkpoint is signed by {}, which is not this site's witness; if it once was, "
                "name its public key with --witness",
                ssh_fingerprint(found->signer));
        if (!why.empty()) {
            vouched.bad = Verification{
                .first_bad = kept.sequence, .damage = Damage::changed, .why = std::move(why)};
            return vouched;
        }
        vouched.markers.push_back({found->checkpoint.sequence, found->checkpoint.hash});
    }
    return vouched;
}

Result<Vouched> all_checkpoints(Transaction& transaction,
                                const std::vector<Ed25519PublicKey>& witnesses) {
    Vouched all;
    for (std::int64_t last = 0;;) {
        const auto page = transaction.ledger.checkpoints(last, page_checkpoints);
        if (!page) return failure(page.error());
        if (page->empty()) return all;
        auto read = read_checkpoints(*page, witnesses);
        all.markers.insert(all.markers.end(), read.markers.begin(), read.markers.end());
        if (read.bad) {
            all.bad = std::move(read.bad);
            return all;
        }
        last = page->back().sequence;
    }
}

asio::awaitable<Answered> verify(Site& site, VerbCall call) {
    const auto asked = asked_of(site, call.arguments);
    if (!asked) co_return complaint(asked.error());
    std::size_t checkpoints = 0;
    const auto found =
        co_await site.store.read([&](Transaction& transaction) -> Result<Verification> {
            Vouched vouched;
            // Without a key to hold them against, what they say is anybody's word.
            if (!asked->witnesses.empty()) {
                auto all = all_checkpoints(transaction, asked->witnesses);
                if (!all) return failure(all.error());
                vouched = *std::move(all);
            }
            checkpoints = vouched.markers.size();
            vouched.markers.insert(vouched.markers.end(), asked->against.begin(),
                                   asked->against.end());
            auto verified = transaction.ledger.verify(vouched.markers);
            if (!verified || verified->first_bad || !vouched.bad) return verified;
            verified->first_bad = vouched.bad->first_bad;
            verified->damage = vouched.bad->damage;
            verified->why = vouched.bad->why;
            return verified;
        });
    const bool verifies = found && !found->first_bad;
    if (auto recorded =
            co_await record_act(site, call.administrator, "audit verify",
                                verifies ? ledger::Outcome::granted : ledger::Outcome::failed);
        !recorded)
        co_return recorded;
    if (!found) co_return storage_complaint(found.error());
    json::object row{{"verifies", verifies},        {"rows", found->rows},
                     {"head", to_hex(found->head)}, {"vouched", found->vouched},
                     {"checkpoints", checkpoints},  {"against", asked->against.size()}};
    if (site.witness) row.emplace("witness", ssh_fingerprint(site.witness->public_key()));
    if (!verifies) {
        row.emplace("first_bad", *found->first_bad);
        row.emplace("damage", ledger::name_of(found->damage.value_or(Damage::changed)));
        row.emplace("why", found->why);
    }
    if (auto given = co_await call.rows.give(std::move(row)); !given)
        co_return storage_complaint(given.error());
    co_return json::object();
}

}  // namespace

VerbTable verification_verbs(Site& site) {
    return {{"audit.verify", [&site](VerbCall call) { return verify(site, std::move(call)); }}};
}

}  // namespace consign::desk
