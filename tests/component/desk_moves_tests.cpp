// What routes do beside copying: they move, quarantine and tag; and what a depositor still sees of
// its own deposit then.
#include "desk_routed_site.hpp"

using namespace consign;
using namespace consign::testing;
using desk::desk_errc;

namespace {

std::string doing(std::string_view actions, std::string_view more = "") {
    return depot_with("  - name: all\n    when: {path: /drop/in/**}\n    to: " +
                      std::string(actions) + "\n" + std::string(more));
}
constexpr std::string_view moving = "[{move: \"/partner/out/{name}\"}]";
constexpr std::string_view quarantining =
    "[{copy: \"/partner/out/{name}\"}, {quarantine: nobody asked for it}, {tag: odd}]";

struct Fixture {
    DeskSite site{doing(moving)};
    Peer drop{site, "drop"};
    Peer collector{site, "collector"};
    Peer partner{site, "partner"};
    const Bytes content = content_of(150'000);
    const ByteView stump = ByteView(content).first(60'000);

    /// The day's folder in quarantine.
    [[nodiscard]] static std::string quarantined(std::string_view name) {
        return std::string("/quarantine/drop/2026-11-24/").append(name);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(desk_moves, Fixture)

BOOST_AUTO_TEST_CASE(a_move_is_another_name_in_place_of_the_deposits_own) {
    (void)site.new_events();
    required(drop.put("/in/a", content));
    BOOST_TEST((required(partner.get("/out/a")) == content));
    BOOST_TEST(!collector.sees("/in/a"));
    BOOST_TEST(required(collector.list("/in")).empty());
    BOOST_TEST(site.usage("/drop").files == 0U);
    BOOST_TEST(site.committed().size() == 1U);
    const auto events = site.new_events();
    const auto moved = std::ranges::find(events, ledger::Action::routed, &ledger::Event::action);
    BOOST_TEST_REQUIRE((moved != events.end()));
    BOOST_TEST(moved->detail == "move");
    BOOST_TEST(moved->rule == site.rule("move:"));
    BOOST_TEST(moved->personal.path == "/drop/in/a");
    BOOST_TEST(moved->personal.second_path == "/partner/out/a");
}

BOOST_AUTO_TEST_CASE(its_depositor_finds_it_by_its_old_name_for_a_while) {
    required(drop.put("/in/a", content));
    BOOST_TEST(required(drop.stat("/in/a")).size_bytes == content.size());
    BOOST_TEST(required(drop.stat("/in/a")).name == "a");
    BOOST_TEST(Peer(site, "drop").sees("/in/a"));
    BOOST_TEST(!Peer(site, "rival").sees("/in/a"));
    site.clock.advance(desk::fresh_deposit_time);
    Peer later(site, "drop");
    BOOST_TEST(later.sees("/in/a"));
    site.clock.advance(std::chrono::seconds(1));
    BOOST_TEST(error_of(later.stat("/in/a")) == desk_errc::no_such_name);
    // Who has sent it in this session asks for it whenever that is done.
    BOOST_TEST(drop.sees("/in/a"));
}

BOOST_AUTO_TEST_CASE(the_times_that_a_client_sets_after_the_move_go_along) {
    required(drop.put("/in/a", content));
    const Timestamp then = site.clock.now() - std::chrono::hours(50);
    required(drop.set_times("/in/a", then));
    BOOST_TEST((required(partner.stat("/out/a")).modified == then));
}

BOOST_AUTO_TEST_CASE(a_stump_that_was_moved_is_continued_and_not_written_with_a_hole) {
    required(drop.put("/in/a", stump));
    required(drop.resume("/in/a", content));
    BOOST_TEST(required(partner.list("/out")) == std::vector<std::string>{"a"},
               boost::test_tools::per_element());
    BOOST_TEST((required(partner.get("/out/a")) == content));
    BOOST_TEST(site.committed().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_stump_that_was_moved_and_collected_is_not_continued) {
    required(drop.put("/in/a", stump));
    required(partner.get("/out/a"));
    BOOST_TEST(error_of(drop.open("/in/a", resuming)) == desk_errc::may_not_append);
    BOOST_TEST(required(partner.get("/out/a")).size() == stump.size());
    // A new file is another deposit.
    required(drop.put("/in/a", content));
    BOOST_TEST((required(partner.get("/out/a_2")) == content));
}

BOOST_AUTO_TEST_CASE(a_stump_that_is_collected_while_it_is_continued_stays) {
    required(drop.put("/in/a", stump));
    const auto upload = required(drop.open("/in/a", resuming));
    required(drop.write(*upload, stump.size(), ByteView(content).subspan(stump.size())));
    required(partner.get("/out/a"));
    required(drop.finish(*upload));
    BOOST_TEST(required(partner.get("/out/a")).size() == stump.size());
    BOOST_TEST((required(partner.get("/out/a_2")) == content));
}

BOOST_AUTO_TEST_CASE(where_a_name_is_taken_a_route_counts_or_fails_as_it_says) {
    required(drop.put("/in/a.txt", content));
    required(drop.put("/in/a.txt", stump));
    BOOST_TEST(required(partner.get("/out/a_2.txt")).size() == stump.size());
    site.use_policy(doing(moving, "    on_clash: fail\n"));
    (void)site.new_events();
    required(drop.put("/in/a.txt", stump));
    BOOST_TEST(collector.sees("/in/a.txt"));
    BOOST_TEST(required(partner.list("/out")).size() == 2U);
    const std::vector<std::string> expected{"deposited granted: ",
                                            "routed failed: move: the name is taken"};
    const auto told = told_of_deposits(site);
    BOOST_TEST_REQUIRE(told.size() >= 2U);
    BOOST_TEST(std::vector(told.begin(), told.begin() + 2) == expected,
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_move_to_where_it_is_already_changes_nothing) {
    site.use_policy(doing("[{move: \"/drop/in/{name}\"}]"));
    required(drop.put("/in/a", content));
    BOOST_TEST((required(collector.get("/in/a")) == content));
    BOOST_TEST(required(collector.list("/in")).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_move_by_the_rename_of_a_temporary_name_is_the_same) {
    required(drop.put("/in/a.part", content));
    required(drop.rename("/in/a.part", "/in/a"));
    BOOST_TEST((required(partner.get("/out/a")) == content));
    BOOST_TEST(drop.sees("/in/a"));
    BOOST_TEST(!collector.sees("/in/a"));
}

BOOST_AUTO_TEST_CASE(tags_and_deliveries_are_told) {
    site.use_policy(
        doing("[{copy: \"/partner/out/{name}\"}, {deliver: \"far/{name}\"}, {tag: urgent}]",
              "    acknowledge: \"{home}/acks/{name}\"\n"
              "targets:\n  far: {url: \"file:///far\", residency: EEA}\n"));
    (void)site.new_events();
    required(drop.put("/in/a", content));
    const std::vector<std::string> expected{"deposited granted: ", "routed granted: copy",
                                            "routed granted: deliver: far",
                                            "routed granted: tag: urgent"};
    BOOST_TEST(told_of_deposits(site) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_file_gets_no_name_that_is_written_as_a_folders) {
    for (const char* folder : {"/", "a/", "/a/", ".", "..", "a/.", "a/.."})
        BOOST_TEST(desk::Desk::names_directory(folder), folder);
    for (const char* file : {"", "a", "/a", "a/b", ".a", "a.", "...", "a/..b"})
        BOOST_TEST(!desk::Desk::names_directory(file), file);
    Peer lab(site, "lab");
    required(lab.put("/file", content_of(10)));
    BOOST_TEST(error_of(lab.desk().file_path_of("missing/")) == desk_errc::names_a_directory);
    BOOST_TEST(error_of(lab.rename("/file", "/missing/")) == desk_errc::names_a_directory);
    BOOST_TEST(error_of(lab.stat("/missing")) == desk_errc::no_such_name);
    required(lab.make_directory("/folder"));
    required(lab.rename("/folder", "/other/"));
    required(lab.stat("/other"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(desk_quarantine, Fixture)

BOOST_AUTO_TEST_CASE(what_is_quarantined_goes_to_nobody_and_the_reason_is_told) {
    site.use_policy(doing(quarantining));
    (void)site.new_events();
    required(drop.put("/in/a", content));
    BOOST_TEST(required(partner.list("/out")).empty());
    BOOST_TEST(!collector.sees("/in/a"));
    const auto entry = entry_at(site, quarantined("a"));
    BOOST_TEST_REQUIRE(entry.has_value());
    BOOST_TEST((entry->standing == catalog::Standing::quarantined));
    BOOST_TEST(entry->made_by == "system:router");
    const auto events = site.new_events();
    const auto event =
        std::ranges::find(events, ledger::Action::quarantined, &ledger::Event::action);
    BOOST_TEST_REQUIRE((event != events.end()));
    BOOST_TEST(event->detail == "nobody asked for it");
    BOOST_TEST(event->rule == site.rule("quarantine:"));
    BOOST_TEST(event->personal.second_path == quarantined("a"));
    // Its depositor is not told.
    BOOST_TEST(required(drop.stat("/in/a")).size_bytes == content.size());
}

BOOST_AUTO_TEST_CASE(no_grant_leads_to_what_is_quarantined) {
    const std::string all = "list, download, upload, overwrite, append, rename, delete, mkdir";
    site.use_policy(depot_with(
        "  - name: all\n    when: {path: /drop/in/**}\n    to: " + std::string(quarantining) + "\n",
        "  root:\n    home: /\n"
        "    login: {any_of: [password], password: HASH}\n"
        "    grants:\n      - {path: /**, may: [" +
            all + "]}\n"));
    required(drop.put("/in/a", content));
    Peer root(site, "root");
    const std::string name = quarantined("a");
    BOOST_TEST(std::ranges::count(required(root.list("/")), "quarantine") == 0);
    BOOST_TEST(error_of(root.list("/quarantine")) == desk_errc::no_such_name);
    BOOST_TEST(error_of(root.stat(name)) == desk_errc::no_such_name);
    BOOST_TEST(error_of(root.get(name)) == desk_errc::no_such_name);
    BOOST_TEST(error_of(root.remove(name)) == desk_errc::no_such_name);
    BOOST_TEST(error_of(root.rename(name, "/mine")) == desk_errc::no_such_name);
    BOOST_TEST(error_of(root.rename("/quarantine", "/mine")) == desk_errc::no_such_name);
    BOOST_TEST(error_of(root.hash(name)) == desk_errc::no_such_name);
    BOOST_TEST(error_of(root.put(name, stump)) == desk_errc::already_there);
    BOOST_TEST(error_of(root.open(name, resuming)) == desk_errc::already_there);
    BOOST_TEST(entry_at(site, name).has_value());
}

BOOST_AUTO_TEST_CASE(a_depositor_does_not_reach_into_quarantine) {
    site.use_policy(with_drop_granted(doing(quarantining),
                                      "list, download, upload, overwrite, append, rename, delete"));
    required(drop.put("/in/a", stump));
    BOOST_TEST(required(drop.list("/in")).empty());
    BOOST_TEST(error_of(drop.get("/in/a")) == desk_errc::no_such_name);
    BOOST_TEST(error_of(drop.open("/in/a", resuming)) == desk_errc::may_not_append);
    BOOST_TEST(error_of(drop.remove("/in/a")) == desk_errc::no_such_name);
    required(drop.put("/in/a", content));
    BOOST_TEST(entry_at(site, quarantined("a"))->file->size_bytes == stump.size());
    BOOST_TEST(entry_at(site, quarantined("a_2"))->file->size_bytes == content.size());
}

BOOST_AUTO_TEST_CASE(a_facility_that_the_account_may_not_claim_is_quarantined) {
    std::string claiming = doing("[{copy: \"/partner/out/{name}\"}]");
    claiming.insert(claiming.find("    grants:\n      - {path: /in/**, may: [upload]}"),
                    "    claims: [BIOMED]\n");
    site.use_policy(claiming);
    required(drop.put("/in/own.hl7", message("BIOMED")));
    required(drop.put("/in/other.hl7", message("HNORD")));
    required(drop.put("/in/none.txt", content));
    const std::vector<std::string> expected{"none.txt", "own.hl7"};
    BOOST_TEST(required(partner.list("/out")) == expected, boost::test_tools::per_element());
    BOOST_TEST(entry_at(site, quarantined("other.hl7")).has_value());
    // The rename of a temporary name is no way around.
    required(drop.put("/in/b.part", message("HNORD")));
    required(drop.rename("/in/b.part", "/in/b.hl7"));
    BOOST_TEST(entry_at(site, quarantined("b.hl7")).has_value());
    for (const auto& event : site.new_events()) BOOST_TEST(!event.detail.contains("HNORD"));
}

BOOST_AUTO_TEST_CASE(where_there_can_be_no_folder_it_is_hidden_where_it_lies) {
    site.use_policy(depot_with(
        "  - name: all\n    when: {path: /drop/in/**}\n    to: " + std::string(quarantining) + "\n",
        "  root:\n    home: /\n"
        "    login: {any_of: [password], password: HASH}\n"
        "    grants:\n      - {path: /**, may: [upload]}\n"));
    required(Peer(site, "root").put("/quarantine", content));
    required(drop.put("/in/a", content));
    BOOST_TEST(!collector.sees("/in/a"));
    BOOST_TEST((entry_at(site, "/drop/in/a")->standing == catalog::Standing::quarantined));
    BOOST_TEST(error_of(drop.put("/in/a", content)) == desk_errc::already_there);
}

BOOST_AUTO_TEST_SUITE_END()
