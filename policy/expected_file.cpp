// `pickups:` and `deposits:` of a file in policy.d: what partners are expected to collect, and
// laboratories to bring, and when.
#include <fmt/format.h>

#include <array>

#include "policy/draft.hpp"
#include "policy/language/spelling.hpp"
#include "policy/reader.hpp"

namespace consign::policy {

using yaml::Node;

namespace {

constexpr std::size_t expected_limit = 10'000;
constexpr std::size_t calendar_limit = 16;
constexpr std::uint64_t count_limit = 1'000'000;

constexpr std::array<std::string_view, 4> after_pickup_names{"keep", "hide", "archive", "erase"};

/// A built-in calendar's name, or a file.
std::optional<Holidays> read_calendar(const Reading& reading, const Node& node) {
    const Reader& in = reading.in;
    const auto written = in.text(node);
    if (!written) return std::nullopt;
    if (auto built_in = Holidays::built_in(*written)) return built_in;
    if (written->find_first_of("/.") == std::string::npos) {
        const auto names = Holidays::built_in_names();
        in.error(node.place,
                 fmt::format("no calendar is called {}{} (known here: {}, or a file)",
                             cited(*written), suggestion(*written, names), listed(names)));
        return std::nullopt;
    }
    const auto content = reading.read_file(*written);
    if (!content) {
        in.error(node.place,
                 fmt::format("the calendar file {} {}", cited(*written), content.error()));
        return std::nullopt;
    }
    auto calendar = Holidays::from_lines(*content);
    if (calendar) return std::move(*calendar);
    // The file may be another one by mistake, and hold what nobody should read here.
    in.error(
        node.place,
        fmt::format("{} holds a line that is no day such as `2027-05-01`, or `05-01` for every "
                    "year",
                    cited(*written)));
    return std::nullopt;
}

[[nodiscard]] ReadNode holidays_into(const Reading& reading, std::vector<Holidays>& holidays) {
    return [&](const Node& node) {
        reading.in.one_or_items(node, calendar_limit, [&](const Node& item) {
            if (auto calendar = read_calendar(reading, item))
                holidays.push_back(std::move(*calendar));
        });
    };
}

/// What a rule's keys say of its deadline.
struct Expectation {
    std::vector<Window> windows;
    std::optional<Weekdays> days;
    std::optional<std::chrono::minutes> by;
    Place by_place{};
    std::vector<Holidays> holidays;
};

[[nodiscard]] ReadNode expect_by_into(const Reader& in, Expectation& expectation) {
    return [&](const Node& node) {
        expectation.by_place = node.place;
        expectation.by = in.parsed(node, text_form::time_of_day, parse_time_of_day);
    };
}

/// A deadline belongs to the day on which a window opens: several windows must open alike.
std::optional<Deadline> deadline_of(const Reader& in, const Expectation& expectation,
                                    const std::string& default_zone) {
    if (!expectation.by) return std::nullopt;
    Weekdays every_day;
    every_day.set();
    Deadline deadline{.days = expectation.days.value_or(every_day),
                      .by = *expectation.by,
                      .zone = default_zone,
                      .holidays = expectation.holidays};
    const auto& windows = expectation.windows;
    if (windows.empty()) return deadline;
    deadline.days.reset();
    deadline.from = windows.front().opens;
    deadline.zone = windows.front().zone;
    for (const Window& window : windows) {
        deadline.days |= window.days;
        if (window.opens != deadline.from || window.zone != deadline.zone) {
            in.error(expectation.by_place,
                     "`expect_by` needs windows that all open at one time of day, in one zone");
            return std::nullopt;
        }
    }
    return deadline;
}

PickupDraft read_pickup(const Reading& reading, const Node& node) {
    const Reader& in = reading.in;
    PickupDraft draft{.at = in.located(node.place), .pickup = {}};
    Pickup& pickup = draft.pickup;
    pickup.rule = in.rule(node.place);
    Expectation expectation;
    const auto read_name = [&](const Node& name) {
        const auto written = in.name(name);
        if (written && is_first(in, reading.draft.pickup_names, "pickup", *written, node.place))
            pickup.name = *written;
    };
    const auto read_path = [&](const Node& path) {
        draft.path_place = path.place;
        const auto parse = [](std::string_view text) { return Glob::path(text); };
        in.parsed_into(pickup.path, text_form::path_glob, parse)(path);
    };
    const auto read_window = [&](const Node& window) {
        expectation.windows = read_windows(in, window, reading.draft.policy.zone);
    };
    const auto read_downloads = [&](const Node& downloads) {
        draft.downloads_place = downloads.place;
        pickup.downloads = in.count(downloads, 1, count_limit);
    };
    in.mapping(
        node,
        {required("name", "The pickup's name.", read_name),
         required("account", "Who collects.", use_into(reading, Use::Of::account, pickup.account)),
         required("path", "A pattern of paths, relative to the account's home.", read_path),
         optional("window", "When it may be collected.", read_window),
         optional("holidays", "Calendars of days on which nothing is expected.",
                  holidays_into(reading, expectation.holidays)),
         optional("expect_by", "The time of day by which it is collected; of the window's day.",
                  expect_by_into(in, expectation)),
         optional("downloads", "How often each file may be retrieved completely.", read_downloads),
         optional("then", "What becomes of a file once it was collected.",
                  in.choice_into(pickup.then, after_pickup_names), "keep"),
         optional("alert", "Whom to tell where it is not.",
                  alert_names_into(reading, pickup.alert))});
    pickup.expect = deadline_of(in, expectation, reading.draft.policy.zone);
    for (Window& window : expectation.windows) pickup.window.emplace_back(std::move(window));
    return draft;
}

DepositDraft read_deposit(const Reading& reading, const Node& node) {
    const Reader& in = reading.in;
    DepositDraft draft{.at = in.located(node.place), .deposit = {}};
    ExpectedDeposit& deposit = draft.deposit;
    deposit.rule = in.rule(node.place);
    Expectation expectation;
    const auto read_name = [&](const Node& name) {
        const auto written = in.name(name);
        if (written && is_first(in, reading.draft.deposit_names, "deposit", *written, node.place))
            deposit.name = *written;
    };
    const auto read_path = [&](const Node& path) {
        draft.path_place = path.place;
        const auto parse = [](std::string_view text) { return Glob::path(text); };
        in.parsed_into(deposit.path, text_form::path_glob, parse)(path);
    };
    const auto read_days = [&](const Node& days) {
        expectation.days = in.parsed(days, text_form::days, parse_days);
    };
    const auto read_at_least = [&](const Node& files) {
        deposit.at_least = in.count(files, 1, count_limit).value_or(deposit.at_least);
    };
    in.mapping(node,
               {required("name", "The expectation's name.", read_name),
                required("account", "Who brings it.",
                         use_into(reading, Use::Of::account, deposit.account)),
                required("path", "A pattern of paths, relative to the account's home.", read_path),
                optional("days", "On which days: `Mon-Sat`.", read_days, "daily"),
                optional("holidays", "Calendars of days on which nothing is expected.",
                         holidays_into(reading, expectation.holidays)),
                required("expect_by", "The time of day by which it is there, in the site's zone.",
                         expect_by_into(in, expectation)),
                optional("at_least", "How many files.", read_at_least, "1"),
                optional("alert", "Whom to tell where it is not there.",
                         alert_names_into(reading, deposit.alert))});
    if (auto deadline = deadline_of(in, expectation, reading.draft.policy.zone))
        deposit.expect = std::move(*deadline);
    return draft;
}

}  // namespace

void read_pickups(const Reading& reading, const Node& node) {
    reading.in.items(node, expected_limit, [&](const Node& item) {
        reading.draft.pickups.push_back(read_pickup(reading, item));
    });
}

void read_deposits(const Reading& reading, const Node& node) {
    reading.in.items(node, expected_limit, [&](const Node& item) {
        reading.draft.deposits.push_back(read_deposit(reading, item));
    });
}

}  // namespace consign::policy
