// Promise 2: whole or invisible.
#include <boost/test/data/test_case.hpp>

#include "desk_site.hpp"
#include "hooked_disk.hpp"

using namespace consign;
using namespace consign::testing;
using desk::desk_errc;

namespace {

constexpr Timestamp at_noon{std::chrono::hours(400'000)};

struct Fixture {
    DeskSite site;
    Peer drop{site, "drop"};
    Peer collector{site, "collector"};
    Peer rival{site, "rival"};
    Peer partner{site, "partner"};
    const Bytes content = content_of(200'000);

    void nobody_else_sees(std::string_view path) {
        for (Peer* const other : {&collector, &rival}) {
            BOOST_TEST(error_of(other->stat(path)) == desk_errc::no_such_name);
            BOOST_TEST(error_of(other->get(path)) == desk_errc::no_such_name);
            BOOST_TEST(error_of(other->hash(path)) == desk_errc::no_such_name);
            BOOST_TEST(required(other->list("/in")).empty());
        }
        BOOST_TEST(required(partner.list("/out")).empty());
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(desk_uploads, Fixture)

BOOST_AUTO_TEST_CASE(an_open_upload_is_seen_by_its_depositor_alone_and_fires_no_route) {
    const auto upload = required(drop.open("/in/result.hl7"));
    required(drop.write(*upload, 0, content));
    nobody_else_sees("/in/result.hl7");
    BOOST_TEST(required(drop.stat("/in/result.hl7")).size_bytes == content.size());
    BOOST_TEST(required(drop.list("/in")) == std::vector<std::string>{"result.hl7"},
               boost::test_tools::per_element());
    required(drop.finish(*upload));
    BOOST_TEST((required(collector.get("/in/result.hl7")) == content));
    BOOST_TEST((required(partner.get("/out/result.hl7")) == content));
}

BOOST_AUTO_TEST_CASE(asking_whether_an_upload_may_begin_makes_nothing) {
    const desk::UploadMode anew{.create = true, .truncate = true};
    const VirtualPath path = required(VirtualPath::parse("/in/result.hl7"));
    (void)site.new_events();
    BOOST_TEST(required(site.run(drop.desk().may_open_upload(path, anew))) == 0U);
    BOOST_TEST(site.new_events().empty());
    BOOST_TEST(error_of(drop.stat("/in/result.hl7")) == desk_errc::no_such_name);

    const VirtualPath elsewhere = required(VirtualPath::parse("/nowhere/result.hl7"));
    BOOST_TEST(error_of(site.run(drop.desk().may_open_upload(elsewhere, anew))) ==
               desk_errc::may_not_upload);
    const auto events = site.new_events();
    BOOST_TEST_REQUIRE(events.size() == 1U);
    BOOST_TEST((events[0].outcome == ledger::Outcome::refused));
}

BOOST_AUTO_TEST_CASE(asking_whether_an_upload_may_go_on_tells_how_much_there_is) {
    const desk::UploadMode on{.create = true};
    const VirtualPath path = required(VirtualPath::parse("/in/result.hl7"));
    {
        const auto upload = required(drop.open("/in/result.hl7"));
        required(drop.write(*upload, 0, content));
        site.run(upload->break_off());
    }
    BOOST_TEST(required(site.run(drop.desk().may_open_upload(path, on))) == content.size());
    BOOST_TEST(required(drop.stat("/in/result.hl7")).size_bytes == content.size());
}

BOOST_AUTO_TEST_CASE(a_flush_makes_nothing_visible) {
    const auto upload = required(drop.open("/in/result.hl7"));
    required(drop.write(*upload, 0, content));
    required(site.run(upload->flush()));
    nobody_else_sees("/in/result.hl7");
}

BOOST_AUTO_TEST_CASE(nobody_else_can_end_or_take_over_an_unfinished_upload) {
    drop.put_and_break_off("/in/result.hl7", content);
    BOOST_TEST(error_of(rival.remove("/in/result.hl7")) == desk_errc::no_such_name);
    BOOST_TEST(error_of(rival.rename("/in/result.hl7", "/in/mine")) == desk_errc::no_such_name);
    // Under the same name another account begins an upload of its own, from nothing.
    const auto other = required(rival.open("/in/result.hl7", resuming));
    BOOST_TEST(other->size_bytes() == 0U);
    BOOST_TEST(required(drop.stat("/in/result.hl7")).size_bytes == content.size());
}

BOOST_AUTO_TEST_CASE(a_broken_off_upload_is_resumed_by_a_new_session_from_the_size_that_stat_told) {
    drop.put_and_break_off("/in/result.hl7", ByteView(content).first(70'001));
    nobody_else_sees("/in/result.hl7");
    Peer later(site, "drop");
    BOOST_TEST(required(later.stat("/in/result.hl7")).size_bytes == 70'001U);
    required(later.resume("/in/result.hl7", content));
    BOOST_TEST((required(collector.get("/in/result.hl7")) == content));
    BOOST_TEST((required(partner.get("/out/result.hl7")) == content));
    BOOST_TEST(site.staged().empty());
}

BOOST_AUTO_TEST_CASE(a_session_that_takes_over_gets_all_that_was_written_and_the_first_is_told) {
    const auto first = required(drop.open("/in/result.hl7"));
    required(drop.write(*first, 0, ByteView(content).first(130'000)));
    Peer second_peer(site, "drop");
    const auto second = required(second_peer.open("/in/result.hl7", resuming));
    BOOST_TEST(second->size_bytes() == 130'000U);
    const Bytes poison(1000, 0xEE);
    BOOST_TEST(error_of(drop.write(*first, 0, poison)) == desk_errc::superseded);
    BOOST_TEST(error_of(drop.read(*first)) == desk_errc::superseded);
    BOOST_TEST(error_of(site.run(first->resize(0))) == desk_errc::superseded);
    BOOST_TEST(error_of(site.run(first->flush())) == desk_errc::superseded);
    required(second_peer.write(*second, 130'000, ByteView(content).subspan(130'000)));
    BOOST_TEST(error_of(drop.finish(*first)) == desk_errc::superseded);
    drop.break_off(*first);
    nobody_else_sees("/in/result.hl7");
    required(second_peer.finish(*second));
    BOOST_TEST((required(collector.get("/in/result.hl7")) == content));
}

BOOST_AUTO_TEST_CASE(the_end_of_a_session_that_was_taken_over_leaves_the_second_in_charge) {
    auto first = required(drop.open("/in/result.hl7"));
    required(drop.write(*first, 0, ByteView(content).first(1000)));
    Peer second_peer(site, "drop");
    const auto second = required(second_peer.open("/in/result.hl7", resuming));
    drop.break_off(*first);
    first.reset();
    required(second_peer.write(*second, 1000, ByteView(content).subspan(1000)));
    // Told of the upload that is open, not of the row.
    BOOST_TEST(required(drop.stat("/in/result.hl7")).size_bytes == content.size());
    Peer third_peer(site, "drop");
    const auto third = required(third_peer.open("/in/result.hl7", resuming));
    BOOST_TEST(third->size_bytes() == content.size());
    BOOST_TEST(error_of(second_peer.finish(*second)) == desk_errc::superseded);
    required(third_peer.finish(*third));
    BOOST_TEST((required(collector.get("/in/result.hl7")) == content));
}

BOOST_AUTO_TEST_CASE(a_new_start_of_the_same_upload_replaces_the_unfinished_one) {
    const Id old = drop.put_and_break_off("/in/result.hl7", content);
    const Bytes other = content_of(10, 2);
    required(drop.put("/in/result.hl7", other));
    BOOST_TEST((required(collector.get("/in/result.hl7")) == other));
    BOOST_TEST(site.staged().empty());
    BOOST_TEST((site.committed() != std::vector{old}));
}

BOOST_AUTO_TEST_CASE(what_a_stump_is_refused_says_that_it_is_one_to_its_depositor_alone) {
    drop.put_and_break_off("/in/result.hl7", content);
    BOOST_TEST(error_of(drop.rename("/in/result.hl7", "/in/other.hl7")) == desk_errc::unfinished);
    BOOST_TEST(error_of(drop.get("/in/result.hl7")) == desk_errc::unfinished);
    BOOST_TEST(error_of(drop.set_times("/in/result.hl7", at_noon)) == desk_errc::unfinished);
    nobody_else_sees("/in/result.hl7");
}

// sshfs sets times by the name, while the file is open.
BOOST_AUTO_TEST_CASE(times_that_are_set_by_name_go_to_the_upload_that_is_open) {
    Peer lab(site, "lab");
    for (int version = 1; version <= 2; ++version) {  // a new name, then a new version
        const Timestamp time = at_noon + std::chrono::hours(version);
        const auto upload = required(lab.open("/result.hl7"));
        required(lab.write(*upload, 0, content));
        required(lab.set_times("/result.hl7", time));
        required(lab.finish(*upload));
        BOOST_TEST((required(lab.stat("/result.hl7")).modified == time));
    }
}

BOOST_AUTO_TEST_CASE(an_upload_that_lost_its_row_leaves_nothing_behind_where_it_breaks_off) {
    const auto upload = required(drop.open("/in/result.hl7"));
    required(drop.write(*upload, 0, content));
    required(site.run(site.site().store.write([&](Transaction& transaction) {
        return transaction.catalog.end_upload(upload->stream());
    })));
    drop.break_off(*upload);
    BOOST_TEST(site.staged().empty());
}

// One that had looked before the row went, and takes over after.
BOOST_AUTO_TEST_CASE(an_upload_without_a_row_that_is_taken_over_leaves_nothing_behind) {
    for (const bool finishes : {false, true}) {
        const auto upload = required(drop.open("/in/result.hl7"));
        required(drop.write(*upload, 0, content));
        required(site.run(site.site().store.write([&](Transaction& transaction) {
            return transaction.catalog.end_upload(upload->stream());
        })));
        BOOST_TEST(upload->supersede());
        BOOST_TEST(!site.staged().empty());
        if (finishes)
            BOOST_TEST(error_of(drop.finish(*upload)) == desk_errc::superseded);
        else
            drop.break_off(*upload);
        BOOST_TEST(site.staged().empty());
    }
}

BOOST_AUTO_TEST_CASE(an_upload_finished_twice_is_one_deposit) {
    const auto upload = required(drop.open("/in/result.hl7"));
    required(drop.write(*upload, 0, content));
    required(drop.finish(*upload));
    BOOST_TEST(error_of(drop.finish(*upload)) == desk_errc::superseded);
    BOOST_TEST(error_of(drop.write(*upload, 0, content)) == desk_errc::superseded);
    BOOST_TEST((required(collector.get("/in/result.hl7")) == content));
    BOOST_TEST(required(partner.list("/out")).size() == 1U);
}

BOOST_AUTO_TEST_CASE(its_depositor_may_drop_an_unfinished_upload_by_the_upload_right_alone) {
    const auto upload = required(drop.open("/in/result.hl7"));
    required(drop.write(*upload, 0, content));
    Peer second(site, "drop");
    required(second.remove("/in/result.hl7"));
    BOOST_TEST(error_of(drop.finish(*upload)) == desk_errc::superseded);
    BOOST_TEST(!drop.sees("/in/result.hl7"));
    BOOST_TEST(site.staged().empty());
    BOOST_TEST(site.committed().empty());
    BOOST_TEST((site.usage("/drop") == catalog::Usage{}));
}

// Another session removes it just when this one has sealed it.
BOOST_AUTO_TEST_CASE(an_upload_that_lost_its_row_at_the_last_moment_leaves_nothing_behind) {
    const auto upload = required(drop.open("/in/result.hl7"));
    required(drop.write(*upload, 0, content));
    required(site.run(site.store().write([&](Transaction& transaction) {
        return transaction.catalog.end_upload(upload->stream());
    })));
    BOOST_TEST(error_of(drop.finish(*upload)) == desk_errc::superseded);
    nobody_else_sees("/in/result.hl7");
    BOOST_TEST(site.staged().empty());
    BOOST_TEST(site.committed().empty());
}

BOOST_AUTO_TEST_CASE(unfinished_uploads_expire_after_their_time_and_not_before) {
    drop.put_and_break_off("/in/result.hl7", content);
    site.clock.advance(std::chrono::hours(24) - std::chrono::microseconds(1));
    site.look_after();
    BOOST_TEST(drop.sees("/in/result.hl7"));
    (void)site.new_events();
    site.clock.advance(std::chrono::microseconds(1));
    site.look_after();
    BOOST_TEST(!drop.sees("/in/result.hl7"));
    BOOST_TEST(site.told() == "upload_expired granted \n");
    BOOST_TEST(site.staged().empty());
    BOOST_TEST((site.usage("/drop") == catalog::Usage{}));
}

BOOST_AUTO_TEST_CASE(an_upload_that_a_session_has_open_does_not_expire) {
    const auto upload = required(drop.open("/in/result.hl7"));
    site.clock.advance(std::chrono::hours(48));
    site.look_after();
    required(drop.write(*upload, 0, content));
    required(drop.finish(*upload));
    BOOST_TEST((required(collector.get("/in/result.hl7")) == content));
}

BOOST_AUTO_TEST_CASE(a_deposit_that_is_refused_at_its_end_stays_resumable_at_its_whole_size) {
    Peer lab(site, "lab");
    const auto early = required(lab.open("/result"));
    required(lab.write(*early, 0, ByteView(content).first(1000)));
    lab.break_off(*early);
    const auto upload = required(lab.open("/result", resuming));
    required(lab.write(*upload, 1000, ByteView(content).subspan(1000)));
    std::string withdrawn(depot);
    withdrawn.erase(withdrawn.find("upload, overwrite"), std::string_view("upload, ").size());
    site.use_policy(withdrawn);
    BOOST_TEST(error_of(lab.finish(*upload)) == desk_errc::may_not_upload);
    site.use_policy(depot);
    BOOST_TEST(required(lab.stat("/result")).size_bytes == content.size());
    BOOST_TEST(site.usage("/lab").bytes == content.size());
    required(lab.resume("/result", content));
    BOOST_TEST((required(lab.get("/result")) == content));
}

BOOST_AUTO_TEST_CASE(an_account_that_was_disabled_meanwhile_deposits_nothing) {
    const auto upload = required(drop.open("/in/result.hl7"));
    required(drop.write(*upload, 0, content));
    std::string disabled(depot);
    disabled.replace(disabled.find("    home: /drop"), 0, "    enabled: false\n");
    site.use_policy(disabled);
    BOOST_TEST(error_of(drop.finish(*upload)) == desk_errc::account_withdrawn);
    nobody_else_sees("/in/result.hl7");
}

// A power cut can take the name of a staging file whose row is durable.
BOOST_AUTO_TEST_CASE(an_upload_whose_staging_file_is_gone_starts_anew) {
    const Id lost = drop.put_and_break_off("/in/result.hl7", content);
    for (const auto& file : std::filesystem::directory_iterator(site.data() / "staging"))
        if (file.path().filename().string().starts_with(lost.hex()))
            std::filesystem::remove(file.path());
    const auto upload = required(drop.open("/in/result.hl7", resuming));
    BOOST_TEST(upload->size_bytes() == 0U);
    required(drop.write(*upload, 0, content));
    required(drop.finish(*upload));
    BOOST_TEST((required(collector.get("/in/result.hl7")) == content));
}

BOOST_AUTO_TEST_CASE(a_new_version_is_invisible_until_it_is_whole) {
    Peer lab(site, "lab");
    const Bytes old = content_of(50, 3);
    required(lab.put("/result", old));
    const auto upload = required(lab.open("/result"));
    required(lab.write(*upload, 0, content));
    BOOST_TEST((required(lab.get("/result")) == old));
    required(lab.finish(*upload));
    BOOST_TEST((required(lab.get("/result")) == content));
}

BOOST_AUTO_TEST_CASE(what_is_opened_and_closed_without_a_change_deposits_nothing) {
    required(drop.put("/in/result.hl7", content));
    const auto before = site.committed();
    (void)site.new_events();
    const auto upload = required(drop.open("/in/result.hl7", resuming));
    required(drop.finish(*upload));
    BOOST_TEST(site.told() == "upload_opened granted " + site.rule("may: [upload]}") +
                                  "\nattributes_set granted " + site.rule("may: [upload]}") + "\n");
    BOOST_TEST((site.committed() == before));
    BOOST_TEST(site.staged().empty());
    BOOST_TEST(required(partner.list("/out")).size() == 1U);
    BOOST_TEST((required(collector.get("/in/result.hl7")) == content));
}

BOOST_AUTO_TEST_CASE(what_a_second_handle_takes_over_unchanged_deposits_nothing) {
    required(drop.put("/in/result.hl7", content));
    const auto before = site.committed();
    const auto first = required(drop.open("/in/result.hl7", resuming));
    const auto second = required(drop.open("/in/result.hl7", resuming));
    required(drop.finish(*second));
    BOOST_TEST((site.committed() == before));
    BOOST_TEST(site.staged().empty());
    BOOST_TEST(required(partner.list("/out")).size() == 1U);

    // What the first had changed is there to deposit.
    const auto third = required(drop.open("/in/result.hl7", resuming));
    required(drop.write(*third, content.size(), content));
    const auto fourth = required(drop.open("/in/result.hl7", resuming));
    required(drop.finish(*fourth));
    BOOST_TEST(required(collector.get("/in/result.hl7")).size() == 2 * content.size());
}

BOOST_AUTO_TEST_CASE(a_size_that_it_has_already_changes_nothing) {
    required(drop.put("/in/result.hl7", content));
    const auto before = site.committed();
    required(drop.resize("/in/result.hl7", content.size()));
    const auto upload = required(drop.open("/in/result.hl7", resuming));
    required(drop.resize(*upload, content.size()));
    required(drop.finish(*upload));
    BOOST_TEST((site.committed() == before));
    BOOST_TEST(required(partner.list("/out")).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_part_that_is_resized_by_its_path_stays_a_part) {
    drop.put_and_break_off("/in/result.hl7", content);
    required(drop.resize("/in/result.hl7", 70'000));
    nobody_else_sees("/in/result.hl7");
    BOOST_TEST(required(drop.stat("/in/result.hl7")).size_bytes == 70'000U);
    required(drop.resume("/in/result.hl7", content));
    BOOST_TEST((required(collector.get("/in/result.hl7")) == content));
}

BOOST_AUTO_TEST_CASE(an_open_upload_that_is_resized_by_its_path_stays_with_its_session) {
    const auto upload = required(drop.open("/in/result.hl7"));
    required(drop.write(*upload, 0, content));
    Peer second(site, "drop");
    required(second.resize("/in/result.hl7", 70'000));
    nobody_else_sees("/in/result.hl7");
    BOOST_TEST(upload->size_bytes() == 70'000U);
    required(drop.write(*upload, 70'000, ByteView(content).subspan(70'000)));
    required(drop.finish(*upload));
    BOOST_TEST((required(collector.get("/in/result.hl7")) == content));
}

BOOST_AUTO_TEST_CASE(a_whole_file_that_is_resized_by_its_path_is_a_new_version) {
    Peer lab(site, "lab");
    required(lab.put("/result", content));
    required(lab.resize("/result", 100));
    BOOST_TEST((required(lab.get("/result")) == Bytes(content.begin(), content.begin() + 100)));
    BOOST_TEST(error_of(lab.resize("/nothing", 100)) == desk_errc::no_such_name);
}

BOOST_AUTO_TEST_CASE(the_times_that_an_upload_was_told_are_its_names_times) {
    Peer lab(site, "lab");
    const Timestamp accessed = from_microseconds(1'000'000),
                    modified = from_microseconds(2'000'000);
    const auto upload = required(lab.open("/result"));
    upload->set_times(accessed, modified);
    required(lab.finish(*upload));
    BOOST_TEST((required(lab.stat("/result")).accessed == accessed));
    BOOST_TEST((required(lab.stat("/result")).modified == modified));
}

BOOST_AUTO_TEST_CASE(closing_without_a_change_sets_times_where_the_file_is_now_and_may_be_set) {
    Peer lab(site, "lab");
    const Timestamp modified = from_microseconds(2'000'000);
    required(lab.make_directory("/today"));
    required(lab.put("/today/result", content));
    const auto upload = required(lab.open("/today/result", resuming));
    upload->set_times({}, modified);
    required(lab.rename("/today", "/yesterday"));
    required(lab.make_directory("/today"));
    required(lab.put("/today/result", content));
    required(lab.finish(*upload));
    BOOST_TEST((required(lab.stat("/yesterday/result")).modified == modified));
    BOOST_TEST((required(lab.stat("/today/result")).modified != modified));

    // The append right opens another's file; it does not set its times.
    std::string granted(depot);
    granted.replace(granted.find("may: [list, download, upload]}"), 30,
                    "may: [list, download, append]}");
    site.use_policy(granted);
    required(drop.put("/in/result.hl7", content));
    const auto appending = required(rival.open("/in/result.hl7", resuming));
    appending->set_times({}, modified);
    required(rival.finish(*appending));
    BOOST_TEST((required(collector.stat("/in/result.hl7")).modified != modified));
}

BOOST_AUTO_TEST_CASE(an_empty_upload_is_a_deposit) {
    required(drop.put("/in/empty.hl7", {}));
    BOOST_TEST(required(collector.get("/in/empty.hl7")).empty());
    BOOST_TEST(required(partner.get("/out/empty.hl7")).empty());
}

BOOST_AUTO_TEST_CASE(an_upload_follows_its_folder_where_that_is_renamed_meanwhile) {
    Peer lab(site, "lab");
    required(lab.make_directory("/today"));
    const auto upload = required(lab.open("/today/result"));
    required(lab.write(*upload, 0, content));
    required(lab.rename("/today", "/yesterday"));
    required(lab.finish(*upload));
    BOOST_TEST((required(lab.get("/yesterday/result")) == content));
    BOOST_TEST(!lab.sees("/today"));
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

/// Something happens just when the upload's own file is opened to be changed.
struct Hooked {
    HookedDisk disk;
    DeskSite site{depot, &disk};
    Peer lab{site, "lab"};
    const Bytes content = content_of(200'000);

    void once_opened(const Id& stream, std::function<void(const Disk::Path&)> then) {
        disk.before_change = [this, stream, then = std::move(then)](const Disk::Path& path) {
            if (path.filename() != stream.hex()) return;
            // What is done there may open it, too.
            const auto hook = std::exchange(disk.before_change, nullptr);
            then(path);
        };
    }
    void end_row(const Id& stream) {
        required(run_here(site.store().write(
            [&](Transaction& transaction) { return transaction.catalog.end_upload(stream); })));
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(desk_uploads_interleaved, Hooked)

BOOST_AUTO_TEST_CASE(an_upload_that_is_just_being_resumed_does_not_expire) {
    const Id stream = lab.put_and_break_off("/result", content);
    site.clock.advance(std::chrono::hours(48));
    (void)site.new_events();
    once_opened(stream, [&](const Disk::Path&) { run_here(desk::look_after(site.site())); });
    required(lab.resume("/result", content));
    BOOST_TEST(!site.told().contains("upload_expired"));
    BOOST_TEST((required(lab.get("/result")) == content));
}

// Its client goes on from the size that it was told, and would leave zeros before that.
BOOST_AUTO_TEST_CASE(an_upload_that_is_gone_when_it_is_resumed_is_not_begun_anew) {
    const Id stream = lab.put_and_break_off("/result", content);
    once_opened(stream, [&](const Disk::Path& path) {
        end_row(stream);
        std::filesystem::remove(path);
        std::filesystem::remove(path.string() + ".tail");
    });
    BOOST_TEST(error_of(lab.open("/result", resuming)) == desk_errc::superseded);
    BOOST_TEST(site.staged().empty());
    required(lab.put("/result", content));
    BOOST_TEST((required(lab.get("/result")) == content));
}

BOOST_AUTO_TEST_CASE(an_upload_that_is_removed_while_it_is_given_back_leaves_nothing_behind) {
    const auto upload = required(lab.open("/result"));
    required(lab.write(*upload, 0, ByteView(content).first(1000)));
    std::string disabled(depot);
    disabled.replace(disabled.find("    home: /lab"), 0, "    enabled: false\n");
    site.use_policy(disabled);
    once_opened(upload->stream(), [&](const Disk::Path&) { end_row(upload->stream()); });
    BOOST_TEST(error_of(lab.finish(*upload)) == desk_errc::account_withdrawn);
    BOOST_TEST(!disk.before_change);
    BOOST_TEST(site.staged().empty());
    BOOST_TEST(site.committed().empty());
}

BOOST_AUTO_TEST_SUITE_END()
