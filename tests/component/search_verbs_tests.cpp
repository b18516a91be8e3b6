#include <fmt/format.h>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>

#include "administered_store.hpp"
#include "desk/administration.hpp"
#include "desk/audit/search_verbs.hpp"
#include "desk/housekeeping.hpp"
#include "storage/database/sqlite.hpp"

using namespace consign;
namespace json = boost::json;

namespace {

struct Fixture : AdministeredStore {
    desk::VerbTable verbs = desk::administrator_verbs(*site);
    json::object end;
    std::string wrong;

    std::vector<json::object> ask(const std::string& verb, json::object arguments,
                                  const std::string& user = "tester") {
        KeptRows kept;
        const auto answered = run(verbs.at(verb)({user, std::move(arguments), kept}));
        wrong = answered ? std::string() : answered.error();
        end = answered ? *answered : json::object();
        return kept.rows;
    }
    std::size_t count(json::object arguments) {
        const auto rows = ask("audit.events", std::move(arguments));
        BOOST_TEST(wrong.empty(), wrong);
        return rows.size();
    }
    json::value sql(const std::string& text) {
        const auto rows = ask("audit.sql", {{"sql", text}});
        BOOST_TEST_REQUIRE(wrong.empty(), wrong);
        BOOST_TEST_REQUIRE(rows.size() == 2U);
        return rows[1].at("values").as_array().at(0);
    }

    /// A session from `address` that deposits a file.
    Id came(const std::string& path, const std::string& sha256, const std::string& address) {
        const ledger::Session session{.id = Id::random(random),
                                      .protocol = "sftp",
                                      .address = address,
                                      .account = "lab",
                                      .started = clock.now()};
        ledger::Event event{.time = clock.now(),
                            .action = ledger::Action::deposited,
                            .session = session.id,
                            .account = "lab",
                            .protocol = "sftp",
                            .stream = Id::random(random),
                            .personal = {.path = path, .address = address, .sha256 = sha256}};
        write([&](Transaction& transaction) { return transaction.ledger.open_session(session); });
        append(event);
        event.action = ledger::Action::opened_for_reading;
        append(event);
        return event.stream;
    }

    const std::string hash = std::string(64, 'b');
};

struct Complaint {
    const char* verb;
    const char* arguments;
    const char* says;
};
std::ostream& operator<<(std::ostream& out, const Complaint& complaint) {
    return out << complaint.verb << ' ' << complaint.arguments;
}

const Complaint complaints[]{
    {"audit.events", R"({"address": "192.0.2"})", "one IPv4 or IPv6 address"},
    {"audit.events", R"({"address": "192.0.2.0/24"})", "no network"},
    {"audit.events", R"({"sha256": "abc"})", "64 hexadecimal digits"},
    {"audit.events", R"({"file": "abc"})", "its first 4 digits"},
    {"audit.events", R"({"file": "labs/a"})", "a path of the whole tree"},
    {"audit.events", R"({"subject": "4711"})", "AUTHORITY/ID"},
    {"audit.events", R"({"action": ["deposited", "deposit"]})",
     "an action as docs/formats/ledger.md"},
    {"audit.events", R"({"action": [1]})", "a list of texts"},
    {"audit.sessions", R"({"address": "host"})", "one IPv4 or IPv6 address"},
    {"audit.sql", R"({})", "a SELECT"},
    {"audit.sql", R"({"sql": 1})", "a text"},
    {"audit.follow", R"({"follow": "12"})", "32 hexadecimal digits"},
    {"audit.follow", R"({"follow": "00000000000000000000000000000001", "account": "lab"})",
     "no argument"},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(search_verbs, Fixture)

BOOST_AUTO_TEST_CASE(events_are_found_by_file_hash_address_and_several_actions) {
    const Id first = came("/labs/a", hash, "192.0.2.1");
    const Id second = came("/labs/b", std::string(64, 'c'), "2001:db8::7");
    BOOST_TEST(count({{"file", first.hex()}}) == 2U);
    BOOST_TEST(count({{"file", first.hex().substr(0, 12)}}) == 2U);
    BOOST_TEST(count({{"file", "/labs/b"}}) == 2U);
    BOOST_TEST(count({{"file", "/labs/b"}}) == 3U);  // who asked before named it, too
    BOOST_TEST(count({{"sha256", hash}}) == 2U);
    BOOST_TEST(count({{"sha256", std::string(64, 'B')}}) == 3U);
    BOOST_TEST(count({{"address", "2001:0DB8:0::7"}, {"account", "lab"}}) == 2U);
    BOOST_TEST(count({{"address", "::ffff:192.0.2.1"}, {"account", "lab"}}) == 2U);
    BOOST_TEST(count({{"address", "192.0.2.2"}, {"account", "lab"}}) == 0U);
    BOOST_TEST(count({{"action", json::array{"deposited", "opened_for_reading"}}}) == 4U);
    BOOST_TEST(count({{"action", "deposited"}, {"file", second.hex()}}) == 1U);
    BOOST_TEST(ask("audit.sessions", {{"address", "192.0.2.1"}}).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_search_says_what_it_could_not_see_for_want_of_an_index) {
    came("/labs/a", hash, "192.0.2.1");
    const auto left_out = [&](const std::string& verb, json::object arguments) {
        ask(verb, std::move(arguments));
        BOOST_TEST(wrong.empty(), wrong);
        const auto* rows = end.if_contains("not_indexed");
        return rows ? rows->to_number<int>() : 0;
    };
    BOOST_TEST(left_out("audit.events", {{"sha256", hash}}) == 0);
    write([](Transaction& transaction) { return transaction.event_index.index_anew(); });
    const int all = left_out("audit.events", {{"sha256", hash}});
    BOOST_TEST(all >= 4);  // two events and who asked before, and the session
    for (const char* question :
         {R"({"file": "/labs/a"})", R"({"address": "192.0.2.1"})", R"({"subject": "HNORD/1"})"}) {
        BOOST_TEST(left_out("audit.events", json::parse(question).as_object()) == all);
        BOOST_TEST(left_out("audit.follow", json::parse(question).as_object()) == all);
    }
    BOOST_TEST(left_out("audit.sessions", {{"address", "192.0.2.1"}}) == all);
    // What is asked for in clear is found without it.
    BOOST_TEST(left_out("audit.events", {{"account", "lab"}}) == 0);
    BOOST_TEST(left_out("audit.sessions", {{"account", "lab"}}) == 0);
    run(desk::look_after(*site));
    BOOST_TEST(left_out("audit.events", {{"sha256", hash}}) == 0);
}

BOOST_AUTO_TEST_CASE(an_idle_daemon_indexes_an_old_ledger_in_large_steps) {
    constexpr int many = 3'000;
    write([&](Transaction& transaction) -> Result<> {
        for (int i = 0; i < many; ++i)
            if (auto done = transaction.ledger.append({.time = clock.now(),
                                                       .action = ledger::Action::login_failed,
                                                       .personal = {.address = "192.0.2.9"}});
                !done)
                return failure(done.error());
        return transaction.event_index.index_anew();
    });
    run(desk::look_after(*site));
    ask("audit.events", {{"address", "192.0.2.9"}});
    BOOST_TEST(!end.contains("not_indexed"));
}

BOOST_AUTO_TEST_CASE(an_id_that_begins_none_or_several_is_told) {
    ask("audit.events", {{"file", "00000000"}});
    BOOST_TEST(
        wrong.find("no event is about a file whose id begins with 00000000") != std::string::npos,
        wrong);
    for (const char* last : {"1", "2"})
        append({.action = ledger::Action::deposited,
                .stream =
                    Id::from_hex("abcdabcdabcdabcdabcdabcdabcdabc" + std::string(last)).value()});
    ask("audit.events", {{"file", "abcdab"}});
    BOOST_TEST(wrong.find("several files begin with abcdab") != std::string::npos, wrong);
    BOOST_TEST(wrong.find("abcdabcdabcdabcdabcdabcdabcdabc2") != std::string::npos, wrong);
    BOOST_TEST((acts().back().outcome == ledger::Outcome::failed));
}

BOOST_AUTO_TEST_CASE(events_are_found_by_the_person_that_a_file_is_about) {
    const auto path = VirtualPath::parse("/labs/about").value();
    const Id stream = Id::random(random);
    write([&](Transaction& transaction) -> Result<> {
        const auto made = transaction.catalog.ensure_directories(path.parent(), clock.now());
        if (!made) return failure(made.error());
        const auto committed = transaction.catalog.commit_deposit({.stream = stream,
                                                                   .path = path,
                                                                   .account = "lab",
                                                                   .size_bytes = 1,
                                                                   .modified = clock.now(),
                                                                   .now = clock.now()});
        if (!committed) return failure(committed.error());
        const auto kept =
            transaction.catalog.classify({.file = committed->file,
                                          .name = "report",
                                          .rule = "a.yaml:1",
                                          .deposited = clock.now(),
                                          .subjects = {{.authority = "HN", .id = "4711"}}});
        if (!kept) return failure(kept.error());
        return {};
    });
    append({.action = ledger::Action::opened_for_reading, .account = "doctor", .stream = stream});
    append({.action = ledger::Action::opened_for_reading, .stream = Id::random(random)});
    BOOST_TEST(count({{"subject", "HN/4711"}, {"account", "doctor"}}) == 1U);
    BOOST_TEST(count({{"subject", "HN/4712"}, {"account", "doctor"}}) == 0U);
    // Who asked about the person is found by the person, too.
    const auto rows = ask("audit.events", {{"subject", "HN/4711"}, {"account", "admin:tester"}});
    BOOST_TEST_REQUIRE(rows.size() == 1U);
    BOOST_TEST(rows[0].at("subject") == "HN/4711");
    // A file whose row is gone stops no search for the person.
    const auto other = database::Connection::open(folder.path() / "data" / "consign.db",
                                                  database::Connection::Mode::read_write);
    BOOST_REQUIRE(other.has_value());
    BOOST_REQUIRE((*other)->run_script("PRAGMA foreign_keys = OFF; DELETE FROM files").has_value());
    BOOST_TEST(count({{"subject", "HN/4711"}, {"account", "admin:tester"}}) == 2U);
    BOOST_TEST(count({{"subject", "HN/4711"}, {"account", "doctor"}}) == 0U);
}

BOOST_AUTO_TEST_CASE(what_a_question_tells_of_persons_stands_sealed_in_its_event_alone) {
    ask("audit.events", {{"file", "/labs/marie"},
                         {"sha256", hash},
                         {"address", "192.0.2.1"},
                         {"subject", "HN/4711"}});
    const auto act = acts().back();
    BOOST_TEST(act.detail == "audit events");
    BOOST_TEST(act.personal.path == "/labs/marie");
    BOOST_TEST(act.personal.sha256 == hash);
    BOOST_TEST(act.personal.address == "192.0.2.1");
    BOOST_TEST(act.personal.subject == "HN/4711");
}

BOOST_AUTO_TEST_CASE(a_watch_is_recorded_once_and_tells_each_event_once) {
    came("/labs/before", hash, "192.0.2.1");
    auto rows = ask("audit.follow", {{"account", "lab"}, {"limit", 1}});
    BOOST_TEST_REQUIRE(rows.size() == 1U);
    BOOST_TEST(rows[0].at("action") == "opened_for_reading");
    const json::object again{{"follow", end.at("follow")}};
    BOOST_TEST(acts().size() == 1U);
    BOOST_TEST(acts()[0].detail == "audit events --follow");
    BOOST_TEST(ask("audit.follow", again).empty());
    came("/labs/after", hash, "192.0.2.1");
    append({.action = ledger::Action::login, .account = "other"});
    rows = ask("audit.follow", again);
    BOOST_TEST_REQUIRE(rows.size() == 2U);
    BOOST_TEST(rows[0].at("path") == "/labs/after");
    BOOST_TEST(end.at("more") == false);
    BOOST_TEST(ask("audit.follow", again).empty());
    BOOST_TEST(acts().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_watch_takes_long_news_in_parts) {
    ask("audit.follow", {{"action", "deposited"}});
    const json::object again{{"follow", end.at("follow")}};
    write([&](Transaction& transaction) -> Result<> {
        for (int i = 0; i < 6000; ++i)
            if (auto done = transaction.ledger.append({.action = ledger::Action::deposited}); !done)
                return failure(done.error());
        return {};
    });
    std::size_t told = ask("audit.follow", again).size();
    BOOST_TEST(told < 6000U);
    BOOST_TEST(end.at("more") == true);
    told += ask("audit.follow", again).size();
    BOOST_TEST(told == 6000U);
    BOOST_TEST(end.at("more") == false);
}

BOOST_AUTO_TEST_CASE(a_watch_is_its_administrators_own_and_makes_room_when_there_are_many) {
    ask("audit.follow", {});
    const json::object first{{"follow", end.at("follow")}};
    ask("audit.follow", first, "other");
    BOOST_TEST(wrong.find("begin it anew") != std::string::npos, wrong);
    ask("audit.follow", first);
    BOOST_TEST(wrong.empty(), wrong);
    for (int i = 0; i < 64; ++i) ask("audit.follow", {});
    ask("audit.follow", first);
    BOOST_TEST(wrong.find("begin it anew") != std::string::npos, wrong);
}

BOOST_AUTO_TEST_CASE(sql_reads_the_tables_with_their_sealed_fields_open) {
    const Id stream = came("/labs/caf\xe9", hash, "192.0.2.1");
    deposit("/labs/kept", 12);
    BOOST_TEST(sql("SELECT path FROM event WHERE action = 'deposited'") == "/labs/caf\\xe9");
    BOOST_TEST(sql("SELECT sha256 FROM event WHERE stream = '" + stream.hex() +
                   "' ORDER BY sequence LIMIT 1") == json::value(hash));
    BOOST_TEST(sql("SELECT count(*) FROM event WHERE address = '192.0.2.1'") == 2);
    BOOST_TEST(sql("SELECT count(*) FROM event e JOIN session s ON s.id = e.session"
                   " WHERE s.address = '192.0.2.1' AND s.account = 'lab'") == 2);
    BOOST_TEST(sql("SELECT path FROM file WHERE size = 12") == "/labs/kept");
    BOOST_TEST(sql("SELECT count(*) FROM checkpoint") == 0);
    BOOST_TEST(sql("SELECT count(*) FROM event WHERE time >= '2020-01-01' AND sequence <= 2") == 2);
    BOOST_TEST(sql("SELECT count(*) FROM event WHERE time < '2020-01-01'") == 0);
    BOOST_TEST(sql("SELECT account FROM event WHERE query LIKE '%checkpoint' LIMIT 1") ==
               "admin:tester");
}

BOOST_AUTO_TEST_CASE(sql_ends_with_the_daemon) {
    site->stopping.request_stop();
    ask("audit.sql",
        {{"sql",
          "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x)"
          " FROM c"}});
    BOOST_TEST(wrong.find("the daemon is stopping") != std::string::npos, wrong);
    BOOST_TEST((acts().back().outcome == ledger::Outcome::failed));
}

BOOST_AUTO_TEST_CASE(sql_agrees_with_itself_whether_or_not_an_index_helps) {
    for (int i = 0; i < 20; ++i)
        append({.time = clock.now() - std::chrono::hours(24 * (i % 5)),
                .action = i % 3 == 0 ? ledger::Action::deposited : ledger::Action::login,
                .outcome = i % 4 == 0 ? ledger::Outcome::failed : ledger::Outcome::granted,
                .account = "lab" + std::to_string(i % 2)});
    const auto day = sql("SELECT max(time) FROM event WHERE sequence = 3").as_string();
    for (const std::string condition :
         {"account = 'lab1'", "action = 'login'", "outcome = 'failed'", "sequence > 5",
          "sequence BETWEEN 3 AND 9", "time = '{0}'", "time > '{0}'", "time >= '{0}'",
          "time < '{0}'", "time <= '{0}'", "account = 'lab1' AND action = 'deposited'",
          "account IN ('lab0', 'none')", "session = ''", "stream = ''", "action = 'no such'"}) {
        const auto given = fmt::format(fmt::runtime(condition), std::string(day));
        // A plus keeps SQLite from handing a condition on.
        std::string by_hand = given;
        for (const char* column :
             {"account", "action", "outcome", "sequence", "time", "session", "stream"})
            for (std::size_t at = by_hand.find(std::string(column) + " "); at != std::string::npos;
                 at = by_hand.find(std::string(column) + " ", at + 2))
                by_hand.insert(at, "+");
        BOOST_TEST(
            sql("SELECT group_concat(sequence) FROM (SELECT sequence FROM event WHERE (" + given +
                ") AND sequence <= 20 ORDER BY sequence DESC)") ==
                sql("SELECT group_concat(sequence) FROM (SELECT +sequence AS sequence FROM event"
                    " WHERE (" +
                    by_hand + ") AND +sequence <= 20 ORDER BY 1 DESC)"),
            given);
    }
}

BOOST_AUTO_TEST_CASE(what_is_asked_in_sql_is_recorded_sealed_and_leaves_no_trace_in_clear) {
    const std::string secret = "Marie-Curie-1867";
    const auto rows = ask("audit.sql", {{"sql", "SELECT '" + secret + "' FROM nowhere"}});
    BOOST_TEST(rows.empty());
    BOOST_TEST(wrong.find("no such table: nowhere") != std::string::npos, wrong);
    BOOST_TEST(wrong.find("audit sql --schema") != std::string::npos, wrong);
    const auto act = acts().back();
    BOOST_TEST((act.outcome == ledger::Outcome::failed));
    BOOST_TEST(act.detail == "audit sql");
    BOOST_TEST(act.personal.query == "SELECT '" + secret + "' FROM nowhere");
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(folder.path() / "data")) {
        if (!entry.is_regular_file()) continue;
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string bytes((std::istreambuf_iterator<char>(file)),
                                std::istreambuf_iterator<char>());
        BOOST_TEST(bytes.find(secret) == std::string::npos, entry.path().string());
    }
}

BOOST_AUTO_TEST_CASE(sql_changes_nothing) {
    append({.action = ledger::Action::login, .account = "lab"});
    for (const char* const text :
         {"DELETE FROM event", "UPDATE event SET account = 'x'", "DROP TABLE event",
          "ATTACH 'consign.db' AS d", "PRAGMA journal_mode = DELETE", "SELECT * FROM events",
          "SELECT * FROM sqlite_schema"}) {
        ask("audit.sql", {{"sql", text}});
        BOOST_TEST(!wrong.empty(), text);
    }
    BOOST_TEST(sql("SELECT count(*) FROM event WHERE account = 'lab'") == 1);
}

BOOST_AUTO_TEST_CASE(the_schema_names_what_sql_may_ask_about) {
    std::set<std::string> tables;
    for (const auto& row : ask("audit.schema", {})) {
        const std::string table(row.at("table").as_string()), column(row.at("column").as_string());
        tables.insert(table);
        sql("SELECT count(" + column + ") FROM " + table);
    }
    BOOST_TEST((tables == std::set<std::string>{"event", "session", "checkpoint", "file"}));
}

BOOST_DATA_TEST_CASE_F(Fixture, wrong_arguments_are_told_and_do_nothing,
                       boost::unit_test::data::make(complaints), one) {
    ask(one.verb, json::parse(one.arguments).as_object());
    BOOST_TEST(wrong.find(one.says) != std::string::npos, wrong);
    BOOST_TEST(acts().empty());
}

BOOST_AUTO_TEST_SUITE_END()
