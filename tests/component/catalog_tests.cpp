#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>

#include "storage/catalog/bound.hpp"
#include "storage/catalog/catalog.hpp"
#include "storage/catalog/errc.hpp"
#include "storage/catalog/name_index.hpp"
#include "storage/database/errc.hpp"
#include "tests/component/catalog_site.hpp"

using namespace consign;
using namespace consign::catalog;
using namespace std::chrono_literals;

namespace {

using Site = CatalogSite;

/// Rows whose names do not open: a verb that read them would fail.
void fill_with_100000(Site& site, NodeId folder) {
    auto fill = site.connection->query(
        "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 100000)"
        " INSERT INTO nodes (parent, kind, name_index, name, made_by, standing, modified, "
        "accessed,"
        " created) SELECT ?, 1, CAST(printf('%016d', x) AS BLOB), x'00', '', 0, 0, 0, 0 FROM n",
        folder);
    BOOST_REQUIRE(fill.run().has_value());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(catalog_names)

BOOST_AUTO_TEST_CASE(a_deposit_is_found_with_all_that_was_said_of_it) {
    Site site;
    BOOST_TEST(site.catalog.ensure_directories(path_of("/lab/in"), now).has_value());
    auto deposit = site.deposit_of("/lab/in/r\xe9sultat.hl7", 77);  // Latin-1
    deposit.standing = Standing::temporary;
    BOOST_TEST(site.catalog.commit_deposit(deposit).has_value());
    const auto entry = site.catalog.find(deposit.path);
    BOOST_REQUIRE(entry.has_value());
    BOOST_TEST(entry->name == "r\xe9sultat.hl7");
    BOOST_TEST((entry->kind == Kind::file));
    BOOST_TEST(entry->made_by == "lab");
    BOOST_TEST((entry->standing == Standing::temporary));
    BOOST_TEST((entry->modified == now - 1h));
    BOOST_TEST((entry->created == now));
    BOOST_REQUIRE(entry->file.has_value());
    BOOST_TEST((entry->file->stream == deposit.stream));
    BOOST_TEST((entry->file->sha256 == deposit.sha256));
    BOOST_TEST(entry->file->size_bytes == 77U);
    BOOST_TEST(entry->file->depositor == "lab");
    BOOST_TEST(!entry->file->collected);
    BOOST_TEST((*site.catalog.path_of(entry->node) == deposit.path));
    BOOST_TEST(site.catalog.has_file(deposit.stream).value());
    BOOST_TEST(!site.catalog.has_file(Id::random(site.random)).value());
}

BOOST_AUTO_TEST_CASE(names_differ_in_case_and_by_folder) {
    Site site;
    BOOST_TEST(site.catalog.make_directory(path_of("/a"), "lab", now).has_value());
    BOOST_TEST(site.catalog.make_directory(path_of("/A"), "lab", now).has_value());
    BOOST_TEST(site.catalog.make_directory(path_of("/a/A"), "lab", now).has_value());
    BOOST_TEST((error_of(site.catalog.find(path_of("/A/A"))) == catalog_errc::no_such_name));
}

BOOST_AUTO_TEST_CASE(a_folder_that_moved_or_went_is_known_under_its_name_no_longer) {
    Site site;
    BOOST_TEST(site.catalog.ensure_directories(path_of("/lab/in"), now).has_value());
    site.deposit("/lab/in/r.hl7");
    BOOST_TEST(site.catalog.find(path_of("/lab/in/r.hl7")).has_value());
    BOOST_TEST(
        site.catalog.rename(path_of("/lab"), path_of("/old"), false, Standing::deposited, now)
            .has_value());
    BOOST_TEST(
        (error_of(site.catalog.find(path_of("/lab/in/r.hl7"))) == catalog_errc::no_such_name));
    const auto moved = site.catalog.find(path_of("/old/in/r.hl7"));
    BOOST_REQUIRE(moved.has_value());
    BOOST_TEST((*site.catalog.path_of(moved->node) == path_of("/old/in/r.hl7")));
    BOOST_TEST(site.catalog.remove(path_of("/old/in/r.hl7")).has_value());
    BOOST_TEST(site.catalog.remove_directory(path_of("/old/in")).has_value());
    BOOST_TEST((error_of(site.catalog.commit_deposit(site.deposit_of("/old/in/r.hl7", 1))) ==
                catalog_errc::no_such_name));
}

BOOST_AUTO_TEST_CASE(a_folder_whose_making_was_undone_is_not_known) {
    Site site;
    {
        const auto undone = database::Savepoint::begin(*site.connection);
        BOOST_REQUIRE(undone.has_value());
        BOOST_TEST(site.catalog.make_directory(path_of("/a"), "lab", now).has_value());
        BOOST_TEST(
            (error_of(site.catalog.find(path_of("/a/r.hl7"))) == catalog_errc::no_such_name));
    }
    // It has the number that the other had.
    BOOST_TEST(site.catalog.make_directory(path_of("/b"), "lab", now).has_value());
    site.deposit("/b/r.hl7");
    BOOST_TEST((error_of(site.catalog.find(path_of("/a/r.hl7"))) == catalog_errc::no_such_name));
    BOOST_TEST(site.catalog.find(path_of("/b/r.hl7")).has_value());
}

BOOST_AUTO_TEST_CASE(a_name_that_was_missed_is_found_while_it_is_there_and_no_longer) {
    Site site;
    const auto is_missed = [&] {
        return error_of(site.catalog.find(path_of("/r.hl7"))) == catalog_errc::no_such_name;
    };
    BOOST_TEST(is_missed());
    {
        const auto undone = database::Savepoint::begin(*site.connection);
        BOOST_REQUIRE(undone.has_value());
        site.deposit("/r.hl7");
        BOOST_TEST(!is_missed());
    }
    BOOST_TEST(is_missed());
    site.deposit("/other.hl7");
    BOOST_TEST(is_missed());
    BOOST_TEST(
        site.catalog
            .rename(path_of("/other.hl7"), path_of("/r.hl7"), false, Standing::deposited, now)
            .has_value());
    BOOST_TEST(!is_missed());
    BOOST_TEST(site.catalog.remove(path_of("/r.hl7")).has_value());
    BOOST_TEST(is_missed());
    BOOST_TEST(site.catalog.make_directory(path_of("/r.hl7"), "lab", now).has_value());
    BOOST_TEST(!is_missed());
}

BOOST_AUTO_TEST_CASE(a_row_that_was_undone_gives_its_number_to_the_next) {
    Site site;
    const auto first = site.deposit("/a");
    {
        const auto undone = database::Savepoint::begin(*site.connection);
        BOOST_REQUIRE(undone.has_value());
        site.deposit("/b");
    }
    const auto second = site.deposit("/c");
    BOOST_TEST(second.node == first.node + 1);
    BOOST_TEST(second.file == first.file + 1);
}

BOOST_AUTO_TEST_CASE(a_folder_is_found_by_its_name_and_a_file_is_none) {
    Site site;
    BOOST_TEST(site.catalog.ensure_directories(path_of("/lab/in"), now).has_value());
    site.deposit("/lab/f");
    const auto directory = [&](std::string_view path) {
        return site.catalog.directory(path_of(path));
    };
    BOOST_TEST(directory("/").value() == root_node);
    BOOST_TEST(directory("/lab/in").value() == site.catalog.find(path_of("/lab/in"))->node);
    BOOST_TEST((error_of(directory("/lab/f")) == catalog_errc::not_a_directory));
    for (const std::string_view path : {"/lab/x", "/x/y", "/lab/f/x"})
        BOOST_TEST((error_of(directory(path)) == catalog_errc::no_such_name));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_replaced_is_doomed_and_forgotten_once_destroyed) {
    Site site;
    const auto first = site.deposit("/r.hl7");
    const Id stream = site.catalog.find(path_of("/r.hl7"))->file->stream;
    const auto second = site.deposit("/r.hl7", 20);
    BOOST_TEST((second.doomed == std::vector{stream}));
    BOOST_TEST(second.file != first.file);
    BOOST_TEST((*site.catalog.doomed() == std::vector{stream}));
    BOOST_TEST((*site.catalog.usage({}) == Usage{.bytes = 20, .files = 1}));
    BOOST_TEST((error_of(site.catalog.add_name(first.file, path_of("/x"), "", now)) ==
                catalog_errc::no_such_file));
    BOOST_TEST(site.catalog.forget(stream).has_value());
    BOOST_TEST(site.catalog.forget(stream).has_value());
    BOOST_TEST(site.catalog.doomed()->empty());
}

BOOST_AUTO_TEST_CASE(to_forget_spares_a_file_that_is_not_doomed) {
    Site site;
    site.deposit("/r.hl7");
    const Id stream = site.catalog.find(path_of("/r.hl7"))->file->stream;
    BOOST_TEST(site.catalog.forget(stream).has_value());
    BOOST_TEST(site.catalog.has_file(stream).value());
}

BOOST_AUTO_TEST_CASE(a_file_lives_as_long_as_one_of_its_names) {
    Site site;
    const auto file = site.deposit("/a").file;
    BOOST_TEST(site.catalog.add_name(file, path_of("/b"), "", now).has_value());
    BOOST_TEST(site.catalog.remove(path_of("/a"))->doomed.empty());
    BOOST_TEST(site.catalog.find(path_of("/b"))->made_by.empty());
    BOOST_TEST(site.catalog.remove(path_of("/b"))->doomed.size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_names_of_a_file_are_those_that_it_has_now) {
    Site site;
    const auto file = site.deposit("/a").file;
    site.deposit("/other");
    BOOST_TEST(site.catalog.add_name(file, path_of("/b"), "", now).has_value());
    BOOST_TEST(site.catalog.add_name(file, path_of("/c"), "", now).has_value());
    BOOST_TEST(site.catalog.remove(path_of("/a")).has_value());
    const auto names = site.catalog.names_of(file);
    BOOST_REQUIRE(names.has_value());
    BOOST_REQUIRE(names->size() == 2U);
    BOOST_TEST(names->at(0).name == "b");
    BOOST_TEST(names->at(1).name == "c");
    BOOST_TEST(site.catalog.names_of(999)->empty());
}

BOOST_AUTO_TEST_CASE(ids_are_never_used_again) {
    Site site;
    const auto first = site.deposit("/a");
    BOOST_TEST(site.catalog.remove(path_of("/a")).has_value());
    BOOST_TEST(site.catalog.forget((*site.catalog.doomed()).front()).has_value());
    const auto second = site.deposit("/a");
    BOOST_TEST(second.node > first.node);
    BOOST_TEST(second.file > first.file);
}

BOOST_AUTO_TEST_CASE(times_and_the_mark_of_collection_are_kept) {
    Site site;
    const auto committed = site.deposit("/a");
    BOOST_TEST(site.catalog.set_times(committed.node, now + 5s, std::nullopt).has_value());
    BOOST_TEST(site.catalog.set_times(committed.node, std::nullopt, now + 6s).has_value());
    BOOST_TEST(site.catalog.mark_collected(committed.file).has_value());
    const auto entry = site.catalog.find(path_of("/a"));
    BOOST_TEST((entry->accessed == now + 5s));
    BOOST_TEST((entry->modified == now + 6s));
    BOOST_TEST(entry->file->collected);
    BOOST_TEST((error_of(site.catalog.set_times(999, now, now)) == catalog_errc::no_such_name));
    BOOST_TEST((error_of(site.catalog.mark_collected(999)) == catalog_errc::no_such_file));
}

BOOST_AUTO_TEST_CASE(a_listing_in_pages_gives_each_entry_once_also_while_names_come_and_go) {
    Site site;
    for (int number = 0; number < 10; ++number) site.deposit("/f" + std::to_string(number));
    std::vector<std::string> names;
    NodeId after = 0;
    for (;;) {
        const auto page = site.catalog.list(root_node, after, 3);
        BOOST_REQUIRE(page.has_value());
        if (page->empty()) break;
        for (const Entry& entry : *page) names.push_back(entry.name);
        after = page->back().node;
        if (names.size() == 3) {
            BOOST_TEST(site.catalog.remove(path_of("/f1")).has_value());
            BOOST_TEST(site.catalog.remove(path_of("/f9")).has_value());
        }
    }
    const std::vector<std::string> expected{"f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8"};
    BOOST_TEST(names == expected, boost::test_tools::per_element());
    BOOST_TEST(site.catalog.list(12345, 0, 10)->empty());
}

BOOST_AUTO_TEST_CASE(a_folder_of_100000_is_renamed_and_listed_in_pages_without_a_walk) {
    Site site;
    const auto folder = site.catalog.make_directory(path_of("/big"), "lab", now);
    BOOST_TEST(site.catalog.make_directory(path_of("/to"), "lab", now).has_value());
    fill_with_100000(site, *folder);
    const auto total = [&] {
        auto query = site.connection->query("SELECT total_changes()");
        BOOST_REQUIRE(query.next().value());
        return query.integer(0);
    };
    const auto before = total();
    BOOST_TEST(
        site.catalog.rename(path_of("/big"), path_of("/to/big"), false, Standing::deposited, now)
            .has_value());
    BOOST_TEST(total() - before <= 5);
    auto plan = site.connection->query(
        "EXPLAIN QUERY PLAN SELECT id FROM nodes n WHERE n.parent = 1 AND n.id > 1 ORDER BY n.id");
    while (plan.next().value()) BOOST_TEST(plan.text(3).find("SCAN") == std::string_view::npos);
}

BOOST_AUTO_TEST_CASE(what_is_kept_from_others_is_found_without_a_walk) {
    Site site;
    fill_with_100000(site, root_node);
    auto temporary = site.deposit_of("/t.part", 7);
    temporary.standing = Standing::temporary;
    BOOST_TEST(site.catalog.commit_deposit(temporary).has_value());
    int looks = 0;  // one in some thousand steps
    const database::Watch watch(*site.connection, [&] {
        ++looks;
        return false;
    });
    BOOST_TEST(site.catalog.never_renamed(now + 1h, 10)->size() == 1U);
    BOOST_TEST(site.catalog.held(0, 10)->empty());
    BOOST_TEST(looks < 3);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(catalog_refusals)

BOOST_AUTO_TEST_CASE(each_verb_says_why_not) {
    Site site;
    auto& catalog = site.catalog;
    BOOST_TEST(catalog.ensure_directories(path_of("/d/e"), now).has_value());
    site.deposit("/f");
    const VirtualPath root;
    const auto is = [](const auto& result, catalog_errc code) { return error_of(result) == code; };
    using enum catalog_errc;
    BOOST_TEST(is(catalog.find(path_of("/x")), no_such_name));
    BOOST_TEST(is(catalog.find(path_of("/f/x")), no_such_name));
    BOOST_TEST(is(catalog.path_of(999), no_such_name));
    BOOST_TEST(is(catalog.usage(path_of("/f")), not_a_directory));
    BOOST_TEST(is(catalog.usage(path_of("/x")), no_such_name));
    BOOST_TEST(is(catalog.make_directory(root, "", now), already_there));
    BOOST_TEST(is(catalog.make_directory(path_of("/d"), "", now), already_there));
    BOOST_TEST(is(catalog.make_directory(path_of("/f"), "", now), already_there));
    BOOST_TEST(is(catalog.make_directory(path_of("/x/y"), "", now), no_such_name));
    BOOST_TEST(is(catalog.make_directory(path_of("/f/y"), "", now), not_a_directory));
    BOOST_TEST(is(catalog.ensure_directories(path_of("/f/y"), now), not_a_directory));
    BOOST_TEST((catalog.ensure_directories(root, now) == root_node));
    BOOST_TEST(is(catalog.remove_directory(root), is_the_root));
    BOOST_TEST(is(catalog.remove_directory(path_of("/d")), not_empty));
    BOOST_TEST(is(catalog.remove_directory(path_of("/f")), not_a_directory));
    BOOST_TEST(is(catalog.remove_directory(path_of("/x")), no_such_name));
    BOOST_TEST(is(catalog.remove(path_of("/d")), is_a_directory));
    BOOST_TEST(is(catalog.remove(path_of("/x")), no_such_name));
    BOOST_TEST(is(catalog.remove(root), is_the_root));
    BOOST_TEST(is(catalog.commit_deposit(site.deposit_of("/d", 1)), is_a_directory));
    BOOST_TEST(is(catalog.commit_deposit(site.deposit_of("/x/y", 1)), no_such_name));
    BOOST_TEST(is(catalog.commit_deposit(site.deposit_of("/f/y", 1)), not_a_directory));
    BOOST_TEST(is(catalog.commit_deposit(site.deposit_of("/", 1)), is_the_root));
    BOOST_TEST(is(catalog.begin_upload(site.upload_of("/x/y")), no_such_name));
    BOOST_TEST(is(catalog.begin_upload(site.upload_of("/d")), is_a_directory));
    BOOST_TEST(is(catalog.touch_upload(Id::random(site.random), 1, now), no_such_upload));
    BOOST_TEST(catalog.end_upload(Id::random(site.random)).has_value());
    const auto rename = [&](std::string_view from, std::string_view to, bool replace) {
        return catalog.rename(path_of(from), path_of(to), replace, Standing::deposited, now);
    };
    BOOST_TEST(is(rename("/x", "/y", false), no_such_name));
    BOOST_TEST(is(rename("/d", "/d/e/d", false), into_itself));
    BOOST_TEST(is(rename("/d", "/f", true), not_a_directory));
    BOOST_TEST(is(rename("/d", "/f", false), already_there));
    BOOST_TEST(is(rename("/f", "/d", true), is_a_directory));
    BOOST_TEST(is(rename("/f", "/d", false), already_there));
    BOOST_TEST(is(rename("/f", "/x/y", false), no_such_name));
    BOOST_TEST(is(rename("/f", "/f", false), already_there));
    BOOST_TEST(is(rename("/", "/d/x", false), is_the_root));
    BOOST_TEST(rename("/f", "/f", true)->doomed.empty());
    BOOST_TEST(catalog.find(path_of("/f")).has_value());
}

BOOST_AUTO_TEST_CASE(a_folder_with_anybodys_upload_is_not_removed) {
    Site site;
    BOOST_TEST(site.catalog.make_directory(path_of("/d"), "lab", now).has_value());
    const Upload upload = site.upload_of("/d/u", 5, "other");
    BOOST_TEST(site.catalog.begin_upload(upload).has_value());
    BOOST_TEST((error_of(site.catalog.remove_directory(path_of("/d"))) == catalog_errc::not_empty));
    BOOST_TEST(site.catalog.end_upload(upload.stream).has_value());
    BOOST_TEST(site.catalog.remove_directory(path_of("/d")).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(catalog_uploads)

BOOST_AUTO_TEST_CASE(an_upload_is_its_accounts_alone_and_one_for_each_name) {
    Site site;
    const Upload mine = site.upload_of("/u");
    BOOST_TEST(site.catalog.begin_upload(mine).has_value());
    BOOST_TEST(
        (error_of(site.catalog.begin_upload(site.upload_of("/u"))) == catalog_errc::already_there));
    BOOST_TEST(site.catalog.begin_upload(site.upload_of("/u", 0, "other")).has_value());
    BOOST_TEST((site.catalog.find_upload("lab", path_of("/u")).value()->stream == mine.stream));
    BOOST_TEST(!site.catalog.find_upload("third", path_of("/u")).value().has_value());
    BOOST_TEST(!site.catalog.find_upload("lab", path_of("/x/u")).value().has_value());
    BOOST_TEST(site.catalog.uploads_in("lab", root_node)->size() == 1U);
    BOOST_TEST(site.catalog.uploads_untouched_since(Timestamp::max())->size() == 2U);
    BOOST_TEST((error_of(site.catalog.find(path_of("/u"))) == catalog_errc::no_such_name));
}

BOOST_AUTO_TEST_CASE(an_upload_follows_its_folder_and_is_counted_until_it_ends) {
    Site site;
    BOOST_TEST(site.catalog.ensure_directories(path_of("/a/b"), now).has_value());
    const Upload upload = site.upload_of("/a/b/u", 100);
    BOOST_TEST(site.catalog.begin_upload(upload).has_value());
    BOOST_TEST(site.catalog.touch_upload(upload.stream, 300, now + 1s).has_value());
    BOOST_TEST(site.catalog.touch_upload(upload.stream, 250, now + 2s).has_value());
    BOOST_TEST((*site.catalog.usage(path_of("/a")) == Usage{.bytes = 250, .files = 1}));
    BOOST_TEST(site.catalog.rename(path_of("/a"), path_of("/z"), false, Standing::deposited, now)
                   .has_value());
    const auto there = site.catalog.upload(upload.stream).value();
    BOOST_REQUIRE(there.has_value());
    BOOST_TEST((there->path == path_of("/z/b/u")));
    BOOST_TEST((there->touched == now + 2s));
    auto deposit = site.deposit_of("/z/b/u", 240);
    deposit.stream = upload.stream;
    BOOST_TEST(site.catalog.commit_deposit(deposit).has_value());
    BOOST_TEST(site.catalog.uploads_untouched_since(Timestamp::max())->empty());
    BOOST_TEST((*site.catalog.usage({}) == Usage{.bytes = 240, .files = 1}));
}

BOOST_AUTO_TEST_CASE(a_folder_does_not_move_where_what_is_below_could_not_be_reached) {
    Site site;
    const std::string long_name(250, 'n');
    const std::string deep = "/a/" + long_name + "/" + long_name + "/" + long_name;
    BOOST_TEST(site.catalog.ensure_directories(path_of(deep), now).has_value());
    BOOST_TEST(
        site.catalog.begin_upload(site.upload_of(deep + "/" + std::string(200, 'u'))).has_value());
    const auto grown = site.catalog.rename(path_of("/a"), path_of("/" + long_name), false,
                                           Standing::deposited, now);
    BOOST_TEST((error_of(grown) == std::errc::filename_too_long));
    BOOST_TEST(site.catalog.rename(path_of("/a"), path_of("/b"), false, Standing::deposited, now)
                   .has_value());
    std::string levels;
    for (int level = 0; level < 60; ++level) levels += "/d";
    BOOST_TEST(site.catalog.ensure_directories(path_of("/low" + levels), now).has_value());
    BOOST_TEST(site.catalog.ensure_directories(path_of("/x/y/z/w"), now).has_value());
    const auto deeper = site.catalog.rename(path_of("/low"), path_of("/x/y/z/w/low"), false,
                                            Standing::deposited, now);
    BOOST_TEST((error_of(deeper) == std::errc::filename_too_long));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(catalog_versions)

BOOST_AUTO_TEST_CASE(the_names_of_a_database_of_version_1_open_in_the_newest) {
    const KeyedDatabase site;
    SystemRandom random;
    const auto old = *database::Connection::open({}, database::Connection::Mode::in_memory);
    BOOST_REQUIRE(database::migrate(*old, database::migrations().first(1)).has_value());
    database::SealedCells cells(*site.keys, keyring::Purpose::name, random);
    const auto key = site.keys->current(keyring::Purpose::name);
    const Id stream = Id::random(random);
    const auto sha256 = cells.seal(
        {.table = "files", .column = "sha256", .row = 1, .bound = bound_to_file(stream, 7, "lab")},
        key, Digest32{});
    const auto name =
        cells.seal({.table = "nodes",
                    .column = "name",
                    .row = 2,
                    .bound = bound_to_node(root_node, Kind::file, 1, Standing::temporary, "lab")},
                   key, as_bytes("a.part"));
    const auto index = name_index(
        *site.keys->key(keyring::Purpose::index, site.keys->current(keyring::Purpose::index)),
        root_node, "a.part");
    BOOST_REQUIRE(old->run("INSERT INTO files (stream, size_bytes, sha256, depositor)"
                           " VALUES (?, 7, ?, 'lab')",
                           stream, *sha256)
                      .has_value());
    BOOST_REQUIRE(old->run("INSERT INTO nodes (id, parent, kind, name_index, name, file, made_by,"
                           " temporary, modified, accessed, created)"
                           " VALUES (2, 1, 2, ?, ?, 1, 'lab', 1, 0, 0, 0)",
                           ByteView(index), *name)
                      .has_value());
    BOOST_REQUIRE(database::migrate(*old).has_value());
    BOOST_TEST(database::check_schema(*old).has_value());
    Catalog catalog(*old, *site.keys, random);
    const auto entry = catalog.find(path_of("/a.part"));
    BOOST_REQUIRE(entry.has_value());
    BOOST_TEST((entry->standing == Standing::temporary));
    BOOST_TEST(entry->file->size_bytes == 7U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(catalog_tampering)

// Each statement is what somebody with the database file, and no key, could do.
const std::array<const char*, 12> exchanges{
    "UPDATE nodes SET name = (SELECT name FROM nodes o WHERE o.id <> nodes.id AND o.id > 1)"
    " WHERE id = (SELECT min(id) FROM nodes WHERE id > 1)",
    // A byte of a cell, whatever it was.
    "UPDATE nodes SET name = CAST(substr(name, 1, 20) ||"
    " CASE substr(name, 21, 1) WHEN x'00' THEN x'01' ELSE x'00' END ||"
    " substr(name, 22) AS BLOB) WHERE id > 1",
    "UPDATE nodes SET name = x'' WHERE id > 1",
    "UPDATE files SET sha256 = (SELECT o.sha256 FROM files o WHERE o.id <> files.id)",
    // What a name stands for, and whose it is.
    "UPDATE nodes SET file = (SELECT max(id) FROM files) WHERE file = (SELECT min(id) FROM files)",
    "UPDATE nodes SET made_by = 'other'",
    "UPDATE nodes SET standing = 1",
    "UPDATE nodes SET standing = 3",
    "UPDATE nodes SET parent = 1, kind = 1, file = NULL WHERE id > 1",
    "UPDATE files SET depositor = 'other'",
    "UPDATE files SET size_bytes = size_bytes + 1",
    "UPDATE files SET stream = CAST(substr(stream, 1, 15) ||"
    " CASE substr(stream, 16, 1) WHEN x'00' THEN x'01' ELSE x'00' END AS BLOB)",
};

BOOST_DATA_TEST_CASE(a_cell_that_was_changed_or_moved_does_not_open, exchanges, statement) {
    Site site;
    site.deposit("/first");
    site.deposit("/second");
    site.run(statement);
    BOOST_TEST(
        (error_of(site.catalog.find(path_of("/first"))) == database::database_errc::altered_cell));
}

BOOST_AUTO_TEST_CASE(uploads_cannot_be_exchanged) {
    Site site;
    BOOST_TEST(site.catalog.begin_upload(site.upload_of("/mine")).has_value());
    BOOST_TEST(site.catalog.begin_upload(site.upload_of("/yours", 0, "other")).has_value());
    site.run(
        "CREATE TEMP TABLE streams AS SELECT id, stream FROM uploads;"
        "UPDATE uploads SET stream = randomblob(16);"
        "UPDATE uploads SET stream = (SELECT stream FROM streams WHERE streams.id <> uploads.id)");
    BOOST_TEST((error_of(site.catalog.find_upload("lab", path_of("/mine"))) ==
                database::database_errc::altered_cell));
    // Its stream alone is still had, so that a name that cannot be read keeps nothing for ever.
    BOOST_TEST(site.catalog.uploads_untouched_since(Timestamp::max())->size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_file_that_still_has_a_name_is_not_doomed_whatever_its_row_says) {
    Site site;
    site.deposit("/kept");
    site.run("UPDATE files SET doomed = 1");
    BOOST_TEST(site.catalog.doomed()->empty());
}

BOOST_AUTO_TEST_CASE(a_name_index_given_to_another_row_leads_nowhere) {
    Site site;
    site.deposit("/first");
    site.deposit("/second");
    site.run(
        "UPDATE nodes SET name_index = x'00' WHERE id = (SELECT max(id) FROM nodes);"
        "CREATE TEMP TABLE taken AS SELECT name_index FROM nodes WHERE id = 2;"
        "UPDATE nodes SET name_index = x'01' WHERE id = 2;"
        "UPDATE nodes SET name_index = (SELECT name_index FROM taken)"
        " WHERE id = (SELECT max(id) FROM nodes);");
    BOOST_TEST(
        (error_of(site.catalog.find(path_of("/first"))) == database::database_errc::altered_cell));
    BOOST_TEST((error_of(site.catalog.remove(path_of("/first"))) ==
                database::database_errc::altered_cell));
}

BOOST_AUTO_TEST_SUITE_END()
