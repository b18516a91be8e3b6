// Ways around a grant, a pickup, a quota or the ledger that were open once.
#include <algorithm>

#include "desk_site.hpp"

using namespace consign;
using namespace consign::testing;
using desk::desk_errc;

namespace {

constexpr std::string_view login = "    login: {any_of: [password], password: HASH}\n";

/// One account `lab` at /lab with this, and a partner who may do anything.
std::string policy_of(std::string_view of_lab, std::string_view more = {}) {
    return std::string("version: 1\naccounts:\n  lab:\n    home: /lab\n")
        .append(login)
        .append(of_lab)
        .append("  partner:\n    home: /partner\n")
        .append(login)
        .append("    grants: [{path: /**, may: [list, download]}]\n")
        .append(more);
}

constexpr std::string_view all = "list, download, upload, overwrite, append, rename, delete, mkdir";
const Bytes content = content_of(1000);

}  // namespace

BOOST_AUTO_TEST_SUITE(desk_ways_around)

BOOST_AUTO_TEST_CASE(who_may_not_download_reads_back_what_this_opening_began_and_nothing_else) {
    DeskSite site(policy_of("    grants: [{path: /**, may: [list, upload]}]\n"));
    Peer lab(site, "lab");
    const auto begun = required(lab.open("/new"));
    required(lab.write(*begun, 0, content));
    BOOST_TEST((required(lab.read(*begun)) == content));
    required(lab.finish(*begun));
    const auto again = required(lab.open("/new", resuming));
    BOOST_TEST(error_of(lab.read(*again)) == desk_errc::may_not_download);
    lab.break_off(*again);
    lab.put_and_break_off("/stump", content);
    const auto resumed = required(lab.open("/stump", resuming));
    BOOST_TEST(error_of(lab.read(*resumed)) == desk_errc::may_not_download);
}

BOOST_AUTO_TEST_CASE(who_may_not_download_learns_no_part_of_a_file_by_its_hash) {
    DeskSite site(policy_of("    grants: [{path: /**, may: [list, upload]}]\n"));
    Peer lab(site, "lab");
    required(lab.put("/a", content));
    const auto hash = [&](std::uint64_t offset, std::uint64_t length) {
        return site.run(lab.desk().hash(
            at("/a"), {.algorithm = "sha256", .offset = offset, .length_bytes = length}));
    };
    BOOST_TEST(hash(0, 0).has_value());
    BOOST_TEST(error_of(hash(0, 1)) == desk_errc::may_not_hash_parts);
    BOOST_TEST(error_of(hash(1, 0)) == desk_errc::may_not_hash_parts);
}

BOOST_AUTO_TEST_CASE(what_is_read_through_a_handle_for_writing_is_on_record_once) {
    DeskSite site(policy_of("    grants: [{path: /**, may: [" + std::string(all) + "]}]\n"));
    Peer lab(site, "lab");
    required(lab.put("/a", content));
    const Id stream = site.committed().front();
    const auto again = required(lab.open("/a", resuming));
    (void)site.new_events();
    BOOST_TEST((required(lab.read(*again)) == content));
    BOOST_TEST((required(lab.read(*again)) == content));
    const auto events = site.new_events();
    BOOST_TEST_REQUIRE(events.size() == 1U);
    BOOST_TEST((events[0].action == ledger::Action::opened_for_reading));
    BOOST_TEST((events[0].outcome == ledger::Outcome::granted));
    BOOST_TEST((events[0].stream == stream));
    BOOST_TEST(events[0].personal.path == "/lab/a");
}

BOOST_AUTO_TEST_CASE(what_is_open_is_read_under_the_policy_in_force) {
    DeskSite site(policy_of("    grants: [{path: /**, may: [list, upload, download]}]\n"));
    Peer lab(site, "lab");
    required(lab.put("/a", content));
    const auto open = required(lab.collect("/a"));
    Bytes bytes(content.size());
    std::array<desk::Download::Range, 1> ranges{{{0, bytes, 0}}};
    required(site.run(open->read(ranges)));
    site.use_policy(policy_of("    grants: [{path: /**, may: [list, upload, download, mkdir]}]\n"));
    required(site.run(open->read(ranges)));
    site.use_policy(policy_of("    grants: [{path: /**, may: [list, upload]}]\n"));
    (void)site.new_events();
    BOOST_TEST(error_of(site.run(open->read(ranges))) == desk_errc::may_not_download);
    BOOST_TEST(site.told() ==
               "opened_for_reading refused " + site.rule("may: [list, upload]") + "\n");
}

BOOST_AUTO_TEST_CASE(a_folder_is_not_renamed_to_where_a_grant_refuses_what_is_in_it) {
    DeskSite site(
        policy_of("    grants:\n"
                  "      - {path: /drop/*/ro/**, may: [list, download]}\n"
                  "      - {path: /**, may: [list, upload, mkdir, rename]}\n"));
    Peer lab(site, "lab");
    for (const char* const folder : {"/drop/q", "/drop/q/x", "/drop/q/x/ro", "/else"})
        required(lab.make_directory(folder));
    required(lab.put("/drop/q/x/ro/f", content));
    BOOST_TEST(error_of(lab.rename("/drop/q/x", "/drop/x")) == desk_errc::may_not_upload);
    required(lab.rename("/drop/q/x", "/else/x"));
    BOOST_TEST(error_of(lab.rename("/else/x", "/drop/x")) == desk_errc::may_not_upload);
}

BOOST_AUTO_TEST_CASE(
    a_folder_is_not_renamed_to_where_an_earlier_pickup_lets_it_be_collected_twice) {
    DeskSite site(policy_of("    grants: [{path: /**, may: [" + std::string(all) + "]}]\n",
                            "pickups:\n"
                            "  - {name: free, account: lab, path: /out/free/**}\n"
                            "  - {name: once, account: lab, path: /out/**, downloads: 1}\n"));
    Peer lab(site, "lab");
    for (const char* const folder : {"/out", "/out/a", "/out/free"})
        required(lab.make_directory(folder));
    required(lab.put("/out/a/f", content));
    BOOST_TEST(error_of(lab.rename("/out/a", "/out/free/a")) == desk_errc::may_not_rename);
    BOOST_TEST(error_of(lab.rename("/out/a", "/a")) == desk_errc::may_not_rename);
    required(lab.rename("/out/a", "/out/b"));
    // Within what an earlier pickup takes, a later one says nothing.
    required(lab.make_directory("/out/free/c"));
    required(lab.rename("/out/free/c", "/out/free/d"));
}

BOOST_AUTO_TEST_CASE(copies_that_openings_leave_behind_do_not_outgrow_the_quota) {
    DeskSite site(policy_of("    grants: [{path: /**, may: [" + std::string(all) +
                            "]}]\n    quota: {bytes: 3 KiB}\n"));
    Peer lab(site, "lab");
    required(lab.put("/a", content_of(2048)));
    const auto first = required(lab.open("/a", resuming));
    required(lab.write(*first, 2048, content_of(1)));
    required(lab.rename("/a", "/b"));
    BOOST_TEST(error_of(lab.open("/b", resuming)) == desk_errc::quota_bytes_exceeded);
    lab.break_off(*first);
    BOOST_TEST(error_of(lab.open("/b", resuming)) == desk_errc::quota_bytes_exceeded);
    // What is unfinished can be finished, or removed.
    required(lab.remove("/a"));
    const auto later = required(lab.open("/b", resuming));
    required(lab.write(*later, 2048, content_of(1)));
    required(lab.finish(*later));
}

BOOST_AUTO_TEST_CASE(an_account_has_so_many_files_open_and_no_more) {
    constexpr std::size_t limit = 512;
    DeskSite site(policy_of("    grants: [{path: /**, may: [" + std::string(all) + "]}]\n"));
    Peer lab(site, "lab"), partner(site, "partner");
    required(lab.put("/a", content));
    std::vector<std::unique_ptr<desk::Download>> open;
    while (open.size() < limit - 1) open.push_back(required(lab.collect("/a")));
    auto upload = required(lab.open("/b"));
    BOOST_TEST(error_of(lab.collect("/a")) == desk_errc::too_many_open_files);
    BOOST_TEST(error_of(lab.open("/c")) == desk_errc::too_many_open_files);
    BOOST_TEST(error_of(partner.collect("/a")) == desk_errc::no_such_name);
    open.pop_back();
    required(lab.collect("/a"));
    lab.break_off(*upload);
    upload.reset();
    required(lab.put("/b", content));
}

BOOST_AUTO_TEST_CASE(a_routed_name_that_a_newer_version_ends_is_on_record) {
    DeskSite site(policy_of("    grants: [{path: /**, may: [" + std::string(all) + "]}]\n",
                            "routes:\n"
                            "  - {name: r, when: {path: \"/lab/**\"}, to: [{copy: "
                            "\"/partner/{name}\"}]}\n"));
    Peer lab(site, "lab");
    required(lab.put("/a", content));
    (void)site.new_events();
    required(lab.put("/a", content_of(10)));
    const auto events = site.new_events();
    const auto ended = std::ranges::find(events, ledger::Action::removed, &ledger::Event::action);
    BOOST_TEST_REQUIRE((ended != events.end()));
    BOOST_TEST(ended->account == "system:router");
    BOOST_TEST(ended->personal.path == "/partner/a");
    BOOST_TEST((ended->session == lab.session.id()));
}

BOOST_AUTO_TEST_SUITE_END()
