#include <boost/test/unit_test.hpp>

#include "administered_store.hpp"
#include "storage/database/sqlite.hpp"

using namespace consign;
namespace json = boost::json;

namespace {

struct Fixture : AdministeredStore {
    queue::JobId enqueue(queue::Kind kind, bool dead) {
        queue::JobId id = 0;
        write([&](Transaction& transaction) -> Result<> {
            const auto made = transaction.queue.enqueue(
                {.kind = kind, .lane = "lane", .due = clock.now(), .work = "{}"}, clock.now());
            if (!made) return failure(made.error());
            id = *made;
            if (dead) return transaction.queue.bury(id, clock.now(), "refused");
            return {};
        });
        return id;
    }
    desk::Answered ask(const std::string& verb, json::object arguments) {
        rows.rows.clear();
        return run(
            desk::administrator_verbs(*site).at(verb)({"tester", std::move(arguments), rows}));
    }
    std::size_t listed(json::object arguments) {
        BOOST_REQUIRE(ask("jobs.list", std::move(arguments)).has_value());
        return rows.rows.size();
    }
    std::size_t events(ledger::Action action) {
        return run(store->read([&](Transaction& transaction) {
                   return transaction.search.events({.action = action});
               }))
            .value()
            .size();
    }
    KeptRows rows;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(job_verbs, Fixture)

BOOST_AUTO_TEST_CASE(jobs_are_listed_by_kind_and_by_whether_they_failed_for_good) {
    enqueue(queue::Kind::alert, false);
    const auto dead = enqueue(queue::Kind::deliver, true);
    BOOST_TEST(listed({}) == 2U);
    BOOST_TEST(listed({{"kind", "alert"}}) == 1U);
    BOOST_TEST(listed({{"dead", true}}) == 1U);
    BOOST_TEST(rows.rows.front().at("id").to_number<std::int64_t>() == dead);
    BOOST_TEST(rows.rows.front().at("state").as_string() == "dead");
    BOOST_TEST(rows.rows.front().at("why").as_string() == "refused");
    BOOST_TEST(ask("jobs.list", {{"kind", "deliveries"}}).error().find("deliver") !=
               std::string::npos);
    BOOST_TEST(acts().size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_dead_letter_is_tried_again_or_cancelled_and_that_is_recorded) {
    const auto dead = enqueue(queue::Kind::deliver, true);
    const auto other = enqueue(queue::Kind::alert, true);
    BOOST_REQUIRE(ask("jobs.retry", {{"id", dead}}).has_value());
    BOOST_TEST(listed({{"dead", true}}) == 1U);
    const auto all = ask("jobs.retry", {{"dead", true}, {"kind", "alert"}});
    BOOST_REQUIRE(all.has_value());
    BOOST_TEST(all->at("jobs").to_number<int>() == 1);
    BOOST_TEST(listed({{"dead", true}}) == 0U);
    BOOST_TEST(events(ledger::Action::job_revived) == 2U);

    BOOST_REQUIRE(ask("jobs.cancel", {{"id", other}}).has_value());
    BOOST_TEST(events(ledger::Action::job_cancelled) == 1U);
    BOOST_TEST(listed({}) == 1U);
    for (const char* verb : {"jobs.retry", "jobs.cancel"})
        BOOST_TEST(ask(verb, {{"id", other}}).error().find("consign jobs") != std::string::npos);
    BOOST_TEST(!ask("jobs.retry", {}).has_value());
    BOOST_TEST(!ask("jobs.cancel", {}).has_value());
}

BOOST_AUTO_TEST_CASE(many_dead_letters_are_revived_in_transactions_that_sessions_can_come_between) {
    write([&](Transaction& transaction) -> Result<> {
        for (int i = 0; i < 250; ++i) {
            const auto made = transaction.queue.enqueue(
                {.kind = queue::Kind::deliver, .due = clock.now(), .work = "{}"}, clock.now());
            if (!made) return failure(made.error());
            if (auto buried = transaction.queue.bury(*made, clock.now(), "refused"); !buried)
                return buried;
        }
        return {};
    });
    const auto groups = store->database().groups_committed();
    const auto all = ask("jobs.retry", {{"dead", true}});
    BOOST_REQUIRE(all.has_value());
    BOOST_TEST(all->at("jobs").to_number<int>() == 250);
    BOOST_TEST(store->database().groups_committed() - groups == 3U);
    BOOST_TEST(listed({{"dead", true}}) == 0U);
    BOOST_TEST(events(ledger::Action::job_revived) == 250U);
}

BOOST_AUTO_TEST_CASE(a_job_whose_work_was_altered_is_listed_revived_and_cancelled) {
    const auto altered = enqueue(queue::Kind::deliver, true);
    enqueue(queue::Kind::deliver, true);
    const auto connection = database::Connection::open(folder.path() / "data" / "consign.db",
                                                       database::Connection::Mode::read_write)
                                .value();
    BOOST_REQUIRE(
        connection->run("UPDATE jobs SET work = x'00' WHERE id = ?", altered).has_value());
    BOOST_TEST(listed({}) == 2U);
    const auto all = ask("jobs.retry", {{"dead", true}});
    BOOST_REQUIRE(all.has_value());
    BOOST_TEST(all->at("jobs").to_number<int>() == 2);
    BOOST_REQUIRE(ask("jobs.cancel", {{"id", altered}}).has_value());
    BOOST_TEST(listed({}) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
