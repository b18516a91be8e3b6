// A ledger of ten thousand events, and every way in which somebody with the database file, and no
// key, could change it.
#pragma once

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <functional>

#include "storage/ledger/ledger.hpp"
#include "storage/ledger/row.hpp"
#include "tests/component/keyed_database.hpp"

namespace consign::ledger {

inline constexpr std::int64_t ledger_rows = 10'000;
inline constexpr Timestamp march{std::chrono::sys_days{std::chrono::year{2026} / 3 / 15}};

struct TamperedLedger : KeyedDatabase {
    Ledger ledger{*connection, *keys, random};
    std::vector<Marker> markers;  // after every thousandth row, and the last

    /// Some have fields that are sealed beside them.
    static Personal personal_of(std::int64_t number) {
        if (number % 10 != 0) return {};
        return {.path = fmt::format("/labs/{}.hl7", number),
                .address = "192.0.2.7",
                .sha256 = std::string(64, 'a')};
    }
    TamperedLedger() : KeyedDatabase(march) {
        run("BEGIN");
        for (std::int64_t number = 1; number <= ledger_rows; ++number) {
            BOOST_REQUIRE(ledger
                              .append({.time = march + std::chrono::seconds(number),
                                       .action = Action::deposited,
                                       .account = fmt::format("lab{}", number % 7),
                                       .protocol = "sftp",
                                       .detail = std::to_string(number),
                                       .stream = Id::random(random),
                                       .bytes = static_cast<std::uint64_t>(number),
                                       .personal = personal_of(number)})
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
    void chain_anew(std::int64_t from, std::int64_t until = ledger_rows) {
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
inline std::string removed_and_numbered_anew(std::int64_t first, std::int64_t count) {
    return fmt::format(
        "DELETE FROM events WHERE sequence BETWEEN {0} AND {1};"
        "UPDATE events SET sequence = -sequence WHERE sequence > {1};"
        "UPDATE events SET sequence = -sequence - {2} WHERE sequence < 0",
        first, first + count - 1, count);
}
inline std::string inserted_and_numbered_anew(std::int64_t at, std::int64_t count) {
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
inline std::string swapped(std::int64_t a, std::int64_t b) {
    return fmt::format(
        "UPDATE events SET sequence = -1 WHERE sequence = {0};"
        "UPDATE events SET sequence = {0} WHERE sequence = {1};"
        "UPDATE events SET sequence = {1} WHERE sequence = -1",
        a, b);
}

/// A change, with what a verifier says of it that was given no checkpoint.
struct Tampering {
    std::string what;
    std::function<void(TamperedLedger&)> act;
    std::int64_t first_bad = 0;
    Damage damage = Damage::changed;
};

inline Tampering by_sql(std::int64_t first_bad, Damage damage, std::string sql) {
    return {sql, [sql](TamperedLedger& site) { site.run(sql.c_str()); }, first_bad, damage};
}

inline std::vector<Tampering> tamperings_of_row(std::int64_t row) {
    const std::string change =
        fmt::format("UPDATE events SET bytes = bytes + 1 WHERE sequence = {}", row);
    return {
        by_sql(row, Damage::changed, change),
        by_sql(row + 1, Damage::removed,
               fmt::format("DELETE FROM events WHERE sequence = {}", row)),
        by_sql(row + 2, Damage::removed,
               fmt::format("DELETE FROM events WHERE sequence IN ({}, {})", row, row + 1)),
        by_sql(row, Damage::inserted, inserted_and_numbered_anew(row, 1)),
        by_sql(row, Damage::inserted, inserted_and_numbered_anew(row, 3)),
        by_sql(row, Damage::reordered, swapped(row, row + 1)),
        by_sql(row, Damage::removed, removed_and_numbered_anew(row, 1)),
        // With a hash that fits what stands there, it is the next row that does not follow.
        {change + ", with a hash that fits",
         [change, row](TamperedLedger& site) {
             site.run(change.c_str());
             site.chain_anew(row, row);
         },
         row + 1, Damage::changed},
        {fmt::format("two rows inserted before {}, with hashes that fit", row),
         [row](TamperedLedger& site) {
             site.run(inserted_and_numbered_anew(row, 2).c_str());
             site.chain_anew(row, row + 1);
         },
         row + 2, Damage::inserted},
    };
}

/// Each column, and what fits no row's form.
inline std::vector<Tampering> tamperings_of_columns(std::int64_t row) {
    std::vector<Tampering> all;
    for (const char* change : {"time = time + 1",
                               "action = 28",
                               "action = action + 65536",
                               "outcome = 2",
                               "outcome = outcome + 256",
                               "session = zeroblob(15)",
                               "session = randomblob(16)",
                               "account = 'nobody'",
                               "account = account || x'ff'",
                               "protocol = 'ftps'",
                               "rule = 'x:1'",
                               "detail = ''",
                               "stream = randomblob(16)",
                               "stream = zeroblob(17)",
                               "bytes = -bytes",
                               "count = 2",
                               "count = -1",
                               "policy = randomblob(32)",
                               "policy = x''",
                               "commitments = x'01'",
                               "commitments = x''",
                               "hash = randomblob(32)",
                               "hash = x''",
                               "hash = zeroblob(33)"})
        all.push_back(by_sql(row, Damage::changed,
                             fmt::format("UPDATE events SET {} WHERE sequence = {}", change, row)));
    return all;
}

inline std::vector<Tampering> tamperings() {
    std::vector<Tampering> all{
        by_sql(3, Damage::reordered, swapped(3, 9000)),
        by_sql(5, Damage::removed, removed_and_numbered_anew(5, 900)),
        by_sql(0, Damage::inserted,
               "INSERT INTO events SELECT 0, time, action, outcome, session, account, protocol,"
               " rule, detail, stream, bytes, count, policy, commitments, personal, hash"
               " FROM events WHERE sequence = 1"),
        by_sql(-7, Damage::inserted, "UPDATE events SET sequence = -7 WHERE sequence = 77"),
        by_sql(1, Damage::changed, "UPDATE chain SET id = zeroblob(16)"),
        by_sql(1, Damage::nameless, "DELETE FROM chain"),
        by_sql(9999, Damage::changed, "UPDATE events SET detail = 'x' WHERE sequence >= 9999"),
        by_sql(9001, Damage::removed, "DELETE FROM events WHERE sequence <= 9000"),
    };
    for (const std::int64_t row : {1, 2, 17, 5000, 9998})
        for (Tampering& tampering : tamperings_of_row(row)) all.push_back(std::move(tampering));
    for (Tampering& tampering : tamperings_of_columns(5001)) all.push_back(std::move(tampering));
    return all;
}

}  // namespace consign::ledger
