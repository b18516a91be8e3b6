#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <functional>
#include <future>
#include <latch>
#include <thread>
#include <vector>

#include "storage/database/errc.hpp"
#include "tests/component/database_site.hpp"
#include "tests/fault/slow_sync_vfs.hpp"

using namespace consign;
using namespace consign::database;
using namespace consign::testing;
using namespace std::chrono_literals;

namespace {

constexpr auto long_sync = 1000ms;

void wait_until(const std::function<bool()>& is_so) {
    const auto end = std::chrono::steady_clock::now() + 30s;
    while (!is_so() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(1ms);
    BOOST_REQUIRE(is_so());
}

/// A database whose syncs take long, and in which somebody came while one ran: the sync of the next
/// commit is the other thread's. That commit is of mark 2, and is about to be seen.
class Ahead {
  public:
    Ahead() {
        vfs_.set_sync_time(long_sync);
        site_.database->write(mark(1), [this](Result<>) { first_.count_down(); });
        wait_until([this] { return vfs_.counts().wal_unsynced > 0; });
        site_.database->write(mark(2), [this](const Result<>& done) {
            second_told_ = true;
            second_.set_value(done);
        });
        first_.wait();
    }
    ~Ahead() { vfs_.set_sync_time(0ms); }
    [[nodiscard]] bool is_second_told() const { return second_told_; }
    Result<> second() { return second_.get_future().get(); }
    DatabaseSite& site() { return site_; }
    fault::SlowSyncVfs::Counts& counts() { return vfs_.counts(); }

    [[nodiscard]] std::int64_t seen() const { return marks_in(site_.file, Connection::Mode::read); }

  private:
    fault::SlowSyncVfs vfs_{0ms};
    std::latch first_{1};
    std::promise<Result<>> second_;
    std::atomic<bool> second_told_ = false;
    DatabaseSite site_;  // first to go: it may tell until then
};

/// What a power cut leaves: the database, and as much of its log as was synced.
std::int64_t marks_after_a_power_cut(const std::filesystem::path& file, std::uint64_t log_bytes) {
    const TemporaryFolder folder;
    const auto copy = folder / "consign.db";
    std::filesystem::copy_file(file, copy);
    std::filesystem::copy_file(file.string() + "-wal", copy.string() + "-wal");
    std::filesystem::resize_file(copy.string() + "-wal", log_bytes);
    return marks_in(copy, Connection::Mode::read_write);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(log_sync)

BOOST_AUTO_TEST_CASE(the_next_group_runs_while_one_is_synced) {
    Ahead ahead;
    wait_until([&] { return ahead.seen() == 2; });
    BOOST_REQUIRE(!ahead.is_second_told());
    std::promise<bool> ran_early;
    std::promise<Result<>> third;
    ahead.site().database->write(
        [&](Connection& connection) {
            ran_early.set_value(!ahead.is_second_told());
            return mark(3)(connection);
        },
        [&](const Result<>& done) { third.set_value(done); });
    BOOST_TEST(ran_early.get_future().get());
    BOOST_TEST(ahead.second().has_value());
    BOOST_TEST(third.get_future().get().has_value());
    BOOST_TEST(ahead.site().count() == 3);
}

BOOST_AUTO_TEST_CASE(a_read_does_not_return_with_what_a_power_cut_could_take) {
    Ahead ahead;
    wait_until([&] { return ahead.seen() == 2; });
    BOOST_REQUIRE(!ahead.is_second_told());
    BOOST_TEST(ahead.site().count() == 2);
    BOOST_TEST(ahead.counts().wal_unsynced == 0U);
    BOOST_TEST(ahead.second().has_value());
}

BOOST_AUTO_TEST_CASE(what_was_told_of_is_waited_for_until_it_is_durable) {
    Ahead ahead;
    std::promise<void> told;
    ahead.site().database->write(
        mark(3), [&](const Result<>&) { told.set_value(); }, Told::once_run);
    told.get_future().get();
    ahead.site().database->wait_for_told();
    BOOST_TEST(marks_after_a_power_cut(ahead.site().file, ahead.counts().wal_synced_bytes) == 3);
}

BOOST_AUTO_TEST_CASE(a_log_is_cut_while_its_sync_runs) {
    Ahead ahead;
    wait_until([&] { return ahead.seen() == 2; });
    const auto truncated = ahead.site().database->truncate_log();
    BOOST_TEST(truncated.value());
    BOOST_TEST(ahead.second().has_value());
    BOOST_TEST(ahead.site().count() == 2);
}

// https://www.sqlite.org/fileformat2.html#wal_reset: the header comes to the disk first.
BOOST_AUTO_TEST_CASE(a_log_that_begins_anew_has_its_header_synced_before_it_goes_on) {
    fault::SlowSyncVfs vfs(0ms);
    DatabaseSite site;
    vfs.set_sync_time(long_sync);
    std::promise<void> first;
    std::promise<Result<>> second;
    site.database->write(mark(1), [&](const Result<>&) { first.set_value(); });
    wait_until([&] { return vfs.counts().wal_unsynced > 0; });
    // During this sync: the log is cut after it, and then a commit goes ahead.
    auto cut = std::async(std::launch::async, [&] { return site.database->truncate_log(); });
    std::this_thread::sleep_for(300ms);
    const std::uint64_t headers = vfs.counts().wal_headers;
    site.database->write(mark(2), [&](const Result<>& done) { second.set_value(done); });
    first.get_future().get();
    vfs.set_sync_time(20ms);
    BOOST_TEST(cut.get().value());
    BOOST_TEST(second.get_future().get().has_value());
    BOOST_TEST(vfs.counts().wal_headers == headers + 1);
    BOOST_TEST(vfs.counts().wal_early_frames == 0U);
    BOOST_TEST(site.count() == 2);
}

BOOST_AUTO_TEST_CASE(who_is_told_at_the_end_may_still_write) {
    Ahead ahead;
    std::promise<Result<>> last;
    Database& database = *ahead.site().database;
    database.write(mark(3), [&](const Result<>&) {
        database.write(mark(4), [&](const Result<>& done) { last.set_value(done); });
    });
    wait_until([&] { return ahead.seen() == 3; });
    ahead.site().database.reset();
    BOOST_TEST(last.get_future().get().has_value());
    BOOST_TEST(ahead.seen() == 4);
}

// After a sync that failed, what is read from the log may be in memory alone, and what is committed
// behind it would go with it.
BOOST_AUTO_TEST_CASE(what_a_crash_left_in_the_log_is_copied_before_anything_else) {
    const TemporaryFolder folder;
    const auto file = folder / "consign.db";
    const auto copy = folder / "copy.db";
    const auto log = copy.string() + "-wal";
    {
        const auto database = Database::open(file);
        BOOST_REQUIRE(database.has_value());
        std::promise<Result<>> done;
        (*database)->write(
            [](Connection& connection) {
                return connection.run("INSERT INTO chain VALUES (1, zeroblob(16))");
            },
            [&](const Result<>& outcome) { done.set_value(outcome); });
        BOOST_REQUIRE(done.get_future().get().has_value());
        std::filesystem::copy_file(file, copy);
        std::filesystem::copy_file(file.string() + "-wal", log);
    }
    BOOST_REQUIRE(std::filesystem::file_size(log) > 0);
    const auto database = Database::open(copy);
    BOOST_REQUIRE(database.has_value());
    BOOST_TEST(std::filesystem::file_size(log) == 0U);
    std::filesystem::copy_file(copy, folder / "alone.db");
    const auto alone = Connection::open(folder / "alone.db", Connection::Mode::read_write);
    BOOST_REQUIRE(alone.has_value());
    auto query = (*alone)->query("SELECT count(*) FROM chain");
    BOOST_REQUIRE(query.next().has_value());
    BOOST_TEST(query.integer(0) == 1);
}

BOOST_AUTO_TEST_CASE(a_database_whose_log_another_program_keeps_from_being_copied_is_refused) {
    const TemporaryFolder folder;
    const auto file = folder / "consign.db";
    BOOST_REQUIRE(Database::open(file).has_value());
    const auto reader = Connection::open(file, Connection::Mode::read_write);
    BOOST_REQUIRE(reader.has_value());
    BOOST_REQUIRE((*reader)->run_script("BEGIN; SELECT * FROM chain").has_value());
    {
        const auto writer = Connection::open(file, Connection::Mode::read_write);
        BOOST_REQUIRE(writer.has_value());
        BOOST_REQUIRE((*writer)->run("INSERT INTO chain VALUES (1, zeroblob(16))").has_value());
    }
    const auto refused = Database::open(file);
    BOOST_REQUIRE(!refused.has_value());
    BOOST_TEST((refused.error() == database_errc::in_use));
    // One that is through in a moment is waited for.
    auto end = std::async(std::launch::async, [&] {
        std::this_thread::sleep_for(
            std::chrono::milliseconds(2 * Connection::truncate_timeout_milliseconds));
        return (*reader)->run_script("COMMIT").has_value();
    });
    BOOST_TEST(Database::open(file).has_value());
    BOOST_TEST(end.get());
}

BOOST_AUTO_TEST_CASE(a_commit_ahead_that_fails_is_undone_and_told) {
    Ahead ahead;
    wait_until([&] { return ahead.seen() == 2; });
    std::promise<Result<>> orphan;
    ahead.site().database->write(
        [](Connection& connection) {
            return connection.run_script(
                "CREATE TABLE children (parent INTEGER REFERENCES marks (number)"
                " DEFERRABLE INITIALLY DEFERRED) STRICT; INSERT INTO children VALUES (99)");
        },
        [&](const Result<>& done) { orphan.set_value(done); });
    BOOST_TEST((orphan.get_future().get().error() == sqlite_errc::constraint));
    BOOST_TEST(ahead.site().write(mark(3)).has_value());
    BOOST_TEST(ahead.site().count() == 3);
}

// Eight who come when they like; at each telling, what a power cut would leave is looked at. On a
// fast disk no commit need go ahead, and on a slow one some do.
BOOST_DATA_TEST_CASE(nobody_is_told_of_what_a_power_cut_could_take,
                     boost::unit_test::data::make({false, true}), slow) {
    fault::SlowSyncVfs vfs(0ms);
    DatabaseSite site;
    if (slow) vfs.set_sync_time(2ms);
    constexpr int writers = 8;
    constexpr int writes_each = 25;
    std::atomic<int> told = 0;
    std::atomic<int> lost = 0;
    std::atomic<int> ahead = 0;  // told by another thread than the one that ran the job
    const auto write = [&](int number) {
        std::thread::id ran_on;
        std::promise<void> finished;
        site.database->write(
            [&](Connection& connection) {
                ran_on = std::this_thread::get_id();
                return mark(number)(connection);
            },
            [&](const Result<>& done) {
                if (ran_on != std::this_thread::get_id()) ++ahead;
                const int before = ++told;
                const std::uint64_t synced = vfs.counts().wal_synced_bytes;
                if (!done || marks_after_a_power_cut(site.file, synced) < before) ++lost;
                finished.set_value();
            });
        finished.get_future().get();
    };
    {
        std::vector<std::jthread> threads;
        for (int writer = 0; writer < writers; ++writer)
            threads.emplace_back([&, writer] {
                for (int number = 0; number < writes_each; ++number) {
                    write(writer * writes_each + number);
                    std::this_thread::sleep_for(writer * 300us);
                }
            });
    }
    BOOST_TEST(lost == 0);
    BOOST_TEST((ahead > 0 || !slow));
    BOOST_TEST(site.count() == writers * writes_each);
}

BOOST_AUTO_TEST_CASE(a_long_log_is_copied_and_begins_anew) {
    fault::SlowSyncVfs vfs(0ms);
    DatabaseSite site;
    BOOST_REQUIRE(site.write([](Connection& connection) {
                          return connection.run("CREATE TABLE wide (content BLOB NOT NULL) STRICT");
                      })
                      .has_value());
    const std::uint64_t headers = vfs.counts().wal_headers;
    constexpr int pages_each = 256;
    constexpr int groups = 3 * Connection::long_log_pages / pages_each;
    for (int group = 0; group < groups; ++group)
        BOOST_REQUIRE(site.write([](Connection& connection) {
                              Result<> done;
                              for (int row = 0; row < pages_each && done; ++row)
                                  done = connection.run(
                                      "INSERT INTO wide (content) VALUES (zeroblob(4000))");
                              return done;
                          })
                          .has_value());
    BOOST_TEST(vfs.counts().wal_headers > headers);
    const auto log_bytes = std::filesystem::file_size(site.file.string() + "-wal");
    BOOST_TEST(log_bytes < std::uint64_t{2} * Connection::long_log_pages * 4096);
    BOOST_TEST(std::filesystem::file_size(site.file) > log_bytes);
}

BOOST_AUTO_TEST_CASE(a_log_that_has_no_room_to_grow_begins_anew) {
    fault::SlowSyncVfs vfs(0ms);
    DatabaseSite site;
    vfs.counts().wal_limit_bytes = std::filesystem::file_size(site.file.string() + "-wal") + 65536;
    std::vector<int> refused;
    constexpr int writes = 200;
    for (int number = 0; number < writes; ++number) {
        const auto done = site.write(mark(number));
        BOOST_TEST((done || done.error() == sqlite_errc::full));
        if (!done) refused.push_back(number);
    }
    BOOST_TEST(!refused.empty());
    for (std::size_t place = 1; place < refused.size(); ++place)
        BOOST_TEST(refused[place] > refused[place - 1] + 5);
    BOOST_TEST(site.count() == writes - static_cast<int>(refused.size()));
}

// Nobody knows what of the log is on the disk then, and others may have seen what is not: a child
// process, whose words come back by a pipe.
BOOST_AUTO_TEST_CASE(a_sync_that_fails_after_it_could_be_seen_ends_the_process) {
    const TemporaryFolder folder;
    std::array<int, 2> pipe{};
    BOOST_REQUIRE(::pipe(pipe.data()) == 0);
    const pid_t child = ::fork();
    BOOST_REQUIRE(child >= 0);
    if (child == 0) {
        ::dup2(pipe[1], STDERR_FILENO);
        ::close(pipe[0]);
        ::close(pipe[1]);
        ::setenv("TMPDIR", folder.path().c_str(), 1);  // it cleans up nothing
        Ahead ahead;
        ahead.counts().failing_wal_syncs = 1;
        (void)ahead.second();
        std::_Exit(77);  // it was told
    }
    ::close(pipe[1]);
    std::string words;
    std::array<char, 512> part{};
    for (ssize_t count = 0; (count = ::read(pipe[0], part.data(), part.size())) > 0;)
        words.append(part.data(), static_cast<std::size_t>(count));
    ::close(pipe[0]);
    int status = 0;
    BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
    BOOST_TEST(WIFEXITED(status));
    BOOST_TEST(WEXITSTATUS(status) == EXIT_FAILURE);
    BOOST_TEST(words.contains("could not be synced"), words);
}

BOOST_AUTO_TEST_SUITE_END()
