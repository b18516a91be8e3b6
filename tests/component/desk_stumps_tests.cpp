// An unfinished upload and a complete file under one name: to the client the name is one.
#include "desk_site.hpp"

using namespace consign;
using namespace consign::testing;
using desk::desk_errc;

namespace {

constexpr std::string_view everything = R"(version: 1
accounts:
  lab:
    home: /lab
    login: {any_of: [password], password: HASH}
    grants: [{path: /**, may: [list, download, upload, overwrite, append, rename, delete]}]
  box:
    home: /box
    login: {any_of: [password], password: HASH}
    grants: [{path: /**, may: [list, upload, overwrite]}]
)";
constexpr desk::UploadMode exclusive{
    .create = true, .exclusive = true, .truncate = false, .append = false};

struct Fixture {
    DeskSite site{everything};
    Peer lab{site, "lab"};
    const Bytes old = content_of(17);
    const Bytes stump = content_of(1000, 2);
    const Bytes whole = content_of(2, 3);

    /// Names of what the vault and staging still hold.
    std::size_t kept() { return site.committed().size() + site.staged().size(); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(desk_stumps, Fixture)

BOOST_AUTO_TEST_CASE(a_complete_file_that_is_renamed_to_the_name_ends_the_stump) {
    lab.put_and_break_off("/n", stump);
    required(lab.put("/n.new", whole));
    (void)site.new_events();
    required(lab.rename("/n.new", "/n"));
    BOOST_TEST(site.told() == "removed granted " + site.rule("upload, overwrite, append") +
                                  "\nrenamed granted " + site.rule("upload, overwrite, append") +
                                  "\n");
    BOOST_TEST(required(lab.stat("/n")).size_bytes == whole.size());
    BOOST_TEST((required(lab.list("/")) == std::vector<std::string>{"n"}));
    BOOST_TEST((required(lab.get("/n")) == whole));
    BOOST_TEST(kept() == 1U);
}

BOOST_AUTO_TEST_CASE(stumps_are_listed_a_page_at_a_time) {
    for (const char* name : {"/a", "/b", "/c", "/d"}) lab.put_and_break_off(name, stump);
    required(lab.put("/b.whole", whole));
    const auto listing = required(site.run(lab.desk().list(at("/"))));
    BOOST_TEST(listing->kept_entries() == 4U);
    std::vector<std::string> names;
    for (std::size_t count = 2; count > 0;) {
        const auto page = required(site.run(listing->next(2)));
        count = page.size();
        BOOST_TEST(count <= 2U);
        for (const auto& entry : page) names.push_back(entry.name);
    }
    BOOST_TEST((names == std::vector<std::string>{"b.whole", "a", "b", "c", "d"}));
    BOOST_TEST(listing->kept_entries() == 0U);
}

BOOST_AUTO_TEST_CASE(so_does_one_that_replaces_the_old_one_under_it) {
    required(lab.put("/n", old));
    lab.put_and_break_off("/n", stump);
    required(lab.put("/n.new", whole));
    BOOST_TEST(error_of(lab.rename("/n.new", "/n")) == desk_errc::already_there);
    BOOST_TEST(required(lab.stat("/n")).size_bytes == stump.size());
    required(lab.rename("/n.new", "/n", true));
    BOOST_TEST(required(lab.stat("/n")).size_bytes == whole.size());
    BOOST_TEST((required(lab.get("/n")) == whole));
    BOOST_TEST(kept() == 1U);
}

BOOST_AUTO_TEST_CASE(a_session_that_has_it_open_is_told_that_it_is_over) {
    Peer other(site, "lab");
    const auto open = required(other.open("/n"));
    required(other.write(*open, 0, stump));
    required(lab.put("/n.new", whole));
    required(lab.rename("/n.new", "/n"));
    BOOST_TEST(error_of(other.finish(*open)) == desk_errc::superseded);
    BOOST_TEST((required(lab.get("/n")) == whole));
}

BOOST_AUTO_TEST_CASE(to_remove_the_name_removes_both) {
    required(lab.put("/n", old));
    lab.put_and_break_off("/n", stump);
    (void)site.new_events();
    required(lab.remove("/n"));
    const auto events = site.new_events();
    BOOST_TEST_REQUIRE(events.size() == 3U);  // and the old one is destroyed
    BOOST_TEST(events[0].detail == "an unfinished upload");
    BOOST_TEST(events[1].detail == "");
    BOOST_TEST((events[0].stream != events[1].stream));
    BOOST_TEST(error_of(lab.stat("/n")) == desk_errc::no_such_name);
    BOOST_TEST(error_of(lab.remove("/n")) == desk_errc::no_such_name);
    BOOST_TEST(kept() == 0U);
}

BOOST_AUTO_TEST_CASE(who_may_not_delete_drops_the_stump_alone) {
    Peer box(site, "box");
    required(box.put("/n", old));
    box.put_and_break_off("/n", stump);
    required(box.remove("/n"));
    BOOST_TEST(required(box.stat("/n")).size_bytes == old.size());
    BOOST_TEST(error_of(box.remove("/n")) == desk_errc::may_not_delete);
}

BOOST_AUTO_TEST_CASE(what_stat_tells_of_a_stump_is_not_the_size_of_other_bytes) {
    required(lab.put("/n", old));
    lab.put_and_break_off("/n", stump);
    BOOST_TEST(required(lab.stat("/n")).size_bytes == stump.size());
    BOOST_TEST(error_of(lab.get("/n")) == desk_errc::unfinished);
    BOOST_TEST(error_of(lab.hash("/n")) == desk_errc::unfinished);
    required(lab.resume("/n", stump));
    BOOST_TEST((required(lab.get("/n")) == stump));
}

BOOST_AUTO_TEST_CASE(what_was_opened_and_not_written_to_hides_nothing_when_the_line_breaks) {
    required(lab.put("/n", old));
    const auto open = required(lab.open("/n", resuming));
    lab.break_off(*open);
    BOOST_TEST((required(lab.get("/n")) == old));
    BOOST_TEST(kept() == 1U);
}

BOOST_AUTO_TEST_CASE(a_rename_onto_itself_ends_nothing) {
    required(lab.put("/n", old));
    lab.put_and_break_off("/n", stump);
    required(lab.rename("/n", "/n", true));
    BOOST_TEST(required(lab.stat("/n")).size_bytes == stump.size());
}

BOOST_AUTO_TEST_CASE(the_old_one_is_read_for_as_long_as_a_session_replaces_it) {
    required(lab.put("/n", old));
    Peer other(site, "lab");
    const auto open = required(other.open("/n"));
    required(other.write(*open, 0, stump));
    BOOST_TEST((required(lab.get("/n")) == old));
}

BOOST_AUTO_TEST_CASE(a_lock_that_a_session_has_open_is_taken) {
    const auto lock = required(lab.open("/lock", exclusive));
    BOOST_TEST(error_of(lab.open("/lock", exclusive)) == desk_errc::already_there);
    Peer other(site, "lab");
    BOOST_TEST(error_of(other.open("/lock", exclusive)) == desk_errc::already_there);
    required(lab.write(*lock, 0, whole));
    required(lab.finish(*lock));
    BOOST_TEST(error_of(other.open("/lock", exclusive)) == desk_errc::already_there);
}

BOOST_AUTO_TEST_CASE(one_that_was_broken_off_is_nobodys) {
    lab.put_and_break_off("/lock", whole);
    const auto lock = required(lab.open("/lock", exclusive));
    required(lab.finish(*lock));
    BOOST_TEST(required(lab.stat("/lock")).size_bytes == 0U);
}

BOOST_AUTO_TEST_CASE(times_that_were_set_show_while_it_is_open) {
    const Timestamp then = site.clock.now() - std::chrono::years(20);
    const auto open = required(lab.open("/n"));
    required(lab.write(*open, 0, whole));
    required(lab.set_times("/n", then));
    BOOST_TEST((required(lab.stat("/n")).modified == then));
    required(lab.finish(*open));
    BOOST_TEST((required(lab.stat("/n")).modified == then));
}

BOOST_AUTO_TEST_SUITE_END()
