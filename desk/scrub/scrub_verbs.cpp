#include "desk/scrub/scrub_verbs.hpp"

#include <boost/json.hpp>

#include "desk/scrub/strays.hpp"
#include "desk/site/rfc3339.hpp"
#include "desk/site/system_event.hpp"
#include "desk/verbs/administrator_act.hpp"
#include "desk/verbs/complaint.hpp"
#include "desk/verbs/verb_arguments.hpp"

namespace consign::desk {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;

constexpr std::size_t page_rows = 256;

json::object status_row(const Site& site, const scrub::Pass& pass, std::uint64_t damaged,
                        bool is_wished) {
    const bool is_off = !site.policy.current()->scrub && pass.state == scrub::State::resting;
    const auto moment = [&](Timestamp time) {
        return time == Timestamp{} ? std::string() : rfc3339(time);
    };
    return {{"state", is_off ? "off" : scrub::name_of(pass.state)},
            {"pass", pass.number},
            {"started", moment(pass.started)},
            {"ended", pass.state == scrub::State::running ? std::string() : moment(pass.ended)},
            {"files", pass.files},
            {"bytes", pass.bytes},
            {"found", pass.found},
            {"mended", pass.mended},
            {"damaged", damaged},
            {"wished", is_wished}};
}

asio::awaitable<Answered> status(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    if (auto recorded = co_await record_act(site, call.administrator, "scrub status"); !recorded)
        co_return recorded;
    std::uint64_t damaged = 0;
    bool is_wished = false;
    const auto pass =
        co_await site.store.read([&](Transaction& transaction) -> Result<scrub::Pass> {
            const auto count = transaction.scrub.damaged_count();
            if (!count) return failure(count.error());
            damaged = *count;
            const auto wished = transaction.scrub.is_wished();
            if (!wished) return failure(wished.error());
            is_wished = *wished;
            return transaction.scrub.pass();
        });
    if (!pass) co_return storage_complaint(pass.error());
    if (auto given = co_await call.rows.give(status_row(site, *pass, damaged, is_wished)); !given)
        co_return storage_complaint(given.error());
    co_return json::object{{"rows", 1}};
}

/// One of its names, as it is shown; empty where it has none that can be read.
std::string path_of(Transaction& transaction, scrub::FileId file) {
    const auto names = transaction.catalog.names_of(file);
    if (!names || names->empty()) return {};
    const auto path = transaction.catalog.path_of(names->front().node);
    return path ? path->display() : std::string();
}

asio::awaitable<Result<std::size_t>> give_damaged(Site& site, RowSink& rows) {
    std::size_t given = 0;
    for (scrub::FileId last = 0;;) {
        std::vector<json::object> page;
        const auto read = co_await site.store.read([&](Transaction& transaction) -> Result<> {
            const auto damaged = transaction.scrub.damaged(last, page_rows);
            if (!damaged) return failure(damaged.error());
            page.clear();
            for (const scrub::Damaged& each : *damaged) {
                last = each.file;
                page.push_back({{"what", scrub::name_of(each.damage)},
                                {"stream", each.stream.hex()},
                                {"found", rfc3339(each.found)},
                                {"path", path_of(transaction, each.file)}});
            }
            return {};
        });
        if (!read) co_return failure(read.error());
        if (page.empty()) co_return given;
        for (json::object& row : page) {
            if (auto done = co_await rows.give(std::move(row)); !done)
                co_return failure(done.error());
            ++given;
        }
    }
}

/// Part by part, so that no list is as long as the store.
asio::awaitable<Result<std::size_t>> give_strays(Site& site, RowSink& rows) {
    std::size_t given = 0;
    for (unsigned first = 0; first < 256; ++first) {
        const auto strays = co_await strays_in(site, static_cast<std::uint8_t>(first));
        if (!strays) co_return failure(strays.error());
        for (const Id& stream : *strays) {
            if (auto done = co_await rows.give(
                    {{"what", "stray"}, {"stream", stream.hex()}, {"found", ""}, {"path", ""}});
                !done)
                co_return failure(done.error());
            ++given;
        }
    }
    co_return given;
}

asio::awaitable<Answered> list(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    if (auto recorded = co_await record_act(site, call.administrator, "scrub list"); !recorded)
        co_return recorded;
    const auto damaged = co_await give_damaged(site, call.rows);
    if (!damaged) co_return storage_complaint(damaged.error());
    const auto strays = co_await give_strays(site, call.rows);
    if (!strays) co_return storage_complaint(strays.error());
    co_return json::object{{"damaged", *damaged}, {"strays", *strays}};
}

asio::awaitable<Answered> run(Site& site, VerbCall call) {
    VerbArguments arguments(call.arguments);
    const bool past_missing = arguments.flag("past_missing");
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    const auto event = administrator_act(site, call.administrator, "scrub run");
    const auto done = co_await site.store.write([&](Transaction& transaction) -> Result<> {
        if (auto wished = transaction.scrub.wish({.past_missing = past_missing}); !wished)
            return wished;
        return append(transaction, event);
    });
    if (!done) co_return storage_complaint(done.error());
    co_return json::object{{"wished", true}};
}

}  // namespace

VerbTable scrub_verbs(Site& site) {
    return {{"scrub.status", [&site](VerbCall call) { return status(site, std::move(call)); }},
            {"scrub.list", [&site](VerbCall call) { return list(site, std::move(call)); }},
            {"scrub.run", [&site](VerbCall call) { return run(site, std::move(call)); }}};
}

}  // namespace consign::desk
