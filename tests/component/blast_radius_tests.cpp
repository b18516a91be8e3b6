// What an account's credentials gave away, against what was really read.
#include "desk/reports/blast_radius.hpp"
#include "reloadable_site.hpp"
#include "retention_site.hpp"

using namespace consign;
using namespace consign::testing;
namespace json = boost::json;

namespace {

struct Fixture {
    RetentionSite site;
    Timestamp start = site.clock.now();
    Peer drop{site, "drop"};
    Peer partner{site, "partner"};

    Fixture() {
        required(drop.put("/in/a.hl7", message()));
        required(drop.put("/in/b.hl7", message("BIOMED", "77^^^HNORD")));
        required(drop.put("/in/c.hl7", message("BIOMED", "78^^^HNORD")));
    }
    void ask(json::object arguments) {
        arguments.emplace("from", desk::rfc3339(start));
        site.clock.advance(std::chrono::seconds(1));
        auto answer = site.ask("blast_radius.show", std::move(arguments));
        BOOST_REQUIRE_MESSAGE(answer.end.has_value(), (answer.end ? "" : answer.end.error()));
        end = *answer.end;
        rows = std::move(answer.rows);
    }
    [[nodiscard]] std::vector<json::object> of_kind(std::string_view kind) const {
        std::vector<json::object> found;
        for (const json::object& row : rows)
            if (row.at("kind").as_string() == kind) found.push_back(row);
        return found;
    }
    [[nodiscard]] int count(std::string_view field) const { return end.at(field).to_number<int>(); }

    json::object end;
    std::vector<json::object> rows;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(blast_radius, Fixture)

BOOST_AUTO_TEST_CASE(what_was_read_is_told_from_what_stayed_sealed) {
    required(site.run(partner.session.record(
        partner.session.event(ledger::Action::login, ledger::Outcome::granted, {}))));
    const Bytes read = required(partner.get("/out/a.hl7"));
    ask({{"account", "partner"}, {"all", true}});
    const auto files = of_kind("file");
    BOOST_TEST_REQUIRE(files.size() == 1U);
    BOOST_TEST(files[0].at("path").as_string() == "/partner/out/a.hl7");
    BOOST_TEST(files[0].at("extent").as_string() == "whole");
    BOOST_TEST(files[0].at("bytes").to_number<std::size_t>() == read.size());
    BOOST_TEST(json::serialize(files[0].at("subjects")) == R"(["HNORD/1234"])");
    BOOST_TEST(json::serialize(files[0].at("classes")) == R"(["report"])");
    const auto sealed = of_kind("sealed");
    BOOST_TEST_REQUIRE(sealed.size() == 2U);
    for (const json::object& row : sealed) BOOST_TEST(!row.at("name_learned").as_bool());
    BOOST_TEST(count("sealed") == 2);
    BOOST_TEST(count("subjects") == 1);
    BOOST_TEST(count("files_whole") == 1);
    BOOST_TEST_REQUIRE(of_kind("session").size() == 1U);
    BOOST_TEST(of_kind("session").at(0).at("address").as_string() == "192.0.2.1");
    BOOST_TEST(of_kind("account").at(0).at("home").as_string() == "/partner");
    BOOST_TEST(site.events(ledger::Action::administrator_acted).back().detail ==
               "blast-radius partner");
}

BOOST_AUTO_TEST_CASE(a_part_a_hash_and_what_has_no_end_are_told_apart) {
    {
        const auto part = required(partner.collect("/out/a.hl7"));
        part->served(0, 5);
        site.run(part->finish(desk::Download::End::broken_off));
    }
    (void)partner.hash("/out/b.hl7");
    const auto open = required(partner.collect("/out/c.hl7"));
    open->served(0, 7);  // the daemon dies here, say
    ask({{"account", "partner"}});
    std::map<std::string, std::string> extents;
    for (const json::object& row : of_kind("file"))
        extents[std::string(row.at("path").as_string())] = row.at("extent").as_string();
    BOOST_TEST(extents["/partner/out/a.hl7"] == "part");
    BOOST_TEST(extents["/partner/out/c.hl7"] == "unknown");
    BOOST_TEST(count("files_unknown") == 1);
    if (extents.contains("/partner/out/b.hl7")) BOOST_TEST(extents["/partner/out/b.hl7"] == "hash");
    site.run(open->finish(desk::Download::End::broken_off));
}

BOOST_AUTO_TEST_CASE(a_file_that_left_in_pieces_is_no_part_where_it_may_be_whole) {
    const auto some = [&](std::string_view path, std::uint64_t start, std::uint64_t end,
                          desk::Download::End how) {
        const auto part = required(partner.collect(path));
        part->served(start, end - start);
        site.run(part->finish(how));
    };
    using End = desk::Download::End;
    const auto size_of = [&](const char* path) { return required(partner.stat(path)).size_bytes; };
    const std::uint64_t size = size_of("/out/a.hl7"), size_of_b = size_of("/out/b.hl7"),
                        size_of_c = size_of("/out/c.hl7");
    // Cut, and resumed to the end: whole, and each byte once.
    some("/out/a.hl7", 0, 40, End::broken_off);
    some("/out/a.hl7", 40, size, End::in_order);
    // Never closed in order, and all of it left.
    some("/out/b.hl7", 0, 30, End::broken_off);
    some("/out/b.hl7", 30, size_of_b, End::broken_off);
    // The rest of what had left before the period: of that, this much.
    some("/out/c.hl7", 0, 30, End::broken_off);
    const auto middle = site.clock.now() + std::chrono::hours(1);
    site.clock.advance(std::chrono::hours(2));
    some("/out/c.hl7", 30, size_of_c, End::in_order);

    ask({{"account", "partner"}});
    std::map<std::string, json::object> files;
    for (const json::object& row : of_kind("file"))
        files[std::string(row.at("path").as_string())] = row;
    const auto extent = [&](const char* path) {
        return std::string(files.at(path).at("extent").as_string());
    };
    BOOST_TEST(extent("/partner/out/a.hl7") == "whole");
    BOOST_TEST(files.at("/partner/out/a.hl7").at("bytes").to_number<std::uint64_t>() == size);
    BOOST_TEST(extent("/partner/out/b.hl7") == "whole");
    BOOST_TEST(extent("/partner/out/c.hl7") == "whole");
    BOOST_TEST(count("files_whole") == 3);
    BOOST_TEST(count("files_unknown") == 0);

    site.clock.advance(std::chrono::seconds(1));
    ask({{"account", "partner"}, {"until", desk::rfc3339(middle)}});
    for (const json::object& row : of_kind("file"))
        if (row.at("path").as_string() == "/partner/out/c.hl7")
            BOOST_TEST(row.at("extent").as_string() == "part");
    start = middle;
    ask({{"account", "partner"}});
    BOOST_TEST_REQUIRE(of_kind("file").size() == 1U);
    BOOST_TEST(of_kind("file")[0].at("extent").as_string() == "part");
    BOOST_TEST(of_kind("file")[0].at("bytes").to_number<std::uint64_t>() == size_of_c - 30);
}

BOOST_AUTO_TEST_CASE(as_many_bytes_as_it_has_are_no_part) {
    const auto record = [&](const Id& stream, ledger::Action action, std::uint64_t bytes,
                            std::string detail) {
        auto event = partner.session.event(action, ledger::Outcome::granted, {});
        event.stream = stream;
        event.bytes = bytes;
        event.detail = std::move(detail);
        required(site.run(partner.session.record(std::move(event))));
    };
    const auto extent_after = [&](std::uint64_t first, std::uint64_t second, std::string detail) {
        start = site.clock.now() + std::chrono::seconds(1);
        site.clock.advance(std::chrono::seconds(2));
        const auto stream = Id::from_hex("0123456789abcdef0123456789abcdef").value();
        record(stream, ledger::Action::opened_for_reading, 1000, "");
        record(stream, ledger::Action::retrieval_ended, first, "broken off");
        record(stream, ledger::Action::opened_for_reading, 1000, "");
        record(stream, ledger::Action::retrieval_ended, second, std::move(detail));
        ask({{"account", "partner"}});
        BOOST_REQUIRE(of_kind("file").size() == 1U);
        return std::string(of_kind("file")[0].at("extent").as_string());
    };
    BOOST_TEST(extent_after(400, 599, "a part of it") == "part");
    BOOST_TEST(extent_after(400, 600, "a part of it") == "unknown");
    BOOST_TEST(extent_after(600, 600, "broken off") == "unknown");
    BOOST_TEST(extent_after(600, 600, "the rest of it") == "whole");
    BOOST_TEST(extent_after(0, 500, "the rest of it") == "part");
    BOOST_TEST(extent_after(0, 0, "a part of it") == "nothing");
    BOOST_TEST(extent_after(0, 1000, "all of it") == "whole");
    BOOST_TEST(extent_after(400, 500, "broken off, and more than that may have left") == "unknown");
}

BOOST_AUTO_TEST_CASE(what_left_in_more_pieces_than_are_told_apart_may_be_whole) {
    const Bytes large = content_of(10'000);
    required(drop.put("/in/large.bin", large));
    const auto pieces = required(partner.collect("/out/large.bin"));
    for (std::uint64_t at = 0; at < large.size(); at += 2) pieces->served(at, 1);
    site.run(pieces->finish(desk::Download::End::in_order));
    ask({{"account", "partner"}});
    BOOST_TEST_REQUIRE(of_kind("file").size() == 1U);
    BOOST_TEST(of_kind("file")[0].at("extent").as_string() == "unknown");
}

BOOST_AUTO_TEST_CASE(an_end_that_began_before_the_period_closes_no_other) {
    const auto early = required(partner.collect("/out/a.hl7"));
    early->served(0, 5);
    site.clock.advance(std::chrono::hours(1));
    start = site.clock.now();
    site.clock.advance(std::chrono::hours(1));
    Peer again{site, "partner"};
    const auto open = required(again.collect("/out/a.hl7"));
    site.run(early->finish(desk::Download::End::broken_off));
    ask({{"account", "partner"}});
    BOOST_TEST_REQUIRE(of_kind("file").size() == 1U);
    BOOST_TEST(of_kind("file")[0].at("extent").as_string() == "unknown");
    site.run(open->finish(desk::Download::End::broken_off));
}

BOOST_AUTO_TEST_CASE(a_listing_gives_names_away_and_no_contents) {
    required(partner.list("/out"));
    ask({{"account", "partner"}, {"all", true}});
    BOOST_TEST(of_kind("file").empty());
    BOOST_TEST(of_kind("folder").at(0).at("path").as_string() == "/partner/out");
    BOOST_TEST(count("sealed") == 3);
    BOOST_TEST(count("sealed_names_learned") == 3);
    BOOST_TEST(of_kind("sealed").size() == 3U);
    ask({{"account", "partner"}});
    BOOST_TEST(count("sealed") == 3);
    BOOST_TEST(of_kind("sealed").empty());  // without --all
}

BOOST_AUTO_TEST_CASE(changes_and_refusals_stand_event_by_event) {
    BOOST_TEST(!partner.remove("/out/a.hl7").has_value());
    ask({{"account", "partner"}});
    BOOST_TEST(count("refusals") == 1);
    BOOST_TEST(of_kind("refusal").at(0).at("action").as_string() == "removed");
    BOOST_TEST(of_kind("file").empty());
    ask({{"account", "drop"}});
    BOOST_TEST(count("changes") == 3);
    BOOST_TEST(of_kind("change").at(0).at("path").as_string() == "/drop/in/a.hl7");
    BOOST_TEST(count("sealed") == 0);  // it may only bring
}

BOOST_AUTO_TEST_CASE(only_the_period_counts) {
    required(partner.get("/out/a.hl7"));
    site.clock.advance(std::chrono::hours(1));
    const auto until = site.clock.now();
    site.clock.advance(std::chrono::hours(1));
    required(partner.get("/out/b.hl7"));
    required(drop.put("/in/later.hl7", message("BIOMED", "79^^^HNORD")));
    ask({{"account", "partner"}, {"until", desk::rfc3339(until)}, {"all", true}});
    BOOST_TEST(of_kind("file").size() == 1U);
    // b was read after the period, and later.hl7 was not there in it.
    BOOST_TEST(count("sealed") == 2);
}

BOOST_AUTO_TEST_CASE(names_that_are_forgotten_or_altered_stop_nothing) {
    required(partner.get("/out/a.hl7"));
    site.alter("UPDATE events SET personal = x'00' WHERE personal IS NOT NULL");
    ask({{"account", "partner"}});
    BOOST_TEST(of_kind("file").size() == 1U);
    BOOST_TEST(of_kind("file").at(0).at("path").is_null());
    BOOST_TEST(of_kind("file").at(0).at("extent").as_string() == "whole");
    BOOST_TEST(count("altered") >= 2);
}

BOOST_AUTO_TEST_CASE(a_name_that_nobody_has_is_no_all_clear) {
    site.clock.advance(std::chrono::seconds(1));
    const auto answer =
        site.ask("blast_radius.show", {{"account", "partnr"}, {"from", desk::rfc3339(start)}});
    BOOST_TEST_REQUIRE(!answer.end.has_value());
    BOOST_TEST(answer.end.error().starts_with("nobody is known as partnr"));
    const auto reversed = site.ask("blast_radius.show", {{"account", "partner"},
                                                         {"from", "2027-01-02T00:00:00Z"},
                                                         {"until", "2027-01-01T00:00:00Z"}});
    BOOST_TEST(reversed.end.error() == "the period ends before it begins");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(account_versions)

BOOST_AUTO_TEST_CASE(grants_are_those_of_the_policies_that_were_in_force) {
    ReloadableSite site;
    const auto kept = site.run(site.reload->keep_first());
    BOOST_REQUIRE(kept.has_value());
    const Timestamp first = site.clock.now();
    site.edit("may: [list, upload]", "may: [list, download]");
    BOOST_REQUIRE(site.take().taken);
    const Timestamp second = site.clock.now();
    site.edit("home: /other", "home: /elsewhere");  // which says nothing of lab
    BOOST_REQUIRE(site.take().taken);

    const auto versions = [&](Timestamp from, Timestamp until) {
        auto found = site.run(desk::account_versions(*site.site, "lab", from, until));
        BOOST_REQUIRE(found.has_value());
        return *found;
    };
    const auto all = versions(first - std::chrono::hours(1), second + std::chrono::hours(1));
    BOOST_TEST(all.policies == 3U);
    BOOST_TEST(all.unknown == 0U);
    // The third gives back what the first had: the edit is of the original text.
    BOOST_TEST_REQUIRE(all.versions.size() == 3U);
    BOOST_TEST(all.versions[0].account.grants[0].may.contains(policy::Verb::upload));
    BOOST_TEST(all.versions[1].account.grants[0].may.contains(policy::Verb::download));
    const auto early = versions(first - std::chrono::hours(1), first);
    BOOST_TEST(early.versions.size() == 1U);
    BOOST_TEST(versions(first, second).policies == 2U);
}

BOOST_AUTO_TEST_CASE(the_server_file_of_a_version_may_have_any_name) {
    ReloadableSite site;
    const auto file = site.folder.path() / "site.yaml";
    site.write("site.yaml", ReloadableSite::server);
    const auto loaded = policy::load(file, site.clock.now());
    site.policy.replace(loaded.policy);
    site.reload.emplace(*site.site, file, loaded);
    const auto kept = site.run(site.reload->keep_first());
    BOOST_REQUIRE(kept.has_value());
    site.edit("may: [list, upload]", "may: [list, download]");
    BOOST_REQUIRE(site.take().taken);
    const Timestamp now = site.clock.now();
    const auto found = site.run(desk::account_versions(
        *site.site, "lab", now - std::chrono::hours(1), now + std::chrono::hours(1)));
    BOOST_REQUIRE(found.has_value());
    BOOST_TEST(found->unknown == 0U);
    BOOST_TEST(found->versions.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
