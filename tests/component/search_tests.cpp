// Searches of the ledger against the same questions put to every row of it, one by one.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <functional>
#include <limits>
#include <map>
#include <random>
#include <set>

#include "storage/ledger/search.hpp"
#include "storage/ledger/search_conditions.hpp"
#include "storage/ledger/search_plan.hpp"
#include "tests/component/random_ledger.hpp"

using namespace consign;
using namespace consign::ledger;
using namespace std::chrono_literals;

namespace {

/// The same question, to every row.
class Oracle {
  public:
    Oracle(const RandomLedger& site, const EventFilter& filter) : site_(site), filter_(filter) {
        if (filter.path) follow(*filter.path, std::numeric_limits<std::int64_t>::max());
        if (filter.sha256)
            for (const Row& row : site.rows)
                if (row.event.action == Action::deposited &&
                    row.event.personal.sha256 == *filter.sha256)
                    came_.insert(row.event.stream);
    }

    [[nodiscard]] std::vector<std::int64_t> matches() const {
        std::vector<std::int64_t> found;
        for (const Row& row : site_.rows)
            if (matches(row)) found.push_back(row.sequence);
        if (found.size() > filter_.limit)
            found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(filter_.limit));
        return found;
    }
    [[nodiscard]] const std::set<Id>& streams_of_path() const { return streams_; }

  private:
    void follow(const std::string& path, std::int64_t before) {
        for (const Row& row : site_.rows) {
            const Event& event = row.event;
            if (row.sequence >= before) continue;
            const bool names = event.personal.path == path || event.personal.second_path == path;
            const bool gives = (event.action == Action::deposited && event.personal.path == path) ||
                               event.personal.second_path == path;
            if (event.stream.is_nil() && names) places_.insert(row.sequence);
            if (!event.stream.is_nil() && gives) streams_.insert(event.stream);
            const std::string& made = event.personal.second_path;
            if (event.action == Action::renamed && event.stream.is_nil() &&
                (path == made || path.starts_with(made + "/")))
                follow(event.personal.path + path.substr(made.size()), row.sequence);
        }
    }

    [[nodiscard]] bool matches(const Row& row) const {
        const Event& event = row.event;
        const Personal& personal = event.personal;
        if (filter_.account && event.account != *filter_.account) return false;
        if (filter_.from && event.time < *filter_.from) return false;
        if (filter_.until && event.time >= *filter_.until) return false;
        if (filter_.outcome && event.outcome != *filter_.outcome) return false;
        if (!filter_.action.any.empty() &&
            std::ranges::find(filter_.action.any, event.action) == filter_.action.any.end())
            return false;
        if (filter_.session && event.session != *filter_.session) return false;
        if (filter_.stream && event.stream != *filter_.stream) return false;
        if (filter_.path && !streams_.contains(event.stream) && !places_.contains(row.sequence))
            return false;
        if (filter_.sha256 && !came_.contains(event.stream)) return false;
        if (filter_.subject && personal.subject != filter_.subject->subject &&
            std::ranges::find(filter_.subject->streams, event.stream) ==
                filter_.subject->streams.end())
            return false;
        if (filter_.address && personal.address != *filter_.address) {
            const auto session = site_.addresses.find(event.session);
            if (session == site_.addresses.end() || session->second != *filter_.address)
                return false;
        }
        const auto shown = [this](const std::string& path) {
            return !path.empty() && filter_.path_matches(path);
        };
        return !filter_.path_matches || shown(personal.path) || shown(personal.second_path);
    }

    const RandomLedger& site_;
    const EventFilter& filter_;
    std::set<Id> streams_, came_;
    std::set<std::int64_t> places_;
};

std::vector<std::int64_t> sequences(const Result<std::vector<EventRow>>& rows) {
    BOOST_REQUIRE(rows.has_value());
    std::vector<std::int64_t> numbers;
    for (const EventRow& row : *rows) numbers.push_back(row.sequence);
    return numbers;
}

using Change = std::function<void(RandomLedger&, EventFilter&)>;
const std::vector<std::pair<const char*, Change>> conditions{
    {"account",
     [](auto& site, auto& filter) { filter.account = "lab" + std::to_string(site.below(5)); }},
    {"from", [](auto& site, auto& filter) { filter.from = site.any_time(); }},
    {"until", [](auto& site, auto& filter) { filter.until = site.any_time(); }},
    {"outcome",
     [](auto& site, auto& filter) { filter.outcome = static_cast<Outcome>(1 + site.below(3)); }},
    {"rare action",
     [](auto& site, auto& filter) {
         filter.action = site.below(2) == 0 ? Action::login_failed : Action::renamed;
     }},
    {"actions",
     [](auto&, auto& filter) {
         filter.action = Actions({Action::deposited, Action::request_refused});
     }},
    {"session", [](auto& site, auto& filter) { filter.session = site.any(site.sessions).id; }},
    {"stream", [](auto& site, auto& filter) { filter.stream = site.any(site.streams); }},
    {"path", [](auto& site, auto& filter) { filter.path = site.any_path(); }},
    {"address", [](auto& site, auto& filter) { filter.address = site.any_address(); }},
    {"sha256", [](auto& site, auto& filter) { filter.sha256 = site.any_sha256(); }},
    {"subject",
     [](auto& site, auto& filter) {
         filter.subject = AboutSubject{"HN/1", {site.any(site.streams), site.any(site.streams)}};
     }},
    {"glob",
     [](auto&, auto& filter) {
         filter.path_matches = [](std::string_view path) { return path.ends_with("3"); };
     }},
    {"limit", [](auto& site, auto& filter) { filter.limit = site.below(20); }},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(search)

BOOST_AUTO_TEST_CASE(each_condition_alone_finds_what_looking_at_every_row_finds) {
    RandomLedger site(1);
    for (const auto& [name, change] : conditions) {
        std::size_t found_some = 0;
        for (int i = 0; i < 25; ++i) {
            EventFilter filter{.limit = 100'000};
            change(site, filter);
            const auto found = sequences(site.search.events(filter));
            BOOST_TEST(found == Oracle(site, filter).matches(), name << ", " << i);
            found_some += found.empty() ? 0 : 1;
        }
        BOOST_TEST(found_some > 0U, name);
    }
}

BOOST_AUTO_TEST_CASE(conditions_together_find_what_looking_at_every_row_finds) {
    RandomLedger site(2);
    std::size_t found_some = 0;
    for (int i = 0; i < 1500; ++i) {
        EventFilter filter{.limit = 100'000};
        std::string names;
        for (unsigned left = 2 + site.below(3); left > 0; --left) {
            const auto& [name, change] = site.any(conditions);
            change(site, filter);
            names += std::string(name) + " ";
        }
        const auto found = sequences(site.search.events(filter));
        BOOST_TEST(found == Oracle(site, filter).matches(), names << i);
        found_some += found.empty() ? 0 : 1;
    }
    BOOST_TEST(found_some > 200U);
}

BOOST_AUTO_TEST_CASE(every_file_that_ever_had_a_path_is_found_by_it) {
    RandomLedger site(3);
    std::size_t by_folders = 0;
    for (const auto& [path, streams] : site.had) {
        EventFilter filter{.path = path, .limit = 100'000};
        std::set<Id> found;
        for (const auto& row : site.search.events(filter).value()) found.insert(row.event.stream);
        for (const Id& stream : streams) BOOST_TEST(found.contains(stream), path);
        if (path.starts_with("/inn") || path.starts_with("/outn")) ++by_folders;
    }
    BOOST_TEST(by_folders > 3U);
}

BOOST_AUTO_TEST_CASE(a_path_is_followed_back_to_what_lay_there_before_and_not_to_what_came_after) {
    KeyedDatabase site(start);
    site.run("BEGIN");
    Ledger ledger(*site.connection, *site.keys, site.random);
    Search search(*site.connection, *site.keys, site.random);
    const auto append = [&](Action action, const Id& stream, const std::string& path,
                            const std::string& second = {}) {
        return ledger
            .append({.time = start,
                     .action = action,
                     .stream = stream,
                     .personal = {.path = path, .second_path = second}})
            .value();
    };
    const Id old = Id::random(site.random), late = Id::random(site.random);
    append(Action::folder_made, {}, "/a");          // 1
    append(Action::deposited, old, "/a/x");         // 2
    append(Action::renamed, {}, "/a", "/b");        // 3
    append(Action::folder_made, {}, "/a");          // 4
    append(Action::deposited, late, "/a/x");        // 5
    append(Action::retrieval_ended, old, "/b/x");   // 6
    append(Action::retrieval_ended, late, "/a/x");  // 7
    append(Action::listed, {}, "/b");               // 8
    const auto found = [&](const std::string& path) {
        return sequences(search.events({.path = path}));
    };
    using Sequences = std::vector<std::int64_t>;
    BOOST_TEST(found("/b/x") == (Sequences{2, 6}));
    BOOST_TEST(found("/a/x") == (Sequences{2, 5, 6, 7}));
    BOOST_TEST(found("/b") == (Sequences{1, 3, 8}));
    BOOST_TEST(found("/a") == (Sequences{1, 3, 4}));
    // Round in a circle, and with a folder above.
    append(Action::renamed, {}, "/b", "/c/b");  // 9
    append(Action::renamed, {}, "/c", "/b");    // 10
    append(Action::renamed, {}, "/b", "/c");    // 11
    BOOST_TEST(found("/c/b/x") == (Sequences{2, 6}));
    BOOST_TEST(found("/b/b/x") == (Sequences{2, 6}));
}

BOOST_AUTO_TEST_CASE(no_row_that_matches_is_left_out_of_the_plan_whatever_is_too_much_to_gather) {
    RandomLedger site(10);
    EventReader reader(*site.keys, site.random);
    Conditions resolve(*site.connection, reader, site.index);
    std::size_t listed = 0, stretches = 0, cut = 0;
    for (int i = 0; i < 1500; ++i) {
        EventFilter filter{.limit = 100'000};
        for (unsigned left = 1 + site.below(3); left > 0; --left)
            site.any(conditions).second(site, filter);
        filter.limit = 100'000;
        const SearchLimits limits{.few_rows = site.below(20),
                                  .tried_rows = site.below(60),
                                  .gathered_rows = site.below(120),
                                  .gathered_sessions = site.below(4)};
        const auto leads = resolve.of(filter);
        BOOST_REQUIRE(leads.has_value());
        const auto plan = SearchPlan::make(*site.connection, filter, *leads, limits);
        BOOST_REQUIRE(plan.has_value());
        const auto expected = Oracle(site, filter).matches();
        for (const std::int64_t sequence : expected) {
            if (plan->rows)
                BOOST_TEST(std::ranges::binary_search(*plan->rows, sequence, std::greater()), i);
            else
                BOOST_TEST((sequence >= plan->oldest && sequence <= plan->newest), i);
        }
        if (plan->rows) BOOST_TEST(std::ranges::is_sorted(*plan->rows, std::greater()));
        ++(plan->rows ? listed : stretches);
        cut += !plan->rows && plan->newest < site.rows.back().sequence ? 1 : 0;
    }
    BOOST_TEST(listed > 100U);
    BOOST_TEST(stretches > 100U);
    BOOST_TEST(cut > 20U);
}

BOOST_AUTO_TEST_CASE(sessions_are_found_by_address_account_and_start) {
    RandomLedger site(4);
    for (int i = 0; i < 200; ++i) {
        SessionFilter filter{.limit = site.below(2) == 0 ? 3U : 1000U};
        if (site.below(2) == 0) filter.address = site.any_address();
        if (site.below(2) == 0) filter.account = "lab" + std::to_string(site.below(5));
        if (site.below(3) == 0) filter.from = site.any_time();
        if (site.below(3) == 0) filter.until = site.any_time();
        std::vector<Id> expected;
        for (const Session& session : site.sessions)
            if ((!filter.address || session.address == *filter.address) &&
                (!filter.account || session.account == *filter.account) &&
                (!filter.from || session.started >= *filter.from) &&
                (!filter.until || session.started < *filter.until))
                expected.push_back(session.id);
        if (expected.size() > filter.limit)
            expected.erase(expected.begin(),
                           expected.end() - static_cast<std::ptrdiff_t>(filter.limit));
        std::vector<Id> found;
        for (const Session& session : site.search.sessions(filter).value())
            found.push_back(session.id);
        BOOST_TEST((found == expected), i);
    }
}

BOOST_AUTO_TEST_CASE(news_go_on_where_the_last_ended_and_miss_nothing) {
    RandomLedger site(5);
    for (const auto& [name, change] : conditions) {
        EventFilter filter{.limit = 100'000};
        if (std::string_view(name) != "limit") change(site, filter);
        std::vector<std::int64_t> told;
        std::int64_t reached = 0;
        for (;;) {
            const auto news = site.search.news(filter, reached, 64);
            BOOST_REQUIRE(news.has_value());
            for (const auto& row : news->rows) told.push_back(row.sequence);
            if (news->reached == reached) break;
            reached = news->reached;
        }
        BOOST_TEST(reached == site.rows.back().sequence);
        BOOST_TEST(told == Oracle(site, filter).matches(), name);
    }
}

BOOST_AUTO_TEST_CASE(ids_that_begin_alike_are_listed) {
    RandomLedger site(6);
    std::set<Id> streams(site.streams.begin(), site.streams.end());
    const auto none = Id::from_hex("00000000000000000000000000000001").value();
    const auto last = Id::from_hex("ffffffffffffffffffffffffffffffff").value();
    BOOST_TEST((site.search.streams_between(none, last, 3).value() ==
                std::vector<Id>(streams.begin(), std::next(streams.begin(), 3))));
    BOOST_TEST((site.search.streams_between(none, last, 10'000).value() ==
                std::vector<Id>(streams.begin(), streams.end())));
    const Id one = *std::next(streams.begin(), 7);
    BOOST_TEST((site.search.streams_between(one, one, 2).value() == std::vector<Id>{one}));
}

BOOST_AUTO_TEST_SUITE_END()
