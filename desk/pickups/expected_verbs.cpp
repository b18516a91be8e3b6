#include "desk/pickups/expected_verbs.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "desk/pickups/expected.hpp"
#include "desk/site/rfc3339.hpp"
#include "desk/verbs/administrator_act.hpp"
#include "desk/verbs/complaint.hpp"
#include "desk/verbs/verb_arguments.hpp"
#include "policy/calendar/zone.hpp"

namespace consign::desk {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using expectations::Judged;

struct Line {
    Timestamp deadline{};
    const Expected* expected = nullptr;
};

/// The deadlines of [from, until), in their order.
std::vector<Line> timetable(const std::vector<Expected>& all, Timestamp from, Timestamp until) {
    std::vector<Line> lines;
    for (const Expected& expected : all)
        for (auto deadline =
                 policy::next_deadline(expected.expect, from - std::chrono::microseconds{1});
             deadline && *deadline < until;
             deadline = policy::next_deadline(expected.expect, *deadline))
            lines.push_back({.deadline = *deadline, .expected = &expected});
    std::ranges::sort(lines, {},
                      [](const Line& line) { return std::pair(line.deadline, line.expected); });
    return lines;
}

const Judged* judgement_on(const std::vector<Judged>& judged, const Line& line) {
    const auto found = std::ranges::find_if(judged, [&](const Judged& one) {
        return one.deadline == line.deadline && one.kind == line.expected->kind &&
               one.name == line.expected->name;
    });
    return found == judged.end() ? nullptr : &*found;
}

asio::awaitable<std::expected<json::object, std::string>> row_of(Site& site,
                                                                 const policy::Policy& policy,
                                                                 const Line& line,
                                                                 const Judged* judged) {
    const Expected& expected = *line.expected;
    const Timestamp now = site.clock.now();
    std::uint64_t files = judged ? judged->files : 0;
    std::string_view state = name_of(judged ? judged->state : expectations::State::unwatched);
    if (!judged && line.deadline > now) {
        const auto counted = policy::counted_time(expected.expect, expected.window, line.deadline);
        if (counted.from < now) {
            const auto count = co_await count_files(site, policy, expected,
                                                    {counted.from, std::min(counted.until, now)});
            if (!count) co_return storage_complaint(count.error());
            files = *count;
        }
        const bool is_there =
            expected.kind == expectations::Kind::deposit && is_met(expected, files);
        state = is_there ? "on time" : "due";
    }
    const auto wall = policy::wall_time(policy.zone, line.deadline);
    co_return json::object{
        {"by", rfc3339(line.deadline)},
        {"time", fmt::format("{:%H:%M}", std::chrono::sys_seconds(wall.time_since_epoch()))},
        {"account", expected.account},
        {"kind", name_of(expected.kind)},
        {"name", expected.name},
        {"state", state},
        {"files", files},
        {"wanted", judged ? judged->wanted : expected.wanted},
        {"rule", expected.rule.text()}};
}

std::optional<std::chrono::sys_days> day_in(std::string_view text) {
    const auto moment = from_full_date(text);
    if (!moment) return std::nullopt;
    return std::chrono::floor<std::chrono::days>(*moment);
}

asio::awaitable<Answered> list(Site& site, VerbCall call) {
    const auto policy = site.policy.current();
    VerbArguments arguments(call.arguments);
    const auto day = arguments.parsed("date", day_in, "a day such as 2026-11-24")
                         .value_or(policy::date_in(policy->zone, site.clock.now()));
    if (auto wrong = arguments.complaint()) co_return complaint(*std::move(wrong));
    if (auto recorded = co_await record_act(site, call.administrator, "expected"); !recorded)
        co_return recorded;
    const Timestamp from = policy::instant(policy->zone, policy::wall_time(day, {}));
    const Timestamp until = policy::end_of_day(policy->zone, day);
    const auto all = expected_of(*policy);
    const auto lines = timetable(all, from, until);
    const auto judged = co_await site.store.read(
        [&](Transaction& transaction) { return transaction.expectations.between(from, until); });
    if (!judged) co_return storage_complaint(judged.error());
    for (const Line& line : lines) {
        auto row = co_await row_of(site, *policy, line, judgement_on(*judged, line));
        if (!row) co_return std::unexpected(std::move(row).error());
        if (auto given = co_await call.rows.give(*std::move(row)); !given)
            co_return storage_complaint(given.error());
    }
    co_return json::object{{"rows", lines.size()}, {"date", fmt::format("{:%F}", day)}};
}

}  // namespace

VerbTable expected_verbs(Site& site) {
    return {{"expected.list", [&site](VerbCall call) { return list(site, std::move(call)); }}};
}

}  // namespace consign::desk
