// Every way in which somebody with the database file, and no key, could change a ledger of ten
// thousand events: the first row that does not fit is named, and what happened to it.
#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <functional>

#include "storage/ledger/ledger.hpp"
#include "storage/ledger/row.hpp"
#include "tests/component/keyed_database.hpp"

using namespace consign;
using namespace consign::ledger;

namespace {

constexpr std::int64_t rows = 10'000;
constexpr Timestamp march{std::chrono::sys_days{std::chrono::year{2026} / 3 / 15}};

struct Site : KeyedDatabase {
    Ledger ledger{*connection, *keys, random};
    std::vector<Marker> markers;  // after every thousandth row, and the last

    Site() : KeyedDatabase(march) {
        run("BEGIN");
        for (std::int64_t number = 1; number <= rows; ++number) {
            BOOST_REQUIRE(ledger
                              .append({.time = march + std::chrono::seconds(number),
                                       .action = Action::deposited,
                                       .account = fmt::format("lab{}", number % 7),
                                       .protocol = "sftp",
                                       .detail = std::to_string(number),
                                       .stream = Id::random(random),
                                       .bytes = static_cast<std::uint64_t>(number)})
                              .has_value());
            if (number % 1000 == 0) markers.push_back({number, ledger.head()->value().hash});
        }
    }

    /// What is found after `tamper`, which is then undone.
    Verification after(const std::function<void()>& tamper, std::span<const Marker> against = {}) {
        auto savepoint = database::Savepoint::begin(*connection);
        BOOST_REQUIRE(savepoint.has_value());
        tamper();
        const auto found = ledger.verify(against);
        BOOST_REQUIRE(found.has_value());
        return *found;
    }
    Verification after(const std::string& sql, std::span<const Marker> against = {}) {
        return after([&] { run(sql.c_str()); }, against);
    }

    /// The chain computed anew over these rows, as whoever can write the table can.
    void chain_anew(std::int64_t from, std::int64_t until = rows) {
        auto query = connection->query(
            "SELECT sequence, time, action, outcome, session, account, protocol, rule, detail,"
            " stream, bytes, count, policy, commitments FROM events WHERE sequence >= ?"
            " AND sequence <= ? ORDER BY sequence",
            from, until);
        std::vector<std::pair<std::int64_t, Digest32>> hashes;
        const Id chain = ledger.head()->value().chain;
        Digest32 previous = from == 1 ? chain_start(chain) : hash_of(from - 1);
        while (query.next().value()) {
            const Event event{.time = query.time(1),
                              .action = static_cast<Action>(query.integer(2)),
                              .outcome = static_cast<Outcome>(query.integer(3)),
                              .session = query.id(4),
                              .account = std::string(query.text(5)),
                              .protocol = std::string(query.text(6)),
                              .rule = std::string(query.text(7)),
                              .detail = std::string(query.text(8)),
                              .stream = query.id(9),
                              .bytes = query.natural(10),
                              .count = query.natural(11),
                              .policy = query.digest(12)};
            previous =
                chain_hash(previous, row_bytes(chain, query.integer(0), event, query.blob(13)));
            hashes.emplace_back(query.integer(0), previous);
        }
        for (const auto& [sequence, hash] : hashes)
            BOOST_REQUIRE(
                connection->run("UPDATE events SET hash = ? WHERE sequence = ?", hash, sequence)
                    .has_value());
    }
    Digest32 hash_of(std::int64_t sequence) {
        auto query = connection->query("SELECT hash FROM events WHERE sequence = ?", sequence);
        BOOST_REQUIRE(query.next().value());
        return query.digest(0);
    }
};

/// As few statements as it takes: numbers may not meet on the way.
std::string removed_and_numbered_anew(std::int64_t first, std::int64_t count) {
    return fmt::format(
        "DELETE FROM events WHERE sequence BETWEEN {0} AND {1};"
        "UPDATE events SET sequence = -sequence WHERE sequence > {1};"
        "UPDATE events SET sequence = -sequence - {2} WHERE sequence < 0",
        first, first + count - 1, count);
}
std::string inserted_and_numbered_anew(std::int64_t at, std::int64_t count) {
    std::string sql = fmt::format(
        "UPDATE events SET sequence = -sequence WHERE sequence >= {0};"
        "UPDATE events SET sequence = -sequence + {1} WHERE sequence < 0;",
        at, count);
    for (std::int64_t row = at; row < at + count; ++row)
        sql += fmt::format(
            "INSERT INTO events SELECT {}, time, action, outcome, session, 'stranger', protocol,"
            " rule, detail, stream, bytes, count, policy, commitments, personal, hash"
            " FROM events WHERE sequence = (SELECT max(sequence) FROM events);",
            row);
    return sql;
}
std::string swapped(std::int64_t a, std::int64_t b) {
    return fmt::format(
        "UPDATE events SET sequence = -1 WHERE sequence = {0};"
        "UPDATE events SET sequence = {0} WHERE sequence = {1};"
        "UPDATE events SET sequence = {1} WHERE sequence = -1",
        a, b);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ledger_tampering)

BOOST_AUTO_TEST_CASE(what_happened_to_the_first_bad_row_is_told) {
    Site site;
    const auto expect = [&](std::int64_t row, Damage damage, const Verification& found) {
        BOOST_TEST(found.first_bad.value_or(-1) == row, found.why);
        BOOST_REQUIRE(found.damage.has_value());
        BOOST_TEST(name_of(*found.damage) == name_of(damage), found.why);
        BOOST_TEST(!found.why.empty());
    };
    BOOST_TEST(!site.ledger.verify(site.markers)->first_bad.has_value());
    BOOST_TEST(site.ledger.verify(site.markers)->vouched == rows);
    for (const std::int64_t row : {1, 2, 17, 5000, 9998}) {
        BOOST_TEST_CONTEXT("row " << row) {
            expect(row, Damage::changed,
                   site.after(fmt::format("UPDATE events SET bytes = bytes + 1 WHERE sequence = {}",
                                          row)));
            expect(row + 1, Damage::removed,
                   site.after(fmt::format("DELETE FROM events WHERE sequence = {}", row)));
            expect(row + 2, Damage::removed,
                   site.after(
                       fmt::format("DELETE FROM events WHERE sequence IN ({}, {})", row, row + 1)));
            expect(row, Damage::inserted, site.after(inserted_and_numbered_anew(row, 1)));
            expect(row, Damage::inserted, site.after(inserted_and_numbered_anew(row, 3)));
            expect(row, Damage::reordered, site.after(swapped(row, row + 1)));
            expect(row, Damage::removed, site.after(removed_and_numbered_anew(row, 1)));
            // With a hash that fits what stands there, it is the next row that does not follow.
            expect(row + 1, Damage::changed, site.after([&] {
                site.run(fmt::format("UPDATE events SET bytes = bytes + 1 WHERE sequence = {}", row)
                             .c_str());
                site.chain_anew(row, row);
            }));
            expect(row + 2, Damage::inserted, site.after([&] {
                site.run(inserted_and_numbered_anew(row, 2).c_str());
                site.chain_anew(row, row + 1);
            }));
        }
    }
    expect(3, Damage::reordered, site.after(swapped(3, 9000)));
    expect(5, Damage::removed, site.after(removed_and_numbered_anew(5, 900)));
    expect(0, Damage::inserted,
           site.after("INSERT INTO events SELECT 0, time, action, outcome, session, account,"
                      " protocol, rule, detail, stream, bytes, count, policy, commitments,"
                      " personal, hash FROM events WHERE sequence = 1"));
    expect(1, Damage::changed, site.after("UPDATE chain SET id = zeroblob(16)"));
    expect(1, Damage::nameless, site.after("DELETE FROM chain"));
}

BOOST_AUTO_TEST_CASE(what_no_key_can_show_a_checkpoint_does) {
    Site site;
    const std::string cut = "DELETE FROM events WHERE sequence > 9500";
    BOOST_TEST(!site.after(cut).first_bad.has_value());
    auto found = site.after(cut, site.markers);
    BOOST_TEST((found.damage == Damage::cut));
    BOOST_TEST(found.first_bad.value_or(-1) == 9501);
    BOOST_TEST(found.vouched == 9000);

    // Even all of it: a database that was put back to its first day.
    found = site.after("DELETE FROM events", site.markers);
    BOOST_TEST((found.damage == Damage::cut));
    BOOST_TEST(found.first_bad.value_or(-1) == 1);

    const auto rewrite = [&] {
        site.run("UPDATE events SET account = 'nobody' WHERE sequence = 4321");
        site.chain_anew(4321);
    };
    BOOST_TEST(!site.after(rewrite).first_bad.has_value());
    found = site.after(rewrite, site.markers);
    BOOST_TEST((found.damage == Damage::rewritten));
    BOOST_TEST(found.first_bad.value_or(-1) == 4001);
    BOOST_TEST(found.vouched == 4000);

    // What came after the last checkpoint is nobody's word.
    const auto rewrite_end = [&] {
        site.run("UPDATE events SET account = 'nobody' WHERE sequence = 9700");
        site.chain_anew(9700);
    };
    const std::span<const Marker> before(site.markers.data(), site.markers.size() - 1);
    found = site.after(rewrite_end, before);
    BOOST_TEST(!found.first_bad.has_value());
    BOOST_TEST(found.vouched == 9000);
}

BOOST_AUTO_TEST_SUITE_END()
