#include <sqlite3.h>
#include <sys/stat.h>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <future>
#include <stdexcept>

#include "storage/database/database.hpp"
#include "storage/database/errc.hpp"
#include "storage/database/migrations.hpp"
#include "tests/component/database_site.hpp"

using namespace consign;
using namespace consign::database;
using namespace consign::testing;

BOOST_AUTO_TEST_SUITE(database_file)

BOOST_AUTO_TEST_CASE(its_files_are_for_its_user_alone_whatever_the_umask) {
    const auto before = ::umask(0);
    DatabaseSite site;
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
    DatabaseSite site;
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
    DatabaseSite site;
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

/// As the condition of an index may: IN with more than two values does.
BOOST_AUTO_TEST_CASE(no_row_costs_a_table_of_its_own_as_it_comes) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "consign.db";
    BOOST_TEST(Database::open(file).has_value());
    const auto connection = Connection::open(file, Connection::Mode::read);
    BOOST_REQUIRE(connection.has_value());
    auto tables = (*connection)
                      ->query(
                          "SELECT name, (SELECT count(*) FROM pragma_table_info(t.name))"
                          " FROM sqlite_master t WHERE type = 'table'"
                          " AND name NOT LIKE 'sqlite%'");
    int seen = 0;
    for (; tables.next().value(); ++seen) {
        const std::string name(tables.text(0));
        std::string values = "1";
        for (std::int64_t column = 1; column < tables.integer(1); ++column) values += ", 1";
        auto program =
            (*connection)->query("EXPLAIN INSERT INTO " + name + " VALUES (" + values + ")");
        while (program.next().value()) BOOST_TEST(program.text(1) != "OpenEphemeral", name);
    }
    BOOST_TEST(seen > 30);
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
