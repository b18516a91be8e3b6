// Classes, pickups and subjects: what the terms of content depend on.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>

#include "storage/catalog/catalog.hpp"
#include "storage/catalog/errc.hpp"
#include "storage/database/errc.hpp"
#include "tests/component/catalog_site.hpp"

using namespace consign;
using namespace consign::catalog;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::sys_days born{2020y / 2 / 29};
constexpr std::chrono::sys_days died{2030y / 1 / 1};

struct Site : CatalogSite {
    Classification of(FileId file, std::string name = "report") {
        return {.file = file, .name = std::move(name), .rule = "a.yaml:7", .deposited = now};
    }
    void classify(const Classification& given) {
        BOOST_REQUIRE(catalog.classify(given).has_value());
    }
    Life only_life() {
        const auto lives = catalog.lives(0, 10);
        BOOST_REQUIRE(lives.has_value());
        BOOST_REQUIRE(lives->size() == 1U);
        return lives->front();
    }
    NodeId copy(FileId file, std::string_view path) {
        return catalog.add_name(file, path_of(path), "system:router", now).value();
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(catalog_lives)

BOOST_AUTO_TEST_CASE(a_file_with_a_class_is_told_with_all_that_its_term_depends_on) {
    Site site;
    const auto file = site.deposit("/r.hl7", 77).file;
    auto given = site.of(file);
    given.subjects = {{.authority = "HNORD", .id = "1234", .born = born}};
    site.classify(given);
    const Life life = site.only_life();
    BOOST_TEST(life.file == file);
    BOOST_TEST((life.stream == site.catalog.find(path_of("/r.hl7"))->file->stream));
    BOOST_TEST(life.size_bytes == 77U);
    BOOST_TEST(life.class_name == "report");
    BOOST_TEST(life.rule == "a.yaml:7");
    BOOST_TEST((life.deposited == now));
    BOOST_TEST(!life.last_pickup.has_value());
    BOOST_TEST(!life.collected_by_all.has_value());
    BOOST_TEST(life.visible);
    BOOST_REQUIRE(life.subjects.size() == 1U);
    BOOST_TEST((life.subjects[0].subject == given.subjects[0]));
    BOOST_TEST((life.subjects[0].last_activity == now));
}

BOOST_AUTO_TEST_CASE(a_file_with_a_class_outlives_its_last_name_however_that_ends) {
    Site site;
    for (const auto* const path : {"/removed", "/overwritten", "/renamed_over"})
        site.classify(site.of(site.deposit(path).file));
    BOOST_TEST(site.catalog.remove(path_of("/removed"))->doomed.empty());
    BOOST_TEST(site.deposit("/overwritten", 5).doomed.empty());
    site.deposit("/other", 5);
    BOOST_TEST(
        site.catalog
            .rename(path_of("/other"), path_of("/renamed_over"), true, Standing::deposited, now)
            ->doomed.empty());
    BOOST_TEST(site.catalog.doomed()->empty());
    const auto lives = site.catalog.lives(0, 10);
    BOOST_REQUIRE(lives->size() == 3U);
    for (const Life& life : *lives) {
        BOOST_TEST(!life.visible);
        BOOST_TEST(site.catalog.has_file(life.stream).value());
    }
    // Quota counts what can be seen.
    BOOST_TEST((*site.catalog.usage({}) == Usage{.bytes = 10, .files = 2}));
}

BOOST_AUTO_TEST_CASE(whoever_marks_a_file_with_a_class_as_doomed_dooms_nothing) {
    Site site;
    site.classify(site.of(site.deposit("/r").file));
    BOOST_REQUIRE(site.catalog.remove(path_of("/r")).has_value());
    site.run("UPDATE files SET doomed = 1");
    BOOST_TEST(site.catalog.doomed()->empty());
}

BOOST_AUTO_TEST_CASE(a_file_without_a_class_dies_with_its_last_name) {
    Site site;
    site.classify(site.of(site.deposit("/kept").file));
    site.deposit("/gone");
    BOOST_TEST(site.catalog.remove(path_of("/gone"))->doomed.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_second_class_and_a_later_deposit_only_add) {
    Site site;
    const auto file = site.deposit("/r").file;
    site.classify(site.of(file, "report"));
    site.classify(site.of(file, "transit"));
    auto later = site.of(file, "report");
    later.deposited = now + 1h;
    site.classify(later);
    auto earlier = site.of(file, "transit");
    earlier.deposited = now - 1h;
    site.classify(earlier);
    const auto lives = site.catalog.lives(0, 10);
    BOOST_REQUIRE(lives->size() == 2U);
    BOOST_TEST(lives->at(0).class_name == "report");
    BOOST_TEST((lives->at(0).deposited == now + 1h));
    BOOST_TEST((lives->at(1).deposited == now));
}

BOOST_AUTO_TEST_CASE(lives_come_in_pages_that_give_each_once) {
    Site site;
    for (int number = 0; number < 5; ++number)
        site.classify(site.of(site.deposit("/" + std::to_string(number)).file));
    std::vector<FileId> files;
    LifeId after = 0;
    for (;;) {
        const auto page = site.catalog.lives(after, 2);
        BOOST_REQUIRE(page.has_value());
        if (page->empty()) break;
        for (const Life& life : *page) files.push_back(life.file);
        after = page->back().id;
    }
    BOOST_TEST(files.size() == 5U);
    BOOST_TEST(std::ranges::is_sorted(files));
    BOOST_TEST(site.catalog.lives(0, SIZE_MAX)->size() == 5U);
}

BOOST_AUTO_TEST_CASE(classes_are_counted_with_what_is_no_longer_seen) {
    Site site;
    site.classify(site.of(site.deposit("/a", 10).file, "report"));
    site.classify(site.of(site.deposit("/b", 20).file, "report"));
    site.classify(site.of(site.deposit("/c", 40).file, "transit"));
    site.deposit("/none", 80);
    BOOST_REQUIRE(site.catalog.remove(path_of("/a")).has_value());
    const std::vector<ClassCount> expected{{"", 1, 80}, {"report", 2, 30}, {"transit", 1, 40}};
    BOOST_TEST((*site.catalog.classes_in_store() == expected));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(catalog_pickups)

BOOST_AUTO_TEST_CASE(collected_by_all_is_when_the_last_recipient_had_it_all) {
    Site site;
    const auto file = site.deposit("/r").file;
    auto given = site.of(file);
    given.recipients = {site.copy(file, "/one"), site.copy(file, "/two")};
    site.classify(given);
    BOOST_REQUIRE(site.catalog.record_pickup(file, given.recipients[1], now + 2h).has_value());
    BOOST_TEST(!site.only_life().collected_by_all.has_value());
    BOOST_TEST((site.only_life().last_pickup == now + 2h));
    BOOST_REQUIRE(site.catalog.record_pickup(file, given.recipients[0], now + 3h).has_value());
    BOOST_TEST((site.only_life().collected_by_all == now + 3h));
    // Once more tells of the last pickup, and not of when they had it.
    BOOST_REQUIRE(site.catalog.record_pickup(file, given.recipients[1], now + 9h).has_value());
    BOOST_TEST((site.only_life().collected_by_all == now + 3h));
    BOOST_TEST((site.only_life().last_pickup == now + 9h));
}

BOOST_AUTO_TEST_CASE(what_a_recipient_collected_is_known_after_its_name_has_ended) {
    Site site;
    const auto file = site.deposit("/r").file;
    auto given = site.of(file);
    given.recipients = {site.copy(file, "/one"), site.copy(file, "/two")};
    site.classify(given);
    BOOST_REQUIRE(site.catalog.record_pickup(file, given.recipients[0], now + 1h).has_value());
    BOOST_REQUIRE(site.catalog.remove(path_of("/one")).has_value());
    BOOST_REQUIRE(site.catalog.record_pickup(file, given.recipients[1], now + 2h).has_value());
    BOOST_TEST((site.only_life().collected_by_all == now + 2h));
}

BOOST_AUTO_TEST_CASE(a_name_that_ended_before_it_was_collected_never_was) {
    Site site;
    const auto file = site.deposit("/r").file;
    auto given = site.of(file);
    given.recipients = {site.copy(file, "/one"), site.copy(file, "/two")};
    site.classify(given);
    BOOST_REQUIRE(site.catalog.record_pickup(file, given.recipients[0], now).has_value());
    BOOST_REQUIRE(site.catalog.remove(path_of("/two")).has_value());
    BOOST_TEST(!site.only_life().collected_by_all.has_value());
}

BOOST_AUTO_TEST_CASE(a_recipient_elsewhere_has_not_collected) {
    Site site;
    const auto file = site.deposit("/r").file;
    auto given = site.of(file);
    given.recipients = {site.copy(file, "/one"), 0};
    site.classify(given);
    BOOST_REQUIRE(site.catalog.record_pickup(file, given.recipients[0], now).has_value());
    BOOST_TEST(!site.only_life().collected_by_all.has_value());
}

BOOST_AUTO_TEST_CASE(a_pickup_under_a_name_that_is_no_recipients_is_only_the_last_pickup) {
    Site site;
    const auto committed = site.deposit("/r");
    auto given = site.of(committed.file);
    given.recipients = {site.copy(committed.file, "/one")};
    site.classify(given);
    BOOST_REQUIRE(site.catalog.record_pickup(committed.file, committed.node, now + 1h).has_value());
    BOOST_TEST((site.only_life().last_pickup == now + 1h));
    BOOST_TEST(!site.only_life().collected_by_all.has_value());
    BOOST_TEST((error_of(site.catalog.record_pickup(999, 1, now)) == catalog_errc::no_such_file));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(catalog_subjects)

BOOST_AUTO_TEST_CASE(the_last_activity_is_the_subjects_in_that_class_alone) {
    Site site;
    const Subject one{.authority = "H", .id = "1"}, two{.authority = "H", .id = "2"};
    const auto deposit = [&](const char* path, const std::string& name, Timestamp when,
                             std::vector<Subject> subjects) {
        auto given = site.of(site.deposit(path).file, name);
        given.deposited = when;
        given.subjects = std::move(subjects);
        site.classify(given);
    };
    deposit("/a", "report", now, {one, two});
    deposit("/b", "report", now + 1h, {two});
    deposit("/c", "report", now - 1h, {two});   // told late
    deposit("/d", "transit", now + 9h, {one});  // another class
    const Life first = site.catalog.lives(0, 1)->front();
    BOOST_REQUIRE(first.subjects.size() == 2U);
    BOOST_TEST((first.subjects[0].last_activity == now));
    BOOST_TEST((first.subjects[1].last_activity == now + 1h));
}

BOOST_AUTO_TEST_CASE(identifier_and_authority_together_are_one_subject) {
    Site site;
    auto given = site.of(site.deposit("/a").file);
    // Where one ends and the other begins is part of whom they name.
    given.subjects = {{.authority = "AB", .id = "C", .born = born},
                      {.authority = "A", .id = "BC"},
                      {.authority = "", .id = "ABC"},
                      {.authority = "AB", .id = "C"}};
    site.classify(given);
    const Life life = site.only_life();
    BOOST_REQUIRE(life.subjects.size() == 3U);
    BOOST_TEST((life.subjects[0].subject.born == born));
    BOOST_TEST(!life.subjects[1].subject.born.has_value());
}

BOOST_AUTO_TEST_CASE(the_newest_message_wins_and_a_date_that_it_lacks_stays) {
    Site site;
    const auto say = [&](const char* path, Subject subject) {
        auto given = site.of(site.deposit(path).file);
        given.subjects = {std::move(subject)};
        site.classify(given);
    };
    say("/a", {.authority = "H", .id = "1", .born = born});
    say("/b", {.authority = "H", .id = "1", .died = died});
    say("/c", {.authority = "H", .id = "1", .born = born + std::chrono::days(1)});
    const Subject known = site.catalog.lives(0, 1)->front().subjects[0].subject;
    BOOST_TEST((known.born == born + std::chrono::days(1)));
    BOOST_TEST((known.died == died));
}

BOOST_AUTO_TEST_CASE(what_an_administrator_knows_wins_over_messages) {
    Site site;
    const Subject told{.authority = "H", .id = "1", .born = born};
    const Subject right{.authority = "H", .id = "1", .born = born - std::chrono::days(10'000)};
    BOOST_REQUIRE(site.catalog.set_subject_facts(right).has_value());
    auto given = site.of(site.deposit("/a").file);
    given.subjects = {told};
    site.classify(given);
    BOOST_TEST((site.only_life().subjects[0].subject == right));
    BOOST_REQUIRE(site.catalog.set_subject_facts(told).has_value());
    BOOST_TEST((site.only_life().subjects[0].subject == told));
}

BOOST_AUTO_TEST_CASE(a_date_before_1970_comes_back) {
    Site site;
    auto given = site.of(site.deposit("/a").file);
    given.subjects = {{.authority = "H", .id = "1", .born = std::chrono::sys_days{1904y / 2 / 29}}};
    site.classify(given);
    BOOST_TEST((site.only_life().subjects[0].subject == given.subjects[0]));
}

// Each statement is what somebody with the database file, and no key, could do.
const std::array<const char*, 3> exchanges{
    "UPDATE subjects SET facts = (SELECT o.facts FROM subjects o WHERE o.id <> subjects.id)",
    "UPDATE subjects SET facts = CAST(substr(facts, 1, 20) ||"
    " CASE substr(facts, 21, 1) WHEN x'00' THEN x'01' ELSE x'00' END ||"
    " substr(facts, 22) AS BLOB)",
    "UPDATE subjects SET facts = x''",
};

BOOST_DATA_TEST_CASE(facts_that_were_changed_or_exchanged_are_not_believed, exchanges, statement) {
    Site site;
    auto given = site.of(site.deposit("/a").file);
    given.subjects = {{.authority = "H", .id = "1", .born = born}, {.authority = "H", .id = "2"}};
    site.classify(given);
    site.run(statement);
    BOOST_TEST((error_of(site.catalog.lives(0, 10)) == database::database_errc::altered_cell));
    BOOST_TEST((error_of(site.catalog.classify(given)) == database::database_errc::altered_cell));
}

BOOST_AUTO_TEST_CASE(nothing_of_a_subject_is_in_clear) {
    Site site;
    auto given = site.of(site.deposit("/a").file);
    given.subjects = {{.authority = "AUTHORITY-OF-IT", .id = "IDENTIFIER-OF-IT", .born = born}};
    site.classify(given);
    auto rows = site.connection->query("SELECT subject_index || facts FROM subjects");
    BOOST_REQUIRE(rows.next().value());
    const std::string_view bytes = as_text(rows.blob(0));
    BOOST_TEST(!bytes.contains("AUTHORITY"));
    BOOST_TEST(!bytes.contains("IDENTIFIER"));
}

BOOST_AUTO_TEST_SUITE_END()
