// What somebody may do with SQL who is let ask: read what is offered, within bounds, and no more.
#include <algorithm>
#include <array>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "storage/database/question.hpp"
#include "storage/database/sqlite.hpp"

using namespace consign;
using namespace consign::database;

namespace {

constexpr auto number_columns = std::to_array<OfferedTable::Column>(
    {{"n", "INTEGER", "1 and on", true}, {"word", "TEXT", "of it", true}, {"bytes", "TEXT", ""}});

/// The numbers from 1 to 1000; it counts how many were read.
class Numbers final : public OfferedTable {
  public:
    const char* name() const override { return "number"; }
    std::span<const Column> columns() const override { return number_columns; }
    Result<std::unique_ptr<Rows>> open(std::span<const Restriction> restrictions,
                                       bool descending) override {
        std::int64_t first = 1, last = 1000;
        for (const auto& one : restrictions) {
            seen.push_back(one);
            const auto* number = std::get_if<std::int64_t>(&one.value);
            if (one.column != 0 || !number) continue;
            if (one.is == Restriction::Is::equal) first = last = *number;
            if (one.is == Restriction::Is::at_least) first = *number;
        }
        return std::make_unique<Walk>(*this, first, last, descending);
    }

    std::size_t read = 0;
    std::vector<Restriction> seen;
    bool fails = false;
    std::size_t stops_at = 0;
    std::stop_source stop{};

  private:
    class Walk final : public Rows {
      public:
        Walk(Numbers& home, std::int64_t first, std::int64_t last, bool descending)
            : home_(home), first_(first), last_(last), descending_(descending) {}
        Result<bool> next() override {
            if (home_.fails) return failure(std::errc::io_error);
            number_ =
                number_ == 0 ? (descending_ ? last_ : first_) : number_ + (descending_ ? -1 : 1);
            ++home_.read;
            if (home_.read == home_.stops_at) home_.stop.request_stop();
            return number_ >= first_ && number_ <= last_;
        }
        Result<Value> value(int column) override {
            if (column == 0) return number_;
            if (column == 1) return "w" + std::to_string(number_ % 7);
            return std::string(1000, 'x');
        }

      private:
        Numbers& home_;
        std::int64_t first_, last_, number_ = 0;
        bool descending_;
    };
};

struct Fixture {
    Fixture() {
        auto made = std::make_unique<Numbers>();
        numbers = made.get();
        tables.push_back(std::move(made));
    }
    std::expected<QuestionAnswer, std::string> ask(std::string_view sql) {
        return database::ask(sql, tables, bounds);
    }
    std::vector<std::unique_ptr<OfferedTable>> tables;
    Numbers* numbers = nullptr;
    QuestionBounds bounds{.time = std::chrono::milliseconds(2000)};
};

struct Attack {
    const char* sql;
    const char* says;
};
std::ostream& operator<<(std::ostream& out, const Attack& attack) {
    return out << attack.sql;
}

const Attack attacks[]{
    {"", "no statement"},
    {"-- nothing", "no statement"},
    {"SELECT 1; SELECT 2", "one at a time"},
    {"INSERT INTO number VALUES (1, 2, 3)", ""},
    {"UPDATE number SET n = 1", ""},
    {"DELETE FROM number", ""},
    {"CREATE TABLE t (a)", "not authorized"},
    {"CREATE TEMP TABLE t (a)", "not authorized"},
    {"CREATE TABLE t AS SELECT * FROM number", "not authorized"},
    {"CREATE VIEW v AS SELECT * FROM number", "not authorized"},
    {"CREATE TEMP VIEW event AS SELECT 1", "not authorized"},
    {"CREATE VIRTUAL TABLE v USING number", ""},
    {"CREATE TEMP TRIGGER x AFTER INSERT ON sqlite_schema BEGIN SELECT 1; END", ""},
    {"CREATE INDEX i ON number (n)", ""},
    {"DROP TABLE number", ""},
    {"ALTER TABLE number RENAME TO other", ""},
    {"ATTACH '/etc/passwd' AS p", ""},
    {"ATTACH ':memory:' AS p", ""},
    {"DETACH main", ""},
    {"VACUUM INTO '/tmp/copy.db'", ""},
    {"PRAGMA database_list", "not authorized"},
    {"PRAGMA writable_schema = ON", "not authorized"},
    {"PRAGMA query_only = OFF", "not authorized"},
    {"SELECT * FROM pragma_database_list", ""},
    {"SELECT * FROM pragma_table_info('number')", ""},
    {"SELECT * FROM sqlite_master", "prohibited"},
    {"SELECT * FROM sqlite_schema", "prohibited"},
    {"SELECT * FROM sqlite_temp_master", "prohibited"},
    {"SELECT * FROM dbstat", ""},
    {"SELECT * FROM sqlite_dbpage", ""},
    {"SELECT * FROM events", "no such table: events"},
    {"WITH number AS (SELECT * FROM sqlite_schema) SELECT * FROM number", "prohibited"},
    {"SELECT (SELECT count(*) FROM sqlite_schema) FROM number", "not authorized"},
    {"SELECT count(*) FROM SQLITE_MASTER", "not authorized"},
    {"SELECT count(*) FROM Pragma_database_list", "not authorized"},
    {"BEGIN", "not authorized"},
    {"COMMIT", "not authorized"},
    {"SAVEPOINT s", "not authorized"},
    {"ANALYZE", ""},
    {"REINDEX", ""},
    {"SELECT load_extension('/tmp/x.so')", "not authorized"},
    {"SELECT LOAD_EXTENSION('/tmp/x.so')", "not authorized"},
    {"SELECT readfile('/etc/passwd')", ""},
    {"SELECT writefile('/tmp/x', 'y')", ""},
    {"SELECT edit('x')", ""},
    {"SELECT fts3_tokenizer('simple')", ""},
    {"SELECT sqlite_version()", "not authorized"},
    {"SELECT sqlite_compileoption_get(1)", "not authorized"},
    {"SELECT randomblob(10)", "not authorized"},
    {"SELECT zeroblob(1000000000)", "not authorized"},
    {"SELECT replace(printf('%30000d', 1), ' ', printf('%30000d', 1))", "too big"},
    {"SELECT group_concat(bytes) FROM number", "too big"},
    {"WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c",
     "too long"},
    {"SELECT count(*) FROM number a, number b, number c", "too long"},
    {"WITH RECURSIVE c(x, y) AS (SELECT 1, printf('%100000d', 1) UNION ALL SELECT x + d.n, y FROM "
     "c,"
     " (SELECT 1 AS n UNION ALL SELECT 2) d) SELECT count(*) FROM c ORDER BY y",
     "too"},
    {"SELECT a.bytes || b.n FROM number a, number b ORDER BY 1", "too"},
    {"SELECT ?1 FROM number", ""},
    {"EXPLAIN INSERT INTO number VALUES (1, 2, 3)", ""},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(question, Fixture)

BOOST_AUTO_TEST_CASE(a_select_is_answered_with_its_columns_and_values) {
    const auto answer =
        ask("SELECT n AS number, word, NULL, 1.5, x'00ff' FROM number WHERE n IN (3, 5)");
    BOOST_REQUIRE(answer.has_value());
    BOOST_TEST(answer->columns.size() == 5U);
    BOOST_TEST(answer->columns[0] == "number");
    BOOST_REQUIRE(answer->rows.size() == 2U);
    BOOST_TEST((answer->rows[1] == std::vector<Value>{std::int64_t{5}, std::string("w5"),
                                                      std::monostate{}, 1.5, Bytes{0, 0xff}}));
    BOOST_TEST(!answer->more);
}

BOOST_AUTO_TEST_CASE(joins_groups_windows_and_functions_work) {
    for (const char* const sql :
         {"SELECT word, count(*), sum(n) OVER (ORDER BY word) FROM number GROUP BY word",
          "SELECT a.n FROM number a JOIN number b ON a.n = b.n WHERE b.word LIKE 'w1%' LIMIT 3",
          "SELECT upper(word), substr(word, 1, 1), coalesce(NULL, n), strftime('%Y', 'now')"
          " FROM number",
          "WITH few AS (SELECT n FROM number WHERE n < 10) SELECT avg(n) FROM few",
          "WITH few AS MATERIALIZED (SELECT n FROM number WHERE n < 10) SELECT count(*) FROM few",
          "SELECT value FROM json_each('[1, 2, 3]')", "VALUES (1), (2)",
          "EXPLAIN QUERY PLAN SELECT * FROM number"}) {
        const auto answer = ask(sql);
        BOOST_TEST(answer.has_value(), sql << ": " << (answer ? "" : answer.error()));
        if (answer) BOOST_TEST(!answer->rows.empty(), sql);
    }
}

BOOST_AUTO_TEST_CASE(restrictions_reach_the_table_and_a_newest_few_are_not_sorted_out_of_all) {
    BOOST_TEST(ask("SELECT n FROM number WHERE n = 700 AND word = 'w0'")->rows.size() == 1U);
    BOOST_TEST(numbers->read <= 2U);
    BOOST_REQUIRE(numbers->seen.size() == 2U);
    numbers->read = 0;
    const auto newest = ask("SELECT n FROM number ORDER BY n DESC LIMIT 3");
    BOOST_REQUIRE(newest->rows.size() == 3U);
    BOOST_TEST((newest->rows[0][0] == Value(std::int64_t{1000})));
    BOOST_TEST(numbers->read <= 4U);
    numbers->read = 0;
    BOOST_TEST((ask("SELECT count(*) FROM number WHERE n >= 990")->rows[0] ==
                std::vector<Value>{std::int64_t{11}}));
    BOOST_TEST(numbers->read <= 12U);
    // Another order of texts is another condition.
    numbers->seen.clear();
    BOOST_TEST(ask("SELECT n FROM number WHERE word = 'W3' COLLATE NOCASE")->rows.size() == 143U);
    BOOST_TEST(numbers->seen.empty());
}

BOOST_AUTO_TEST_CASE(a_long_answer_ends_and_says_so) {
    bounds.rows = 10;
    auto answer = ask("SELECT n FROM number");
    BOOST_TEST(answer->rows.size() == 10U);
    BOOST_TEST(answer->more);
    bounds = {.answer_bytes = 20'000};
    answer = ask("SELECT bytes FROM number");
    BOOST_TEST(answer->rows.size() < 20U);
    BOOST_TEST(answer->more);
}

BOOST_AUTO_TEST_CASE(what_fills_the_memory_is_ended) {
    bounds = {.working_bytes = std::size_t{32} << 20, .time = std::chrono::seconds(60)};
    const auto answer = ask("SELECT a.bytes || b.n FROM number a, number b ORDER BY 1");
    BOOST_REQUIRE(!answer.has_value());
    BOOST_TEST(answer.error().find("too much memory") != std::string::npos, answer.error());
}

BOOST_AUTO_TEST_CASE(calls_in_a_row_are_stopped_between_them) {
    bounds.time = std::chrono::milliseconds(50);
    std::string sets;
    for (int i = 0; i < 39; ++i) sets += "[a-z]";
    const std::string many =
        "WITH x(a) AS MATERIALIZED (SELECT replace(printf('%030000d', 0), '0', 'a')),"
        " p(b) AS MATERIALIZED (SELECT '*" +
        sets +
        "b'), q(c) AS MATERIALIZED"
        " (SELECT substr(a, 15000) || 'b' FROM x) SELECT length(b), length(c), ";
    for (const std::string call : {"(a GLOB b)", "instr(a,c)", "length(replace(a,c,''))"}) {
        std::string sql = many + call;
        for (int i = 1; i < 190; ++i) sql += "," + call;
        const auto begun = std::chrono::steady_clock::now();
        const auto answer = ask(sql + " FROM x, p, q");
        const auto taken = std::chrono::steady_clock::now() - begun;
        BOOST_REQUIRE(!answer.has_value());
        BOOST_TEST(answer.error().find("too long") != std::string::npos, answer.error());
        BOOST_TEST((taken < std::chrono::seconds(3)), call);
    }
}

BOOST_AUTO_TEST_CASE(what_one_call_takes_is_bounded) {
    for (const char* const sql :
         {"SELECT trim(printf('%030000d', 0), printf('%015000d', 1))",
          "SELECT ltrim(printf('%030000d', 0), printf('%0101d', 1))",
          "SELECT hex(printf('%020000d', 0))", "SELECT replace(printf('%030000d', 0), '0', '00')",
          "SELECT 'x' LIKE printf('%0201d', 1)",
          "SELECT 'x' LIKE printf('%0201d', 1) ESCAPE 'x'"}) {
        const auto begun = std::chrono::steady_clock::now();
        BOOST_TEST(!ask(sql).has_value(), sql);
        BOOST_TEST((std::chrono::steady_clock::now() - begun < std::chrono::seconds(3)));
    }
    std::string sum = "SELECT 1";
    while (sum.size() < question_limit_bytes) sum += "+1";
    BOOST_TEST(!ask(sum).has_value());
    // An expression that is written out again and again where its name stands.
    std::string doubled = "SELECT instr('a', 'b') AS v";
    for (int i = 0; i < 14; ++i) doubled = "SELECT v + v AS v FROM (" + doubled + ")";
    const auto begun = std::chrono::steady_clock::now();
    static_cast<void>(ask(doubled));
    BOOST_TEST((std::chrono::steady_clock::now() - begun < std::chrono::seconds(3)));
}

BOOST_AUTO_TEST_CASE(the_functions_that_are_watched_answer_as_they_do_elsewhere) {
    const auto answer = ask(
        "SELECT instr('abc', 'c'), instr(x'0102', x'02'), instr(NULL, 'a'), replace('aba', 'a', "
        "'cc'),"
        " trim('xxaxx', 'x'), ltrim('xxa', 'x'), rtrim('axx', 'x'), trim(' a '), 'Abc' LIKE 'a%',"
        " 'a%c' LIKE 'a!%c' ESCAPE '!', 'abc' NOT LIKE 'b%', 'abc' GLOB 'a*', 'Abc' GLOB 'a*',"
        " NULL LIKE 'a', like('a%', 'abc')");
    BOOST_REQUIRE(answer.has_value());
    const auto number = [](std::int64_t value) { return Value(value); };
    const auto text = [](const char* value) { return Value(std::string(value)); };
    BOOST_TEST((answer->rows.at(0) ==
                std::vector<Value>{number(3), number(2), Value(), text("ccbcc"), text("a"),
                                   text("a"), text("a"), text("a"), number(1), number(1), number(1),
                                   number(1), number(0), Value(), number(1)}));
}

BOOST_AUTO_TEST_CASE(a_number_that_json_has_not_is_handed_on_as_text) {
    const auto answer = ask("SELECT 1e999, -1e999, 1e999 - 1e999, 0.5");
    BOOST_REQUIRE(answer.has_value());
    BOOST_TEST((answer->rows.at(0) ==
                std::vector<Value>{std::string("Inf"), std::string("-Inf"), Value(), 0.5}));
}

BOOST_AUTO_TEST_CASE(a_question_ends_when_it_is_asked_to) {
    bounds.time = std::chrono::minutes(10);
    bounds.stop = numbers->stop.get_token();
    numbers->stops_at = 1500;
    const auto answer = ask("SELECT count(*) FROM number a, number b, number c");
    BOOST_REQUIRE(!answer.has_value());
    BOOST_TEST(answer.error().find("stopping") != std::string::npos, answer.error());
    BOOST_TEST(numbers->read < 10'000U);
}

BOOST_AUTO_TEST_CASE(a_walk_of_our_own_is_stopped_within_it) {
    const auto connection = Connection::open({}, Connection::Mode::in_memory).value();
    const std::string endless =
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c";
    {
        int looks = 0;
        const Watch watch(*connection, [&looks] { return ++looks > 10; });
        BOOST_TEST(!connection->query(endless).next().has_value());
    }
    auto after = connection->query(
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c"
        " WHERE x < 100000) SELECT max(x) FROM c");
    BOOST_REQUIRE(after.next().has_value());
    BOOST_TEST(after.integer(0) == 100000);
}

BOOST_AUTO_TEST_CASE(a_table_that_cannot_be_read_is_an_error_of_the_question) {
    numbers->fails = true;
    const auto answer = ask("SELECT n FROM number");
    BOOST_REQUIRE(!answer.has_value());
    BOOST_TEST(answer.error().find("Input/output error") != std::string::npos, answer.error());
}

BOOST_DATA_TEST_CASE_F(Fixture, what_is_no_question_is_refused,
                       boost::unit_test::data::make(attacks), attack) {
    bounds.time = std::chrono::milliseconds(700);
    bounds.working_bytes = std::size_t{32} << 20;
    const auto begun = std::chrono::steady_clock::now();
    const auto answer = ask(attack.sql);
    BOOST_TEST(!answer.has_value());
    if (!answer) BOOST_TEST(answer.error().find(attack.says) != std::string::npos, answer.error());
    BOOST_TEST((std::chrono::steady_clock::now() - begun < std::chrono::seconds(20)));
    BOOST_TEST(!std::filesystem::exists("/tmp/copy.db"));
    // Whatever it did, the next question is answered.
    const auto next = ask("SELECT count(*) FROM number");
    BOOST_REQUIRE(next.has_value());
    BOOST_TEST((next->rows[0][0] == Value(std::int64_t{1000})));
}

BOOST_AUTO_TEST_SUITE_END()
