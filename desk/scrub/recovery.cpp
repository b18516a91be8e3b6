#include "desk/scrub/recovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>

#include "desk/deposits/depositor.hpp"
#include "desk/deposits/keeping.hpp"
#include "desk/deposits/quarantine.hpp"
#include "desk/scrub/strays.hpp"
#include "desk/site/known_stream.hpp"
#include "desk/site/rfc3339.hpp"
#include "desk/site/system_event.hpp"
#include "desk/verbs/administrator_act.hpp"
#include "desk/verbs/complaint.hpp"
#include "desk/verbs/verb_arguments.hpp"
#include "storage/ledger/kept_stream.hpp"

namespace consign::desk {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;

constexpr std::string_view id_expected =
    "the id of a stray, or how it begins, as `consign scrub list` shows it; or `all`";

/// A byte is two digits.
std::optional<std::uint8_t> first_byte_of(std::string_view id) {
    const auto byte = from_hex(id.substr(0, 2));
    return byte && byte->size() == 1 ? std::optional(byte->front()) : std::nullopt;
}

class Recovery {
  public:
    Recovery(Site& site, VerbCall& call)
        : site_(site), administrator_(call.administrator), rows_(call.rows) {}

    asio::awaitable<Answered> all() {
        for (unsigned first = 0; first < 256; ++first) {
            const auto strays = co_await strays_in(site_, static_cast<std::uint8_t>(first));
            if (!strays) co_return storage_complaint(strays.error());
            for (const Id& stream : *strays)
                if (auto done = co_await recover(stream); !done)
                    co_return storage_complaint(done.error());
        }
        co_return answer();
    }

    asio::awaitable<Answered> one(const std::string& id) {
        const auto first = first_byte_of(id);
        if (!first) co_return complaint(fmt::format("{} is no id: {}", id, id_expected));
        auto strays = co_await strays_in(site_, *first);
        if (!strays) co_return storage_complaint(strays.error());
        std::erase_if(*strays, [&](const Id& stream) { return !stream.hex().starts_with(id); });
        if (strays->empty())
            co_return complaint(fmt::format(
                "no stray has the id {}; `consign scrub list` shows those that are", id));
        if (strays->size() > 1)
            co_return complaint(
                fmt::format("more than one id begins with {}: give more of it", id));
        if (auto done = co_await recover(strays->front()); !done)
            co_return storage_complaint(done.error());
        co_return answer();
    }

  private:
    [[nodiscard]] json::object answer() const {
        return {{"recovered", recovered_}, {"left", left_}};
    }

    /// An error where the row cannot be given: nobody waits for the others any more.
    asio::awaitable<Result<>> recover(const Id& stream) {
        json::object row{{"stream", stream.hex()}, {"account", ""}, {"was", ""},
                         {"deposited", ""},        {"size", 0},     {"state", ""}};
        why_not_.clear();
        const auto taken = co_await take_in(stream, row);
        if (!taken) why_not_ = taken.error().message();
        ++(why_not_.empty() ? recovered_ : left_);
        if (!why_not_.empty()) {
            row["state"] = why_not_;
            if (auto told = co_await record_left(stream); !told) co_return told;
        }
        co_return co_await rows_.give(std::move(row));
    }

    asio::awaitable<Result<>> record_left(const Id& stream) {
        auto event = administrator_act(site_, administrator_, "recover strays");
        event.outcome = ledger::Outcome::failed;
        event.stream = stream;
        event.detail += ": " + why_not_;
        co_return co_await site_.store.write(
            [&](Transaction& transaction) { return append(transaction, event); });
    }

    /// Nobody else destroys it, or goes on with it, until it has its name.
    asio::awaitable<Result<>> take_in(const Id& stream, json::object& row) {
        const auto hold = site_.store.vault().hold(stream);
        if (!hold) {
            why_not_ = "somebody is at work with it; try again";
            co_return Result<>{};
        }
        auto open = [&]() -> Result<vault::Sealed> {
            const auto reader = site_.store.vault().open(stream);
            return reader ? Result<vault::Sealed>((*reader)->facts()) : failure(reader.error());
        };
        const auto sealed = co_await offload(site_.store.pool(), open);
        if (!sealed) co_return failure(sealed.error());
        const auto sealed_path = VirtualPath::parse(sealed->deposit.path);
        if (!sealed_path) co_return failure(sealed_path.error());
        const auto policy = site_.policy.current();
        Offer offer{.account = sealed->deposit.account,
                    .whole = without_temporary_part(*policy, *sealed_path),
                    .file = {.stream = stream,
                             .size_bytes = sealed->size_bytes,
                             .sha256 = sealed->sha256,
                             .depositor = sealed->deposit.account},
                    .time = sealed->deposit.opened};
        row["account"] = offer.account;
        row["was"] = offer.whole.display();
        row["deposited"] = rfc3339(offer.time);
        row["size"] = offer.file.size_bytes;
        const auto appraisal = co_await appraise(site_, std::move(offer));
        if (!appraisal) co_return failure(appraisal.error());
        row["state"] = depositor_in(*appraisal->policy, appraisal->offer.account)
                           ? "in quarantine"
                           : "in quarantine; the policy has no such account";
        co_return co_await site_.store.write(
            [&](Transaction& transaction) { return name_it(transaction, *appraisal); });
    }

    /// Somebody else may have recovered it meanwhile; and what was destroyed stays so, whatever a
    /// backup of the vault brings back.
    Result<> may_have_a_name(Transaction& transaction, const Id& stream) {
        const auto known = is_known_stream(transaction, stream);
        if (!known) return failure(known.error());
        if (*known) why_not_ = "it is no stray any more";
        const auto destroyed = transaction.search.events(
            {.action = ledger::Action::destroyed, .stream = stream, .limit = 1});
        if (!destroyed) return failure(destroyed.error());
        if (!destroyed->empty())
            why_not_ = "the ledger has its destruction, of " +
                       rfc3339(destroyed->front().event.time) + ": take the file out of vault/";
        return {};
    }

    /// Its term is that of what it is routed to, from the day on which it was deposited; its routes
    /// wait for a release.
    Result<> name_it(Transaction& transaction, const Appraisal& appraisal) {
        const Offer& offer = appraisal.offer;
        const Id& stream = offer.file.stream;
        if (auto may = may_have_a_name(transaction, stream); !may || !why_not_.empty()) return may;
        auto event = administrator_act(site_, administrator_, "recover strays");
        // By its id: a thousand deposits of one day may have one name.
        const auto path = place_in_quarantine(transaction, *appraisal.policy, offer.account,
                                              offer.time, stream.hex());
        if (!path) return failure(path.error());
        const auto named =
            transaction.catalog.commit_deposit({.stream = stream,
                                                .path = *path,
                                                .account = offer.account,
                                                .size_bytes = offer.file.size_bytes,
                                                .sha256 = offer.file.sha256,
                                                .standing = catalog::Standing::quarantined,
                                                .modified = offer.time,
                                                .now = event.time});
        if (!named) return failure(named.error());
        const catalog::Quarantine why{.account = offer.account,
                                      .was = offer.whole,
                                      .cause = catalog::Cause::stray,
                                      .why = std::string(ledger::stray_recovered),
                                      .since = event.time};
        if (auto kept = transaction.catalog.quarantine(named->node, why); !kept) return kept;
        if (auto kept = keep_as_routed(transaction, appraisal, named->file, {}, event.time); !kept)
            return kept;
        event.action = ledger::Action::quarantined;
        event.detail = why.why;
        event.stream = stream;
        event.bytes = offer.file.size_bytes;
        event.personal.path = std::string(offer.whole.text());
        event.personal.second_path = std::string(path->text());
        event.personal.sha256 = to_hex(offer.file.sha256);
        return append(transaction, event);
    }

    Site& site_;
    const std::string administrator_;
    RowSink& rows_;
    std::string why_not_;  // the one that is looked at stays as it is
    std::size_t recovered_ = 0, left_ = 0;
};

/// The first row of a ledger that begins anew says by whose hand.
asio::awaitable<Answered> record_new_database(Site& site, VerbCall call) {
    const auto event = administrator_act(site, call.administrator, "recover database");
    bool is_new = false;
    const auto done = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        const auto rows = transaction.ledger.last_sequence();
        if (!rows) return failure(rows.error());
        is_new = *rows == 0;
        return is_new ? append(transaction, event) : Result<>();
    });
    if (!done) co_return storage_complaint(done.error());
    if (!is_new)
        co_return complaint("the database is there, and its ledger has begun; nothing was changed");
    co_return json::object();
}

asio::awaitable<Answered> recover(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    const auto id = arguments.text("id");
    const bool all = arguments.flag("all");
    if (id.has_value() == all) arguments.complain("id", id_expected);
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    if (auto recorded = co_await record_act(site, call.administrator, "recover strays"); !recorded)
        co_return recorded;
    Recovery recovery(site, call);
    co_return all ? co_await recovery.all()
                  : co_await recovery.one(boost::algorithm::to_lower_copy(*id));
}

}  // namespace

VerbTable recovery_verbs(Site& site) {
    return {{"recover.database",
             [&site](VerbCall call) { return record_new_database(site, std::move(call)); }},
            {"recover.strays", [&site](VerbCall call) { return recover(site, std::move(call)); }}};
}

}  // namespace consign::desk
