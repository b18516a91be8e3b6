// What becomes of a deposit: temporary names, stumps, copies, and how long content lives.
#include "desk_site.hpp"

using namespace consign;
using namespace consign::testing;
using desk::desk_errc;

namespace {

struct Fixture {
    DeskSite site;
    Peer drop{site, "drop"};
    Peer collector{site, "collector"};
    Peer rival{site, "rival"};
    Peer partner{site, "partner"};
    const Bytes content = content_of(150'000);
    const ByteView stump = ByteView(content).first(60'000);
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(desk_routes, Fixture)

BOOST_AUTO_TEST_CASE(a_file_under_a_temporary_name_is_no_deposit_and_its_depositors_alone) {
    required(drop.put("/in/result.hl7.part", content));
    BOOST_TEST(drop.sees("/in/result.hl7.part"));
    for (Peer* const other : {&collector, &rival}) {
        BOOST_TEST(error_of(other->stat("/in/result.hl7.part")) == desk_errc::no_such_name);
        BOOST_TEST(error_of(other->get("/in/result.hl7.part")) == desk_errc::no_such_name);
        BOOST_TEST(required(other->list("/in")).empty());
    }
    BOOST_TEST(error_of(rival.put("/in/result.hl7.part", content)) == desk_errc::already_there);
    BOOST_TEST(required(partner.list("/out")).empty());
}

BOOST_AUTO_TEST_CASE(the_rename_of_a_temporary_name_is_the_deposit_by_the_upload_right_alone) {
    required(drop.put("/in/result.part", content));
    (void)site.new_events();
    required(drop.rename("/in/result.part", "/in/result.hl7"));
    const auto events = site.new_events();
    BOOST_TEST_REQUIRE(events.size() == 3U);
    BOOST_TEST((events[0].action == ledger::Action::deposited));
    BOOST_TEST(events[0].personal.path == "/drop/in/result.hl7");
    BOOST_TEST((events[1].action == ledger::Action::routed));
    BOOST_TEST(events[1].personal.second_path == "/partner/out/result.hl7");
    BOOST_TEST(events[1].rule == site.rule("copy:"));
    BOOST_TEST((events[2].action == ledger::Action::renamed));
    BOOST_TEST((required(collector.get("/in/result.hl7")) == content));
    BOOST_TEST((required(partner.get("/out/result.hl7")) == content));
}

BOOST_AUTO_TEST_CASE(from_one_temporary_name_to_another_is_no_deposit) {
    required(drop.put("/in/a.part", content));
    required(drop.rename("/in/a.part", "/in/a.hl7.tmp"));
    BOOST_TEST(!collector.sees("/in/a.hl7.tmp"));
    BOOST_TEST(required(partner.list("/out")).empty());
    required(drop.remove("/in/a.hl7.tmp"));
    BOOST_TEST(site.committed().empty());
}

BOOST_AUTO_TEST_CASE(nobody_renames_anothers_temporary_file) {
    required(drop.put("/in/a.part", content));
    BOOST_TEST(error_of(rival.rename("/in/a.part", "/in/a.hl7")) == desk_errc::no_such_name);
    BOOST_TEST(error_of(rival.remove("/in/a.part")) == desk_errc::no_such_name);
    BOOST_TEST(required(partner.list("/out")).empty());
}

BOOST_AUTO_TEST_CASE(a_stump_is_continued_by_the_upload_right_alone_and_its_routed_copy_goes) {
    required(drop.put("/in/result.hl7", stump));
    BOOST_TEST(required(partner.list("/out")).size() == 1U);
    const auto upload = required(drop.open("/in/result.hl7", resuming));
    BOOST_TEST(upload->size_bytes() == stump.size());
    required(drop.write(*upload, stump.size(), ByteView(content).subspan(stump.size())));
    // Until the whole is there, the stump is what there is.
    BOOST_TEST(required(partner.stat("/out/result.hl7")).size_bytes == stump.size());
    required(drop.finish(*upload));
    BOOST_TEST(required(partner.list("/out")) == std::vector<std::string>{"result.hl7"},
               boost::test_tools::per_element());
    BOOST_TEST((required(partner.get("/out/result.hl7")) == content));
    BOOST_TEST((required(collector.get("/in/result.hl7")) == content));
    BOOST_TEST(site.committed().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_stump_is_not_replaced_by_the_upload_right_alone) {
    required(drop.put("/in/result.hl7", stump));
    BOOST_TEST(error_of(drop.put("/in/result.hl7", content)) == desk_errc::may_not_overwrite);
    BOOST_TEST(required(collector.get("/in/result.hl7")).size() == stump.size());
}

BOOST_AUTO_TEST_CASE(a_stump_that_a_partner_collected_is_not_continued) {
    required(drop.put("/in/result.hl7", stump));
    required(partner.get("/out/result.hl7"));
    BOOST_TEST(error_of(drop.open("/in/result.hl7", resuming)) == desk_errc::may_not_append);
}

BOOST_AUTO_TEST_CASE(a_stump_that_is_collected_while_it_is_continued_stays) {
    required(drop.put("/in/result.hl7", stump));
    const auto upload = required(drop.open("/in/result.hl7", resuming));
    required(drop.write(*upload, stump.size(), ByteView(content).subspan(stump.size())));
    required(collector.get("/in/result.hl7"));
    BOOST_TEST(error_of(drop.finish(*upload)) == desk_errc::may_not_append);
    BOOST_TEST(required(collector.get("/in/result.hl7")).size() == stump.size());
    BOOST_TEST(required(partner.get("/out/result.hl7")).size() == stump.size());
}

BOOST_AUTO_TEST_CASE(nobody_else_continues_a_stump) {
    required(drop.put("/in/result.hl7", stump));
    BOOST_TEST(error_of(rival.open("/in/result.hl7", resuming)) == desk_errc::may_not_append);
}

BOOST_AUTO_TEST_CASE(a_rename_onto_ones_own_stump_takes_its_routed_copy_away) {
    std::string granted(depot);
    granted.replace(granted.find("may: [upload]}"), 14, "may: [upload, overwrite]}");
    site.use_policy(granted);
    required(drop.put("/in/result.hl7", stump));
    required(drop.put("/in/result.part", content));
    required(drop.rename("/in/result.part", "/in/result.hl7", true));
    BOOST_TEST(required(partner.list("/out")) == std::vector<std::string>{"result.hl7"},
               boost::test_tools::per_element());
    BOOST_TEST((required(partner.get("/out/result.hl7")) == content));
    BOOST_TEST(site.committed().size() == 1U);
}

BOOST_AUTO_TEST_CASE(two_deposits_that_would_get_one_name_are_told_apart_by_number) {
    std::string by_name(depot);
    by_name.replace(by_name.find("out/{name}"), 10, "out/x.{ext}");
    site.use_policy(by_name);
    required(drop.put("/in/a.hl7", stump));
    required(drop.put("/in/b.hl7", content));
    BOOST_TEST((required(partner.get("/out/x.hl7")).size() == stump.size()));
    BOOST_TEST((required(partner.get("/out/x_2.hl7")) == content));
}

BOOST_AUTO_TEST_CASE(a_copy_that_cannot_be_named_is_told_and_undoes_nothing) {
    std::string unnameable(depot);
    const std::string target = "[{copy: \"/partner/out/{name}\"}]";
    unnameable.replace(unnameable.find(target), target.size(),
                       "[{copy: \"/partner/out/{name}{name}\"}, "
                       "{copy: \"/partner/out/{name}\"}]");
    site.use_policy(unnameable);
    const std::string name = std::string(200, 'a') + ".hl7";
    (void)site.new_events();
    required(drop.put("/in/" + name, content));
    std::vector<std::string> told;
    for (const auto& event : site.new_events()) {
        if (event.action != ledger::Action::routed) continue;
        const bool failed = event.outcome == ledger::Outcome::failed;
        BOOST_TEST(event.personal.second_path.empty() == failed);
        told.push_back((failed ? "failed " : "granted ") + event.detail);
    }
    const std::vector<std::string> expected{"failed copy: the name would be too long",
                                            "granted copy"};
    BOOST_TEST(told == expected, boost::test_tools::per_element());
    BOOST_TEST((required(partner.get("/out/" + name)) == content));
}

BOOST_AUTO_TEST_CASE(what_a_route_writes_fires_no_route) {
    site.use_policy(std::string(depot) +
                    "  - name: onwards\n    when: {path: /partner/**}\n"
                    "    to: [{copy: \"/lab/{name}\"}]\n");
    required(drop.put("/in/a.hl7", content));
    Peer lab(site, "lab");
    BOOST_TEST(required(partner.list("/out")).size() == 1U);
    BOOST_TEST(required(lab.list("/")).empty());
}

BOOST_AUTO_TEST_CASE(a_copy_moves_no_byte_and_content_dies_with_its_last_name_alone) {
    std::string granted(depot);
    granted.replace(granted.find("may: [upload]}"), 14, "may: [upload, delete]}");
    granted.replace(granted.rfind("may: [list, download]}"), 22, "may: [list, download, delete]}");
    site.use_policy(granted);
    required(drop.put("/in/a.hl7", content));
    const auto committed = site.committed();
    BOOST_TEST_REQUIRE(committed.size() == 1U);
    required(drop.remove("/in/a.hl7"));
    BOOST_TEST((site.committed() == committed));
    BOOST_TEST((required(partner.get("/out/a.hl7")) == content));
    (void)site.new_events();
    required(partner.remove("/out/a.hl7"));
    BOOST_TEST(site.committed().empty());
    BOOST_TEST(!std::filesystem::exists(site.vault_path(committed.front())));
    const auto events = site.new_events();
    BOOST_TEST_REQUIRE(events.size() == 2U);
    BOOST_TEST((events[0].action == ledger::Action::removed));
    BOOST_TEST((events[1].action == ledger::Action::destroyed));
    BOOST_TEST((events[1].stream == committed.front()));
    BOOST_TEST(!site.read(
        [&](Transaction& transaction) { return transaction.catalog.has_file(committed.front()); }));
}

BOOST_AUTO_TEST_CASE(a_download_in_progress_outlives_the_removal_of_its_file) {
    Peer lab(site, "lab");
    required(lab.put("/a", content));
    const auto download = required(lab.collect("/a"));
    required(lab.remove("/a"));
    Bytes all(content.size());
    std::array<desk::Download::Range, 1> ranges{{{0, all, 0}}};
    required(site.run(download->read(ranges)));
    BOOST_TEST((all == content));
}

BOOST_AUTO_TEST_SUITE_END()
