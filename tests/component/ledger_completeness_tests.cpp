// What no hash covers: personal fields that were taken away, and the tables that rows are found by.
#include <boost/test/unit_test.hpp>

#include "storage/ledger/completeness.hpp"
#include "storage/ledger/forgetting.hpp"
#include "storage/ledger/kept_stream.hpp"
#include "storage/ledger/ledger.hpp"
#include "storage/ledger/timestamps.hpp"
#include "tests/component/keyed_database.hpp"

using namespace consign;
using namespace consign::ledger;

namespace {

constexpr Timestamp march{std::chrono::sys_days{std::chrono::year{2026} / 3 / 15}};
constexpr std::string_view march_text = "2026-03";

struct Site : KeyedDatabase {
    Ledger ledger{*connection, *keys, random};
    Forgetting forgetting{*connection, *keys, random};
    ReceiptRows receipt_rows{*connection};
    CompletenessCheck check{*connection, *keys, random};
    EventIndex index{*connection, *keys};
    Session session{.id = Id::random(random),
                    .protocol = "sftp",
                    .listener = "front",
                    .address = "192.0.2.7",
                    .client = "client",
                    .algorithms = "aes",
                    .account = "lab",
                    .login_methods = "publickey",
                    .started = march};
    Id stream = Id::random(random);

    /// Rows 1 to 7: a login, three listings, and a file that comes, leaves and is destroyed.
    Site() : KeyedDatabase(march) {
        BOOST_REQUIRE(ledger.open_session(session).has_value());
        append({.action = Action::login,
                .detail = "publickey; key SHA256:x; client client; aes",
                .personal = {.address = "192.0.2.7"}});
        for (const char* path : {"/a", "/b", "/c"})
            append({.action = Action::listed, .personal = {.path = path}});
        append({.action = Action::deposited,
                .stream = stream,
                .personal = {.path = "/a/x", .sha256 = std::string(64, 'a')}});
        append(
            {.action = Action::opened_for_reading, .stream = stream, .personal = {.path = "/a/x"}});
        const auto destroyed = append({.action = Action::destroyed,
                                       .account = "system:retention",
                                       .stream = stream,
                                       .personal = {.sha256 = std::string(64, 'a')}});
        BOOST_REQUIRE(receipt_rows.note(stream, {march, destroyed}, Action::destroyed).has_value());
    }

    std::int64_t append(Event event) {
        event.time = march;
        if (event.account.empty()) {
            event.account = "lab";
            event.session = session.id;
            event.protocol = "sftp";
        }
        const auto row = ledger.append(event);
        BOOST_REQUIRE(row.has_value());
        return *row;
    }
    void tell(std::string detail) {
        append({.action = Action::fields_forgotten,
                .account = "system:ledger",
                .detail = std::move(detail)});
    }
    Completeness found(std::span<const keyring::PeriodKey> known = {}) {
        BOOST_REQUIRE(!ledger.verify()->first_bad.has_value());
        const auto run = check.run(known);
        BOOST_REQUIRE(run.has_value());
        return *run;
    }
    std::int64_t erased() { return found().first_erased.value_or(0); }
    /// What is found after `sql`, which is then undone.
    Completeness after(const char* sql) {
        auto savepoint = database::Savepoint::begin(*connection);
        BOOST_REQUIRE(savepoint.has_value());
        run(sql);
        return found();
    }
    void destroy_access_key() {
        const auto key = keys->period_key_for(march, keyring::Purpose::ledger_period);
        BOOST_REQUIRE(key.has_value());
        BOOST_REQUIRE(keys->destroy(*key).has_value());
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(ledger_completeness, Site)

BOOST_AUTO_TEST_CASE(a_ledger_as_it_was_written_lacks_nothing) {
    const Completeness whole = found();
    BOOST_TEST(!whole.first_erased.has_value(), whole.why);
    BOOST_TEST(whole.is_whole());
    BOOST_TEST(whole.to_index == 0);
}

BOOST_AUTO_TEST_CASE(fields_that_somebody_took_away_are_not_forgotten) {
    for (const char* erasure :
         {"UPDATE events SET personal = zeroblob(length(personal)) WHERE sequence = 3",
          "UPDATE events SET personal = NULL WHERE sequence = 3",
          "UPDATE events SET personal = x'' WHERE sequence = 3",
          "UPDATE events SET personal = CAST(x'00000000' || randomblob(60) AS BLOB) WHERE sequence "
          "= 3",
          "UPDATE events SET personal = CAST(x'7fffffff' || substr(personal, 5) AS BLOB) WHERE "
          "sequence = 3",
          "UPDATE events SET personal = (SELECT personal FROM events WHERE sequence = 4)"
          " WHERE sequence = 3"})
        BOOST_TEST(after(erasure).first_erased.value_or(0) == 3, erasure);
    for (const char* erasure :
         {"UPDATE events SET personal = zeroblob(length(personal)) WHERE sequence >= 6",
          "UPDATE events SET personal = CAST(x'7fffffff' || substr(personal, 5) AS BLOB) WHERE "
          "sequence >= 6"}) {
        const Completeness lost = after(erasure);
        BOOST_TEST(lost.first_erased.value_or(0) == 6, erasure);
        BOOST_TEST(!lost.why.empty());
    }
}

BOOST_AUTO_TEST_CASE(what_the_ledger_tells_was_forgotten_may_be_gone_and_no_row_more) {
    const std::vector<std::int64_t> rows{5, 6};
    const auto forgotten = forgetting.forget_traces(rows, march);
    BOOST_TEST_REQUIRE(forgotten->rows == 2U);
    // A crash between the two is none: they are one transaction.
    BOOST_TEST(erased() == 5);
    const auto words = traces_forgotten(forgotten->by_month);
    BOOST_TEST(words == "the content of these files is gone: 2 of 2026-03");
    tell(words);
    BOOST_TEST(erased() == 0);
    // One more of that month; then one behind what tells it.
    BOOST_TEST(after("UPDATE events SET personal = zeroblob(length(personal)) WHERE sequence = 7")
                   .first_erased.value_or(0) == 5);
    append({.action = Action::deposited, .stream = stream, .personal = {.path = "/late"}});
    BOOST_TEST(after("UPDATE events SET personal = zeroblob(length(personal)) WHERE sequence = 9")
                   .first_erased.value_or(0) == 9);
}

BOOST_AUTO_TEST_CASE(what_was_forgotten_of_a_stray_is_not_erased_once_it_came_back) {
    const std::vector<std::int64_t> rows{5, 6};
    tell(traces_forgotten(forgetting.forget_traces(rows, march)->by_month));
    const auto put_away = [&](std::string_view why) {
        return append({.action = Action::quarantined,
                       .account = "admin:root",
                       .detail = std::string(why),
                       .stream = stream,
                       .personal = {.path = "/a/x"}});
    };
    BOOST_REQUIRE(connection
                      ->run("INSERT INTO files (stream, size_bytes, sha256, depositor)"
                            " VALUES (?, 0, x'', '')",
                            stream)
                      .has_value());
    BOOST_TEST(put_away("infected") == 9);
    BOOST_TEST(erased() == 5);
    BOOST_TEST(put_away(stray_recovered) == 10);
    BOOST_TEST(erased() == 0);
    // What came with it was not forgotten; before, no more than was told.
    BOOST_TEST(after("UPDATE events SET personal = zeroblob(length(personal)) WHERE sequence = 10")
                   .first_erased.value_or(0) == 10);
    BOOST_TEST(after("UPDATE events SET personal = zeroblob(length(personal)) WHERE sequence = 9")
                   .first_erased.value_or(0) == 9);
}

BOOST_AUTO_TEST_CASE(an_access_key_that_is_gone_is_told_of_for_its_month_and_its_rows) {
    const auto known = keys->period_keys();
    destroy_access_key();
    BOOST_TEST(erased() == 1);
    // It went meanwhile: who reads an older state of the ledger does not see what tells it.
    BOOST_TEST(!found(known).first_erased.has_value());
    for (const std::string& wrong :
         {access_forgotten("2026-04", 4, 1), access_forgotten(march_text, 3, 1),
          traces_forgotten({{std::string(march_text), 4}}), traces_key_forgotten(march_text),
          access_forgotten(march_text, 4, 1) + " ", std::string("the access of 2026-03")}) {
        auto savepoint = database::Savepoint::begin(*connection);
        tell(wrong);
        BOOST_TEST(erased() == 1, wrong);
    }
    append({.action = Action::administrator_acted,
            .account = "admin:root",
            .detail = access_forgotten(march_text, 4, 1)});
    BOOST_TEST(erased() == 1);
    tell(access_forgotten(march_text, 4, 1));
    BOOST_TEST(erased() == 0);
    BOOST_TEST(found().is_whole());
}

BOOST_AUTO_TEST_CASE(what_rows_are_found_by_is_missed_and_made_anew) {
    const Completeness whole = found();
    Completeness lack = after("DELETE FROM event_index WHERE sequence > 0");
    BOOST_TEST(!lack.first_erased.has_value());
    BOOST_TEST(!lack.is_whole());
    BOOST_TEST(lack.index.first == 2);
    BOOST_TEST(lack.index.count == 5U);  // three listings, and a deposit's two
    BOOST_TEST(after("DELETE FROM event_index WHERE sequence < 0").index.count == 1U);

    lack = after("DELETE FROM sessions");
    BOOST_TEST(lack.sessions.count == 1U);
    BOOST_TEST(lack.sessions.first == 1);
    for (const char* change :
         {"UPDATE sessions SET account = 'other'", "UPDATE sessions SET protocol = 'ftps'",
          "UPDATE sessions SET algorithms = 'better'", "UPDATE sessions SET address = x''",
          "UPDATE sessions SET login_methods = 'password'",
          "UPDATE sessions SET address = zeroblob(length(address))"})
        BOOST_TEST(after(change).sessions.count == 1U, change);

    lack = after("DELETE FROM receipt_owners");
    BOOST_TEST(lack.receipts.count == 1U);
    BOOST_TEST(lack.receipts.first == 7);
    BOOST_TEST(after("UPDATE receipt_owners SET account = 'other'").receipts.count == 1U);

    run("DELETE FROM event_index; DELETE FROM receipt_owners");
    BOOST_REQUIRE(index.index_anew().has_value());
    BOOST_REQUIRE(receipt_rows.note_anew(0, 7).has_value());
    // Until they are indexed, they lack nothing, and are told of.
    lack = found();
    BOOST_TEST(lack.is_whole());
    BOOST_TEST(lack.to_index == 8);
    for (auto more = index.catch_up(random, 3); *more; more = index.catch_up(random, 3))
        BOOST_REQUIRE(more.has_value());
    lack = found();
    BOOST_TEST(lack.is_whole());
    BOOST_TEST(lack.to_index == 0);
}

BOOST_AUTO_TEST_CASE(a_session_that_ended_is_what_its_end_told_or_more) {
    session.ended = march;
    session.end_reason = "the client left; files in 9, out 9";
    session.files_out = 2;
    session.bytes_out = 4000;
    BOOST_REQUIRE(ledger.update_session(session).has_value());
    append({.action = Action::session_ended,
            .detail = session.end_reason + "; files in 0, out 2; bytes in 0, out 4000"});
    BOOST_TEST(found().is_whole());
    // A transfer that ended behind it; the clock between two looks at it.
    for (const char* change : {"UPDATE sessions SET bytes_out = 5000, files_out = 3",
                               "UPDATE sessions SET ended = ended - 1"})
        BOOST_TEST(after(change).is_whole(), change);
    for (const char* change :
         {"UPDATE sessions SET bytes_out = 3999", "UPDATE sessions SET files_out = 0",
          "UPDATE sessions SET end_reason = 'other'", "UPDATE sessions SET ended = NULL",
          "UPDATE sessions SET ended = ended + 86400000000",
          "UPDATE sessions SET ended = ended - 86400000000"}) {
        const Completeness lack = after(change);
        BOOST_TEST(lack.sessions.count == 1U, change);
        BOOST_TEST(lack.sessions.first == 8, change);
    }
    BOOST_TEST(after("DELETE FROM sessions").sessions.count == 1U);
    // Of another version: it tells nothing that could be compared.
    append({.action = Action::session_ended, .detail = "gone"});
    BOOST_TEST(found().is_whole());
}

BOOST_AUTO_TEST_CASE(a_session_began_when_its_login_lets_it_whatever_became_of_the_clock) {
    using std::chrono::days;
    using std::chrono::minutes;
    const auto began = [&](Timestamp started, Timestamp login) {
        Session other = session;
        other.id = Id::random(random);
        other.started = started;
        BOOST_REQUIRE(ledger.open_session(other).has_value());
        Event event{.time = login,
                    .action = Action::login,
                    .session = other.id,
                    .account = "lab",
                    .protocol = "sftp",
                    .detail = "publickey; client client; aes"};
        BOOST_REQUIRE(ledger.append(event).has_value());
    };
    const auto row_at = [&](Timestamp time, Action action = Action::listed) {
        BOOST_REQUIRE(
            ledger.append({.time = time, .action = action, .account = "system:x"}).has_value());
    };
    began(march - minutes(9), march);
    BOOST_TEST(found().is_whole());
    // Nobody was there meanwhile: the machine stood still, or its clock was put forward.
    began(march + days(1), march + days(3));
    BOOST_TEST(found().is_whole());
    // Its clock was ahead, and was put back.
    row_at(march + days(9));
    began(march + days(9), march + days(4));
    BOOST_TEST(found().is_whole());

    row_at(march + days(10));
    row_at(march + days(20));
    row_at(march + days(30));
    {
        auto savepoint = database::Savepoint::begin(*connection);
        began(march + days(15), march + days(30));  // and there is a row of the 20th
        BOOST_TEST(found().sessions.count == 1U);
    }
    {
        auto savepoint = database::Savepoint::begin(*connection);
        began(march + days(60), march + days(30));  // no clock was ever so far
        BOOST_TEST(found().sessions.count == 1U);
    }
    row_at(march + days(50), Action::daemon_started);
    began(march + days(48), march + days(50));  // before the daemon that it speaks to
    BOOST_TEST(found().sessions.count == 1U);
}

BOOST_AUTO_TEST_CASE(checkpoints_and_time_stamps_that_rows_tell_of_are_there) {
    Timestamps timestamps{*connection};
    BOOST_REQUIRE(
        ledger.keep_checkpoint({.sequence = 7, .text = "x", .signature = "y"}).has_value());
    BOOST_REQUIRE(timestamps.keep(7, Bytes(3)).has_value());
    append({.action = Action::checkpoint_stamped,
            .account = "system:stamper",
            .detail = checkpoint_stamped_words(7, "2026-03-15T00:00:00Z")});
    append({.action = Action::checkpoint_stamped, .account = "system:stamper", .detail = "7"});
    BOOST_TEST(found().is_whole());
    const auto stamps = after("DELETE FROM timestamps");
    BOOST_TEST(stamps.timestamps.count == 1U);
    BOOST_TEST(stamps.timestamps.first == 8);
    BOOST_TEST(stamps.checkpoints.count == 0U);
    BOOST_TEST(after("DELETE FROM timestamps; DELETE FROM checkpoints").checkpoints.count == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
