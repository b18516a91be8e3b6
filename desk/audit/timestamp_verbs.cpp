#include "desk/audit/timestamp_verbs.hpp"

#include "base/evp.hpp"
#include "desk/audit/stamping.hpp"
#include "desk/site/rfc3339.hpp"
#include "desk/verbs/administrator_act.hpp"
#include "desk/verbs/complaint.hpp"
#include "desk/verbs/verb_arguments.hpp"

namespace consign::desk {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;

constexpr std::size_t page_stamps = 64;

asio::awaitable<Answered> give_timestamps(Site& site, VerbCall call) {
    const VerbArguments arguments(call.arguments);
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    if (auto recorded = co_await record_act(site, call.administrator, "audit timestamps",
                                            ledger::Outcome::granted);
        !recorded)
        co_return recorded;
    std::size_t rows = 0;
    for (std::int64_t last = 0;;) {
        const auto page = co_await site.store.read([&](Transaction& transaction) {
            return transaction.timestamps.after(last, page_stamps);
        });
        if (!page) co_return storage_complaint(page.error());
        if (page->empty()) co_return json::object{{"rows", rows}, {"more", false}};
        for (const ledger::Stamped& one : *page) {
            json::object row{{"row", one.checkpoint.sequence},
                             {"checkpoint", one.checkpoint.text},
                             {"answer", evp::base64(one.answer)}};
            if (auto given = co_await call.rows.give(std::move(row)); !given)
                co_return storage_complaint(given.error());
            ++rows;
        }
        last = page->back().checkpoint.sequence;
    }
}

}  // namespace

asio::awaitable<std::optional<json::object>> last_stamp_row(Site& site) {
    const auto last = co_await last_stamp(site);
    if (!last) co_return json::object{{"why", last.error().message()}};
    if (!*last) co_return std::nullopt;
    co_return json::object{{"row", (*last)->sequence},
                           {"time", rfc3339((*last)->answer.time)},
                           {"authority", (*last)->answer.authority}};
}

VerbTable timestamp_verbs(Site& site) {
    return {{"audit.timestamps",
             [&site](VerbCall call) { return give_timestamps(site, std::move(call)); }}};
}

}  // namespace consign::desk
