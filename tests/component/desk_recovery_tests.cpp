// What a start makes good of what a crash left.
#include "desk_site.hpp"

using namespace consign;
using namespace consign::testing;
using desk::desk_errc;

namespace {

struct Fixture {
    DeskSite site;
    const Bytes content = content_of(200'000);

    /// As if the process had been killed here.
    [[nodiscard]] std::unique_ptr<DeskSite> killed() {
        const std::filesystem::path copy = copies.path() / std::to_string(copies_made++);
        std::filesystem::copy(site.data(), copy, std::filesystem::copy_options::recursive);
        return std::make_unique<DeskSite>(site, copy);
    }
    TemporaryFolder copies;
    int copies_made = 0;
};

vault::Deposit deposit_of(DeskSite& site) {
    return {.path = "/lab/unknown", .account = "lab", .opened = site.clock.now()};
}
/// Whole, and in the vault; its staging name is there, too.
Id commit_unknown(DeskSite& site, ByteView content, const vault::Deposit& deposit) {
    const auto unknown = required(site.vault().begin(deposit));
    required(unknown->write(0, content));
    required(site.vault().commit(*unknown));
    return unknown->stream();
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(desk_recovery, Fixture)

BOOST_AUTO_TEST_CASE(sessions_that_a_crash_left_open_are_ended) {
    Peer lab(site, "lab");
    required(lab.list("/"));
    const auto found = killed();
    const auto sessions =
        found->read([](Transaction& transaction) { return transaction.search.sessions({}); });
    BOOST_TEST_REQUIRE(sessions.size() == 1U);
    BOOST_TEST((sessions[0].ended == found->clock.now()));
    BOOST_TEST(!sessions[0].end_reason.empty());
    BOOST_TEST(found->new_events().back().account == "system:daemon");
}

BOOST_AUTO_TEST_CASE(an_upload_that_a_kill_broke_off_tells_the_size_from_which_it_can_be_resumed) {
    Peer lab(site, "lab");
    const auto upload = required(lab.open("/a"));
    required(lab.write(*upload, 0, content));
    site.store().database().wait_for_told();
    const auto unflushed = killed();
    required(site.run(upload->flush()));
    const auto flushed = killed();
    for (DeskSite* const found : {unflushed.get(), flushed.get()}) {
        Peer again(*found, "lab");
        const auto size = required(again.stat("/a")).size_bytes;
        BOOST_TEST(size >= (found == flushed.get() ? content.size() : 2 * vault::chunk_bytes));
        BOOST_TEST(size <= content.size());
        BOOST_TEST(found->usage("/lab").bytes == size);
        BOOST_TEST(required(again.list("/")).size() == 1U);
        const auto resumed = required(again.open("/a", resuming));
        BOOST_TEST(resumed->size_bytes() == size);
        required(again.write(*resumed, size, ByteView(content).subspan(size)));
        required(again.finish(*resumed));
        BOOST_TEST((required(again.get("/a")) == content));
    }
}

BOOST_AUTO_TEST_CASE(a_size_that_was_told_before_the_crash_is_verified_anew) {
    Peer lab(site, "lab");
    lab.put_and_break_off("/a", content);
    const auto resumed = required(lab.open("/a", resuming));
    required(lab.resize(*resumed, vault::chunk_bytes));
    required(site.run(resumed->flush()));
    const auto found = killed();
    Peer again(*found, "lab");
    const auto size = required(again.stat("/a")).size_bytes;
    BOOST_TEST(size == required(again.open("/a", resuming))->size_bytes());
    BOOST_TEST(size == vault::chunk_bytes);
}

BOOST_AUTO_TEST_CASE(the_staging_name_of_a_committed_file_goes) {
    {
        Peer lab(site, "lab");
        required(lab.put("/a", content));
    }
    const Id stream = site.committed().front();
    std::filesystem::create_hard_link(site.vault_path(stream),
                                      site.data() / "staging" / stream.hex());
    BOOST_TEST(site.staged().size() == 1U);
    site.restart();
    BOOST_TEST(site.staged().empty());
    Peer lab(site, "lab");
    BOOST_TEST((required(lab.get("/a")) == content));
}

BOOST_AUTO_TEST_CASE(a_staging_file_that_no_row_knows_goes) {
    {
        const auto unknown = required(site.vault().begin(deposit_of(site)));
        required(unknown->write(0, content));
        required(unknown->flush());
    }
    std::ofstream(site.data() / "staging" / (std::string(32, 'a') + ".tail")) << "alone";
    site.restart();
    BOOST_TEST(site.staged().empty());
    for (const auto& entry : std::filesystem::directory_iterator(site.data() / "staging"))
        BOOST_TEST(entry.path().stem() == "journal");
    BOOST_TEST(site.committed().empty());
}

// As where the kill came before the opening was durable, which is told of earlier.
BOOST_AUTO_TEST_CASE(a_whole_file_that_no_row_knows_is_an_upload_again) {
    const Id stream = commit_unknown(site, content, deposit_of(site));
    (void)site.new_events();
    site.restart();
    const auto events = site.new_events();
    BOOST_TEST_REQUIRE(events.size() == 2U);
    BOOST_TEST((events[1].action == ledger::Action::upload_broken_off));
    BOOST_TEST((events[1].stream == stream));
    Peer lab(site, "lab");
    BOOST_TEST(error_of(lab.get("/unknown")) == desk_errc::unfinished);
    BOOST_TEST(required(lab.stat("/unknown")).size_bytes == content.size());
    required(lab.resume("/unknown", content));
    BOOST_TEST((required(lab.get("/unknown")) == content));
    BOOST_TEST((site.committed() == std::vector{stream}));
}

// The database may have been put back to a copy from before it was deposited.
BOOST_AUTO_TEST_CASE(a_whole_file_that_is_newer_than_all_on_record_is_nobodys_to_destroy) {
    site.clock.advance(std::chrono::minutes(2));
    const Id stream = commit_unknown(site, content, deposit_of(site));
    site.restart();
    BOOST_TEST(site.staged().empty());
    Peer lab(site, "lab");
    BOOST_TEST(!lab.sees("/unknown"));
    required(lab.put("/unknown", content_of(10)));
    required(lab.remove("/unknown"));
    BOOST_TEST(site.vault().open(stream).has_value());
}

// Else it would look so after a quiet time as well.
BOOST_AUTO_TEST_CASE(an_opening_after_a_quiet_time_is_on_record_before_it_is_told_of) {
    site.clock.advance(std::chrono::minutes(2));
    Peer lab(site, "lab");
    const auto upload = required(lab.open("/a"));
    const auto found = killed();
    const auto row = found->read([](Transaction& transaction) {
        return transaction.catalog.find_upload("lab", at("/lab/a"));
    });
    BOOST_TEST(row.has_value());
}

BOOST_AUTO_TEST_CASE(a_whole_file_that_the_daemon_was_making_is_no_upload) {
    auto pulled = deposit_of(site);
    pulled.account = "system:pull";
    commit_unknown(site, content, pulled);
    (void)site.new_events();
    site.restart();
    BOOST_TEST(site.new_events().size() == 1U);
    BOOST_TEST(site.staged().empty());
}

BOOST_AUTO_TEST_CASE(a_whole_file_that_was_no_deposit_goes_when_its_depositor_drops_it) {
    for (const bool replaces : {false, true}) {
        const Id stream = commit_unknown(site, content, deposit_of(site));
        site.restart();
        Peer lab(site, "lab");
        if (replaces)
            required(lab.put("/unknown", content));
        else
            required(lab.remove("/unknown"));
        BOOST_TEST(site.staged().empty());
        BOOST_TEST(!site.vault().open(stream).has_value());
        BOOST_TEST(site.committed().size() == (replaces ? 1U : 0U));
    }
}

BOOST_AUTO_TEST_CASE(a_whole_file_without_a_row_or_a_place_is_kept) {
    auto nowhere = deposit_of(site);
    nowhere.path = "/no/such/folder/a";
    const Id stream = commit_unknown(site, content, nowhere);
    site.restart();
    BOOST_TEST(site.staged().empty());
    BOOST_TEST((site.committed() == std::vector{stream}));
    BOOST_TEST(site.vault().open(stream).has_value());
}

BOOST_AUTO_TEST_CASE(a_file_that_was_merely_open_for_writing_is_not_hidden_by_its_copy) {
    for (const std::size_t size : {std::size_t{100}, content.size()}) {
        const Bytes whole = content_of(size);
        Peer lab(site, "lab");
        required(lab.put("/a", whole));
        const auto upload = required(lab.open("/a", resuming));
        BOOST_TEST((required(lab.stat("/a")).modified > Timestamp{}));
        const auto unchanged = killed();
        {
            Peer again(*unchanged, "lab");
            BOOST_TEST((required(again.get("/a")) == whole));
            BOOST_TEST(required(again.stat("/a")).size_bytes == size);
            BOOST_TEST(unchanged->staged().empty());
            BOOST_TEST(unchanged->usage("/lab").files == 1U);
            const auto more = required(again.open("/a", resuming));
            required(again.write(*more, size, content));
            required(again.finish(*more));
            BOOST_TEST(required(again.get("/a")).size() == size + content.size());
        }
        // Where it was changed, that is what is to be gone on with.
        required(lab.write(*upload, size, content));
        required(site.run(upload->flush()));
        const auto changed = killed();
        Peer again(*changed, "lab");
        BOOST_TEST(required(again.stat("/a")).size_bytes == size + content.size());
        BOOST_TEST(error_of(again.get("/a")) == desk_errc::unfinished);
        lab.break_off(*upload);
        required(lab.remove("/a"));
    }
}

BOOST_AUTO_TEST_CASE(an_upload_with_a_row_waits_for_its_depositor) {
    {
        Peer lab(site, "lab");
        lab.put_and_break_off("/a", content);
    }
    site.restart();
    Peer lab(site, "lab");
    BOOST_TEST(required(lab.stat("/a")).size_bytes == content.size());
    required(lab.resume("/a", content));
    BOOST_TEST((required(lab.get("/a")) == content));
}

BOOST_AUTO_TEST_CASE(an_upload_whose_row_was_altered_keeps_the_daemon_from_nothing) {
    {
        Peer lab(site, "lab");
        lab.put_and_break_off("/a", content);
        lab.put_and_break_off("/b", content);
    }
    site.alter("UPDATE uploads SET name = x'00' WHERE id = 1");
    site.restart();
    Peer lab(site, "lab");
    BOOST_TEST(required(lab.stat("/b")).size_bytes == content.size());
}

BOOST_AUTO_TEST_CASE(a_live_file_that_was_marked_as_doomed_stays) {
    {
        Peer lab(site, "lab");
        required(lab.put("/a", content));
    }
    site.alter("UPDATE files SET doomed = 1");
    site.restart();
    BOOST_TEST(site.committed().size() == 1U);
}

BOOST_AUTO_TEST_CASE(files_that_were_exchanged_in_the_database_are_not_served) {
    {
        Peer lab(site, "lab");
        required(lab.put("/a", content));
        required(lab.put("/b", Bytes(10, 7)));
    }
    site.alter(
        "UPDATE nodes SET file = (SELECT max(id) FROM files) WHERE file = (SELECT min(id) FROM "
        "files)");
    site.restart();
    Peer lab(site, "lab");
    BOOST_TEST(!lab.get("/a").has_value());
}

// The kill came between the link into the vault and the transaction.
BOOST_AUTO_TEST_CASE(a_commit_without_its_transaction_is_an_upload_still) {
    Id stream;
    {
        Peer lab(site, "lab");
        stream = lab.put_and_break_off("/a", content);
    }
    std::filesystem::create_directories(site.vault_path(stream).parent_path());
    std::filesystem::permissions(site.vault_path(stream).parent_path(),
                                 std::filesystem::perms::owner_all);
    std::filesystem::create_hard_link(site.data() / "staging" / stream.hex(),
                                      site.vault_path(stream));
    site.restart();
    Peer lab(site, "lab");
    BOOST_TEST(error_of(lab.get("/a")) == desk_errc::unfinished);
    required(lab.resume("/a", content));
    BOOST_TEST((required(lab.get("/a")) == content));
    BOOST_TEST(site.committed().size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_was_doomed_is_destroyed_and_certified) {
    {
        Peer lab(site, "lab");
        required(lab.put("/a", content));
        required(site.run(site.store().write(
            [](Transaction& transaction) { return transaction.catalog.remove(at("/lab/a")); })));
    }
    const Id stream = site.committed().front();
    (void)site.new_events();
    site.restart();
    BOOST_TEST(site.committed().empty());
    const auto events = site.new_events();
    BOOST_TEST_REQUIRE(events.size() == 2U);
    BOOST_TEST((events[0].action == ledger::Action::daemon_started));
    BOOST_TEST((events[1].action == ledger::Action::destroyed));
    BOOST_TEST((events[1].stream == stream));
    BOOST_TEST(
        site.read([](Transaction& transaction) { return transaction.catalog.doomed(); }).empty());
}

BOOST_AUTO_TEST_CASE(the_folders_that_the_policy_names_are_made) {
    Peer drop(site, "drop");
    BOOST_TEST(required(drop.list("/")) == std::vector<std::string>{"in"},
               boost::test_tools::per_element());
    std::string more(depot);
    more.insert(more.find("  collector:"), "      - {path: /acks/**, may: [list]}\n");
    site.use_policy(more);
    (void)site.new_events();
    required(site.run(desk::make_folders(site.site())));
    const auto events = site.new_events();
    BOOST_REQUIRE(events.size() == 1U);
    BOOST_TEST((events[0].action == ledger::Action::folder_made));
    BOOST_TEST(events[0].account == "system:daemon");
    BOOST_TEST(events[0].personal.path == "/drop/acks");
    BOOST_TEST(required(drop.list("/")) == (std::vector<std::string>{"acks", "in"}),
               boost::test_tools::per_element());
    (void)site.new_events();
    required(site.run(desk::make_folders(site.site())));
    BOOST_TEST(site.new_events().empty());
}

BOOST_AUTO_TEST_CASE(a_file_that_has_the_name_of_such_a_folder_is_no_bar_to_the_others) {
    Peer rival(site, "rival");
    required(rival.put("/acks", content));
    std::string more(depot);
    more.insert(more.find("  collector:"),
                "      - {path: /acks/deep/**, may: [list]}\n"
                "      - {path: /boxes/**, may: [list]}\n");
    site.use_policy(more);
    required(site.run(desk::make_folders(site.site())));
    Peer drop(site, "drop");
    BOOST_TEST(drop.sees("/boxes"));
    required(site.run(desk::recover(site.site())));
    BOOST_TEST((required(rival.get("/acks")) == content));
}

BOOST_AUTO_TEST_SUITE_END()
