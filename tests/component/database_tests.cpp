#include <sqlite3.h>
#include <sys/stat.h>

#include <atomic>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <fstream>
#include <future>
#include <latch>
#include <stdexcept>
#include <thread>

#include "storage/database/database.hpp"
#include "storage/database/errc.hpp"
#include "storage/database/migrations.hpp"
#include "tests/component/temporary_folder.hpp"
#include "tests/fault/slow_sync_vfs.hpp"

using namespace consign;
using namespace consign::database;
using namespace std::chrono_literals;

namespace {

struct Site {
    TemporaryFolder folder;
    std::filesystem::path file = folder.path() / "consign.db";
    std::unique_ptr<Database> database = open();

    Site() {
        BOOST_REQUIRE(write([](Connection& connection) {
                          return connection.run_script(
                              "CREATE TABLE marks (number INTEGER PRIMARY KEY) STRICT");
                      }).has_value());
    }
    [[nodiscard]] std::unique_ptr<Database> open() const {
        auto opened = Database::open(file);
        BOOST_REQUIRE(opened.has_value());
        return std::move(*opened);
    }
    Result<> write(Database::Job job) {
        std::promise<Result<>> outcome;
        database->write(std::move(job), [&](Result<> done) { outcome.set_value(done); });
        return outcome.get_future().get();
    }
    std::int64_t count() {
        std::int64_t marks = -1;
        const auto read = database->read([&](Connection& connection) -> Result<> {
            auto query = connection.query("SELECT count(*) FROM marks");
            if (const auto row = query.next(); !row) return failure(row.error());
            marks = query.integer(0);
            return {};
        });
        BOOST_REQUIRE(read.has_value());
        return marks;
    }
};

Database::Job mark(std::int64_t number) {
    return [number](Connection& connection) {
        return connection.run("INSERT INTO marks VALUES (?)", number);
    };
}

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

void ignore(const Result<>& /*outcome*/) {}

/// Queues a job that is in no hurry, and returns what was told of it.
Result<> tell(Database& database, Database::Job job) {
    std::promise<Result<>> told;
    database.write(
        std::move(job), [&](Result<> outcome) { told.set_value(outcome); }, Told::once_run);
    return told.get_future().get();
}

/// As another process sees it.
std::int64_t count_of_what_is_there(const Site& site) {
    const auto other = Connection::open(site.file, Connection::Mode::read);
    BOOST_REQUIRE(other.has_value());
    auto query = (*other)->query("SELECT count(*) FROM marks");
    BOOST_REQUIRE(query.next().has_value());
    return query.integer(0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(database_writer)

BOOST_AUTO_TEST_CASE(a_job_that_fails_or_throws_undoes_itself_alone) {
    Site site;
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
    // The gate's own group, and one for the four.
    BOOST_TEST(site.database->groups_committed() == groups + 2);
}

BOOST_AUTO_TEST_CASE(a_job_in_no_hurry_goes_with_the_next_that_is) {
    Site site;
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
    Site site;
    for (int number = 0; number < 50; ++number) {
        BOOST_REQUIRE(tell(*site.database, mark(number)).has_value());
        BOOST_TEST(site.count() == number + 1);
    }
}

BOOST_AUTO_TEST_CASE(what_nobody_follows_is_committed_soon) {
    Site site;
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
    Site site;
    for (int number = 0; number < 50; ++number) {
        BOOST_REQUIRE(tell(*site.database, mark(number)).has_value());
        const auto truncated = site.database->truncate_log();
        BOOST_REQUIRE(truncated.has_value());
        BOOST_TEST(*truncated);
        BOOST_TEST(count_of_what_is_there(site) == number + 1);
    }
}

BOOST_AUTO_TEST_CASE(no_transaction_stays_open_for_jobs_that_failed) {
    Site site;
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
    Site site;
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
    Site site;
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
    Site site;
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
    Site site;
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
    Site site;
    BOOST_TEST(site.write(mark(1)).has_value());
    const auto again = site.write(mark(1));
    BOOST_REQUIRE(!again.has_value());
    BOOST_TEST((again.error() == sqlite_errc::constraint));
    BOOST_TEST((again.error() != sqlite_errc::locked));
    BOOST_TEST(site.count() == 1);
}

BOOST_AUTO_TEST_CASE(a_reader_sees_one_snapshot_and_can_change_nothing) {
    Site site;
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

BOOST_AUTO_TEST_CASE(thirty_two_writers_are_ten_times_as_fast_as_one_where_a_sync_takes_2_ms) {
    fault::SlowSyncVfs slow(2ms);
    Site site;
    constexpr int one_by_one = 40;
    const auto begin = std::chrono::steady_clock::now();
    for (int number = 0; number < one_by_one; ++number)
        BOOST_TEST(site.write(mark(number)).has_value());
    const auto alone = std::chrono::steady_clock::now() - begin;
    BOOST_TEST((alone >= one_by_one * 2ms));

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
    const auto together_begin = std::chrono::steady_clock::now();
    for (int writer = 0; writer < writers; ++writer) next(writer, writes_each);
    finished.wait();
    const auto together = std::chrono::steady_clock::now() - together_begin;

    BOOST_TEST(site.count() == one_by_one + writers * writes_each);
    const auto each = [](auto time, int count) {
        return std::chrono::duration<double, std::micro>(time).count() / count;
    };
    BOOST_TEST_MESSAGE("a write costs " << each(alone, one_by_one) << " us alone, "
                                        << each(together, writers * writes_each) << " us of 32");
    BOOST_TEST(each(alone, one_by_one) >= 10 * each(together, writers * writes_each));
}

BOOST_AUTO_TEST_CASE(no_job_is_told_done_before_a_sync_of_all_that_the_wal_got) {
    fault::SlowSyncVfs recorded(0ms);
    Site site;
    auto& counts = recorded.counts();
    std::uint64_t writes_before = counts.wal_writes;
    std::atomic<int> early = 0;
    std::atomic<int> unwritten = 0;
    for (int round = 0; round < 50; ++round) {
        std::latch finished(3);
        for (int job = 0; job < 3; ++job)
            site.database->write(mark(round * 3 + job), [&](Result<>) {
                if (counts.wal_unsynced != 0) ++early;
                if (counts.wal_writes == writes_before) ++unwritten;
                finished.count_down();
            });
        finished.wait();
        writes_before = counts.wal_writes;
    }
    BOOST_TEST(early == 0);
    BOOST_TEST(unwritten == 0);
    BOOST_TEST(counts.wal_syncs >= 50U);
}

BOOST_AUTO_TEST_CASE(a_sync_that_fails_is_told_to_every_job_of_its_group) {
    fault::SlowSyncVfs recorded(0ms);
    Site site;
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

BOOST_AUTO_TEST_SUITE(database_file)

BOOST_AUTO_TEST_CASE(its_files_are_for_its_user_alone_whatever_the_umask) {
    const auto before = ::umask(0);
    Site site;
    BOOST_TEST(site.write(mark(1)).has_value());
    ::umask(before);
    for (const char* const ending : {"", "-wal", "-shm"}) {
        struct stat facts{};
        BOOST_REQUIRE(::stat((site.file.string() + ending).c_str(), &facts) == 0);
        BOOST_TEST((facts.st_mode & 0777) == 0600U);
    }
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_database_is_refused) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "consign.db";
    std::ofstream(file) << std::string(8192, 'x');
    const auto opened = Database::open(file);
    BOOST_REQUIRE(!opened.has_value());
    BOOST_TEST((opened.error() == sqlite_errc::corrupt));
}

BOOST_AUTO_TEST_CASE(a_page_that_was_overwritten_is_told_as_damage) {
    Site site;
    for (int number = 0; number < 3000; ++number) site.database->write(mark(number), ignore);
    site.database.reset();
    {
        std::fstream raw(site.file, std::ios::in | std::ios::out | std::ios::binary);
        raw.seekp(4096);
        const std::string junk(
            static_cast<std::size_t>(std::filesystem::file_size(site.file)) - 4096, '\x5a');
        raw << junk;
    }
    auto opened = Database::open(site.file);
    Result<> outcome = failure(opened ? std::error_code() : opened.error());
    if (opened)
        outcome = (*opened)->read(
            [](Connection& connection) { return connection.run("SELECT sum(number) FROM marks"); });
    BOOST_REQUIRE(!outcome.has_value());
    BOOST_TEST((outcome.error() == sqlite_errc::corrupt));
}

BOOST_AUTO_TEST_CASE(the_database_of_a_newer_program_is_refused_and_left_as_it_is) {
    Site site;
    const auto newer = std::to_string(migrations().size() + 1);
    BOOST_TEST(site.write([&](Connection& connection) {
                       return connection.run_script(("PRAGMA user_version = " + newer).c_str());
                   })
                   .has_value());
    site.database.reset();
    const auto opened = Database::open(site.file);
    BOOST_REQUIRE(!opened.has_value());
    BOOST_TEST((opened.error() == database_errc::newer));
}

BOOST_AUTO_TEST_CASE(the_database_of_another_program_is_refused) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "consign.db";
    {
        const auto other = Connection::open(file, Connection::Mode::read_write);
        BOOST_REQUIRE(other.has_value());
        BOOST_TEST((*other)->run_script("CREATE TABLE theirs (x)").has_value());
    }
    const auto opened = Database::open(file);
    BOOST_REQUIRE(!opened.has_value());
    BOOST_TEST((opened.error() == database_errc::not_ours));
}

const std::array<const char*, 4> additions{
    "CREATE TRIGGER hide AFTER INSERT ON events BEGIN DELETE FROM events WHERE sequence = "
    "new.sequence; END",
    "CREATE VIEW seen AS SELECT account FROM events",
    "CREATE TABLE notes (x)",
    "DROP INDEX events_by_account",
};

BOOST_DATA_TEST_CASE(a_schema_that_is_not_ours_to_the_letter_is_refused, additions, statement) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "consign.db";
    BOOST_TEST(Database::open(file).has_value());
    {
        sqlite3* other = nullptr;
        BOOST_REQUIRE(sqlite3_open(file.c_str(), &other) == SQLITE_OK);
        BOOST_TEST(sqlite3_exec(other, statement, nullptr, nullptr, nullptr) == SQLITE_OK);
        sqlite3_close(other);
    }
    const auto opened = Database::open(file);
    BOOST_REQUIRE(!opened.has_value());
    BOOST_TEST((opened.error() == database_errc::not_ours));
}

BOOST_AUTO_TEST_CASE(a_clean_stop_leaves_all_of_it_in_the_one_file) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "consign.db";
    {
        const auto database = Database::open(file);
        BOOST_REQUIRE(database.has_value());
        std::promise<void> written;
        (*database)->write([](Connection&) { return Result<>(); },
                           [&](Result<>) { written.set_value(); });
        written.get_future().wait();
        // A reader that stays idle until the end must not be the last to close.
        BOOST_TEST((*database)->read([](Connection&) { return Result<>(); }).has_value());
    }
    BOOST_TEST(!std::filesystem::exists(file.string() + "-wal"));
}

BOOST_AUTO_TEST_CASE(a_long_ledger_is_brought_to_a_new_version_in_little_memory) {
    constexpr std::size_t version_before_proof = 11;
    constexpr std::int64_t most_bytes = std::int64_t{4} << 20;
    const TemporaryFolder folder;
    auto connection = Connection::open(folder.path() / "consign.db", Connection::Mode::read_write);
    BOOST_REQUIRE(connection.has_value());
    BOOST_REQUIRE(migrate(**connection, migrations().first(version_before_proof)).has_value());
    BOOST_REQUIRE((*connection)
                      ->run_script("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                                   " WHERE i < 200000) INSERT INTO events (sequence, time, action,"
                                   " outcome, session, account, protocol, rule, detail, stream,"
                                   " bytes, count, policy, commitments, personal, hash) SELECT i,"
                                   " -i, 23, 2, randomblob(16), 'lab', '', '', '', randomblob(16),"
                                   " 0, 0, x'', x'', x'00000001', x'' FROM n")
                      .has_value());
    BOOST_TEST(version_of(**connection).value() == version_before_proof);
    (void)sqlite3_memory_highwater(1);
    const std::int64_t before = sqlite3_memory_used();
    BOOST_REQUIRE(migrate(**connection).has_value());
    const std::int64_t took = sqlite3_memory_highwater(0) - before;
    BOOST_TEST(took < most_bytes);
    BOOST_TEST(version_of(**connection).value() == migrations().size());
    // Nothing is left of what it was sorted in, and no later sorting goes to a file.
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
        BOOST_TEST(entry.path().filename().string().starts_with("consign.db"));
    auto kept_in = (*connection)->query("PRAGMA temp_store");
    BOOST_REQUIRE(kept_in.next().value());
    BOOST_TEST(kept_in.integer(0) == 2);
}

BOOST_AUTO_TEST_CASE(a_step_that_fails_leaves_the_version_before_it) {
    const TemporaryFolder folder;
    auto connection = Connection::open(folder.path() / "consign.db", Connection::Mode::read_write);
    BOOST_REQUIRE(connection.has_value());
    const std::array steps{"CREATE TABLE one (x INTEGER) STRICT;",
                           "CREATE TABLE two (x INTEGER) STRICT; CREATE TABLE one (y INTEGER);"};
    BOOST_TEST(!migrate(**connection, steps).has_value());
    auto version = (*connection)->query("PRAGMA user_version");
    BOOST_TEST(version.next().has_value());
    BOOST_TEST(version.integer(0) == 1);
    auto tables = (*connection)->query("SELECT count(*) FROM sqlite_schema WHERE name = 'two'");
    BOOST_TEST(tables.next().has_value());
    BOOST_TEST(tables.integer(0) == 0);
    const std::array mended{steps[0], "CREATE TABLE two (x INTEGER) STRICT;"};
    BOOST_TEST(migrate(**connection, mended).has_value());
    BOOST_TEST(migrate(**connection, mended).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(database_statement)

BOOST_AUTO_TEST_CASE(what_is_bound_is_had_back_also_where_it_is_empty_or_null) {
    const TemporaryFolder folder;
    auto connection = Connection::open(folder.path() / "consign.db", Connection::Mode::read_write);
    BOOST_REQUIRE(connection.has_value());
    BOOST_TEST((*connection)
                   ->run_script("CREATE TABLE t (a INTEGER, b TEXT, c BLOB, d BLOB) STRICT")
                   .has_value());
    const std::string with_nul("x\0y", 3);
    BOOST_TEST((*connection)
                   ->run("INSERT INTO t VALUES (?, ?, ?, ?)", std::int64_t{-7}, with_nul,
                         ByteView(), std::optional<Bytes>())
                   .has_value());
    auto query = (*connection)->query("SELECT a, b, c, d FROM t WHERE b = ?", with_nul);
    BOOST_REQUIRE(query.next().value());
    BOOST_TEST(query.integer(0) == -7);
    BOOST_TEST(query.natural(0) == 0U);
    BOOST_TEST(query.text(1) == with_nul);
    BOOST_TEST(!query.is_null(2));
    BOOST_TEST(query.blob(2).empty());
    BOOST_TEST(query.is_null(3));
    BOOST_TEST(!query.next().value());
}

BOOST_AUTO_TEST_CASE(one_text_may_run_twice_at_once) {
    const TemporaryFolder folder;
    auto connection = Connection::open(folder.path() / "consign.db", Connection::Mode::read_write);
    BOOST_REQUIRE(connection.has_value());
    auto outer = (*connection)->query("SELECT ?", std::int64_t{1});
    BOOST_REQUIRE(outer.next().value());
    {
        auto inner = (*connection)->query("SELECT ?", std::int64_t{2});
        BOOST_REQUIRE(inner.next().value());
        BOOST_TEST(inner.integer(0) == 2);
    }
    BOOST_TEST(outer.integer(0) == 1);
}

BOOST_AUTO_TEST_CASE(an_integer_past_sqlites_is_a_bug) {
    const TemporaryFolder folder;
    auto connection = Connection::open(folder.path() / "consign.db", Connection::Mode::read_write);
    BOOST_REQUIRE(connection.has_value());
    BOOST_CHECK_THROW((void)(*connection)->query("SELECT ?", std::uint64_t{1} << 63),
                      std::out_of_range);
}

BOOST_AUTO_TEST_SUITE_END()
