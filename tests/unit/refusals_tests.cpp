#include <boost/test/unit_test.hpp>

#include "desk/site/refusals.hpp"

using namespace consign;
using desk::Refusals;

namespace {

constexpr Timestamp start{std::chrono::hours(500'000)};
const std::string home = "192.0.2.1";

ledger::Event refusal(std::string path, Timestamp time = start) {
    ledger::Event event;
    event.time = time;
    event.action = ledger::Action::upload_opened;
    event.outcome = ledger::Outcome::refused;
    event.account = "lab";
    event.rule = "policy.d/a.yaml:7";
    event.detail = "no";
    event.personal.path = std::move(path);
    event.personal.address = "192.0.2.1";
    return event;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(refusals)

BOOST_AUTO_TEST_CASE(the_first_is_written_and_the_rest_are_counted) {
    Refusals refusals;
    BOOST_TEST(refusals.is_first(refusal("/a"), home));
    for (int second = 1; second < 10; ++second)
        BOOST_TEST(!refusals.is_first(refusal("/a", start + std::chrono::seconds(second)), home));
    BOOST_TEST(refusals.due(start + Refusals::window - std::chrono::microseconds(1)).empty());
    const auto rows = refusals.due(start + Refusals::window);
    BOOST_TEST_REQUIRE(rows.size() == 1U);
    BOOST_TEST(rows[0].count == 9U);
    BOOST_TEST((rows[0].time == start + std::chrono::seconds(9)));
    BOOST_TEST(refusals.due(start + Refusals::window).empty());
    BOOST_TEST(refusals.is_first(refusal("/a"), home));
}

// Whoever comes back in a new session leaves no row of that session, which the count could name.
BOOST_AUTO_TEST_CASE(a_count_names_the_session_that_all_of_them_were_of) {
    const Id one = *Id::from_hex(std::string(32, '1')), other = *Id::from_hex(std::string(32, '2'));
    const auto named_after = [](std::initializer_list<Id> sessions) {
        Refusals refusals;
        for (const Id& session : sessions) {
            auto event = refusal("/a");
            event.session = session;
            static_cast<void>(refusals.is_first(event, home));
        }
        return refusals.due(start, true).at(0).session;
    };
    BOOST_TEST((named_after({one, one, one}) == one));
    BOOST_TEST(named_after({one, other}).is_nil());
    BOOST_TEST(named_after({one, other, one}).is_nil());
    BOOST_TEST(named_after({one, other, other}).is_nil());
}

BOOST_AUTO_TEST_CASE(a_first_that_could_not_be_written_is_counted) {
    Refusals refusals;
    auto event = refusal("/a");
    event.session = *Id::from_hex(std::string(32, '1'));
    BOOST_TEST(refusals.is_first(event, home));
    refusals.was_not_written(event, home);
    BOOST_TEST(!refusals.is_first(event, home));
    const auto rows = refusals.due(start, true);
    BOOST_TEST_REQUIRE(rows.size() == 1U);
    BOOST_TEST(rows[0].count == 2U);
    BOOST_TEST(rows[0].session.is_nil());
}

BOOST_AUTO_TEST_CASE(what_happened_once_needs_no_count) {
    Refusals refusals;
    BOOST_TEST(refusals.is_first(refusal("/a"), home));
    BOOST_TEST(refusals.due(start + Refusals::window).empty());
}

BOOST_AUTO_TEST_CASE(only_equal_ones_share_a_row) {
    const auto other = [](auto change) {
        auto event = refusal("/a");
        change(event);
        return event;
    };
    Refusals refusals;
    BOOST_TEST(refusals.is_first(refusal("/a"), home));
    BOOST_TEST(refusals.is_first(other([](auto& event) { event.personal.path = "/b"; }), home));
    BOOST_TEST(refusals.is_first(refusal("/a"), "2001:db8:1:2::/64"));
    BOOST_TEST(refusals.is_first(other([](auto& event) { event.account = "other"; }), home));
    BOOST_TEST(
        refusals.is_first(other([](auto& event) { event.rule = "policy.d/a.yaml:8"; }), home));
    BOOST_TEST(refusals.is_first(other([](auto& event) { event.detail = "never"; }), home));
    BOOST_TEST(refusals.is_first(other([](auto& event) { event.action = ledger::Action::renamed; }),
                                 home));
    BOOST_TEST(!refusals.is_first(refusal("/a"), home));
}

BOOST_AUTO_TEST_CASE(a_flood_from_one_network_stays_within_its_bound_and_hides_no_other) {
    Refusals refusals;
    for (std::size_t kind = 0; kind < Refusals::kinds_per_network_limit; ++kind)
        BOOST_TEST_REQUIRE(refusals.is_first(refusal(std::to_string(kind)), home));
    BOOST_TEST(refusals.is_first(refusal("one more"), home));
    for (int more = 0; more < 100; ++more)
        BOOST_TEST_REQUIRE(!refusals.is_first(refusal("more " + std::to_string(more)), home));
    // Those that have a window keep it, and so do the neighbours before and after.
    BOOST_TEST(!refusals.is_first(refusal("7"), home));
    BOOST_TEST(refusals.is_first(refusal("/a"), "192.0.2.0"));
    BOOST_TEST(refusals.is_first(refusal("/a"), "192.0.2.2"));
    const auto rows = refusals.due(start, true);
    BOOST_TEST_REQUIRE(rows.size() == 2U);
    BOOST_TEST(rows[0].count + rows[1].count == 101U);
    BOOST_TEST(refusals.is_first(refusal("one more"), home));  // there is room again
}

BOOST_AUTO_TEST_CASE(a_flood_from_everywhere_stays_within_the_bound) {
    Refusals refusals;
    const auto network = [](std::size_t number) { return "network " + std::to_string(number); };
    for (std::size_t number = 0; number < Refusals::kinds_limit; ++number)
        BOOST_TEST_REQUIRE(refusals.is_first(refusal("/a"), network(number)));
    BOOST_TEST(refusals.is_first(refusal("/a"), "one more"));
    for (std::size_t more = 0; more < 100; ++more)
        BOOST_TEST_REQUIRE(!refusals.is_first(refusal("/a"), network(1'000'000 + more)));
    BOOST_TEST(!refusals.is_first(refusal("/a"), network(7)));
    const auto rows = refusals.due(start, true);
    BOOST_TEST_REQUIRE(rows.size() == 2U);
    BOOST_TEST(rows[0].count + rows[1].count == 101U);
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_set_back_keeps_no_window_open) {
    Refusals refusals;
    BOOST_TEST(refusals.is_first(refusal("/a"), home));
    BOOST_TEST(!refusals.is_first(refusal("/a"), home));
    BOOST_TEST(refusals.due(start - std::chrono::hours(1)).size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
