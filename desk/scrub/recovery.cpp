#include "desk/scrub/recovery.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "desk/deposits/keeping.hpp"
#include "desk/deposits/quarantine.hpp"
#include "desk/scrub/strays.hpp"
#include "desk/site/errc.hpp"
#include "desk/site/rfc3339.hpp"
#include "desk/site/system_event.hpp"
#include "desk/verbs/administrator_act.hpp"
#include "desk/verbs/complaint.hpp"
#include "desk/verbs/verb_arguments.hpp"

namespace consign::desk {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;

constexpr Literal why_there = "no row of the database knew it";
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
        const auto recovered = co_await take_in(stream, row);
        ++(recovered ? recovered_ : left_);
        row["state"] = recovered ? std::string("in quarantine") : recovered.error().message();
        co_return co_await rows_.give(std::move(row));
    }

    asio::awaitable<Result<>> take_in(const Id& stream, json::object& row) {
        auto open = [&]() -> Result<vault::Sealed> {
            const auto reader = site_.store.vault().open(stream);
            return reader ? Result<vault::Sealed>((*reader)->facts()) : failure(reader.error());
        };
        const auto sealed = co_await offload(site_.store.pool(), open);
        if (!sealed) co_return failure(sealed.error());
        const auto was = VirtualPath::parse(sealed->deposit.path);
        if (!was) co_return failure(was.error());
        row["account"] = sealed->deposit.account;
        row["was"] = was->display();
        row["deposited"] = rfc3339(sealed->deposit.opened);
        row["size"] = sealed->size_bytes;
        const Offer offer{.account = sealed->deposit.account,
                          .whole = *was,
                          .file = {.stream = stream,
                                   .size_bytes = sealed->size_bytes,
                                   .sha256 = sealed->sha256,
                                   .depositor = sealed->deposit.account},
                          .time = sealed->deposit.opened};
        const Appraisal appraisal = co_await appraise_for_holds(site_, offer);
        co_return co_await site_.store.write([&](Transaction& transaction) {
            return name_it(transaction, *sealed, offer, appraisal);
        });
    }

    Result<> name_it(Transaction& transaction, const vault::Sealed& sealed, const Offer& offer,
                     const Appraisal& appraisal) {
        // Somebody else may have recovered it meanwhile.
        const auto stray = is_stray(site_, transaction, sealed.stream);
        if (!stray) return failure(stray.error());
        if (!*stray) return failure(desk_errc::already_there);
        auto event = administrator_act(site_, administrator_, "recover strays");
        const catalog::Quarantine why{.account = offer.account,
                                      .was = offer.whole,
                                      .cause = catalog::Cause::stray,
                                      .why = std::string(why_there.view()),
                                      .since = event.time};
        const auto path = place_in_quarantine(transaction, *site_.policy.current(), why);
        if (!path) return failure(path.error());
        const auto named =
            transaction.catalog.commit_deposit({.stream = sealed.stream,
                                                .path = *path,
                                                .account = offer.account,
                                                .size_bytes = sealed.size_bytes,
                                                .sha256 = sealed.sha256,
                                                .standing = catalog::Standing::quarantined,
                                                .modified = sealed.deposit.opened,
                                                .now = event.time});
        if (!named) return failure(named.error());
        if (auto kept = transaction.catalog.quarantine(named->node, why); !kept) return kept;
        if (auto bound = bind_as_routed(transaction, appraisal, named->file); !bound) return bound;
        event.action = ledger::Action::quarantined;
        event.detail = why.why;
        event.stream = sealed.stream;
        event.bytes = sealed.size_bytes;
        event.personal.path = std::string(offer.whole.text());
        event.personal.second_path = std::string(path->text());
        event.personal.sha256 = to_hex(sealed.sha256);
        return append(transaction, event);
    }

    Site& site_;
    const std::string administrator_;
    RowSink& rows_;
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
    if (!is_new) co_return complaint("the ledger has begun already");
    co_return json::object();
}

asio::awaitable<Answered> recover(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    const auto id = arguments.text("id");
    const bool all = arguments.flag("all");
    if (id.has_value() == all) arguments.complain("id", id_expected);
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    Recovery recovery(site, call);
    co_return all ? co_await recovery.all() : co_await recovery.one(*id);
}

}  // namespace

VerbTable recovery_verbs(Site& site) {
    return {{"recover.database",
             [&site](VerbCall call) { return record_new_database(site, std::move(call)); }},
            {"recover.strays", [&site](VerbCall call) { return recover(site, std::move(call)); }}};
}

}  // namespace consign::desk
