// What is kept from everyone, and what an administrator decides of it.
#include <boost/json.hpp>

#include "desk/deposits/quarantine_verbs.hpp"
#include "desk_routed_site.hpp"

using namespace consign;
using namespace consign::testing;
using desk::desk_errc;

namespace {

namespace json = boost::json;
namespace asio = boost::asio;

constexpr std::string_view holding_routes = R"(  - name: held
    when: {path: /drop/in/**, name: "*.odd"}
    to: [{quarantine: nobody expects it}]
  - name: all
    when: {path: /drop/in/**}
    class: kept
    to: [{copy: "/partner/out/{name}"}]
)";
constexpr std::string_view rest = R"(classes:
  kept: {purpose: p, legal_basis: l, keep: 1 year}
alerts:
  operations: [{exec: /bin/true}]
)";

constexpr std::string_view pairing_routes = R"(  - name: paired
    when: {path: /drop/in/**, name: "paired-*"}
    complete_when: [ok_file]
    class: kept
    to: [{copy: "/partner/out/{name}"}]
)";

class Rows final : public desk::RowSink {
  public:
    asio::awaitable<Result<>> give(json::object row) override {
        all.push_back(std::move(row));
        co_return Result<>{};
    }
    std::vector<json::object> all;
};

struct Fixture {
    DeskSite site{depot_with(holding_routes, rest)};
    Peer drop{site, "drop"};
    Peer collector{site, "collector"};
    Peer partner{site, "partner"};
    const Bytes content = content_of(150'000);

    desk::Answered ask(std::string_view verb, json::object arguments, Rows& rows) {
        desk::VerbTable verbs = desk::quarantine_verbs(site.site());
        return site.run(verbs.find(verb)->second(
            {.administrator = "anne", .arguments = std::move(arguments), .rows = rows}));
    }
    std::vector<json::object> listed() {
        Rows rows;
        BOOST_REQUIRE(ask("quarantine.list", {}, rows).has_value());
        return rows.all;
    }
    desk::Answered decide(std::string_view verb, std::string_view id) {
        Rows rows;
        return ask(verb, {{"id", id}}, rows);
    }
    std::string text_of(const json::object& row, std::string_view field) {
        return std::string(std::string_view(row.at(field).as_string()));
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(quarantine, Fixture)

BOOST_AUTO_TEST_CASE(what_is_held_is_listed_with_what_it_was_and_why_across_a_restart) {
    {
        Peer leaving(site, "drop");
        required(leaving.put("/in/a.odd", content));
    }
    const auto rows = listed();
    BOOST_TEST_REQUIRE(rows.size() == 1U);
    BOOST_TEST(text_of(rows[0], "state") == "quarantined");
    BOOST_TEST(text_of(rows[0], "account") == "drop");
    BOOST_TEST(text_of(rows[0], "cause") == "rule");
    BOOST_TEST(text_of(rows[0], "why") == "nobody expects it");
    BOOST_TEST(text_of(rows[0], "rule") == site.rule("quarantine:"));
    BOOST_TEST(text_of(rows[0], "was") == "/drop/in/a.odd");
    BOOST_TEST(text_of(rows[0], "path").starts_with("/quarantine/drop/"));
    BOOST_TEST(rows[0].at("size").to_number<std::uint64_t>() == content.size());
}

BOOST_AUTO_TEST_CASE(one_whose_former_name_was_altered_hides_no_other_and_can_be_rejected_alone) {
    for (const char* const name : {"/in/a.odd", "/in/b.odd", "/in/c.odd"})
        required(drop.put(name, content));
    site.alter(
        "UPDATE quarantine SET was = x'00' WHERE node = (SELECT min(node) FROM quarantine);"
        "UPDATE quarantine SET was = CAST(x'00000063' || substr(was, 5) AS BLOB)"
        " WHERE node = (SELECT max(node) FROM quarantine)");
    const auto rows = listed();
    BOOST_TEST_REQUIRE(rows.size() == 3U);
    BOOST_TEST(text_of(rows[1], "was") == "/drop/in/b.odd");
    BOOST_TEST(decide("quarantine.release", text_of(rows[1], "id")).has_value());
    for (const auto& altered : {rows[0], rows[2]}) {
        BOOST_TEST(text_of(altered, "was") == "(altered)");
        const auto refused = decide("quarantine.release", text_of(altered, "id"));
        BOOST_TEST_REQUIRE(!refused.has_value());
        BOOST_TEST(refused.error().contains("is altered"), refused.error());
        BOOST_TEST(decide("quarantine.reject", text_of(altered, "id")).has_value());
    }
    BOOST_TEST(listed().empty());
}

BOOST_AUTO_TEST_CASE(what_is_released_goes_to_the_first_route_that_does_not_hold_it) {
    required(drop.put("/in/a.odd", content));
    const std::string id = text_of(listed().at(0), "id");
    (void)site.new_events();
    const auto answered = decide("quarantine.release", id.substr(0, 6));
    BOOST_TEST_REQUIRE(answered.has_value(), (answered ? "" : answered.error()));
    BOOST_TEST(text_of(*answered, "path") == "/drop/in/a.odd");
    BOOST_TEST(text_of(*answered, "route") == "all");
    BOOST_TEST((required(collector.get("/in/a.odd")) == content));
    BOOST_TEST((required(partner.get("/out/a.odd")) == content));
    BOOST_TEST(listed().empty());
    BOOST_TEST(lives(site).size() == 1U);
    const auto events = site.new_events();
    BOOST_TEST((events.at(0).action == ledger::Action::quarantine_released));
    BOOST_TEST(events[0].account == "admin:anne");
    BOOST_TEST(events[0].detail == "nobody expects it");
    BOOST_TEST((events.at(1).action == ledger::Action::routed));
    // Once is enough.
    BOOST_TEST(!decide("quarantine.release", id).has_value());
}

BOOST_AUTO_TEST_CASE(a_name_that_is_taken_meanwhile_is_numbered) {
    site.use_policy(with_drop_granted(depot_with(holding_routes, rest), "upload, overwrite"));
    required(drop.put("/in/a.odd", content));
    const std::string id = text_of(listed().at(0), "id");
    site.use_policy(depot_with("  - {name: all, when: {path: /drop/in/**}, class: kept}\n", rest));
    required(drop.put("/in/a.odd", ByteView(content).first(10)));
    BOOST_TEST(text_of(*decide("quarantine.release", id), "path") == "/drop/in/a_2.odd");
    BOOST_TEST(required(collector.get("/in/a.odd")).size() == 10U);
    BOOST_TEST((required(collector.get("/in/a_2.odd")) == content));
}

BOOST_AUTO_TEST_CASE(a_claim_holds_nothing_that_an_administrator_has_looked_at) {
    std::string claiming = depot_with(holding_routes, rest);
    const std::string home = "home: /drop\n";
    claiming.replace(claiming.find(home), home.size(), home + "    claims: [OTHER]\n");
    site.use_policy(claiming);
    required(drop.put("/in/a.hl7", message()));
    BOOST_TEST(!collector.sees("/in/a.hl7"));
    BOOST_TEST(decide("quarantine.release", text_of(listed().at(0), "id")).has_value());
    BOOST_TEST((required(partner.get("/out/a.hl7")) == message()));
}

BOOST_AUTO_TEST_CASE(what_is_rejected_is_gone_with_its_content) {
    required(drop.put("/in/a.odd", content));
    const std::string id = text_of(listed().at(0), "id");
    (void)site.new_events();
    BOOST_TEST(decide("quarantine.reject", id).has_value());
    BOOST_TEST(listed().empty());
    BOOST_TEST(site.committed().empty());
    const auto events = site.new_events();
    BOOST_TEST((events.at(0).action == ledger::Action::quarantine_rejected));
    BOOST_TEST((events.at(1).action == ledger::Action::destroyed));
    BOOST_TEST(!decide("quarantine.reject", id).has_value());
}

BOOST_AUTO_TEST_CASE(what_waits_is_listed_and_released_as_if_it_were_complete) {
    site.use_policy(depot_with(pairing_routes, rest));
    required(drop.put("/in/paired-a", content));
    const auto rows = listed();
    BOOST_TEST_REQUIRE(rows.size() == 1U);
    BOOST_TEST(text_of(rows[0], "state") == "waiting");
    BOOST_TEST(text_of(rows[0], "account") == "drop");
    BOOST_TEST(text_of(rows[0], "why") == "waits for what would make it complete");
    BOOST_TEST(text_of(rows[0], "was") == "/drop/in/paired-a");
    BOOST_TEST(text_of(rows[0], "path") == "/drop/in/paired-a");
    site.clock.advance(std::chrono::hours(24 * 400));
    (void)site.new_events();
    const auto answered = decide("quarantine.release", text_of(rows[0], "id"));
    BOOST_TEST_REQUIRE(answered.has_value(), (answered ? "" : answered.error()));
    BOOST_TEST(text_of(*answered, "state") == "released");
    BOOST_TEST(text_of(*answered, "route") == "paired");
    BOOST_TEST((required(partner.get("/out/paired-a")) == content));
    BOOST_TEST((required(collector.get("/in/paired-a")) == content));
    BOOST_TEST(listed().empty());
    // A deposit only now: of today, and told as one.
    BOOST_TEST_REQUIRE(lives(site).size() == 1U);
    BOOST_TEST((lives(site)[0].deposited == site.clock.now()));
    const auto events = site.new_events();
    BOOST_TEST((events.at(0).action == ledger::Action::quarantine_released));
    BOOST_TEST(events[0].account == "admin:anne");
    BOOST_TEST(events[0].detail == "waits for what would make it complete");
    BOOST_TEST((events.at(1).action == ledger::Action::deposited));
    BOOST_TEST(events[1].account == "drop");
    BOOST_TEST(events[1].detail == "released by an administrator");
    BOOST_TEST((events.at(2).action == ledger::Action::routed));
}

BOOST_AUTO_TEST_CASE(what_waits_for_what_nobody_asks_for_any_more_can_be_released) {
    site.use_policy(depot_with(pairing_routes, rest));
    required(drop.put("/in/paired-a", content));
    site.use_policy(depot_with(holding_routes, rest));
    BOOST_TEST(!partner.sees("/out/paired-a"));
    const auto answered = decide("quarantine.release", text_of(listed().at(0), "id"));
    BOOST_TEST_REQUIRE(answered.has_value(), (answered ? "" : answered.error()));
    BOOST_TEST(text_of(*answered, "route") == "all");
    BOOST_TEST((required(partner.get("/out/paired-a")) == content));
}

BOOST_AUTO_TEST_CASE(what_waits_and_lost_its_account_can_be_rejected) {
    site.use_policy(depot_with(pairing_routes, rest));
    required(drop.put("/in/paired-a", content));
    std::string without = depot_with(pairing_routes, rest);
    without.replace(without.find("  drop:"), 7, "  drip:");
    site.use_policy(without);
    const std::string id = text_of(listed().at(0), "id");
    const auto refused = decide("quarantine.release", id);
    BOOST_TEST_REQUIRE(!refused.has_value());
    BOOST_TEST(refused.error().contains("give it back first, or reject it"), refused.error());
    BOOST_TEST(decide("quarantine.reject", id).has_value());
    BOOST_TEST(listed().empty());
    BOOST_TEST(site.committed().empty());
}

BOOST_AUTO_TEST_CASE(temporary_names_that_are_never_renamed_are_put_away_with_one_alarm) {
    site.use_policy(depot_with(holding_routes, rest));
    for (const char* const name : {"/in/a.part", "/in/b.part"}) required(drop.put(name, content));
    site.clock.advance(std::chrono::hours(23));
    site.look_after();
    BOOST_TEST(drop.sees("/in/a.part"));
    required(drop.put("/in/c.part", content));
    site.clock.advance(std::chrono::hours(2));
    (void)site.new_events();
    site.look_after();
    site.look_after();
    BOOST_TEST(!drop.sees("/in/a.part"));
    BOOST_TEST(drop.sees("/in/c.part"));
    BOOST_TEST(listed().size() == 2U);
    BOOST_TEST(text_of(listed().at(0), "cause") == "never_renamed");
    const auto events = site.new_events();
    BOOST_TEST(std::ranges::count(events, ledger::Action::alarm_raised, &ledger::Event::action) ==
               1);
    BOOST_TEST(std::ranges::count(events, ledger::Action::quarantined, &ledger::Event::action) ==
               2);
}

BOOST_AUTO_TEST_SUITE_END()
