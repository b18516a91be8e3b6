// Promise 1 for small files, which share the journal's syncs: at every step, after a power cut and
// on a disk that fails.
#include <algorithm>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <thread>

#include "component/small_journal.hpp"
#include "component/vault_fixture.hpp"
#include "storage/vault/header.hpp"

using namespace consign;
using namespace consign::testing;
using Kind = RecordingDisk::Kind;
using Unsynced = RecordingDisk::Unsynced;

namespace {

struct Fixture {
    RecordingDisk disk;
    VaultOn site{disk, 7, small_journal};
    vault::Vault& vault = *site.vault;
    std::size_t begun = disk.log().size();

    /// Small enough for the journal: four of them fill a segment.
    [[nodiscard]] static Bytes content_of(std::size_t number) {
        return some_bytes(30'000 + number, number);
    }
    [[nodiscard]] std::size_t count(Kind kind, std::size_t from) const {
        const auto log = disk.log();
        return static_cast<std::size_t>(
            std::count_if(log.begin() + static_cast<std::ptrdiff_t>(from), log.end(),
                          [&](const auto& done) { return done.kind == kind; }));
    }
};

/// What a start finds.
struct Again : VaultOn {
    explicit Again(RecordingDisk& disk) : VaultOn(disk, 7, small_journal) {}

    [[nodiscard]] bool has_staged(const Id& stream) {
        return std::ranges::count(must(vault->staged()), stream) == 1;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(journal_durability, Fixture)

BOOST_AUTO_TEST_CASE(a_small_commit_asks_for_one_sync_and_for_nothing_before_it) {
    const auto upload = must(vault.begin(site.deposit()));
    must(upload->write(0, content_of(1)));
    BOOST_TEST(disk.log().size() == begun);
    must(vault.commit(*upload));
    BOOST_TEST(count(Kind::sync, begun) == 1U);
    BOOST_TEST(count(Kind::create, begun) == 1U);
    BOOST_TEST(count(Kind::write, begun) == 2U);  // in the journal, and under its name
    BOOST_TEST(count(Kind::link, begun) == 0U);
    const auto log = disk.log();
    BOOST_TEST((log.back().path == VaultFixture::vault_path(upload->stream())));
}

// Ten files fill both segments, so that one is emptied and used again.
BOOST_AUTO_TEST_CASE(what_commit_returned_for_is_whole_after_every_power_cut) {
    struct Promise {
        std::size_t operations;
        Id stream;
        Bytes content;
    };
    std::vector<Promise> promises;
    for (std::size_t number = 0; number < 10; ++number) {
        const auto sealed = site.store(content_of(number));
        promises.push_back({disk.log().size() - 1, sealed.stream, content_of(number)});
    }
    BOOST_REQUIRE_GE(count(Kind::sync_file_system, begun), 1U);
    after_each_power_cut(disk, begun, [&](std::size_t cut, auto found) {
        Again again(*found);
        for (const auto& [operations, stream, content] : promises) {
            const auto there = read_all(*again.vault, stream);
            if (operations > cut && !there) continue;
            BOOST_TEST_INFO_SCOPE("cut " << cut);
            BOOST_REQUIRE(there.has_value());
            BOOST_REQUIRE(*there == content);
        }
    });
}

BOOST_AUTO_TEST_CASE(a_file_that_is_put_back_is_staged_as_it_was_before_its_transaction) {
    const auto sealed = site.store(content_of(1));
    const auto found = disk.after_power_cut(disk.log().size(), Unsynced::lost);
    {
        Again again(*found);
        BOOST_TEST(again.has_staged(sealed.stream));
        must(again.vault->unstage(sealed.stream));
    }
    // Put back once; what that start did is durable without the journal.
    const auto later = found->after_power_cut(found->log().size(), Unsynced::by_chance, 3);
    Again again(*later);
    BOOST_TEST((must(read_all(*again.vault, sealed.stream)) == content_of(1)));
}

BOOST_AUTO_TEST_CASE(a_vault_that_was_closed_leaves_nothing_in_the_journal) {
    const auto sealed = site.store(content_of(1));
    site.vault.reset();
    const auto found = disk.after_power_cut(disk.log().size(), Unsynced::lost);
    for (const auto& [path, bytes] : found->files())
        if (path.filename().string().starts_with("journal."))
            BOOST_TEST((std::ranges::count(bytes, 0) == std::ssize(bytes)));
    Again again(*found);
    BOOST_TEST(!again.has_staged(sealed.stream));
    BOOST_TEST((must(read_all(*again.vault, sealed.stream)) == content_of(1)));
}

BOOST_AUTO_TEST_CASE(a_file_that_was_destroyed_does_not_come_back_after_any_power_cut) {
    std::vector<std::pair<std::size_t, Id>> destroyed;
    for (std::size_t number = 0; number < 6; ++number) {  // into the second segment
        const auto sealed = site.store(content_of(number));
        must(vault.destroy(sealed.stream));
        destroyed.emplace_back(disk.log().size(), sealed.stream);
    }
    after_each_power_cut(disk, begun, [&](std::size_t cut, auto found) {
        Again again(*found);
        for (const auto& [operations, stream] : destroyed) {
            if (operations > cut) continue;
            BOOST_REQUIRE(!again.vault->open(stream).has_value());
            BOOST_REQUIRE(!again.has_staged(stream));
        }
    });
}

BOOST_AUTO_TEST_CASE(nothing_on_the_disk_leads_to_a_file_that_was_destroyed) {
    const auto sealed = site.store(content_of(1));
    const auto name = VaultFixture::vault_path(sealed.stream);
    const Bytes header(disk.files().at(name));
    const auto key = ByteView(header).subspan(vault::slots_offset + 4, 40);
    const auto leads_there = [&](const auto& file) {
        return !std::ranges::search(file.second, key).empty();
    };
    BOOST_TEST(std::ranges::count_if(disk.files(), leads_there) == 2);
    must(vault.destroy(sealed.stream));
    BOOST_TEST(std::ranges::count_if(disk.files(), leads_there) == 0);
}

// Eight files fill both segments; what follows goes over the first again.
BOOST_AUTO_TEST_CASE(nothing_leads_to_a_destroyed_file_that_another_was_half_written_over) {
    std::vector<Id> streams;
    std::vector<Bytes> keys;
    for (std::size_t number = 0; number < 8; ++number) {
        streams.push_back(site.store(content_of(number)).stream);
        const Bytes header(disk.files().at(VaultFixture::vault_path(streams.back())));
        const auto key = ByteView(header).subspan(vault::slots_offset + 4, 40);
        keys.emplace_back(key.begin(), key.end());
    }
    // Each is a few bytes longer than one block: the fifth ends in the header of the second file.
    for (std::size_t number = 0; number < 5; ++number) site.store({});
    for (const Id& stream : streams) must(vault.destroy(stream));
    for (const auto& [path, bytes] : disk.files())
        for (const Bytes& key : keys)
            BOOST_TEST(std::ranges::search(bytes, key).empty(), path << " has a key");
}

// The n-th call fails, when files of before are just written over.
BOOST_AUTO_TEST_CASE(a_failure_neither_keeps_staging_names_nor_brings_back_what_is_destroyed) {
    for (std::size_t nth = 1; nth < 12; ++nth) {
        RecordingDisk failing;
        VaultOn on(failing, 7, small_journal);
        std::vector<Id> streams;
        for (std::size_t number = 0; number < 8; ++number)
            streams.push_back(on.store(content_of(number)).stream);
        const auto upload = must(on.vault->begin(on.deposit()));
        must(upload->write(0, content_of(9)));
        failing.fail_call(nth, std::errc::io_error);
        const auto sealed = on.vault->commit(*upload);
        failing.heal();
        if (sealed) must(on.vault->unstage(sealed->stream));
        BOOST_TEST(must(on.vault->staged()).size() == (sealed ? 0U : 1U));
        for (const Id& stream : streams) must(on.vault->destroy(stream));
        const auto found = failing.after_power_cut(failing.log().size(), Unsynced::kept);
        Again again(*found);
        for (const Id& stream : streams) {
            BOOST_REQUIRE(!again.vault->open(stream).has_value());
            BOOST_REQUIRE(!again.has_staged(stream));
        }
        if (sealed) BOOST_REQUIRE(read_all(*again.vault, sealed->stream).has_value());
    }
}

BOOST_AUTO_TEST_CASE(a_commit_that_the_journal_failed_and_that_was_resumed_is_destroyed_for_good) {
    for (std::size_t nth = 1; nth < 8; ++nth) {
        RecordingDisk failing;
        VaultOn on(failing, 7, small_journal);
        auto upload = must(on.vault->begin(on.deposit()));
        const Id stream = upload->stream();
        must(upload->write(0, content_of(9)));
        failing.fail_call(nth, std::errc::io_error);
        const auto sealed = on.vault->commit(*upload);
        failing.heal();
        upload.reset();
        if (!sealed) continue;
        upload = must(on.vault->resume(stream));  // its transaction failed
        must(upload->resize(10));
        must(upload->flush());
        must(on.vault->commit(*upload));
        upload.reset();
        must(on.vault->destroy(stream));
        const auto found = failing.after_power_cut(failing.log().size(), Unsynced::kept);
        Again again(*found);
        BOOST_TEST(!again.vault->open(stream).has_value());
        BOOST_TEST(!again.has_staged(stream));
    }
}

BOOST_AUTO_TEST_CASE(an_abandoned_file_that_is_whole_stays_and_is_staged_no_more) {
    auto upload = must(vault.begin(site.deposit()));
    const Id stream = upload->stream();
    must(upload->write(0, content_of(1)));
    must(vault.commit(*upload));
    upload.reset();
    const auto from = disk.log().size();
    must(vault.abandon(stream));
    const auto done = disk.log().size();
    after_each_power_cut(disk, from, [&](std::size_t cut, auto found) {
        Again again(*found);
        if (cut < done) must(again.vault->abandon(stream));
        BOOST_REQUIRE((must(read_all(*again.vault, stream)) == content_of(1)));
    });
    const auto later = disk.after_power_cut(done, Unsynced::kept);
    Again again(*later);
    BOOST_TEST(!again.has_staged(stream));
}

// Its transaction failed, and its depositor goes on: what is written then is what counts.
BOOST_AUTO_TEST_CASE(a_commit_that_was_taken_back_is_not_put_back) {
    auto upload = must(vault.begin(site.deposit()));
    const Id stream = upload->stream();
    must(upload->write(0, content_of(1)));
    must(vault.commit(*upload));
    upload.reset();
    upload = must(vault.resume(stream));
    BOOST_TEST((read_all(*upload) == content_of(1)));
    must(upload->resize(10));
    must(upload->write(10, as_bytes("other")));
    must(upload->flush());
    const auto from = disk.log().size();
    must(vault.commit(*upload));
    upload.reset();
    after_each_power_cut(disk, from, [&](std::size_t, auto found) {
        Again again(*found);
        const auto resumed = must(again.vault->resume(stream));
        BOOST_REQUIRE_EQUAL(resumed->size_bytes(), 15U);
    });
}

// The n-th call fails, whatever it is, once or for good.
BOOST_DATA_TEST_CASE_F(Fixture, a_disk_that_fails_never_makes_a_commit_lie,
                       boost::unit_test::data::make({false, true}), for_good) {
    std::size_t refused = 0;
    for (std::size_t nth = 1; nth < 40; ++nth) {
        disk.fail_call(nth, std::errc::no_space_on_device, for_good);
        std::vector<Id> acknowledged;
        for (std::size_t number = 0; number < 5; ++number) {
            const auto upload = must(vault.begin(site.deposit()));
            if (!upload->write(0, content_of(number))) continue;
            if (vault.commit(*upload))
                acknowledged.push_back(upload->stream());
            else
                ++refused;
        }
        disk.heal();
        for (const auto unsynced : {Unsynced::lost, Unsynced::kept}) {
            const auto found = disk.after_power_cut(disk.log().size(), unsynced);
            Again again(*found);
            for (const Id& stream : acknowledged)
                BOOST_REQUIRE(must(read_all(*again.vault, stream)).size() >= 30'000);
        }
    }
    BOOST_TEST(refused > 5U);
}

// The n-th call from the start on fails: mostly one that makes the journal.
BOOST_AUTO_TEST_CASE(a_disk_without_room_for_a_journal_takes_files_all_the_same) {
    std::size_t without = 0;
    for (std::size_t nth = 1; nth < 30; ++nth) {
        RecordingDisk full;
        VaultOn on(full);
        on.vault.reset();
        full.fail_call(nth, std::errc::no_space_on_device);
        auto opened = vault::Vault::open(full, "/store", *on.keys, on.random, small_journal);
        full.heal();
        if (!opened) continue;
        on.vault = *std::move(opened);
        const auto segments = full.files().size() - 1;  // without the keyring
        if (segments < 2) ++without;
        for (std::size_t number = 0; number < 7; ++number) {
            const auto sealed = on.store(content_of(number));
            const auto found = full.after_power_cut(full.log().size(), Unsynced::lost);
            Again again(*found);
            BOOST_REQUIRE((must(read_all(*again.vault, sealed.stream)) == content_of(number)));
        }
        // One alone is used again and again, too.
        const auto log = full.log();
        const auto shared = std::ranges::count_if(log, [](const auto& done) {
            return done.kind == Kind::sync && done.path.filename().string().starts_with("journal.");
        });
        BOOST_TEST(shared >= (segments == 0 ? 0 : 7));
    }
    BOOST_TEST(without > 3U);
}

// What no key of ours opens is not thrown away for it: the right keyring may come back.
BOOST_AUTO_TEST_CASE(a_start_with_another_keyring_keeps_what_the_journal_holds) {
    const auto sealed = site.store(content_of(1));
    const auto found = disk.after_power_cut(disk.log().size(), Unsynced::kept);
    const Bytes right = found->files().at("/keys/keyring");
    SeededRandom random(9);
    must(found->remove("/keys/keyring"));
    must(keyring::Keyring::create(*found, "/keys/keyring", SecretKey{}, random, test_time));
    const auto keys = must(keyring::Keyring::open(*found, "/keys/keyring", SecretKey{}, random));
    const auto refused = vault::Vault::open(*found, "/store", *keys, random, small_journal);
    BOOST_TEST(!refused.has_value());
    found->put("/keys/keyring", right);
    Again again(*found);
    BOOST_TEST((must(read_all(*again.vault, sealed.stream)) == content_of(1)));
}

BOOST_AUTO_TEST_CASE(many_at_once_share_syncs_while_segments_are_emptied_behind_their_back) {
    constexpr std::size_t threads = 8, files = 40;
    RecordingDisk busy;
    VaultOn many(busy, 7, vault::Journal::Shape{.segment_bytes = 200'000, .in_background = true});
    std::array<std::vector<Id>, threads> streams;
    {
        std::vector<std::jthread> running;
        for (std::size_t thread = 0; thread < threads; ++thread)
            running.emplace_back([&, thread] {
                for (std::size_t number = 0; number < files; ++number) {
                    auto upload = many.vault->begin(many.deposit());
                    if (!upload || !(*upload)->write(0, content_of(number)) ||
                        !many.vault->commit(**upload))
                        return;
                    const Id stream = (*upload)->stream();
                    upload->reset();
                    // Some go at once, while they may stand in a segment that is just emptied.
                    if (number % 5 == 4 && !many.vault->destroy(stream)) return;
                    if (number % 5 != 4) streams.at(thread).push_back(stream);
                }
            });
    }
    const auto found = busy.after_power_cut(busy.log().size(), Unsynced::lost);
    Again again(*found);
    std::size_t whole = 0;
    for (const auto& of_one : streams)
        for (const Id& stream : of_one) whole += read_all(*again.vault, stream).has_value() ? 1 : 0;
    BOOST_TEST(whole == threads * files * 4 / 5);
    BOOST_TEST(must(again.vault->committed()).size() == whole);
}

BOOST_AUTO_TEST_SUITE_END()
