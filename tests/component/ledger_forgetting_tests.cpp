// Fields are overwritten where they stand: whatever their lengths, no page keeps a copy.
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <map>
#include <random>

#include "storage/ledger/forgetting.hpp"
#include "storage/ledger/ledger.hpp"
#include "storage/ledger/search.hpp"
#include "tests/component/keyed_database.hpp"

using namespace consign;
using namespace consign::ledger;

namespace {

constexpr Timestamp march{std::chrono::sys_days{std::chrono::year{2026} / 3 / 15}};

struct Site : KeyedDatabase {
    Ledger ledger{*connection, *keys, random};
    Search search{*connection, *keys, random};
    Forgetting forgetting{*connection, *keys, random};

    Site() : KeyedDatabase(march) {}

    [[nodiscard]] std::string files() const {
        std::string all;
        for (const char* name : {"consign.db", "consign.db-wal"}) {
            std::ifstream file(folder.path() / name, std::ios::binary);
            all.append(std::istreambuf_iterator<char>(file), {});
        }
        return all;
    }
    std::map<std::int64_t, std::string> cells() {
        auto query = connection->query("SELECT sequence, personal FROM events");
        std::map<std::int64_t, std::string> cells;
        while (query.next().value()) cells.emplace(query.integer(0), as_text(query.blob(1)));
        return cells;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(ledger_forgetting, Site)

BOOST_AUTO_TEST_CASE(no_page_keeps_a_copy_whatever_is_forgotten_first) {
    std::mt19937_64 engine(7);
    const std::array<std::size_t, 6> lengths{1, 40, 200, 900, 3000, 9000};
    run("BEGIN");
    for (int number = 0; number < 1500; ++number) {
        std::string path = "/";
        for (std::size_t left = lengths.at(engine() % lengths.size()); left > 0; --left)
            path += static_cast<char>('a' + engine() % 26);
        BOOST_REQUIRE(ledger
                          .append({.time = march + std::chrono::seconds(number),
                                   .action = Action::deposited,
                                   .detail = std::string(engine() % 80, 'x'),
                                   .stream = Id::random(random),
                                   .personal = {.path = std::move(path)}})
                          .has_value());
    }
    run("COMMIT");
    const auto before = cells();
    std::vector<std::int64_t> order;
    for (const auto& [sequence, cell] : before) order.push_back(sequence);
    std::ranges::shuffle(order, engine);
    for (std::size_t done = 0; done < order.size(); done += 500) {
        run("BEGIN");
        const auto part = std::span(order).subspan(done, 500);
        BOOST_TEST(forgetting.forget_traces(part, march + std::chrono::hours(1))->rows == 500U);
        run("COMMIT");
        BOOST_TEST(connection->truncate_log().value());
        const std::string all = files();
        for (std::size_t index = 0; index < order.size(); ++index) {
            const std::string& cell = before.at(order[index]);
            const bool is_left = index >= done + 500;
            // Long ones lie on several pages.
            if (all.contains(cell.substr(4, 24)) != is_left ||
                all.contains(cell.substr(cell.size() - 16)) != is_left)
                BOOST_TEST(false, "row " << order[index] << " of " << cell.size() << " bytes");
        }
    }
    BOOST_TEST(!ledger.verify()->first_bad.has_value());
    for (const EventRow& row : search.events({.limit = 2000}).value()) {
        BOOST_TEST(!row.personal_readable);
        BOOST_TEST(!row.personal_altered);
    }
    auto entries = connection->query("SELECT count(*) FROM event_index");
    BOOST_REQUIRE(entries.next().value());
    BOOST_TEST(entries.integer(0) == 0);
}

BOOST_AUTO_TEST_CASE(what_lives_or_is_too_young_is_not_touched) {
    run("BEGIN");
    const Id file = Id::random(random), upload = Id::random(random), none = Id::random(random);
    for (const Id& stream : {file, upload, none, Id()})
        BOOST_REQUIRE(ledger
                          .append({.time = march,
                                   .action = Action::deposited,
                                   .stream = stream,
                                   .personal = {.path = "/a"}})
                          .has_value());
    BOOST_REQUIRE(connection
                      ->run("INSERT INTO files (stream, size_bytes, sha256, depositor, doomed)"
                            " VALUES (?, 0, x'', '', 1)",
                            file)
                      .has_value());
    BOOST_REQUIRE(connection
                      ->run("INSERT INTO uploads (stream, account, parent, name_index, name,"
                            " size_bytes, opened, touched, base, origin, fixed_bytes)"
                            " VALUES (?, 'a', 1, x'', x'', 0, 0, 0, zeroblob(16), '', 0)",
                            upload)
                      .has_value());
    using std::chrono::microseconds;
    BOOST_TEST(forgetting.ended_traces({}, march - microseconds(1), 10)->rows.empty());
    const auto found = forgetting.ended_traces({}, march, 10);
    BOOST_TEST((found->rows == std::vector<std::int64_t>{3}));
    BOOST_TEST(!found->next.has_value());
    const std::array<std::int64_t, 4> all{1, 2, 3, 4};
    BOOST_TEST(forgetting.forget_traces(all, march - microseconds(1))->rows == 0U);
    BOOST_TEST(forgetting.forget_traces(all, march)->rows == 1U);
    BOOST_TEST(forgetting.forget_traces(all, march)->rows == 0U);
    for (const EventRow& row : search.events({}).value())
        BOOST_TEST(row.personal_readable == (row.sequence != 3));
    // A page of one at a time finds the same.
    TracePlace place;
    std::size_t looked = 0;
    for (;; ++looked) {
        const auto page = forgetting.ended_traces(place, march, 1);
        BOOST_TEST(page->rows.empty());
        if (!page->next) break;
        place = *page->next;
    }
    BOOST_TEST(looked == 2U);
}

BOOST_AUTO_TEST_CASE(entries_of_a_key_that_is_gone_go_a_few_at_a_time) {
    run("BEGIN");
    for (int number = 0; number < 5; ++number)
        BOOST_REQUIRE(ledger
                          .append({.time = march,
                                   .action = Action::login_failed,
                                   .personal = {.address = "192.0.2." + std::to_string(number)}})
                          .has_value());
    BOOST_TEST(!forgetting.drop_entries(2).value());
    const auto key = keys->period_key_for(march, keyring::Purpose::ledger_period).value();
    const keyring::PeriodKey period{key, keyring::Purpose::ledger_period, keyring::month_of(march)};
    BOOST_TEST(forgetting.access_under(period)->events == 5U);
    BOOST_REQUIRE(forgetting.tell(period, march).has_value());
    BOOST_TEST(forgetting.destroy(period, march).value());
    BOOST_TEST(forgetting.log_is_to_be_cut().value());
    std::size_t parts = 0;
    while (forgetting.drop_entries(2).value()) ++parts;
    BOOST_TEST(parts == 3U);
    const auto listed = forgetting.periods().value();
    BOOST_TEST_REQUIRE(listed.size() == 1U);
    BOOST_TEST((listed[0].forgotten == march));
}

BOOST_AUTO_TEST_SUITE_END()
