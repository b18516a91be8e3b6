// `complete_when`: what lacks its ending or its sidecar is durable, and no deposit.
#include <boost/test/data/test_case.hpp>

#include "desk/site/content_digest.hpp"
#include "desk_routed_site.hpp"

using namespace consign;
using namespace consign::testing;
using desk::desk_errc;

namespace {

std::string asking_for(std::string_view what) {
    return depot_with(
        "  - name: messages\n    when: {path: /drop/in/**, name: \"*.hl7\"}\n"
        "    complete_when: [" +
        std::string(what) + "]\n    to: [{copy: \"/partner/out/{name}\"}]\n");
}

std::string digest_of(ByteView bytes, std::string_view algorithm = "sha256") {
    auto digest = desk::ContentDigest::of(algorithm).value();
    digest.update(bytes);
    return to_hex(digest.finish());
}

struct Fixture {
    DeskSite site{asking_for("batch_trailer")};
    Peer drop{site, "drop"};
    Peer collector{site, "collector"};
    Peer rival{site, "rival"};
    Peer partner{site, "partner"};
    const Bytes whole = batch();
    const Bytes stump = without_trailers(whole);

    [[nodiscard]] bool is_deposited(const std::string& name = "a.hl7") {
        const bool copied = partner.sees("/out/" + name);
        BOOST_TEST(collector.sees("/in/" + name) == copied);
        return copied;
    }
    void ask_for(std::string_view what) { site.use_policy(asking_for(what)); }
    void later() { site.clock.advance(std::chrono::seconds(1)); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(desk_completeness, Fixture)

BOOST_AUTO_TEST_CASE(a_batch_without_its_trailer_waits_and_its_depositor_alone_sees_it) {
    (void)site.new_events();
    required(drop.put("/in/a.hl7", stump));
    BOOST_TEST(!is_deposited());
    BOOST_TEST(required(drop.stat("/in/a.hl7")).size_bytes == stump.size());
    for (Peer* const other : {&collector, &rival}) {
        BOOST_TEST(error_of(other->get("/in/a.hl7")) == desk_errc::no_such_name);
        BOOST_TEST(required(other->list("/in")).empty());
    }
    BOOST_TEST(error_of(rival.put("/in/a.hl7", whole)) == desk_errc::already_there);
    BOOST_TEST(site.usage("/drop").files == 1U);
    const auto told = told_of_deposits(site);
    BOOST_TEST_REQUIRE(!told.empty());
    BOOST_TEST(told[0] == "deposited granted: waits for batch_trailer");
    site.clock.advance(desk::fresh_deposit_time * 2);
    BOOST_TEST(drop.sees("/in/a.hl7"));
}

BOOST_AUTO_TEST_CASE(what_waits_for_too_long_is_told_of_once) {
    const auto kept = site.site().policy.current()->limits.unfinished_uploads_kept;
    const auto alarms_after = [&](std::chrono::microseconds time) {
        (void)site.new_events();
        site.clock.advance(time);
        site.look_after();
        return std::ranges::count_if(site.new_events(), [](const ledger::Event& event) {
            return event.action == ledger::Action::alarm_raised &&
                   event.detail.starts_with("deposits_wait");
        });
    };
    required(drop.put("/in/a.hl7", stump));
    required(drop.put("/in/b.hl7", stump));
    required(drop.put("/in/complete.hl7", whole));
    BOOST_TEST(alarms_after(kept - std::chrono::hours(1)) == 0);
    BOOST_TEST(alarms_after(std::chrono::hours(1)) == 1);
    BOOST_TEST(alarms_after(std::chrono::hours(1)) == 0);
    required(drop.put("/in/c.hl7", stump));
    BOOST_TEST(alarms_after(kept) == 1);
    BOOST_TEST(alarms_after(kept) == 0);
    required(drop.put("/in/a.hl7", whole));
    BOOST_TEST(is_deposited());
}

BOOST_AUTO_TEST_CASE(what_ends_as_it_must_and_what_is_no_batch_is_a_deposit_at_once) {
    required(drop.put("/in/a.hl7", whole));
    BOOST_TEST(is_deposited());
    required(drop.put("/in/b.hl7", message()));
    BOOST_TEST(is_deposited("b.hl7"));
    required(drop.put("/in/c.hl7", Bytes{}));
    BOOST_TEST(is_deposited("c.hl7"));
    required(drop.put("/in/d.hl7", content_of(70'000)));
    BOOST_TEST(is_deposited("d.hl7"));
}

BOOST_AUTO_TEST_CASE(the_ending_of_a_file_of_many_steps_is_found) {
    const Bytes large = batch(std::size_t{9} << 20);
    required(drop.put("/in/a.hl7", without_trailers(large)));
    BOOST_TEST(!is_deposited());
    required(drop.put("/in/b.hl7", large));
    BOOST_TEST(is_deposited("b.hl7"));
}

BOOST_AUTO_TEST_CASE(a_file_that_waits_is_resumed_by_the_upload_right_alone) {
    required(drop.put("/in/a.hl7", stump));
    required(drop.resume("/in/a.hl7", whole));
    BOOST_TEST(is_deposited());
    BOOST_TEST((required(partner.get("/out/a.hl7")) == whole));
    BOOST_TEST(site.committed().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_file_that_waits_is_overwritten_and_removed_by_the_upload_right_alone) {
    required(drop.put("/in/a.hl7", stump));
    required(drop.put("/in/a.hl7", whole));
    BOOST_TEST(is_deposited());
    required(drop.put("/in/b.hl7", stump));
    required(drop.remove("/in/b.hl7"));
    BOOST_TEST(!drop.sees("/in/b.hl7"));
    BOOST_TEST(site.committed().size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_rename_of_a_file_that_waits_is_looked_at_anew) {
    required(drop.put("/in/a.hl7", stump));
    required(drop.rename("/in/a.hl7", "/in/b.hl7"));
    BOOST_TEST(!is_deposited("b.hl7"));
    required(drop.rename("/in/b.hl7", "/in/c.hl7.part"));
    BOOST_TEST(!collector.sees("/in/c.hl7.part"));
    (void)site.new_events();
    // No route asks anything of this one.
    required(drop.rename("/in/c.hl7.part", "/in/c.txt"));
    BOOST_TEST((required(collector.get("/in/c.txt")) == stump));
}

BOOST_AUTO_TEST_CASE(the_rename_of_a_temporary_name_does_not_complete_what_lacks_its_ending) {
    required(drop.put("/in/a.part", stump));
    (void)site.new_events();
    required(drop.rename("/in/a.part", "/in/a.hl7"));
    const std::vector<std::string> expected{"deposited granted: waits for batch_trailer",
                                            "renamed granted: "};
    BOOST_TEST(told_of_deposits(site) == expected, boost::test_tools::per_element());
    BOOST_TEST(!is_deposited());
    required(drop.put("/in/b.part", whole));
    required(drop.rename("/in/b.part", "/in/b.hl7"));
    BOOST_TEST(is_deposited("b.hl7"));
}

BOOST_AUTO_TEST_CASE(what_goes_on_with_anothers_deposit_does_not_wait_and_fires_no_route) {
    site.use_policy(with_drop_granted(asking_for("ok_file"), "upload, append"));
    const Bytes text = bytes_of("nothing in particular");
    required(rival.put("/in/a.hl7", text));
    required(rival.put("/in/a.hl7.ok", {}));
    BOOST_TEST(is_deposited());
    const auto upload = required(drop.open("/in/a.hl7", resuming));
    required(drop.write(*upload, upload->size_bytes(), text));
    (void)site.new_events();
    required(drop.finish(*upload));
    BOOST_TEST(told_of_deposits(site).front() ==
               "deposited granted: no route fires: it waits for ok_file");
    // It is there still, for whoever could see it before, and the partner has what it had.
    BOOST_TEST(required(collector.get("/in/a.hl7")).size() == 2 * text.size());
    BOOST_TEST(required(partner.get("/out/a.hl7")).size() == text.size());
    BOOST_TEST(required(partner.list("/out")).size() == 1U);
    BOOST_TEST(error_of(drop.remove("/in/a.hl7")) == desk_errc::may_not_delete);
}

BOOST_AUTO_TEST_CASE(an_ok_file_completes_the_file_that_waits_for_it) {
    ask_for("ok_file");
    required(drop.put("/in/a.hl7", whole));
    BOOST_TEST(!is_deposited());
    (void)site.new_events();
    later();
    required(drop.put("/in/a.hl7.ok", {}));
    BOOST_TEST(is_deposited());
    const std::vector<std::string> expected{
        "deposited granted: ", "deposited granted: completed by its sidecar",
        "routed granted: copy"};
    const auto told = told_of_deposits(site);
    BOOST_TEST_REQUIRE(told.size() >= expected.size());
    BOOST_TEST(std::vector(told.begin(), told.begin() + 3) == expected,
               boost::test_tools::per_element());
    BOOST_TEST((required(partner.get("/out/a.hl7")) == whole));
    // It stays where it is.
    BOOST_TEST(required(partner.list("/out")).size() == 1U);
    BOOST_TEST(collector.sees("/in/a.hl7.ok"));
}

BOOST_AUTO_TEST_CASE(a_sidecar_that_is_awaited_fires_no_route) {
    site.use_policy(
        depot_with("  - name: messages\n    when: {path: /drop/in/**, name: \"*.hl7\"}\n"
                   "    complete_when: [ok_file]\n"
                   "    to: [{copy: \"/partner/out/{name}\"}]\n"
                   "  - name: rest\n    when: {path: /drop/in/**}\n"
                   "    to: [{copy: \"/partner/out/rest-{name}\"}]\n"));
    required(drop.put("/in/a.hl7", whole));
    later();
    required(drop.put("/in/a.hl7.ok", {}));
    required(drop.put("/in/b.hl7.ok", {}));  // its file may still come
    required(drop.put("/in/b.txt.ok", {}));  // nothing waits for it
    const std::vector<std::string> expected{"a.hl7", "rest-b.txt.ok"};
    BOOST_TEST(required(partner.list("/out")) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_sidecar_waits_for_no_sidecar) {
    site.use_policy(
        depot_with("  - name: all\n    when: {path: /drop/in/**}\n"
                   "    complete_when: [ok_file]\n"
                   "    to: [{copy: \"/partner/out/{name}\"}]\n"));
    required(drop.put("/in/a.ok", {}));
    BOOST_TEST(collector.sees("/in/a.ok"));
}

BOOST_AUTO_TEST_CASE(an_ok_file_counts_from_when_the_upload_of_its_file_began) {
    ask_for("ok_file");
    required(drop.put("/in/a.hl7.ok", {}));
    later();
    required(drop.put("/in/a.hl7", whole));  // yesterday's says nothing of today's
    BOOST_TEST(!is_deposited());

    const auto upload = required(drop.open("/in/b.hl7"));
    required(drop.write(*upload, 0, whole));
    later();
    required(drop.put("/in/b.hl7.ok", {}));  // a client that sends both at once
    BOOST_TEST(!is_deposited("b.hl7"));
    later();
    required(drop.finish(*upload));
    BOOST_TEST(is_deposited("b.hl7"));
}

BOOST_AUTO_TEST_CASE(anothers_sidecar_and_one_in_another_folder_complete_nothing) {
    ask_for("ok_file");
    required(drop.put("/in/a.hl7", whole));
    later();
    required(rival.put("/in/a.hl7.ok", {}));
    BOOST_TEST(!is_deposited());
    required(rival.put("/a.hl7.ok", {}));
    BOOST_TEST(!is_deposited());
}

BOOST_AUTO_TEST_CASE(a_sidecar_under_a_temporary_name_completes_once_it_is_renamed) {
    ask_for("ok_file");
    required(drop.put("/in/a.hl7", whole));
    later();
    required(drop.put("/in/a.hl7.ok.part", {}));
    BOOST_TEST(!is_deposited());
    required(drop.rename("/in/a.hl7.ok.part", "/in/a.hl7.ok"));
    BOOST_TEST(is_deposited());
}

BOOST_AUTO_TEST_CASE(a_file_that_waits_does_not_complete_itself_by_a_rename) {
    ask_for("ok_file");
    required(drop.put("/in/a.hl7", whole));
    required(drop.rename("/in/a.hl7", "/in/a.hl7.ok"));
    BOOST_TEST(!partner.sees("/out/a.hl7"));
    BOOST_TEST(!drop.sees("/in/a.hl7"));
}

const std::vector<std::string> algorithms{"sha256", "sha512", "md5"};
BOOST_DATA_TEST_CASE_F(Fixture, a_checksum_file_completes_with_the_right_digest_before_or_after,
                       boost::unit_test::data::make(algorithms), algorithm) {
    ask_for("checksum_file");
    const Bytes large = content_of(300'000);
    const Bytes right = bytes_of(digest_of(large, algorithm) + "  a.hl7\n");
    required(drop.put("/in/a.hl7", large));
    BOOST_TEST(!is_deposited());
    required(drop.put("/in/a.hl7." + algorithm, right));
    BOOST_TEST(is_deposited());
    required(drop.put("/in/b.hl7." + algorithm, right));
    later();
    required(drop.put("/in/b.hl7", large));
    BOOST_TEST(is_deposited("b.hl7"));
}

BOOST_AUTO_TEST_CASE(a_wrong_digest_is_told_and_the_file_goes_on_waiting) {
    ask_for("checksum_file");
    required(drop.put("/in/a.hl7", whole));
    (void)site.new_events();
    required(drop.put("/in/a.hl7.sha256", bytes_of(digest_of(stump) + "  a.hl7\n")));
    BOOST_TEST(!is_deposited());
    const auto told = told_of_deposits(site);
    BOOST_TEST_REQUIRE(told.size() >= 2U);
    BOOST_TEST(told[1] ==
               "routed failed: waits for checksum_file: the digest in it is not that of the file");
    // A right one beside the wrong one will do.
    required(drop.put("/in/a.hl7.md5", bytes_of("MD5(a.hl7)= " + digest_of(whole, "md5"))));
    BOOST_TEST(is_deposited());
}

BOOST_AUTO_TEST_CASE(several_reasons_to_wait_hold_together_whatever_is_mended_first) {
    ask_for("batch_trailer, ok_file, checksum_file");
    const Bytes checksum = bytes_of(digest_of(whole));
    required(drop.put("/in/a.hl7", stump));
    required(drop.put("/in/a.hl7.sha256", checksum));
    BOOST_TEST(!is_deposited());
    later();
    required(drop.resume("/in/a.hl7", whole));
    BOOST_TEST(!is_deposited());
    later();
    required(drop.put("/in/a.hl7.ok", {}));
    BOOST_TEST(is_deposited());

    required(drop.put("/in/b.hl7", whole));
    required(drop.put("/in/b.hl7.ok", {}));
    BOOST_TEST(!is_deposited("b.hl7"));
    required(drop.put("/in/b.hl7.sha256", checksum));
    BOOST_TEST(is_deposited("b.hl7"));

    required(drop.put("/in/c.hl7", stump));
    required(drop.put("/in/c.hl7.ok", {}));
    required(drop.put("/in/c.hl7.sha256", bytes_of(digest_of(stump))));
    BOOST_TEST(!is_deposited("c.hl7"));
}

BOOST_AUTO_TEST_CASE(what_becomes_of_an_upload_is_decided_where_its_folder_is_by_then) {
    site.use_policy(
        depot_with("  - name: here\n    when: {path: /lab/there/**}\n"
                   "    complete_when: [ok_file]\n"
                   "    to: [{copy: \"/partner/out/{name}\"}]\n"));
    Peer lab(site, "lab");
    required(lab.make_directory("/here"));
    const auto upload = required(lab.open("/here/a"));
    required(lab.write(*upload, 0, whole));
    required(lab.rename("/here", "/there"));
    required(lab.finish(*upload));
    BOOST_TEST((entry_at(site, "/lab/there/a")->standing == catalog::Standing::waiting));
    later();
    required(lab.put("/there/a.ok", {}));
    BOOST_TEST(partner.sees("/out/a"));
}

BOOST_AUTO_TEST_CASE(a_file_that_waits_outlives_a_restart) {
    ask_for("ok_file");
    required(drop.put("/in/a.hl7", whole));
    site.restart();
    BOOST_TEST(!Peer(site, "partner").sees("/out/a.hl7"));
    required(Peer(site, "drop").put("/in/a.hl7.ok", {}));
    BOOST_TEST((required(Peer(site, "partner").get("/out/a.hl7")) == whole));
}

BOOST_AUTO_TEST_CASE(a_file_that_waits_and_was_altered_keeps_its_sidecar_from_nothing) {
    ask_for("checksum_file");
    required(drop.put("/in/a.hl7", whole));
    std::fstream(site.vault_path(site.committed().front()),
                 std::ios::in | std::ios::out | std::ios::binary)
        .seekp(5000)
        .put('\x5a');
    (void)site.new_events();
    required(drop.put("/in/a.hl7.md5", bytes_of(digest_of(whole, "md5"))));
    BOOST_TEST(!is_deposited());
    BOOST_TEST(drop.sees("/in/a.hl7.md5"));
    const auto events = site.new_events();
    BOOST_TEST(std::ranges::count(events, ledger::Action::altered_content_found,
                                  &ledger::Event::action) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
