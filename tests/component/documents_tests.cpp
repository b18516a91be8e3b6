#include <fmt/format.h>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "base/evp.hpp"
#include "keyed_database.hpp"
#include "storage/database/errc.hpp"
#include "storage/documents/documents.hpp"

using namespace consign;
using namespace consign::documents;

namespace {

constexpr std::string_view marker = "ivory-owl";

using Texts = std::vector<NamedText>;

Texts texts_of(std::string_view content) {
    return {{"consign.yaml", "version: 1\n"},
            {"policy.d/10.yaml", std::string(content)},
            {"keys/empty.pub", ""}};
}

Digest32 hash_of(std::string_view content) {
    return evp::sha256({as_bytes(content)});
}

struct Fixture : KeyedDatabase {
    Documents documents{*connection, *keys, random};
    std::int64_t seconds = 0;

    /// One transaction, as the writer's: a sync a statement would be most of the time.
    Fixture() { run("BEGIN"); }

    Version version(std::string_view content) {
        return {.since = from_microseconds(++seconds * 1'000'000),
                .made_by = "admin:anna",
                .hash = hash_of(content),
                .accounts = 7,
                .routes = 3};
    }
    void take(std::string_view content) {
        BOOST_REQUIRE(documents.come_into_force(version(content), texts_of(content)).has_value());
    }
    std::vector<Digest32> history(std::size_t limit = Documents::versions_limit) {
        const auto versions = documents.versions(limit);
        BOOST_REQUIRE(versions.has_value());
        std::vector<Digest32> hashes;
        for (const Version& each : *versions) hashes.push_back(each.hash);
        return hashes;
    }
    std::int64_t count(const char* table) {
        auto query = connection->query(std::string("SELECT count(*) FROM ") + table);
        BOOST_REQUIRE(query.next().value());
        return query.integer(0);
    }
    bool is_kept(std::string_view content) {
        return documents.find(hash_of(content)).value().has_value();
    }
};

using Hashes = std::vector<Digest32>;

/// What somebody with the file, and no key, could do to a text.
const char* const alterations[]{
    "UPDATE documents SET content = substr(content, 1, length(content) - 1) WHERE id = 1",
    "UPDATE documents SET content = x''",
    "UPDATE documents SET content = (SELECT content FROM documents WHERE id = 2) WHERE id = 1",
    // Each text under the other's hash.
    "UPDATE documents SET hash = zeroblob(32) WHERE id = 1; UPDATE versions SET document = 2",
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(documents_, Fixture)

BOOST_AUTO_TEST_CASE(texts_are_had_back_under_their_hash_in_their_order) {
    take("a");
    BOOST_TEST((documents.find(hash_of("a")).value().value() == texts_of("a")));
    BOOST_TEST(!is_kept("b"));
}

BOOST_AUTO_TEST_CASE(a_version_tells_since_when_and_by_whom) {
    take("a");
    const auto versions = documents.versions(10).value();
    BOOST_REQUIRE(versions.size() == 1U);
    BOOST_TEST((versions[0] == Version{.since = from_microseconds(1'000'000),
                                       .made_by = "admin:anna",
                                       .hash = hash_of("a"),
                                       .files = 3,
                                       .accounts = 7,
                                       .routes = 3}));
}

BOOST_AUTO_TEST_CASE(what_is_in_force_already_comes_into_force_no_second_time) {
    take("a");
    take("a");
    BOOST_TEST((history() == Hashes{hash_of("a")}));
}

BOOST_AUTO_TEST_CASE(equal_texts_are_kept_once_however_often_they_come_back) {
    for (const char* content : {"a", "b", "a", "b", "a"}) take(content);
    BOOST_TEST((history() ==
                Hashes{hash_of("a"), hash_of("b"), hash_of("a"), hash_of("b"), hash_of("a")}));
    BOOST_TEST((history(2) == Hashes{hash_of("b"), hash_of("a")}));
    BOOST_TEST(count("documents") == 2);
}

BOOST_AUTO_TEST_CASE(the_oldest_versions_go_at_the_limit_and_their_texts_with_them) {
    const std::size_t all = Documents::versions_limit + 5;
    for (std::size_t number = 0; number < all; ++number)
        take(fmt::format("policy {}", number % 2 == 0 ? 0 : number));
    BOOST_TEST(history(all).size() == Documents::versions_limit);
    BOOST_TEST(!is_kept("policy 1"));
    BOOST_TEST(!is_kept("policy 3"));
    BOOST_TEST(is_kept("policy 5"));
    // The same text was in force before the limit, and after it.
    BOOST_TEST(is_kept("policy 0"));
    BOOST_TEST(count("documents") == static_cast<std::int64_t>(Documents::versions_limit / 2 + 1));
}

BOOST_AUTO_TEST_CASE(the_oldest_go_also_where_all_together_grow_too_large) {
    const std::string filling(Documents::content_limit_bytes / 4, 'x');
    for (const char* name : {"1", "2", "3", "4", "5"}) take(name + filling);
    BOOST_TEST((history() ==
                Hashes{hash_of("3" + filling), hash_of("4" + filling), hash_of("5" + filling)}));
    BOOST_TEST(count("documents") == 3);
}

BOOST_AUTO_TEST_CASE(a_hash_is_found_by_how_it_begins) {
    take("a");
    take("b");
    const std::string hex = to_hex(hash_of("a"));
    for (const std::size_t digits : {64U, 63U, 9U, 8U})
        BOOST_TEST(
            (documents.hashes_beginning(hex.substr(0, digits), 2).value() == Hashes{hash_of("a")}));
    BOOST_TEST(documents.hashes_beginning("", 10).value().size() == 2U);
    BOOST_TEST(documents.hashes_beginning("", 1).value().size() == 1U);
    for (const std::string& wrong : {hex + "0", std::string("xy"), std::string("%")})
        BOOST_TEST(documents.hashes_beginning(wrong, 2).value().empty(), wrong);
}

BOOST_AUTO_TEST_CASE(nothing_of_a_text_or_a_files_name_stands_in_clear) {
    take(std::string(marker));
    auto query = connection->query(
        "SELECT 1 FROM documents WHERE instr(content, CAST(? AS BLOB)) > 0"
        " OR instr(content, CAST('consign.yaml' AS BLOB)) > 0",
        marker);
    BOOST_TEST(!query.next().value());
}

BOOST_DATA_TEST_CASE(a_text_that_was_altered_is_not_given_out,
                     boost::unit_test::data::make(alterations), alteration) {
    take("a");
    take("b");
    run(alteration);
    for (const char* content : {"a", "b"}) {
        const auto found = documents.find(hash_of(content));
        if (found && *found) BOOST_TEST((**found == texts_of(content)));
    }
    const auto first = documents.find(hash_of("a"));
    BOOST_TEST((!first || !*first));
}

BOOST_AUTO_TEST_SUITE_END()
