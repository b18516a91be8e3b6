#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>

#include "storage/database/errc.hpp"
#include "storage/ledger/commitment.hpp"
#include "storage/ledger/errc.hpp"
#include "storage/ledger/ledger.hpp"
#include "storage/ledger/search.hpp"
#include "storage/ledger/search_plan.hpp"
#include "tests/component/keyed_database.hpp"

using namespace consign;
using namespace consign::ledger;
using namespace std::chrono_literals;

namespace {

constexpr Timestamp march{std::chrono::sys_days{std::chrono::year{2026} / 3 / 15}};
constexpr Timestamp april{std::chrono::sys_days{std::chrono::year{2026} / 4 / 15}};

struct Site : KeyedDatabase {
    Ledger ledger{*connection, *keys, random};
    Search search{*connection, *keys, random};

    Site() : KeyedDatabase(march) { run("BEGIN"); }

    std::int64_t append(const Event& event) {
        const auto sequence = ledger.append(event);
        BOOST_REQUIRE(sequence.has_value());
        return *sequence;
    }
    /// Five events that differ in every field.
    void append_five() {
        for (std::uint64_t number = 1; number <= 5; ++number) append(event_of(number));
    }
    Event event_of(std::uint64_t number) {
        const std::string text = std::to_string(number);
        return {.time = march + std::chrono::minutes(number),
                .action = Action::deposited,
                .outcome = Outcome::granted,
                .session = Id::random(random),
                .account = "lab" + text,
                .protocol = "sftp",
                .rule = "10-lab.yaml:" + text,
                .detail = "detail " + text,
                .stream = Id::random(random),
                .bytes = number * 100,
                .count = number,
                .policy = random.array<32>(),
                .personal = {.path = "/lab/in/" + text,
                             .second_path = "/partner/" + text,
                             .address = "192.0.2." + text,
                             .sha256 = to_hex(random.array<32>()),
                             .subject = "subject " + text}};
    }
    std::vector<EventRow> all() {
        auto rows = search.events({});
        BOOST_REQUIRE(rows.has_value());
        return std::move(*rows);
    }
};

std::vector<std::int64_t> sequences(const Result<std::vector<EventRow>>& rows) {
    BOOST_REQUIRE(rows.has_value());
    std::vector<std::int64_t> numbers;
    for (const EventRow& row : *rows) numbers.push_back(row.sequence);
    return numbers;
}

using Sequences = std::vector<std::int64_t>;

}  // namespace

BOOST_AUTO_TEST_SUITE(ledger_events)

BOOST_AUTO_TEST_CASE(an_event_is_had_back_as_it_was_told) {
    Site site;
    const Event full = site.event_of(1);
    Event bare{.time = march, .action = Action::daemon_started};
    BOOST_TEST(site.append(full) == 1);
    BOOST_TEST(site.append(bare) == 2);
    const auto rows = site.all();
    BOOST_REQUIRE(rows.size() == 2U);
    BOOST_TEST((rows[0].event == full));
    BOOST_TEST((rows[1].event == bare));
    BOOST_TEST(rows[0].personal_readable);
    BOOST_TEST(rows[1].personal_readable);
    BOOST_TEST(!rows[0].personal_altered);
    BOOST_TEST(!rows[1].personal_altered);
}

BOOST_AUTO_TEST_CASE(a_filter_takes_the_newest_that_match_and_gives_them_oldest_first) {
    Site site;
    site.append_five();
    Event refusal = site.event_of(6);
    refusal.outcome = Outcome::refused;
    refusal.action = Action::removed;
    refusal.account = "lab2";
    site.append(refusal);
    auto& search = site.search;
    BOOST_TEST(sequences(search.events({.limit = 2})) == (Sequences{5, 6}));
    BOOST_TEST(sequences(search.events({.limit = 0})) == Sequences{});
    BOOST_TEST(sequences(search.events({.account = "lab2"})) == (Sequences{2, 6}));
    BOOST_TEST(sequences(search.events({.account = "lab"})) == Sequences{});
    BOOST_TEST(sequences(search.events({.from = march + 2min, .until = march + 4min})) ==
               (Sequences{2, 3}));
    BOOST_TEST(sequences(search.events({.from = march + 5min})) == (Sequences{5, 6}));
    BOOST_TEST(sequences(search.events({.until = march + 2min})) == Sequences{1});
    BOOST_TEST(sequences(search.events({.outcome = Outcome::refused})) == Sequences{6});
    BOOST_TEST(sequences(search.events({.account = "lab2", .action = Action::deposited})) ==
               Sequences{2});
    BOOST_TEST(sequences(search.events({.session = refusal.session})) == Sequences{6});
    const auto third = [](std::string_view path) { return path == "/lab/in/3"; };
    BOOST_TEST(sequences(search.events({.path_matches = third})) == Sequences{3});
    const auto partners = [](std::string_view path) { return path.starts_with("/partner/"); };
    BOOST_TEST(sequences(search.events({.path_matches = partners, .limit = 2})) ==
               (Sequences{5, 6}));
}

BOOST_AUTO_TEST_CASE(a_path_filter_asks_of_no_absent_path) {
    Site site;
    site.append({.time = march, .action = Action::login});
    const auto anything = [](std::string_view) { return true; };
    BOOST_TEST(sequences(site.search.events({.path_matches = anything})) == Sequences{});
}

BOOST_AUTO_TEST_CASE(a_million_rows_would_be_read_without_sorting_them) {
    Site site;
    for (const char* const condition :
         {"1", "account = ''", "session = x''",
          "sequence IN (SELECT sequence FROM events WHERE time >= 1 AND time < 2)"}) {
        auto plan = site.connection->query(
            std::string("EXPLAIN QUERY PLAN SELECT detail FROM events WHERE ") + condition +
            " ORDER BY sequence DESC");
        while (plan.next().value())
            BOOST_TEST(plan.text(3).find("USE TEMP B-TREE") == std::string_view::npos);
    }
}

BOOST_AUTO_TEST_CASE(every_action_has_a_name_of_its_own) {
    for (int number = 0; number < 100; ++number) {
        const auto action = static_cast<Action>(number);
        if (name_of(action) != "unknown") BOOST_TEST((action_named(name_of(action)) == action));
    }
    BOOST_TEST(name_of(Action::administrator_acted) == "administrator_acted");
    BOOST_TEST((outcome_named("refused") == Outcome::refused));
    BOOST_TEST(!action_named("unknown").has_value());
    BOOST_TEST(!outcome_named("maybe").has_value());
}

BOOST_AUTO_TEST_CASE(the_index_of_rare_actions_is_of_all_that_are_rare) {
    const std::string condition = std::string(rare_actions_alone.view()) + " ";
    for (int number = 0; number < 100; ++number) {
        const auto action = static_cast<Action>(number);
        if (name_of(action) == "unknown") continue;
        const bool is_left_out =
            condition.find("action <> " + std::to_string(number) + " ") != std::string::npos;
        BOOST_TEST(is_rare(action) != is_left_out, name_of(action));
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ledger_chain)

BOOST_AUTO_TEST_CASE(an_untouched_chain_verifies_to_its_head) {
    Site site;
    BOOST_TEST(site.ledger.verify()->rows == 0);
    site.append_five();
    const auto found = site.ledger.verify();
    BOOST_REQUIRE(found.has_value());
    BOOST_TEST(found->rows == 5);
    BOOST_TEST(!found->first_bad.has_value());
    BOOST_TEST(found->why.empty());
    BOOST_TEST((found->head == site.all().back().hash));
}

BOOST_AUTO_TEST_CASE(a_job_that_is_undone_leaves_no_gap) {
    Site site;
    {
        auto savepoint = database::Savepoint::begin(*site.connection);
        BOOST_REQUIRE(savepoint.has_value());
        site.append(site.event_of(1));  // also makes the chain's id, and takes it back
    }
    BOOST_TEST(site.append(site.event_of(2)) == 1);
    {
        auto savepoint = database::Savepoint::begin(*site.connection);
        BOOST_REQUIRE(savepoint.has_value());
        BOOST_TEST(site.append(site.event_of(3)) == 2);
    }
    BOOST_TEST(site.append(site.event_of(4)) == 2);
    BOOST_TEST(site.ledger.verify()->rows == 2);
    BOOST_TEST(!site.ledger.verify()->first_bad.has_value());
}

BOOST_AUTO_TEST_CASE(a_transaction_that_is_undone_leaves_no_gap) {
    Site site;
    BOOST_TEST(site.append(site.event_of(1)) == 1);
    site.run("COMMIT");
    for (const char* const end : {"ROLLBACK", "COMMIT"}) {
        site.run("BEGIN");
        BOOST_TEST(site.append(site.event_of(2)) == 2);
        BOOST_TEST(site.append(site.event_of(3)) == 3);
        site.run(end);
    }
    BOOST_TEST(site.append(site.event_of(4)) == 4);
    BOOST_TEST(site.ledger.verify()->rows == 4);
    BOOST_TEST(!site.ledger.verify()->first_bad.has_value());
}

struct Tampering {
    const char* statement;
    std::int64_t first_bad;
};
std::ostream& operator<<(std::ostream& out, const Tampering& tampering) {
    return out << tampering.statement;
}

// What somebody with the database file and no key could do to five rows.
const std::array<Tampering, 24> tamperings{{
    {"UPDATE events SET time = time + 1 WHERE sequence = 3", 3},
    {"UPDATE events SET action = 28 WHERE sequence = 3", 3},
    {"UPDATE events SET action = action + 65536 WHERE sequence = 3", 3},
    {"UPDATE events SET outcome = 2 WHERE sequence = 3", 3},
    {"UPDATE events SET outcome = outcome + 256 WHERE sequence = 3", 3},
    {"UPDATE events SET session = zeroblob(16) WHERE sequence = 3", 3},
    {"UPDATE events SET session = x'00' WHERE sequence = 3", 3},
    {"UPDATE events SET account = 'lab4' WHERE sequence = 3", 3},
    {"UPDATE events SET account = account || 's', protocol = 'ftp' WHERE sequence = 3", 3},
    {"UPDATE events SET rule = '' WHERE sequence = 3", 3},
    {"UPDATE events SET detail = detail || x'00' WHERE sequence = 3", 3},
    {"UPDATE events SET stream = zeroblob(16) WHERE sequence = 3", 3},
    {"UPDATE events SET bytes = 0 WHERE sequence = 3", 3},
    {"UPDATE events SET bytes = -bytes WHERE sequence = 3", 3},
    {"UPDATE events SET count = 1 WHERE sequence = 3", 3},
    {"UPDATE events SET policy = zeroblob(32) WHERE sequence = 3", 3},
    {"UPDATE events SET commitments = (SELECT commitments FROM events WHERE sequence = 4)"
     " WHERE sequence = 3",
     3},
    {"UPDATE events SET commitments = x'00' WHERE sequence = 3", 3},
    {"UPDATE events SET hash = zeroblob(32) WHERE sequence = 3", 3},
    {"DELETE FROM events WHERE sequence = 1", 2},
    {"DELETE FROM events WHERE sequence = 3", 4},
    {"DELETE FROM events WHERE sequence = 3;"
     "UPDATE events SET sequence = 3 WHERE sequence = 4;"
     "UPDATE events SET sequence = 4 WHERE sequence = 5",
     3},
    {"UPDATE events SET sequence = -3 WHERE sequence = 3;"
     "UPDATE events SET sequence = 3 WHERE sequence = 4;"
     "UPDATE events SET sequence = 4 WHERE sequence = -3",
     3},
    {"UPDATE chain SET id = zeroblob(16)", 1},
}};

BOOST_DATA_TEST_CASE(a_row_that_was_changed_removed_or_moved_is_found, tamperings, tampering) {
    Site site;
    site.append_five();
    site.run(tampering.statement);
    const auto found = site.ledger.verify();
    BOOST_REQUIRE(found.has_value());
    BOOST_TEST(found->first_bad.value_or(-1) == tampering.first_bad);
    BOOST_TEST(!found->why.empty());
}

const std::array<const char*, 3> insertions{
    "INSERT INTO events SELECT 6, time, action, outcome, session, account, protocol, rule, detail,"
    " stream, bytes, count, policy, commitments, personal, hash FROM events WHERE sequence = 5",
    "INSERT INTO events SELECT 0, time, action, outcome, session, account, protocol, rule, detail,"
    " stream, bytes, count, policy, commitments, personal, hash FROM events WHERE sequence = 1",
    "DELETE FROM chain",
};

BOOST_DATA_TEST_CASE(a_row_that_was_added_or_a_chain_without_its_id_is_found, insertions,
                     statement) {
    Site site;
    site.append_five();
    site.run(statement);
    const auto found = site.ledger.verify();
    BOOST_REQUIRE(found.has_value());
    BOOST_TEST(found->first_bad.has_value());
    BOOST_TEST(!found->why.empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ledger_personal_fields)

BOOST_AUTO_TEST_CASE(a_destroyed_period_forgets_its_fields_alone_and_the_chain_verifies) {
    Site site;
    site.append(site.event_of(1));
    Event later = site.event_of(2);
    later.time = april;
    site.append(later);
    Event plain{.time = march, .action = Action::daemon_stopped};
    site.append(plain);
    BOOST_REQUIRE(site.all()[0].personal_readable);  // the key is in use when it is destroyed
    const auto key = site.keys->period_key_for(march, keyring::Purpose::file_trace);
    BOOST_REQUIRE(site.keys->destroy(*key).has_value());

    const auto rows = site.all();
    BOOST_TEST(!rows[0].personal_readable);
    BOOST_TEST(!rows[0].personal_altered);
    BOOST_TEST((rows[0].event.personal == Personal{}));
    BOOST_TEST(rows[0].event.account == "lab1");
    BOOST_TEST((rows[1].event == later));
    BOOST_TEST(rows[2].personal_readable);
    const auto anything = [](std::string_view) { return true; };
    BOOST_TEST(sequences(site.search.events({.path_matches = anything})) == Sequences{2});
    BOOST_TEST(site.ledger.verify()->rows == 3);
    BOOST_TEST(!site.ledger.verify()->first_bad.has_value());
}

BOOST_AUTO_TEST_CASE(who_came_and_what_a_file_was_stand_under_keys_of_their_own) {
    Site site;
    site.append(site.event_of(1));
    Event access = site.event_of(2);
    access.stream = {};
    site.append(access);
    const auto key = site.keys->period_key_for(march, keyring::Purpose::ledger_period);
    BOOST_REQUIRE(site.keys->destroy(*key).has_value());
    const auto rows = site.all();
    BOOST_TEST(rows[0].personal_readable);
    BOOST_TEST(!rows[1].personal_readable);
    BOOST_TEST(!rows[1].personal_altered);
}

BOOST_AUTO_TEST_CASE(fields_that_were_overwritten_with_zeros_are_forgotten_and_not_altered) {
    Site site;
    site.append_five();
    site.run("UPDATE events SET personal = zeroblob(length(personal)) WHERE sequence = 3");
    for (const EventRow& row : site.all()) {
        BOOST_TEST(row.personal_readable == (row.sequence != 3));
        BOOST_TEST(!row.personal_altered);
    }
    BOOST_TEST(!site.ledger.verify()->first_bad.has_value());
}

const std::array<const char*, 5> cell_tamperings{
    "UPDATE events SET personal = (SELECT personal FROM events WHERE sequence = 4)"
    " WHERE sequence = 3",
    "UPDATE events SET personal = NULL WHERE sequence = 3",
    "UPDATE events SET personal = x'' WHERE sequence = 3",
    "UPDATE events SET personal = CAST(substr(personal, 1, 40) ||"
    " CASE substr(personal, 41, 1) WHEN x'00' THEN x'01' ELSE x'00' END ||"
    " substr(personal, 42) AS BLOB) WHERE sequence = 3",
    "UPDATE events SET personal = substr(personal, 1, length(personal) - 1) WHERE sequence = 3",
};

BOOST_DATA_TEST_CASE(a_sealed_cell_that_was_changed_or_exchanged_makes_its_row_alone_unreadable,
                     cell_tamperings, statement) {
    Site site;
    site.append_five();
    site.run(statement);
    for (const EventRow& row : site.all()) {
        BOOST_TEST(row.personal_readable == (row.sequence != 3));
        BOOST_TEST(row.personal_altered == (row.sequence == 3));
        BOOST_TEST((row.event.personal == Personal{}) == (row.sequence == 3));
    }
    BOOST_TEST(!site.ledger.verify()->first_bad.has_value());
}

BOOST_AUTO_TEST_CASE(openings_of_other_fields_do_not_fit_the_commitments) {
    SystemRandom random;
    const Personal personal{.path = "/a", .subject = "s"};
    const auto fields = salted(personal, random);
    BOOST_TEST((open_commitments(commitments(fields), openings(fields)) == personal));
    BOOST_TEST(!open_commitments(commitments(fields), openings(salted(personal, random))));
    BOOST_TEST(!open_commitments(commitments(salted(personal, random)), openings(fields)));
    BOOST_TEST(!open_commitments(commitments(fields), openings({fields[0]})));
    auto renamed = fields;
    renamed[0].name = "address";
    BOOST_TEST(!open_commitments(commitments(fields), openings(renamed)));
    Bytes longer = openings(fields);
    longer.push_back(0);
    BOOST_TEST(!open_commitments(commitments(fields), longer));
    for (std::size_t length = 0; length < openings(fields).size(); ++length)
        BOOST_TEST(!open_commitments(commitments(fields), ByteView(longer).first(length)));
}

BOOST_AUTO_TEST_CASE(equal_fields_have_unequal_commitments) {
    SystemRandom random;
    const Personal personal{.path = "/a"};
    BOOST_TEST((commitments(salted(personal, random)) != commitments(salted(personal, random))));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ledger_sessions)

BOOST_AUTO_TEST_CASE(a_session_is_opened_told_more_of_and_ended_once) {
    Site site;
    Session session{.id = Id::random(site.random),
                    .protocol = "sftp",
                    .listener = "internal",
                    .address = "192.0.2.7:50022",
                    .started = march};
    BOOST_TEST(site.ledger.open_session(session).has_value());
    BOOST_TEST((site.ledger.open_session(session).error() == ledger_errc::already_open));
    session.client = "OpenSSH_9.2";
    session.algorithms = "curve25519-sha256 aes256-gcm@openssh.com";
    session.account = "lab";
    session.login_methods = "publickey";
    session.files_in = 1;
    session.files_out = 2;
    session.bytes_in = 3;
    session.bytes_out = 4;
    BOOST_TEST(site.ledger.update_session(session).has_value());
    BOOST_TEST((site.search.sessions({})->front() == session));
    session.ended = march + 1min;
    session.end_reason = "closed by the peer";
    BOOST_TEST(site.ledger.update_session(session).has_value());
    BOOST_TEST((site.search.sessions({})->front() == session));
    session.id = Id::random(site.random);
    BOOST_TEST((site.ledger.update_session(session).error() == ledger_errc::no_such_session));
}

BOOST_AUTO_TEST_CASE(those_that_a_crash_left_open_are_ended_and_no_others) {
    Site site;
    const Session ended{.id = Id::random(site.random),
                        .started = march,
                        .ended = march + 1s,
                        .end_reason = "closed by the peer"};
    const Session open{.id = Id::random(site.random), .account = "lab", .started = march + 2s};
    BOOST_TEST(site.ledger.open_session(ended).has_value());
    BOOST_TEST(site.ledger.open_session(open).has_value());
    BOOST_TEST(site.ledger.end_open_sessions(april, "the daemon died").value() == 1U);
    BOOST_TEST(site.ledger.end_open_sessions(april, "again").value() == 0U);
    const auto sessions = site.search.sessions({});
    BOOST_REQUIRE(sessions->size() == 2U);
    BOOST_TEST((sessions->at(0) == ended));
    BOOST_TEST((sessions->at(1).ended == april));
    BOOST_TEST(sessions->at(1).end_reason == "the daemon died");
    BOOST_TEST(site.search.sessions({.account = "lab"})->size() == 1U);
    BOOST_TEST(site.search.sessions({.from = march + 1s, .until = march + 2s})->empty());
    BOOST_TEST((site.search.sessions({.limit = 1})->front().id == open.id));
}

BOOST_AUTO_TEST_CASE(an_address_is_forgotten_with_its_period_and_told_where_it_was_altered) {
    Site site;
    for (const Timestamp started : {march, april, april})
        BOOST_TEST(
            site.ledger
                .open_session(
                    {.id = Id::random(site.random), .address = "192.0.2.7", .started = started})
                .has_value());
    BOOST_TEST(
        site.keys->destroy(*site.keys->period_key_for(march, keyring::Purpose::ledger_period))
            .has_value());
    site.run(
        "UPDATE sessions SET address = (SELECT address FROM sessions WHERE id = 2)"
        " WHERE id = 3");
    const auto sessions = site.search.sessions({});
    BOOST_REQUIRE(sessions->size() == 3U);
    BOOST_TEST(!sessions->at(0).address_readable);
    BOOST_TEST(!sessions->at(0).address_altered);
    BOOST_TEST(sessions->at(1).address == "192.0.2.7");
    BOOST_TEST(!sessions->at(2).address_readable);
    BOOST_TEST(sessions->at(2).address_altered);
    BOOST_TEST(sessions->at(2).address.empty());
}

BOOST_AUTO_TEST_SUITE_END()
