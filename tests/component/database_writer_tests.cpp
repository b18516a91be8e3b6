#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <future>
#include <latch>
#include <stdexcept>
#include <thread>

#include "storage/database/errc.hpp"
#include "tests/component/database_site.hpp"
#include "tests/fault/slow_sync_vfs.hpp"

using namespace consign;
using namespace consign::database;
using namespace consign::testing;
using namespace std::chrono_literals;

namespace {

/// Holds the writer thread inside a job until opened, so that others queue behind it.
class Gate {
  public:
    Database::Job job() {
        return [this](Connection&) -> Result<> {
            entered_.count_down();
            opened_.wait();
            return {};
        };
    }
    void wait_until_entered() { entered_.wait(); }
    void open() { opened_.count_down(); }

  private:
    std::latch entered_{1};
    std::latch opened_{1};
};

/// Queues a job that is in no hurry, and returns what was told of it.
Result<> tell(Database& database, Database::Job job) {
    std::promise<Result<>> told;
    database.write(
        std::move(job), [&](Result<> outcome) { told.set_value(outcome); }, Told::once_run);
    return told.get_future().get();
}

std::int64_t count_of_what_is_there(const DatabaseSite& site) {
    return marks_in(site.file, Connection::Mode::read);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(database_writer)

BOOST_AUTO_TEST_CASE(a_job_that_fails_or_throws_undoes_itself_alone) {
    DatabaseSite site;
    Gate gate;
    site.database->write(gate.job(), ignore);
    gate.wait_until_entered();
    const auto groups = site.database->groups_committed();

    std::array<std::promise<Result<>>, 4> outcomes;
    const auto queue = [&](std::size_t place, Database::Job job) {
        site.database->write(std::move(job),
                             [&, place](Result<> done) { outcomes[place].set_value(done); });
    };
    queue(0, mark(1));
    queue(1, [](Connection& connection) -> Result<> {
        BOOST_TEST(mark(2)(connection).has_value());
        return failure(std::errc::permission_denied);
    });
    queue(2, [](Connection& connection) -> Result<> {
        BOOST_TEST(mark(3)(connection).has_value());
        throw std::logic_error("a bug");
    });
    queue(3, mark(4));
    gate.open();
    BOOST_TEST(outcomes[0].get_future().get().has_value());
    BOOST_TEST((outcomes[1].get_future().get().error() == std::errc::permission_denied));
    BOOST_TEST((outcomes[2].get_future().get().error() == database_errc::bug));
    BOOST_TEST(outcomes[3].get_future().get().has_value());
    BOOST_TEST(site.count() == 2);
    // They came while the gate's group ran, and went along.
    BOOST_TEST(site.database->groups_committed() == groups + 1);
}

BOOST_AUTO_TEST_CASE(who_is_undone_by_one_that_came_later_is_told) {
    DatabaseSite site;
    Gate gate;
    std::array<std::promise<Result<>>, 3> outcomes;
    const auto queue = [&](std::size_t place, Database::Job job) {
        site.database->write(std::move(job),
                             [&, place](Result<> done) { outcomes[place].set_value(done); });
    };
    queue(0, [&](Connection& connection) {
        auto done = mark(1)(connection);
        (void)gate.job()(connection);
        return done;
    });
    gate.wait_until_entered();
    // As SQLite does by itself where the disk is full.
    queue(1, [](Connection& connection) -> Result<> {
        (void)connection.run("ROLLBACK");
        return failure(std::errc::no_space_on_device);
    });
    queue(2, mark(2));
    gate.open();
    for (auto& outcome : outcomes) BOOST_TEST(!outcome.get_future().get().has_value());
    BOOST_TEST(site.count() == 0);
    BOOST_TEST(site.write(mark(3)).has_value());
    BOOST_TEST(site.count() == 1);
}

BOOST_AUTO_TEST_CASE(a_job_in_no_hurry_goes_with_the_next_that_is) {
    DatabaseSite site;
    const auto groups = site.database->groups_committed();
    // The two are queued at once, behind a gate that is in no hurry either: no time runs out
    // between them.
    Gate gate;
    site.database->write(gate.job(), ignore, Told::once_run);
    gate.wait_until_entered();
    std::promise<std::int64_t> seen;
    site.database->write(
        mark(1), [&](Result<>) { seen.set_value(count_of_what_is_there(site)); }, Told::once_run);
    std::promise<void> durable;
    site.database->write(mark(2), [&](Result<>) { durable.set_value(); });
    gate.open();
    BOOST_TEST(seen.get_future().get() == 0);  // told before it was committed
    durable.get_future().get();
    BOOST_TEST(count_of_what_is_there(site) == 2);
    BOOST_TEST(site.database->groups_committed() == groups + 1);
}

BOOST_AUTO_TEST_CASE(a_read_waits_for_all_that_was_told_before) {
    DatabaseSite site;
    for (int number = 0; number < 50; ++number) {
        BOOST_REQUIRE(tell(*site.database, mark(number)).has_value());
        BOOST_TEST(site.count() == number + 1);
    }
}

BOOST_AUTO_TEST_CASE(what_nobody_follows_is_committed_soon) {
    DatabaseSite site;
    BOOST_REQUIRE(tell(*site.database, mark(1)).has_value());
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (count_of_what_is_there(site) == 0 && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(1ms);
    BOOST_TEST(count_of_what_is_there(site) == 1);
    // Also at the end, where nothing waits for it any more.
    BOOST_REQUIRE(tell(*site.database, mark(2)).has_value());
    site.database.reset();
    BOOST_TEST(count_of_what_is_there(site) == 2);
}

BOOST_AUTO_TEST_CASE(a_log_is_cut_beside_jobs_that_are_in_no_hurry) {
    DatabaseSite site;
    for (int number = 0; number < 50; ++number) {
        BOOST_REQUIRE(tell(*site.database, mark(number)).has_value());
        const auto truncated = site.database->truncate_log();
        BOOST_REQUIRE(truncated.has_value());
        BOOST_TEST(*truncated);
        BOOST_TEST(count_of_what_is_there(site) == number + 1);
    }
}

BOOST_AUTO_TEST_CASE(no_transaction_stays_open_for_jobs_that_failed) {
    DatabaseSite site;
    const auto refuse = [](Connection&) -> Result<> {
        return failure(std::errc::operation_not_permitted);
    };
    for (int round = 0; round < 50; ++round) {
        // The first is committed along with the second; then one fails within its five ms.
        std::promise<Result<>> told;
        site.database->write(
            mark(round), [&](Result<> done) { told.set_value(done); }, Told::once_run);
        BOOST_REQUIRE(site.write(mark(1000 + round)).has_value());
        BOOST_REQUIRE(told.get_future().get().has_value());
        BOOST_TEST(!tell(*site.database, refuse).has_value());
        const auto truncated = site.database->truncate_log();
        BOOST_REQUIRE(truncated.has_value());
        BOOST_TEST(*truncated);
    }
}

BOOST_AUTO_TEST_CASE(what_a_failing_job_in_no_hurry_undid_is_told_to_the_next) {
    DatabaseSite site;
    BOOST_REQUIRE(tell(*site.database, mark(1)).has_value());
    // As SQLite does by itself where the disk is full.
    BOOST_TEST(!tell(*site.database, [](Connection& connection) -> Result<> {
                    (void)connection.run("ROLLBACK");
                    return failure(std::errc::no_space_on_device);
                }).has_value());
    BOOST_TEST(!site.write(mark(2)).has_value());
    BOOST_TEST(site.write(mark(3)).has_value());
    BOOST_TEST(site.count() == 1);
}

BOOST_AUTO_TEST_CASE(what_was_told_and_came_to_nothing_is_told_to_the_next) {
    DatabaseSite site;
    BOOST_REQUIRE(site.write([](Connection& connection) {
                          return connection.run_script(
                              "CREATE TABLE children (parent INTEGER REFERENCES marks (number)"
                              " DEFERRABLE INITIALLY DEFERRED) STRICT");
                      })
                      .has_value());
    const auto orphan = [](Connection& connection) {
        return connection.run("INSERT INTO children VALUES (99)");
    };
    BOOST_REQUIRE(tell(*site.database, orphan).has_value());
    site.database->wait_for_told();  // its commit has failed
    bool has_run = false;
    const auto next = site.write([&](Connection&) -> Result<> {
        has_run = true;
        return {};
    });
    BOOST_REQUIRE(!next.has_value());
    BOOST_TEST((next.error() == sqlite_errc::constraint));
    BOOST_TEST(!has_run);
    BOOST_TEST(site.write(mark(1)).has_value());
    BOOST_TEST(site.count() == 1);
}

BOOST_AUTO_TEST_CASE(a_job_in_no_hurry_that_fails_is_told_so_and_undone_alone) {
    DatabaseSite site;
    BOOST_REQUIRE(tell(*site.database, mark(1)).has_value());
    const auto failed = tell(*site.database, [](Connection& connection) -> Result<> {
        BOOST_TEST(mark(2)(connection).has_value());
        return failure(std::errc::permission_denied);
    });
    BOOST_TEST((failed.error() == std::errc::permission_denied));
    BOOST_TEST(site.write(mark(3)).has_value());
    BOOST_TEST(site.count() == 2);
}

BOOST_AUTO_TEST_CASE(one_job_too_many_is_refused_at_once_and_the_rest_go_on) {
    DatabaseSite site;
    Gate gate;
    site.database->write(gate.job(), ignore);
    gate.wait_until_entered();
    std::atomic<int> done = 0;
    std::atomic<int> refused = 0;
    for (std::size_t number = 0; number < Database::queue_limit + 5; ++number)
        site.database->write(mark(static_cast<std::int64_t>(number)), [&](Result<> outcome) {
            if (outcome)
                ++done;
            else if (outcome.error() == database_errc::overloaded)
                ++refused;
        });
    BOOST_TEST(refused == 5);
    gate.open();
    site.database.reset();  // finishes what was queued
    BOOST_TEST(done == int{Database::queue_limit});
    const auto afterwards = Connection::open(site.file, Connection::Mode::read_write);
    BOOST_REQUIRE(afterwards.has_value());
    auto marks = (*afterwards)->query("SELECT count(*) FROM marks");
    BOOST_TEST(marks.next().value());
    BOOST_TEST(marks.integer(0) == std::int64_t{Database::queue_limit});
}

BOOST_AUTO_TEST_CASE(a_broken_constraint_is_told_as_one) {
    DatabaseSite site;
    BOOST_TEST(site.write(mark(1)).has_value());
    const auto again = site.write(mark(1));
    BOOST_REQUIRE(!again.has_value());
    BOOST_TEST((again.error() == sqlite_errc::constraint));
    BOOST_TEST((again.error() != sqlite_errc::locked));
    BOOST_TEST(site.count() == 1);
}

BOOST_AUTO_TEST_CASE(a_reader_sees_one_snapshot_and_can_change_nothing) {
    DatabaseSite site;
    const auto read = site.database->read([&](Connection& connection) -> Result<> {
        auto before = connection.query("SELECT count(*) FROM marks");
        BOOST_TEST(before.next().has_value());
        BOOST_TEST(before.integer(0) == 0);
        BOOST_TEST(site.write(mark(1)).has_value());  // does not wait for this reader
        auto after = connection.query("SELECT count(*) FROM marks");
        BOOST_TEST(after.next().has_value());
        BOOST_TEST(after.integer(0) == 0);
        BOOST_TEST(!mark(2)(connection).has_value());
        return {};
    });
    BOOST_TEST(read.has_value());
    BOOST_TEST(site.count() == 1);
}

BOOST_AUTO_TEST_CASE(thirty_two_writers_share_their_syncs) {
    fault::SlowSyncVfs slow(2ms);
    DatabaseSite site;
    constexpr int one_by_one = 40;
    const auto begin = std::chrono::steady_clock::now();
    for (int number = 0; number < one_by_one; ++number)
        BOOST_TEST(site.write(mark(number)).has_value());
    BOOST_TEST((std::chrono::steady_clock::now() - begin >= one_by_one * 2ms));

    constexpr int writers = 32;
    constexpr int writes_each = 40;
    std::latch finished(writers);
    std::function<void(int, int)> next = [&](int writer, int left) {
        if (left == 0) return finished.count_down();
        site.database->write(mark(1000 + writer * writes_each + left),
                             [&, writer, left](Result<> done) {
                                 if (!done) std::abort();
                                 next(writer, left - 1);
                             });
    };
    const auto groups_before = site.database->groups_committed();
    for (int writer = 0; writer < writers; ++writer) next(writer, writes_each);
    finished.wait();

    BOOST_TEST(site.count() == one_by_one + writers * writes_each);
    const auto groups = site.database->groups_committed() - groups_before;
    site.database.reset();  // nobody is in `next` any more
    BOOST_TEST(8 * groups <= std::uint64_t{writers * writes_each});
}

BOOST_AUTO_TEST_CASE(a_commit_of_many_pages_reaches_the_log_in_few_writes) {
    fault::SlowSyncVfs recorded(0ms);
    DatabaseSite site;
    const auto made = site.write([](Connection& connection) {
        return connection.run("CREATE TABLE wide (content BLOB NOT NULL) STRICT");
    });
    BOOST_TEST(made.has_value());
    const auto before = recorded.counts().wal_writes.load();
    const auto filled = site.write([](Connection& connection) {
        Result<> done;
        for (int row = 0; row < 100 && done; ++row)
            done = connection.run("INSERT INTO wide (content) VALUES (zeroblob(4000))");
        return done;
    });
    BOOST_TEST(filled.has_value());
    BOOST_TEST(recorded.counts().wal_writes > before);
    BOOST_TEST(recorded.counts().wal_writes - before < 15U);  // of more than 200
}

BOOST_AUTO_TEST_CASE(a_sync_that_fails_is_told_to_every_job_of_its_group) {
    fault::SlowSyncVfs recorded(0ms);
    DatabaseSite site;
    BOOST_TEST(site.write(mark(1)).has_value());
    Gate gate;
    std::array<std::promise<Result<>>, 3> outcomes;
    site.database->write(gate.job(), ignore);
    gate.wait_until_entered();
    for (std::size_t place = 0; place < outcomes.size(); ++place)
        site.database->write(mark(10 + static_cast<std::int64_t>(place)),
                             [&, place](Result<> done) { outcomes[place].set_value(done); });
    recorded.counts().failing_wal_syncs = 1;  // the gate's own group writes nothing
    gate.open();
    for (auto& outcome : outcomes)
        BOOST_TEST((outcome.get_future().get().error() == sqlite_errc::input_output));
    BOOST_TEST(site.count() == 1);
    BOOST_TEST(site.write(mark(20)).has_value());
    BOOST_TEST(site.count() == 2);
}

BOOST_AUTO_TEST_SUITE_END()
