// What `pickups:` do to those who collect: limits, what becomes of a file, and when.
#include <fstream>

#include "desk/pickups/lease.hpp"
#include "desk_routed_site.hpp"

using namespace consign;
using namespace consign::testing;
using desk::desk_errc;
using End = desk::Download::End;

namespace {

std::string collected(std::string_view rule, std::string_view more = "") {
    return depot_with(
        "  - name: all\n    when: {path: /drop/in/**}\n" + std::string(more) +
            "    to: [{copy: \"/partner/out/{name}\"}]\n",
        "classes:\n  transit: {purpose: P, legal_basis: L, recipients: R, keep: 30 days}\n"
        "pickups:\n  - {name: nightly, account: partner, path: /out/**, " +
            std::string(rule) + "}\n");
}

struct Fixture {
    DeskSite site{collected("downloads: 1")};
    Peer drop{site, "drop"};
    Peer partner{site, "partner"};
    Peer again{site, "partner"};
    const Bytes content = content_of(400'000);

    Fixture() { put("a"); }
    void put(const std::string& name) { required(drop.put("/in/" + name, content)); }

    using Download = std::unique_ptr<desk::Download>;
    /// Reads and sends [start, end).
    Result<> fetch(desk::Download& download, std::uint64_t start, std::uint64_t end) {
        Bytes room(100'000);
        while (start < end) {
            std::array<desk::Download::Range, 1> ranges{
                {{start, ByteSpan(room).first(std::min<std::size_t>(room.size(), end - start)),
                  0}}};
            if (auto read = site.run(download.read(ranges)); !read) return read;
            download.leaving(start, ranges[0].count);
            download.served(start, ranges[0].count);
            start += ranges[0].count;
        }
        return {};
    }
    void end(Download download, End how = End::in_order) { site.run(download->finish(how)); }
    std::error_code refusal(Peer& peer, std::string_view path = "/out/a") {
        return error_of(peer.collect(path));
    }
    /// The details of ends of retrievals since the last time.
    std::vector<std::string> ends() {
        std::vector<std::string> told;
        for (const auto& event : site.new_events())
            if (event.action == ledger::Action::retrieval_ended) told.push_back(event.detail);
        return told;
    }
    bool is_collected(std::string_view whole) {
        const auto entry = entry_at(site, whole);
        return site
            .read([&](Transaction& transaction) {
                return transaction.pickups.collected(entry->node, "partner");
            })
            .has_value();
    }
    std::vector<std::string> archived() {
        std::vector<std::string> paths;
        for (const auto& event : site.new_events())
            if (event.action == ledger::Action::archived_once_collected)
                paths.push_back(event.personal.second_path);
        return paths;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(desk_pickups, Fixture)

BOOST_AUTO_TEST_CASE(one_download_is_one_however_many_sessions_it_takes) {
    auto first = required(partner.collect("/out/a"));
    required(fetch(*first, 0, 150'000));
    BOOST_TEST(refusal(again) == desk_errc::being_downloaded);
    end(std::move(first), End::broken_off);
    auto second = required(again.collect("/out/a"));
    required(fetch(*second, 150'000, content.size()));
    end(std::move(second));
    BOOST_TEST(refusal(partner) == desk_errc::downloads_used_up);
    BOOST_TEST((ends() == std::vector<std::string>{"broken off", "the rest of it"}));
    // A new version is another file.
    required(drop.put("/in/b", content));
    BOOST_TEST((required(partner.get("/out/b")) == content));
    BOOST_TEST(refusal(partner, "/out/b") == desk_errc::downloads_used_up);
}

BOOST_AUTO_TEST_CASE(all_but_a_byte_is_no_download) {
    for (int round = 0; round < 3; ++round) {
        auto download = required(partner.collect("/out/a"));
        required(fetch(*download, 0, content.size() - 1));
        end(std::move(download), round == 0 ? End::broken_off : End::in_order);
    }
    BOOST_TEST((required(again.get("/out/a")) == content));
    BOOST_TEST(refusal(again) == desk_errc::downloads_used_up);
}

BOOST_AUTO_TEST_CASE(who_never_closes_has_had_it_all_the_same) {
    site.use_policy(collected("downloads: 1, then: hide"));
    auto download = required(partner.collect("/out/a"));
    required(fetch(*download, 0, content.size()));
    end(std::move(download), End::broken_off);
    BOOST_TEST(refusal(again) == desk_errc::downloads_used_up);
    BOOST_TEST(again.sees("/out/a"));  // but it was not collected
}

BOOST_AUTO_TEST_CASE(what_counts_without_a_close_is_collected_for_its_term) {
    site.use_policy(collected("downloads: 1, then: hide", "    class: transit\n"));
    put("c");
    auto download = required(partner.collect("/out/c"));
    required(fetch(*download, 0, content.size()));
    (void)site.new_events();
    end(std::move(download), End::broken_off);
    BOOST_TEST((ends() == std::vector<std::string>{
                              "broken off, and all of it had been sent: it counts, as collected"}));
    BOOST_TEST(is_collected("/partner/out/c"));
    BOOST_TEST(lives(site).back().last_pickup.has_value());
    BOOST_TEST(again.sees("/out/c"));
}

BOOST_AUTO_TEST_CASE(what_a_dead_daemon_left_counted_is_told_and_collected_for_its_term) {
    site.use_policy(collected("downloads: 1, then: hide", "    class: transit\n"));
    put("c");
    auto download = required(partner.collect("/out/c"));
    Bytes room(content.size());
    std::array<desk::Download::Range, 1> all{{{0, room, 0}}};
    required(site.run(download->read(all)));
    download.reset();
    (void)site.new_events();
    site.restart();
    std::vector<ledger::Event> told;
    for (const auto& event : site.new_events())
        if (event.action == ledger::Action::retrieval_ended) told.push_back(event);
    BOOST_TEST_REQUIRE(told.size() == 1U);
    BOOST_TEST(told[0].account == "partner");
    BOOST_TEST(told[0].personal.path == "/partner/out/c");
    BOOST_TEST(told[0].detail ==
               "the daemon died while the last of it left: it counts, as collected");
    BOOST_TEST(is_collected("/partner/out/c"));
    BOOST_TEST(lives(site).back().last_pickup.has_value());
    Peer anew{site, "partner"};
    BOOST_TEST(refusal(anew, "/out/c") == desk_errc::downloads_used_up);
    site.restart();
    BOOST_TEST(ends().empty());
}

BOOST_AUTO_TEST_CASE(what_may_have_left_is_the_limits_alone) {
    site.use_policy(collected("downloads: 1, then: hide", "    class: transit\n"));
    put("c");
    auto first = required(partner.collect("/out/c"));
    required(fetch(*first, 0, 100'000));
    first.reset();
    site.restart();
    Peer anew{site, "partner"};
    auto second = required(anew.collect("/out/c"));
    required(fetch(*second, content.size() - 1, content.size()));
    (void)site.new_events();
    end(std::move(second));
    BOOST_TEST((ends() == std::vector<std::string>{"a part of it, and the rest may have left when "
                                                   "the daemon died: it counts"}));
    BOOST_TEST(refusal(anew, "/out/c") == desk_errc::downloads_used_up);
    BOOST_TEST(anew.sees("/out/c"));
    BOOST_TEST(!is_collected("/partner/out/c"));
    BOOST_TEST(!lives(site).back().last_pickup.has_value());
}

BOOST_AUTO_TEST_CASE(what_may_have_left_stays_the_limits_over_another_session) {
    auto first = required(partner.collect("/out/a"));
    required(fetch(*first, 0, 200'000));
    first.reset();
    site.restart();
    Peer anew{site, "partner"};
    auto second = required(anew.collect("/out/a"));
    required(fetch(*second, 200'000, 300'000));
    end(std::move(second), End::broken_off);
    auto third = required(anew.collect("/out/a"));
    required(fetch(*third, 300'000, content.size()));
    end(std::move(third));
    BOOST_TEST(refusal(anew) == desk_errc::downloads_used_up);
}

BOOST_AUTO_TEST_CASE(what_cannot_have_left_since_it_was_noted_is_no_download) {
    const Bytes large = content_of(desk::Lease::unnoted_bytes_limit + 1'000'000);
    required(drop.put("/in/large", large));
    auto first = required(partner.collect("/out/large"));
    required(fetch(*first, 0, 100'000));
    first.reset();
    site.restart();
    Peer anew{site, "partner"};
    auto second = required(anew.collect("/out/large"));
    required(fetch(*second, large.size() - 1, large.size()));
    end(std::move(second));
    auto third = required(anew.collect("/out/large"));
    required(fetch(*third, 0, large.size() - 400'000));
    third.reset();
    // Of that, enough was noted for what is gone on with to count.
    site.restart();
    Peer later{site, "partner"};
    auto fourth = required(later.collect("/out/large"));
    required(fetch(*fourth, large.size() - 400'000, large.size()));
    end(std::move(fourth));
    BOOST_TEST(refusal(later, "/out/large") == desk_errc::downloads_used_up);
}

BOOST_AUTO_TEST_CASE(every_second_block_and_then_the_others_are_one_download) {
    constexpr std::uint64_t blocks = 2049, block_bytes = 100;
    required(drop.put("/in/blocks", content_of(blocks * block_bytes)));
    auto download = required(partner.collect("/out/blocks"));
    for (const std::uint64_t first : {1U, 0U})
        for (std::uint64_t block = first; block < blocks; block += 2)
            required(fetch(*download, block * block_bytes, (block + 1) * block_bytes));
    (void)site.new_events();
    end(std::move(download));
    BOOST_TEST((ends() == std::vector<std::string>{"all of it"}));
    BOOST_TEST(refusal(again, "/out/blocks") == desk_errc::downloads_used_up);
}

BOOST_AUTO_TEST_CASE(the_last_bytes_do_not_leave_before_they_count) {
    auto download = required(partner.collect("/out/a"));
    required(fetch(*download, 0, 300'000));
    Bytes room(100'000);
    std::array<desk::Download::Range, 1> last{{{300'000, room, 0}}};
    required(site.run(download->read(last)));
    // The daemon dies before it knows whether they arrived.
    download.reset();
    site.restart();
    Peer anew{site, "partner"};
    BOOST_TEST(refusal(anew) == desk_errc::downloads_used_up);
}

BOOST_AUTO_TEST_CASE(last_bytes_that_never_left_do_not_count) {
    auto download = required(partner.collect("/out/a"));
    required(fetch(*download, 0, 300'000));
    Bytes room(100'000);
    std::array<desk::Download::Range, 1> last{{{300'000, room, 0}}};
    required(site.run(download->read(last)));
    end(std::move(download), End::broken_off);
    BOOST_TEST((required(again.get("/out/a")) == content));
}

BOOST_AUTO_TEST_CASE(what_the_network_had_when_it_failed_has_left) {
    auto first = required(partner.collect("/out/a"));
    required(fetch(*first, 0, 150'000));
    Bytes room(100'000);
    std::array<desk::Download::Range, 1> next{{{150'000, room, 0}}};
    required(site.run(first->read(next)));
    first->leaving(150'000, 10'000);
    end(std::move(first), End::broken_off);
    auto second = required(again.collect("/out/a"));
    required(fetch(*second, 160'000, content.size()));
    end(std::move(second));
    BOOST_TEST(refusal(partner) == desk_errc::downloads_used_up);
    BOOST_TEST((ends() == std::vector<std::string>{"broken off", "the rest of it"}));
}

BOOST_AUTO_TEST_CASE(a_resume_after_the_daemon_died_counts_once) {
    auto download = required(partner.collect("/out/a"));
    required(fetch(*download, 0, 200'000));
    download.reset();
    site.restart();
    Peer anew{site, "partner"};
    auto rest = required(anew.collect("/out/a"));
    required(fetch(*rest, 200'000, content.size()));
    end(std::move(rest));
    BOOST_TEST(refusal(anew) == desk_errc::downloads_used_up);
}

BOOST_AUTO_TEST_CASE(a_lease_lapses_where_nobody_reads) {
    auto first = required(partner.collect("/out/a"));
    required(fetch(*first, 0, 100'000));
    site.clock.advance(std::chrono::minutes(14));
    BOOST_TEST(refusal(again) == desk_errc::being_downloaded);
    required(fetch(*first, 100'000, 200'000));
    site.clock.advance(std::chrono::minutes(14));
    BOOST_TEST(refusal(again) == desk_errc::being_downloaded);
    site.clock.advance(std::chrono::minutes(2));
    auto second = required(again.collect("/out/a"));
    BOOST_TEST(error_of(fetch(*first, 200'000, content.size())) == desk_errc::download_lapsed);
    end(std::move(first), End::broken_off);
    required(fetch(*second, 0, content.size()));
    end(std::move(second));
    BOOST_TEST(refusal(partner) == desk_errc::downloads_used_up);
}

BOOST_AUTO_TEST_CASE(as_many_may_be_open_as_may_be_completed) {
    site.use_policy(collected("downloads: 2"));
    auto first = required(partner.collect("/out/a"));
    auto second = required(again.collect("/out/a"));
    Peer third{site, "partner"};
    BOOST_TEST(refusal(third) == desk_errc::being_downloaded);
    required(fetch(*first, 0, content.size()));
    end(std::move(first));
    BOOST_TEST(refusal(third) == desk_errc::being_downloaded);
    end(std::move(second), End::broken_off);
    BOOST_TEST((required(third.get("/out/a")) == content));
    BOOST_TEST(refusal(third) == desk_errc::downloads_used_up);
}

BOOST_AUTO_TEST_CASE(what_one_has_had_must_be_known) {
    auto download = required(partner.collect("/out/a"));
    std::error_code refused;
    for (std::uint64_t at = 0; !refused && at < content.size(); at += 2)
        refused = error_of(fetch(*download, at, at + 1));
    BOOST_TEST(refused == desk_errc::too_scattered);
    end(std::move(download));
}

BOOST_AUTO_TEST_CASE(a_lease_that_no_pickup_asked_for_costs_no_write_of_its_own) {
    // Transactions that the database made durable: frames of its log that end one.
    const auto commits = [](DeskSite& site) {
        std::ifstream file(site.data() / "consign.db-wal", std::ios::binary);
        const std::string wal(std::istreambuf_iterator<char>(file), {});
        constexpr std::size_t header_bytes = 32, frame_header_bytes = 24;
        const auto number = [&wal](std::size_t at) {
            std::uint32_t value = 0;
            for (std::size_t i = 0; i < 4; ++i)
                value = value << 8 | static_cast<unsigned char>(wal.at(at + i));
            return value;
        };
        const std::size_t page_bytes = number(8);
        std::size_t count = 0;
        for (std::size_t at = header_bytes; at + frame_header_bytes + page_bytes <= wal.size();
             at += frame_header_bytes + page_bytes)
            count += number(at + 8) == number(16) && number(at + 4) != 0 ? 1 : 0;
        return count;
    };
    const auto cost = [&](std::string_view policy, std::string_view path) {
        DeskSite other{policy};
        Peer depositor{other, "drop"}, collector{other, "partner"};
        required(depositor.put("/in/a", content));
        (void)collector.sees(path);
        const auto before = commits(other);
        const auto download = required(collector.collect(path));
        for (std::uint64_t at = 0; at < content.size(); at += 100'000) {
            Bytes room(100'000);
            std::array<desk::Download::Range, 1> ranges{{{at, ByteSpan(room), 0}}};
            required(other.run(download->read(ranges)));
            download->served(at, ranges[0].count);
            other.clock.advance(std::chrono::minutes(1));
        }
        other.run(download->finish(End::in_order));
        return commits(other) - before;
    };
    // The opening and the end.
    BOOST_TEST(cost(depot_with("  - name: all\n    when: {path: /drop/in/**}\n"
                               "    to: [{copy: \"/partner/out/{name}\"}]\n"),
                    "/out/a") == 2U);
    // What a pickup speaks of is noted in between, too.
    BOOST_TEST(cost(collected("then: hide"), "/out/a") > 2U);
}

BOOST_AUTO_TEST_CASE(others_and_depositors_are_not_limited) {
    required(partner.get("/out/a"));
    BOOST_TEST(refusal(partner) == desk_errc::downloads_used_up);
    Peer collector{site, "collector"};
    required(collector.get("/in/a"));
    BOOST_TEST((required(collector.get("/in/a")) == content));
}

BOOST_AUTO_TEST_CASE(there_is_no_way_round_a_limit) {
    std::string policy = collected("downloads: 1");
    const std::string_view granted = "{path: /out/**, may: [list, download]}";
    policy.replace(policy.find(granted), granted.size(),
                   "{path: /**, may: [list, download, upload, overwrite, append, rename, delete]}");
    site.use_policy(policy);
    const auto part = [&](std::uint64_t offset, std::uint64_t length, std::uint32_t block) {
        return error_of(site.run(partner.desk().hash(at("/out/a"), {.algorithm = "sha256",
                                                                    .offset = offset,
                                                                    .length_bytes = length,
                                                                    .block_bytes = block})));
    };
    BOOST_TEST(part(1, 0, 0) == desk_errc::may_not_hash_parts);
    BOOST_TEST(part(0, 256, 0) == desk_errc::may_not_hash_parts);
    BOOST_TEST(part(0, 0, 256) == desk_errc::may_not_hash_parts);
    BOOST_TEST(part(0, content.size(), 0) == std::error_code());
    BOOST_TEST(partner.hash("/out/a").has_value());
    BOOST_TEST(error_of(partner.open("/out/a", resuming)) == desk_errc::may_not_append);
    BOOST_TEST(error_of(partner.resize("/out/a", 10)) == desk_errc::may_not_append);
    BOOST_TEST(error_of(partner.rename("/out/a", "/b")) == desk_errc::may_not_rename);
    BOOST_TEST(error_of(partner.rename("/out", "/else")) == desk_errc::may_not_rename);
    required(partner.rename("/out/a", "/out/b"));
    required(partner.get("/out/b"));
    required(partner.rename("/out/b", "/out/c"));
    BOOST_TEST(refusal(partner, "/out/c") == desk_errc::downloads_used_up);
}

BOOST_AUTO_TEST_CASE(what_is_hidden_is_hidden_from_who_collected_it) {
    site.use_policy(collected("then: hide"));
    put("b");
    (void)site.new_events();
    required(partner.get("/out/a"));
    const auto events = site.new_events();
    BOOST_TEST_REQUIRE(events.size() == 3U);
    BOOST_TEST((events[2].action == ledger::Action::hidden_once_collected));
    BOOST_TEST(events[2].rule == site.rule("nightly"));
    BOOST_TEST(events[2].account == "system:pickups");
    BOOST_TEST((required(partner.list("/out")) == std::vector<std::string>{"b"}));
    BOOST_TEST(refusal(partner) == desk_errc::no_such_name);
    // Its client looks at the size, and removes what it has.
    BOOST_TEST(required(partner.stat("/out/a")).size_bytes == content.size());
    BOOST_TEST(error_of(again.stat("/out/a")) == desk_errc::no_such_name);
    required(partner.remove("/out/a"));
    BOOST_TEST(site.new_events().back().detail == "a pickup's `then` had done it");
    BOOST_TEST(entry_at(site, "/partner/out/a").has_value());
    BOOST_TEST(error_of(partner.remove("/out/b")) == desk_errc::may_not_delete);
    site.restart();
    Peer anew{site, "partner"};
    BOOST_TEST((required(anew.list("/out")) == std::vector<std::string>{"b"}));
    required(anew.remove("/out/a"));
}

BOOST_AUTO_TEST_CASE(what_is_archived_is_seen_by_administrators_alone) {
    std::string policy = with_drop_granted(collected("then: archive"), "upload, overwrite");
    const std::string_view collector =
        "home: /drop\n    login: {any_of: [password], password: "
        "HASH}\n    grants:\n      - {path: /in/**";
    policy.replace(policy.find(collector, policy.find("  collector:")), collector.size(),
                   "home: /\n    login: {any_of: [password], password: HASH}\n    grants:\n"
                   "      - {path: /**");
    site.use_policy(policy);
    required(partner.get("/out/a"));
    put("a");
    (void)site.new_events();
    required(partner.get("/out/a"));
    BOOST_TEST((archived() == std::vector<std::string>{"/archive/partner/2026-11-24/a_2"}));
    BOOST_TEST(
        (entry_at(site, "/archive/partner/2026-11-24/a")->standing == catalog::Standing::archived));
    BOOST_TEST(required(partner.list("/out")).empty());
    required(partner.remove("/out/a"));
    BOOST_TEST(error_of(partner.remove("/out/never")) == desk_errc::no_such_name);
}

BOOST_AUTO_TEST_CASE(what_has_no_name_in_the_archive_is_archived_where_it_lies) {
    const std::string name(255, 'n');
    site.use_policy(with_drop_granted(collected("then: archive"), "upload, overwrite"));
    put(name);
    required(partner.get("/out/" + name));
    BOOST_TEST((archived() == std::vector<std::string>{"/archive/partner/2026-11-24/" + name}));
    put(name);
    (void)site.new_events();
    required(partner.get("/out/" + name));
    const auto events = site.new_events();
    BOOST_TEST((events.back().action == ledger::Action::archived_once_collected));
    BOOST_TEST(events.back().detail.ends_with("kept from view where it lies"));
    BOOST_TEST(required(partner.list("/out")).size() == 1U);  // "a", of the fixture
    BOOST_TEST((entry_at(site, "/partner/out/" + name)->standing == catalog::Standing::archived));
}

BOOST_AUTO_TEST_CASE(what_is_erased_lives_as_long_as_its_class) {
    site.use_policy(collected("then: erase"));
    put("b");
    required(partner.get("/out/b"));
    BOOST_TEST(!entry_at(site, "/partner/out/b").has_value());
    BOOST_TEST(entry_at(site, "/drop/in/b").has_value());
    site.use_policy(collected("then: erase", "    class: transit\n"));
    put("c");
    required(partner.get("/out/c"));
    BOOST_TEST(error_of(partner.collect("/out/c")) == desk_errc::no_such_name);
    const auto left = lives(site);
    BOOST_TEST_REQUIRE(left.size() == 1U);
    BOOST_TEST(left[0].last_pickup.has_value());
    BOOST_TEST(left[0].collected_by_all.has_value());
}

BOOST_AUTO_TEST_CASE(content_without_a_class_dies_with_its_last_name) {
    site.use_policy(
        depot_with("  - name: all\n    when: {path: /drop/in/**}\n"
                   "    to: [{move: \"/partner/out/{name}\"}]\n",
                   "pickups:\n  - {name: nightly, account: partner, path: /out/**, "
                   "then: erase}\n"));
    put("m");
    const auto before = site.committed().size();
    required(partner.get("/out/m"));
    BOOST_TEST(site.committed().size() == before - 1);
    required(partner.remove("/out/m"));
}

BOOST_AUTO_TEST_CASE(a_part_is_no_pickup) {
    site.use_policy(collected("then: erase"));
    auto download = required(partner.collect("/out/a"));
    required(fetch(*download, 0, 100));
    end(std::move(download));
    BOOST_TEST(partner.sees("/out/a"));
}

BOOST_AUTO_TEST_CASE(outside_its_window_nothing_is_collected) {
    // 2026-11-24 was a Tuesday; it is 06:00 in UTC.
    site.use_policy(collected("window: \"Mon-Fri 02:00-04:00 Europe/Paris\""));
    BOOST_TEST(refusal(partner) == desk_errc::outside_pickup_window);
    const std::string words = partner.session.words_of(desk_errc::outside_pickup_window);
    BOOST_TEST(words ==
               "this is not collected at this hour; the next time is 2026-11-25 01:00 "
               "(UTC)");
    BOOST_TEST(site.new_events().back().rule == site.rule("nightly"));
    BOOST_TEST(partner.sees("/out/a"));
    site.clock.advance(std::chrono::hours(20));
    BOOST_TEST((required(partner.get("/out/a")) == content));
}

BOOST_AUTO_TEST_SUITE_END()
