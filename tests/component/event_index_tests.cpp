#include <boost/test/unit_test.hpp>

#include "storage/ledger/event_index.hpp"
#include "tests/component/random_ledger.hpp"

using namespace consign;
using namespace consign::ledger;
using namespace std::chrono_literals;

namespace {

/// What an index holds, so that two can be compared.
std::vector<std::string> entries(database::Connection& connection) {
    auto query = connection.query("SELECT period, token, sequence FROM event_index");
    std::vector<std::string> all;
    while (query.next().value())
        all.push_back(std::to_string(query.integer(0)) + " " + to_hex(query.blob(1)) + " " +
                      std::to_string(query.integer(2)));
    return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(event_index)

BOOST_AUTO_TEST_CASE(a_destroyed_period_is_found_by_nothing_that_was_sealed_in_it) {
    RandomLedger site(7);
    const auto count = [&](EventFilter filter) {
        filter.limit = 100'000;
        std::size_t april = 0, march = 0;
        for (const auto& row : site.search.events(filter).value())
            ++(row.event.time < start + 12 * 24h ? march : april);
        return std::pair(march, april);
    };
    const auto before = count({.address = "192.0.2.1"});
    BOOST_TEST(before.first > 0U);
    for (const auto& key : site.keys->period_keys())
        if (key.month == std::chrono::year{2026} / 3)
            BOOST_REQUIRE(site.keys->destroy(key.id).has_value());
    const auto after = count({.address = "192.0.2.1"});
    BOOST_TEST(after.first == 0U);
    BOOST_TEST(after.second <= before.second);
    BOOST_TEST(after.second > 0U);
}

BOOST_AUTO_TEST_CASE(what_is_removed_is_all_that_can_be_read) {
    RandomLedger site(8);
    BOOST_TEST(!entries(*site.connection).empty());
    const auto period_of = [&](std::int64_t sequence) {
        auto query =
            site.connection->query("SELECT personal FROM events WHERE sequence = ?", sequence);
        BOOST_REQUIRE(query.next().value());
        return database::key_of_cell(query.blob(0));
    };
    for (const Row& row : site.rows) {
        if (row.event.personal == Personal{}) continue;
        auto event = row.event;
        // Every fourth as if its fields could not be read any more: to look for its entries would
        // be to walk all of the month.
        if (row.sequence % 4 == 0) event.personal = {};
        BOOST_REQUIRE(site.index.remove(period_of(row.sequence), row.sequence, event).has_value());
    }
    auto left = site.connection->query(
        "SELECT count(*), sum(sequence % 4 = 0) FROM event_index WHERE sequence > 0");
    BOOST_REQUIRE(left.next().value());
    BOOST_TEST(left.integer(0) > 0);
    BOOST_TEST(left.integer(0) == left.integer(1));
    BOOST_TEST(!entries(*site.connection).empty());  // the sessions'
    for (const auto& key : site.keys->period_keys())
        BOOST_REQUIRE(site.keys->destroy(key.id).has_value());
    while (site.index.drop_gone(100).value()) {
    }
    BOOST_TEST(entries(*site.connection).empty());
}

BOOST_AUTO_TEST_CASE(rows_of_an_older_version_get_the_entries_that_they_would_have_had) {
    RandomLedger site(9);
    const auto made = entries(*site.connection);
    site.run(
        "DELETE FROM event_index;"
        "INSERT INTO bookmarks SELECT 'events_to_index', max(sequence) FROM events;"
        "INSERT INTO bookmarks SELECT 'sessions_to_index', max(id) FROM sessions");
    int calls = 0;
    for (;; ++calls) {
        const auto more = site.index.catch_up(site.random, 100);
        BOOST_REQUIRE(more.has_value());
        if (!*more) break;
    }
    BOOST_TEST(calls > 3);
    BOOST_TEST(entries(*site.connection) == made, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_deposit_costs_two_entries_and_its_upload_and_its_reading_none) {
    const Event deposit{.action = Action::deposited,
                        .session = Id::from_hex("00000000000000000000000000000001").value(),
                        .stream = Id::from_hex("00000000000000000000000000000002").value(),
                        .personal = {.path = "/a", .address = "192.0.2.1", .sha256 = "00"}};
    BOOST_TEST(index_entries(deposit).size() == 2U);
    auto other = deposit;
    for (const Action action : {Action::upload_opened, Action::opened_for_reading,
                                Action::retrieval_ended, Action::hashed, Action::destroyed}) {
        other.action = action;
        BOOST_TEST(index_entries(other).empty());
    }
}

BOOST_AUTO_TEST_SUITE_END()
