// Promise 5: nothing happens unseen, and each event names the rule that decided.
#include <boost/test/data/test_case.hpp>
#include <functional>

#include "desk_site.hpp"
#include "fault/slow_sync_vfs.hpp"

using namespace consign;
using namespace consign::testing;
using desk::desk_errc;

namespace {

struct Fixture {
    DeskSite site;
    Peer lab{site, "lab"};
    Peer drop{site, "drop"};
    Peer collector{site, "collector"};
    const Bytes content = content_of(1000);

    Fixture() {
        required(lab.put("/file", content));
        required(lab.make_directory("/folder"));
        required(drop.put("/in/mine", content));
        (void)site.new_events();
    }
};

constexpr const char* all = "may: [list, download, upload, overwrite";
constexpr const char* only_upload = "may: [upload]}";
constexpr const char* drop_itself = "  drop:";
constexpr const char* collect = "may: [list, download]}";

/// One call, and what stands in the ledger after it: "ACTION OUTCOME" and a marker of the rule's
/// line.
struct Told {
    const char* what;
    const char* marker;
};
struct Call {
    const char* name;
    std::function<void(Fixture&)> make;
    std::vector<Told> told;
};
std::ostream& operator<<(std::ostream& out, const Call& call) {
    return out << call.name;
}

const std::vector<Call> calls{
    {"stat", [](Fixture& f) { required(f.lab.stat("/file")); }, {}},
    {"stat of what is not there", [](Fixture& f) { (void)f.lab.stat("/nothing"); }, {}},
    {"stat, refused",
     [](Fixture& f) { (void)f.drop.stat("/other/x"); },
     {{"stat_refused refused", drop_itself}}},
    {"stat of what is hidden",
     [](Fixture& f) {
         Peer rival(f.site, "rival");
         required(rival.put("/in/theirs", f.content));
         (void)f.site.new_events();
         (void)f.drop.stat("/in/theirs");
     },
     {{"stat_refused refused", only_upload}}},
    {"removal of what is hidden",
     [](Fixture& f) {
         Peer rival(f.site, "rival");
         required(rival.put("/in/theirs", f.content));
         (void)f.site.new_events();
         (void)f.drop.remove("/in/theirs");
     },
     {{"removed refused", only_upload}}},
    {"removal by an account that was withdrawn",
     [](Fixture& f) {
         std::string without(depot);
         const auto start = without.find("  rival:");
         without.erase(start, without.find("  partner:") - start);
         Peer rival(f.site, "rival");
         f.site.use_policy(without);
         (void)rival.remove("/in/mine");
     },
     {{"removed refused", nullptr}}},
    {"list", [](Fixture& f) { required(f.lab.list("/")); }, {{"listed granted", all}}},
    {"list, refused",
     [](Fixture& f) { (void)f.drop.list("/other/x"); },
     {{"listed refused", drop_itself}}},
    {"upload",
     [](Fixture& f) { required(f.lab.put("/new", f.content)); },
     {{"upload_opened granted", all}, {"deposited granted", all}}},
    {"upload with a route",
     [](Fixture& f) { required(f.drop.put("/in/a.hl7", f.content)); },
     {{"upload_opened granted", only_upload},
      {"deposited granted", only_upload},
      {"routed granted", "to: [{copy"}}},
    {"upload, refused",
     [](Fixture& f) { (void)f.drop.put("/x", f.content); },
     {{"upload_opened refused", drop_itself}}},
    {"overwrite",
     [](Fixture& f) { required(f.lab.put("/file", f.content)); },
     {{"upload_opened granted", all}, {"deposited granted", all}, {"destroyed granted", nullptr}}},
    {"overwrite, refused",
     [](Fixture& f) { (void)f.drop.put("/in/mine", f.content); },
     {{"upload_opened refused", only_upload}}},
    {"upload that breaks off",
     [](Fixture& f) { f.lab.put_and_break_off("/new", f.content); },
     {{"upload_opened granted", all}, {"upload_broken_off failed", nullptr}}},
    {"removal of an unfinished upload",
     [](Fixture& f) {
         f.lab.put_and_break_off("/new", f.content);
         required(f.lab.remove("/new"));
     },
     {{"upload_opened granted", all},
      {"upload_broken_off failed", nullptr},
      {"removed granted", all}}},
    {"download",
     [](Fixture& f) { required(f.lab.get("/file")); },
     {{"opened_for_reading granted", all}, {"retrieval_ended granted", all}}},
    {"download, refused",
     [](Fixture& f) { (void)f.drop.get("/in/mine"); },
     {{"opened_for_reading refused", only_upload}}},
    {"rename",
     [](Fixture& f) { required(f.lab.rename("/file", "/moved")); },
     {{"renamed granted", all}}},
    {"rename, refused",
     [](Fixture& f) { (void)f.drop.rename("/in/mine", "/in/moved"); },
     {{"renamed refused", only_upload}}},
    {"rename onto a name that is taken",
     [](Fixture& f) { (void)f.lab.rename("/file", "/folder"); },
     {{"renamed failed", all}}},
    {"remove",
     [](Fixture& f) { required(f.lab.remove("/file")); },
     {{"removed granted", all}, {"destroyed granted", nullptr}}},
    {"remove, refused",
     [](Fixture& f) { (void)f.drop.remove("/in/mine"); },
     {{"removed refused", only_upload}}},
    {"make a folder",
     [](Fixture& f) { required(f.lab.make_directory("/made")); },
     {{"folder_made granted", all}}},
    {"make a folder, refused",
     [](Fixture& f) { (void)f.drop.make_directory("/in/made"); },
     {{"folder_made refused", only_upload}}},
    {"remove a folder",
     [](Fixture& f) { required(f.lab.remove_directory("/folder")); },
     {{"folder_removed granted", all}}},
    {"remove a folder, refused",
     [](Fixture& f) { (void)f.collector.remove_directory("/in"); },
     {{"folder_removed refused", collect}}},
    {"set times",
     [](Fixture& f) { required(f.lab.set_times("/file", Timestamp{})); },
     {{"attributes_set granted", all}}},
    {"set times, refused",
     [](Fixture& f) { (void)f.collector.set_times("/in/mine", Timestamp{}); },
     {{"attributes_set refused", collect}}},
    {"hash", [](Fixture& f) { required(f.lab.hash("/file")); }, {{"hashed granted", all}}},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(desk_events)

BOOST_DATA_TEST_CASE_F(Fixture, each_call_leaves_its_events_with_the_rule_that_decided,
                       boost::unit_test::data::make(calls), call) {
    call.make(*this);
    std::string expected;
    for (const Told& told : call.told)
        expected.append(told.what)
            .append(" ")
            .append(told.marker ? site.rule(told.marker) : "")
            .append("\n");
    BOOST_TEST(site.told() == expected);
    const auto verified =
        site.read([](Transaction& transaction) { return transaction.ledger.verify(); });
    BOOST_TEST(!verified.first_bad.has_value());
}

BOOST_FIXTURE_TEST_CASE(an_event_says_who_where_and_what, Fixture) {
    required(lab.put("/new", content));
    const auto events = site.new_events();
    BOOST_TEST_REQUIRE(events.size() == 2U);
    for (const ledger::Event& event : events) {
        BOOST_TEST(event.account == "lab");
        BOOST_TEST(event.protocol == "sftp");
        BOOST_TEST((event.session == lab.session.id()));
        BOOST_TEST((event.time == site.clock.now()));
        BOOST_TEST((event.policy == site.site().policy.current()->hash));
        BOOST_TEST(event.personal.path == "/lab/new");
        BOOST_TEST(event.personal.address == "192.0.2.1");
        BOOST_TEST(!event.stream.is_nil());
    }
    BOOST_TEST(events[1].bytes == content.size());
    BOOST_TEST(events[1].personal.sha256 == to_hex(evp::sha256({content})));
}

BOOST_FIXTURE_TEST_CASE(a_download_is_recorded_before_its_first_byte_leaves, Fixture) {
    const auto download = required(lab.collect("/file"));
    BOOST_TEST(site.told() == "opened_for_reading granted " + site.rule(all) + "\n");
    Bytes part(100);
    std::array<desk::Download::Range, 1> ranges{{{50, part, 0}}};
    required(site.run(download->read(ranges)));
    download->served(50, 100);
    download->served(50, 100);
    site.run(download->finish(desk::Download::End::in_order));
    site.run(download->finish(desk::Download::End::in_order));
    const auto events = site.new_events();
    BOOST_TEST_REQUIRE(events.size() == 1U);
    BOOST_TEST(events[0].bytes == 100U);  // twice the same
    BOOST_TEST(events[0].detail == "a part of it");
}

BOOST_FIXTURE_TEST_CASE(what_was_read_and_did_not_leave_is_no_retrieval, Fixture) {
    const auto download = required(lab.collect("/file"));
    Bytes all(download->size_bytes());
    std::array<desk::Download::Range, 1> ranges{{{0, all, 0}}};
    required(site.run(download->read(ranges)));
    (void)site.new_events();
    site.run(download->finish(desk::Download::End::broken_off));
    const auto events = site.new_events();
    BOOST_TEST_REQUIRE(events.size() == 1U);
    BOOST_TEST(events[0].bytes == 0U);
    BOOST_TEST(events[0].detail == "broken off");
}

BOOST_FIXTURE_TEST_CASE(all_that_left_on_a_line_that_broke_is_not_all_of_it, Fixture) {
    const auto download = required(lab.collect("/file"));
    (void)site.new_events();
    download->served(0, download->size_bytes());
    site.run(download->finish(desk::Download::End::broken_off));
    BOOST_TEST(site.new_events().at(0).detail == "broken off");
}

BOOST_FIXTURE_TEST_CASE(equal_refusals_within_a_minute_are_one_row_and_one_with_their_count,
                        Fixture) {
    for (int time = 0; time < 5; ++time) {
        (void)drop.put("/x", content);
        site.clock.advance(std::chrono::seconds(10));
    }
    (void)drop.put("/y", content);  // another path is another refusal
    auto events = site.new_events();
    BOOST_TEST_REQUIRE(events.size() == 2U);
    BOOST_TEST(events[0].count == 1U);
    BOOST_TEST(events[0].personal.path == "/drop/x");
    BOOST_TEST(events[1].personal.path == "/drop/y");
    site.look_after();
    BOOST_TEST(site.told().empty());
    site.clock.advance(std::chrono::seconds(10));
    site.look_after();
    events = site.new_events();
    BOOST_TEST_REQUIRE(events.size() == 1U);
    BOOST_TEST(events[0].count == 4U);
    BOOST_TEST(events[0].personal.path == "/drop/x");
    (void)drop.put("/x", content);
    BOOST_TEST(site.new_events().size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(counts_that_wait_are_written_at_the_stop, Fixture) {
    for (int time = 0; time < 3; ++time) (void)drop.put("/x", content);
    (void)site.new_events();
    site.run(desk::close(site.site()));
    const auto events = site.new_events();
    BOOST_TEST_REQUIRE(events.size() == 2U);
    BOOST_TEST(events[0].count == 2U);
    BOOST_TEST((events[1].action == ledger::Action::daemon_stopped));
}

// Effect and event stand or fall together: the commit fails, once for the act, and (where `ever`)
// also for the event that would tell of the failure.
BOOST_DATA_TEST_CASE(a_commit_that_fails_leaves_neither_effect_nor_event,
                     boost::unit_test::data::make({false, true}), ever) {
    fault::SlowSyncVfs vfs{std::chrono::microseconds(0)};
    Fixture f;
    const auto failing = [&](auto act) {
        vfs.counts().failing_wal_syncs = ever ? 100 : 1;
        const auto why = act();
        vfs.counts().failing_wal_syncs = 0;
        BOOST_TEST(why == desk_errc::storage_failed);
        return f.site.told();
    };
    const auto failed = [&](const std::string& what) {
        return ever ? std::string() : what + " failed " + f.site.rule(all) + "\n";
    };

    BOOST_TEST(failing([&] { return error_of(f.lab.make_directory("/made")); }) ==
               failed("folder_made"));
    BOOST_TEST(!f.lab.sees("/made"));
    BOOST_TEST(failing([&] { return error_of(f.lab.remove("/file")); }) == failed("removed"));
    BOOST_TEST((required(f.lab.get("/file")) == f.content));
    (void)f.site.new_events();
    BOOST_TEST(failing([&] { return error_of(f.lab.rename("/file", "/moved")); }) ==
               failed("renamed"));
    BOOST_TEST(f.lab.sees("/file"));
    // No event, no byte.
    BOOST_TEST(failing([&] { return error_of(f.lab.collect("/file")); }) ==
               failed("opened_for_reading"));
    BOOST_TEST(failing([&] { return error_of(f.lab.list("/")); }).empty());
    BOOST_TEST(failing([&] { return error_of(f.lab.open("/file", resuming)); }) ==
               failed("upload_opened"));
    BOOST_TEST(f.site.staged().empty());
    // The opening of a new file is told of before its row is durable: its deposit is what fails.
    BOOST_TEST(failing([&] { return error_of(f.lab.put("/new", f.content)); }) ==
               failed("deposited"));
    BOOST_TEST(!f.lab.sees("/new"));
    BOOST_TEST(f.site.staged().empty());
    // Nor is anything safe without that row, also where another session was told of the failure.
    vfs.counts().failing_wal_syncs = 1;
    const auto lost = required(f.lab.open("/lost"));
    required(f.lab.write(*lost, 0, f.content));
    f.site.store().database().wait_for_told();
    vfs.counts().failing_wal_syncs = 0;
    BOOST_TEST(error_of(f.drop.make_directory("/in/other")) != std::error_code());
    BOOST_TEST(error_of(f.site.run(lost->flush())) == desk_errc::superseded);
    BOOST_TEST(error_of(f.lab.finish(*lost)) == desk_errc::superseded);
    BOOST_TEST(!f.lab.sees("/lost"));
    (void)f.site.new_events();

    const auto upload = required(f.drop.open("/in/a.hl7"));
    required(f.drop.write(*upload, 0, f.content));
    (void)f.site.new_events();
    const std::string told = failing([&] { return error_of(f.drop.finish(*upload)); });
    BOOST_TEST(told == (ever ? "" : "deposited failed " + f.site.rule(only_upload) + "\n"));
    BOOST_TEST(!f.collector.sees("/in/a.hl7"));
    required(f.drop.resume("/in/a.hl7", f.content));
    BOOST_TEST((required(f.collector.get("/in/a.hl7")) == f.content));
}

BOOST_FIXTURE_TEST_CASE(a_session_row_counts_what_went_in_and_out_and_ends_once, Fixture) {
    required(lab.put("/new", content));
    required(lab.get("/new"));
    site.run(lab.session.end("the client left"));
    site.run(lab.session.end("again"));
    const auto sessions = site.read(
        [](Transaction& transaction) { return transaction.search.sessions({.account = "lab"}); });
    BOOST_TEST_REQUIRE(sessions.size() == 1U);
    BOOST_TEST(sessions[0].files_in == 2U);
    BOOST_TEST(sessions[0].files_out == 1U);
    BOOST_TEST(sessions[0].bytes_in == 2 * content.size());
    BOOST_TEST(sessions[0].bytes_out == content.size());
    BOOST_TEST(sessions[0].end_reason == "the client left");
}

BOOST_FIXTURE_TEST_CASE(an_event_names_the_policy_that_its_rule_stands_in, Fixture) {
    const auto older = site.site().policy.current()->hash;
    const auto older_rule = site.rule(all);
    auto unchanged = required(lab.open("/file", resuming));
    auto unread = required(lab.collect("/file"));
    auto read = required(lab.collect("/file"));
    (void)site.new_events();
    site.use_policy("# a line more\n" + site.policy_text());
    const auto newer = site.site().policy.current()->hash;
    const auto only_event = [&] {
        const auto events = site.new_events();
        BOOST_TEST_REQUIRE(events.size() == 1U);
        return events[0];
    };
    required(lab.finish(*unchanged));
    auto told = only_event();
    BOOST_TEST(told.rule == older_rule);
    BOOST_TEST((told.policy == older));

    site.run(unread->finish(desk::Download::End::in_order));
    told = only_event();
    BOOST_TEST(told.rule == older_rule);
    BOOST_TEST((told.policy == older));

    Bytes bytes(content.size());
    std::array<desk::Download::Range, 1> ranges{{{0, bytes, 0}}};
    required(site.run(read->read(ranges)));
    site.run(read->finish(desk::Download::End::in_order));
    told = only_event();
    BOOST_TEST(told.rule == site.rule(all));
    BOOST_TEST((told.policy == newer));
}

BOOST_AUTO_TEST_SUITE_END()
