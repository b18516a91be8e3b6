#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <thread>

#include "storage/queue/queue.hpp"
#include "tests/component/catalog_site.hpp"

using namespace consign;
using namespace consign::queue;
using namespace std::chrono_literals;
using consign::catalog::error_of;
using consign::catalog::now;

namespace {

struct Site : catalog::CatalogSite {
    Queue queue{*connection, *keys, random};

    JobId enqueue(const NewJob& job) { return queue.enqueue(job, now).value(); }
    std::vector<std::string> due(Kind kind, Timestamp time, std::size_t limit = 10) {
        const auto jobs = queue.due(kind, time, limit);
        BOOST_REQUIRE(jobs.has_value());
        std::vector<std::string> works;
        for (const Job& job : *jobs) works.push_back(job.work);
        return works;
    }
    Job only(JobId id) {
        const auto job = queue.find(id);
        BOOST_REQUIRE(job.has_value());
        BOOST_REQUIRE(job->has_value());
        return **job;
    }
};

using Works = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(queue_jobs)

BOOST_AUTO_TEST_CASE(jobs_come_when_they_are_due_the_earliest_first_and_of_their_kind_alone) {
    Site site;
    site.enqueue({.kind = Kind::alert, .due = now + 2s, .work = "second"});
    site.enqueue({.kind = Kind::alert, .due = now + 1s, .work = "first"});
    site.enqueue({.kind = Kind::scan, .due = now, .work = "another's"});
    BOOST_TEST(site.due(Kind::alert, now).empty());
    BOOST_TEST(site.due(Kind::alert, now + 1s) == Works{"first"});
    BOOST_TEST((site.due(Kind::alert, now + 2s) == Works{"first", "second"}));
    BOOST_TEST(site.due(Kind::alert, now + 2s, 1) == Works{"first"});
    BOOST_TEST((site.queue.next_due(Kind::alert).value() == now + 1s));
    BOOST_TEST(!site.queue.next_due(Kind::deliver).value().has_value());
}

BOOST_AUTO_TEST_CASE(a_job_ends_once) {
    Site site;
    const JobId id = site.enqueue({.kind = Kind::alert, .due = now, .work = "w"});
    BOOST_TEST(site.queue.finish(id).has_value());
    BOOST_TEST(error_of(site.queue.finish(id)) == make_error_code(queue_errc::no_such_job));
    BOOST_TEST(error_of(site.queue.put_off(id, now, "")) ==
               make_error_code(queue_errc::no_such_job));
    BOOST_TEST(!site.queue.find(id).value().has_value());
    // Its number is never another's: whoever still holds it would end the wrong one.
    BOOST_TEST(site.enqueue({.kind = Kind::alert, .due = now, .work = "w"}) != id);
}

BOOST_AUTO_TEST_CASE(a_job_of_a_key_is_made_once_while_it_is_here) {
    Site site;
    const NewJob job{.kind = Kind::alert, .key = "k", .due = now, .work = "w"};
    const JobId id = site.enqueue(job);
    BOOST_TEST(site.enqueue(job) == id);
    BOOST_REQUIRE(site.queue.bury(id, now, "why").has_value());
    BOOST_TEST(site.enqueue(job) == id);
    auto other_kind = job;
    other_kind.kind = Kind::scan;
    BOOST_TEST(site.enqueue(other_kind) != id);
    BOOST_REQUIRE(site.queue.finish(id).has_value());
    BOOST_TEST(site.enqueue(job) != id);
}

BOOST_AUTO_TEST_CASE(a_failure_puts_a_job_off_and_a_dead_letter_waits_for_a_person) {
    Site site;
    const JobId id = site.enqueue({.kind = Kind::deliver, .lane = "nord", .due = now, .work = "w"});
    BOOST_REQUIRE(site.queue.put_off(id, now + 30s, "refused").has_value());
    BOOST_TEST(site.due(Kind::deliver, now + 29s).empty());
    BOOST_TEST(site.only(id).attempts == 1U);
    BOOST_TEST(site.only(id).why == "refused");

    BOOST_REQUIRE(site.queue.wait_until(id, now + 40s).has_value());
    BOOST_TEST(site.only(id).attempts == 1U);

    BOOST_REQUIRE(site.queue.bury(id, now + 50s, "gave up").has_value());
    BOOST_TEST(site.due(Kind::deliver, now + 24h).empty());
    BOOST_TEST(!site.queue.next_due(Kind::deliver).value().has_value());
    const auto lanes = site.queue.lanes(Kind::deliver).value();
    BOOST_REQUIRE(lanes.size() == 1U);
    BOOST_TEST(lanes.front().dead == 1U);
    BOOST_TEST(lanes.front().waiting == 0U);
    BOOST_TEST(!lanes.front().due.has_value());

    BOOST_REQUIRE(site.queue.revive(id, now + 60s).has_value());
    BOOST_TEST(site.only(id).attempts == 0U);
    BOOST_TEST(site.due(Kind::deliver, now + 60s) == Works{"w"});
}

BOOST_AUTO_TEST_CASE(lanes_are_looked_at_apart) {
    Site site;
    for (const char* lane : {"a", "b"})
        site.enqueue({.kind = Kind::deliver, .lane = lane, .due = now, .work = lane});
    const auto jobs = site.queue.due_in(Kind::deliver, "b", now, 10).value();
    BOOST_REQUIRE(jobs.size() == 1U);
    BOOST_TEST(jobs.front().work == "b");
}

BOOST_AUTO_TEST_CASE(of_a_lane_in_order_the_first_is_next_whoever_waits_behind_it) {
    Site site;
    const auto first = [&](Timestamp time, std::size_t limit = 10) {
        Works works;
        for (const Job& job : site.queue.first_of_lanes(Kind::scan, time, limit).value())
            works.push_back(job.work);
        return works;
    };
    BOOST_TEST(first(now).empty());
    const auto job = [](const char* lane, Timestamp due, const char* work) {
        return NewJob{.kind = Kind::scan, .lane = lane, .due = due, .work = work};
    };
    const JobId a1 = site.enqueue(job("a", now + 1s, "a1"));
    const JobId a2 = site.enqueue(job("a", now, "a2"));
    site.enqueue(job("b", now, "b1"));
    site.enqueue(job("", now + 2s, "of no lane"));
    site.enqueue({.kind = Kind::deliver, .lane = "c", .due = now, .work = "another's"});
    // What is due waits for what was made before it.
    BOOST_TEST(first(now) == Works{"b1"});
    BOOST_TEST((first(now + 2s) == Works{"b1", "a1", "of no lane"}));
    BOOST_TEST((first(now + 2s, 2) == Works{"b1", "a1"}));
    BOOST_REQUIRE(site.queue.put_off(a1, now + 30s, "gone").has_value());
    BOOST_TEST((first(now + 2s) == Works{"b1", "of no lane"}));
    // A dead letter holds nobody up; revived, it is the first again.
    BOOST_REQUIRE(site.queue.bury(a1, now, "gave up").has_value());
    BOOST_TEST((first(now + 2s) == Works{"a2", "b1", "of no lane"}));
    BOOST_REQUIRE(site.queue.revive(a1, now + 1s).has_value());
    BOOST_TEST((first(now + 2s) == Works{"b1", "a1", "of no lane"}));
    BOOST_REQUIRE(site.queue.finish(a1).has_value());
    BOOST_REQUIRE(site.queue.finish(a2).has_value());
    BOOST_TEST((first(now + 2s) == Works{"b1", "of no lane"}));
}

BOOST_AUTO_TEST_CASE(work_is_sealed_and_opens_in_its_own_row_alone) {
    Site site;
    constexpr std::string_view marker = "violet-otter";
    const JobId id = site.enqueue({.kind = Kind::alert, .due = now, .work = std::string(marker)});
    BOOST_REQUIRE(site.queue.rewrite(id, std::string(marker) + "-2").has_value());
    BOOST_TEST(site.only(id).work == std::string(marker) + "-2");
    auto row = site.connection->query("SELECT work FROM jobs");
    BOOST_REQUIRE(row.next().value());
    BOOST_TEST(std::ranges::search(row.blob(0), as_bytes(marker)).empty());
    BOOST_REQUIRE(row.run().has_value());

    const JobId other = site.enqueue({.kind = Kind::alert, .due = now, .work = "other"});
    BOOST_REQUIRE(site.connection
                      ->run("UPDATE jobs SET work = (SELECT work FROM jobs WHERE id = ?)"
                            " WHERE id = ?",
                            id, other)
                      .has_value());
    BOOST_TEST(site.only(other).altered);
    BOOST_TEST(site.only(other).work.empty());
    BOOST_TEST(!site.only(id).altered);
}

BOOST_AUTO_TEST_CASE(what_was_put_off_by_a_clock_that_was_put_back_is_due) {
    Site site;
    const Timestamp ahead = now + 30 * 24h;
    const auto job = [](const char* lane, Timestamp due, const char* work) {
        return NewJob{.kind = Kind::scan, .lane = lane, .due = due, .work = work};
    };
    site.enqueue(job("a", ahead, "of next month"));
    site.enqueue(job("b", now + longest_delay, "put off"));
    const JobId ordinary = site.enqueue(job("c", now, "due"));
    BOOST_TEST((site.due(Kind::scan, now) == Works{"due", "of next month"}));
    BOOST_TEST(site.due(Kind::scan, now, 1) == Works{"due"});
    BOOST_TEST(site.queue.due_in(Kind::scan, "a", now, 10).value().size() == 1U);
    BOOST_TEST(site.queue.due_in(Kind::scan, "b", now, 10).value().empty());
    Works first;
    for (const Job& one : site.queue.first_of_lanes(Kind::scan, now, 10).value())
        first.push_back(one.work);
    BOOST_TEST((first == Works{"due", "of next month"}));
    // With a clock that goes on as it should, all are due in their turn.
    BOOST_TEST(site.due(Kind::scan, ahead).size() == 3U);
    BOOST_REQUIRE(site.queue.finish(ordinary).has_value());
    BOOST_TEST(site.due(Kind::scan, now) == Works{"of next month"});
}

BOOST_AUTO_TEST_CASE(dead_letters_are_found_in_the_order_in_which_they_died) {
    Site site;
    const auto enqueue = [&] {
        return site.enqueue({.kind = Kind::deliver, .due = now, .work = "w"});
    };
    const JobId later = enqueue(), sooner = enqueue();
    enqueue();
    BOOST_REQUIRE(site.queue.bury(later, now + 2s, "gave up").has_value());
    BOOST_REQUIRE(site.queue.bury(sooner, now + 1s, "gave up").has_value());
    BOOST_TEST((site.queue.dead(Kind::deliver, 10).value() == std::vector{sooner, later}));
    BOOST_TEST((site.queue.dead(Kind::deliver, 1).value() == std::vector{sooner}));
    BOOST_TEST(site.queue.dead(Kind::alert, 10).value().empty());
}

BOOST_AUTO_TEST_CASE(content_lives_while_a_job_needs_it) {
    Site site;
    const auto file = site.deposit("/a").file;
    const JobId id = site.enqueue({.kind = Kind::deliver, .file = file, .due = now, .work = "w"});
    BOOST_TEST(site.catalog.remove(catalog::path_of("/a")).value().doomed.empty());
    BOOST_TEST(site.queue.has_jobs_of(file).value());
    BOOST_TEST(!site.catalog.doom_unneeded(file).value().has_value());
    BOOST_REQUIRE(site.queue.finish(id).has_value());
    BOOST_TEST(site.catalog.doom_unneeded(file).value().has_value());
    // Once: whoever gets it destroys it.
    BOOST_TEST(!site.catalog.doom_unneeded(file).value().has_value());
}

BOOST_AUTO_TEST_CASE(the_bell_is_told_which_kinds_were_made) {
    Site site;
    site.enqueue({.kind = Kind::scan, .due = now, .work = "w"});
    const JobId id = site.enqueue({.kind = Kind::alert, .due = now, .work = "w"});
    const Kinds rung = site.queue.take_rung();
    BOOST_TEST(rung.test(std::to_underlying(Kind::scan)));
    BOOST_TEST(rung.test(std::to_underlying(Kind::alert)));
    BOOST_TEST(rung.count() == 2U);
    BOOST_TEST(site.queue.take_rung().none());
    BOOST_REQUIRE(site.queue.revive(id, now).has_value());
    BOOST_TEST(site.queue.take_rung().test(std::to_underlying(Kind::alert)));

    WorkBell bell;
    int heard = 0;
    {
        const WorkBell::Listener listener(bell, Kind::alert, [&heard] { ++heard; });
        bell.ring(rung);
        bell.ring(Kinds().set(std::to_underlying(Kind::deliver)));
    }
    bell.ring(rung);
    BOOST_TEST(heard == 1);
}

BOOST_AUTO_TEST_SUITE_END()
