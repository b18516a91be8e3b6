// What a vault promises of a power cut and of a disk that fails, at every step.
#include <algorithm>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "component/vault_fixture.hpp"
#include "storage/vault/header.hpp"
#include "storage/vault/record.hpp"
#include "storage/vault/room.hpp"

using namespace consign;
using namespace consign::testing;
using vault::chunk_bytes;
using Kind = RecordingDisk::Kind;
using Unsynced = RecordingDisk::Unsynced;

namespace {

/// What the client did, and what was promised, by the number of requests the disk had done then.
struct Promise {
    std::size_t operations;
    Bytes at_least;  // a prefix of the upload, or more
};

bool starts_with(ByteView whole, ByteView prefix) {
    return whole.size() >= prefix.size() && std::ranges::equal(whole.first(prefix.size()), prefix);
}

/// The upload on what a crash left: a prefix of what was written, no shorter than promised; and
/// what is then appended and committed comes out whole.
void require_recovers(RecordingDisk& found, const Id& stream, ByteView written, ByteView promised) {
    VaultOn site(found);
    const auto before = found.log().size();
    const auto size = site.vault->verified_size(stream);
    BOOST_REQUIRE_EQUAL(found.log().size(), before);
    auto upload = site.vault->resume(stream);
    BOOST_REQUIRE_EQUAL(upload.has_value(), size.has_value());
    if (!upload) {
        BOOST_REQUIRE((upload.error() == size.error()));
        BOOST_REQUIRE(promised.empty());
        return;
    }
    BOOST_REQUIRE_EQUAL((*upload)->size_bytes(), *size);
    const Bytes prefix = read_all(**upload);
    BOOST_REQUIRE_GE(prefix.size(), promised.size());
    BOOST_REQUIRE(starts_with(written, prefix));
    must((*upload)->write(prefix.size(), written.subspan(prefix.size())));
    must(site.vault->commit(**upload));
    BOOST_REQUIRE(std::ranges::equal(must(read_all(*site.vault, stream)), written));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(vault_durability, VaultFixture)

BOOST_AUTO_TEST_CASE(commit_returns_after_link_file_sync_and_directory_syncs_in_this_order) {
    const auto upload = must(vault.begin(site.deposit()));
    must(upload->write(0, some_bytes(3 * chunk_bytes)));
    must(vault.commit(*upload));
    const auto log = disk.log();
    const auto file = staging_path(upload->stream());
    const auto name = vault_path(upload->stream());
    const auto last = [&](auto matches) {
        const auto found = std::find_if(log.rbegin(), log.rend(), matches);
        BOOST_REQUIRE((found != log.rend()));
        return std::distance(found, log.rend());
    };
    const auto written = last([&](const auto& done) { return done.kind == Kind::write; });
    const auto synced =
        last([&](const auto& done) { return done.kind == Kind::sync && done.path == file; });
    const auto folder_made = last([&](const auto& done) {
        return done.kind == Kind::make_directory && done.path == name.parent_path();
    });
    const auto folder_synced = last([&](const auto& done) {
        return done.kind == Kind::sync_directory && done.path == name.parent_path().parent_path();
    });
    const auto linked = last([&](const auto& done) {
        return done.kind == Kind::link && done.path == file && done.to == name;
    });
    const auto name_synced = last([&](const auto& done) {
        return done.kind == Kind::sync_directory && done.path == name.parent_path();
    });
    BOOST_TEST(written < linked);
    BOOST_TEST(folder_made < folder_synced);
    BOOST_TEST(folder_synced < linked);
    BOOST_TEST(linked < synced);
    BOOST_TEST(synced < name_synced);
    BOOST_TEST(static_cast<std::size_t>(name_synced) == log.size());
}

BOOST_AUTO_TEST_CASE(what_commit_returned_for_is_whole_after_every_power_cut) {
    const Bytes content = some_bytes(2 * chunk_bytes + 123);
    const auto upload = must(vault.begin(site.deposit()));
    must(upload->write(0, ByteView(content).first(100'000)));
    must(upload->flush());
    must(upload->write(100'000, ByteView(content).subspan(100'000)));
    must(vault.commit(*upload));
    const auto committed = disk.log().size();
    must(vault.unstage(upload->stream()));
    after_each_power_cut(disk, committed, [&](std::size_t, auto found) {
        VaultOn again(*found);
        BOOST_REQUIRE(must(read_all(*again.vault, upload->stream())) == content);
    });
}

BOOST_AUTO_TEST_CASE(an_upload_recovers_at_least_what_was_flushed_after_every_power_cut) {
    const Bytes content = some_bytes(4 * chunk_bytes + 5'000);
    const auto from = disk.log().size();
    std::vector<Promise> promises{{from, {}}};
    auto upload = must(vault.begin(site.deposit()));
    const Id stream = upload->stream();
    // Ends in a chunk's middle, on its border, again in the middle, and after a break-off.
    const std::array<std::size_t, 6> ends{20'000,          chunk_bytes,
                                          chunk_bytes + 1, 2 * chunk_bytes + 30'000,
                                          4 * chunk_bytes, content.size()};
    for (std::size_t step = 0; step < ends.size(); ++step) {
        const auto at = upload->size_bytes();
        must(upload->write(at, ByteView(content).subspan(at, ends[step] - at)));
        if (step % 2 == 0) {
            must(upload->flush());
            promises.push_back({disk.log().size(),
                                Bytes(content.begin(),
                                      content.begin() + static_cast<std::ptrdiff_t>(ends[step]))});
        } else {
            upload.reset();
            upload = must(vault.resume(stream));
            BOOST_REQUIRE_EQUAL(upload->size_bytes(), ends[step]);
        }
    }
    must(vault.commit(*upload));
    promises.push_back({disk.log().size(), content});
    after_each_power_cut(disk, from, [&](std::size_t cut, auto found) {
        const auto promise = std::find_if(promises.rbegin(), promises.rend(),
                                          [&](const auto& made) { return made.operations <= cut; });
        require_recovers(*found, stream, content, promise->at_least);
    });
}

BOOST_AUTO_TEST_CASE(a_cut_upload_is_its_old_self_or_its_new_one_after_every_power_cut) {
    const Bytes content = some_bytes(3 * chunk_bytes + 9);
    const auto upload = must(vault.begin(site.deposit()));
    must(upload->write(0, content));
    must(upload->flush());
    const auto flushed = disk.log().size();
    must(upload->resize(chunk_bytes + 100));
    after_each_power_cut(disk, flushed, [&](std::size_t, auto found) {
        VaultOn again(*found);
        const auto resumed = must(again.vault->resume(upload->stream()));
        const Bytes prefix = read_all(*resumed);
        BOOST_REQUIRE_GE(prefix.size(), chunk_bytes + 100);
        BOOST_REQUIRE(starts_with(content, prefix));
    });
}

BOOST_AUTO_TEST_CASE(a_resumption_loses_nothing_of_what_it_found_after_every_power_cut) {
    const Bytes content = some_bytes(2 * chunk_bytes + 77);
    auto upload = must(vault.begin(site.deposit()));
    const Id stream = upload->stream();
    must(upload->write(0, content));
    must(upload->flush());
    must(vault.commit(*upload));  // and no transaction: the name in the vault is to be taken back
    upload.reset();
    const auto before = disk.log().size();
    upload = must(vault.resume(stream));
    after_each_power_cut(disk, before, [&](std::size_t, auto found) {
        require_recovers(*found, stream, content, content);
    });
}

// The n-th call fails, whatever it is, once or for good. What commit returned for is there and
// whole; what it refused is an upload still.
BOOST_DATA_TEST_CASE_F(VaultFixture, a_disk_that_fails_never_makes_a_commit_lie,
                       boost::unit_test::data::make({false, true}), for_good) {
    const Bytes content = some_bytes(3 * chunk_bytes + 50);
    std::size_t refused = 0;
    for (std::size_t nth = 1; nth < 60; ++nth) {
        disk.fail_call(nth, std::errc::no_space_on_device, for_good);
        Result<vault::Sealed> sealed = failure(std::errc::no_space_on_device);
        Id stream;
        std::size_t flushed = 0;
        if (auto upload = vault.begin(site.deposit())) {
            stream = (*upload)->stream();
            const auto write = [&](std::size_t from, std::size_t to) {
                const bool written =
                    (*upload)->write(from, ByteView(content).subspan(from, to - from)).has_value();
                return (*upload)->flush().has_value() && written;
            };
            if (write(0, 60'000)) flushed = 60'000;
            const bool usable = write(90'000, content.size());
            // Chunks that are in the body are written anew: where that fails, they may be torn.
            if (!write(60'000, 90'000) && usable) flushed = 0;
            sealed = vault.commit(**upload);
        }
        disk.heal();
        if (sealed) {
            for (const auto unsynced : {Unsynced::lost, Unsynced::kept}) {
                const auto found = disk.after_power_cut(disk.log().size(), unsynced);
                VaultOn again(*found);
                BOOST_REQUIRE(must(read_all(*again.vault, stream)) == content);
            }
            continue;
        }
        ++refused;
        if (flushed > 0) {
            const auto resumed = must(vault.resume(stream));
            BOOST_TEST_INFO_SCOPE("call " << nth);
            BOOST_REQUIRE_GE(resumed->size_bytes(), flushed);
            BOOST_REQUIRE(starts_with(read_all(*resumed), ByteView(content).first(flushed)));
        }
    }
    BOOST_TEST(refused > 15U);
    BOOST_TEST(refused < 59U);
}

// Of a large file system 64 MiB stay free, of a small one a sixteenth: for the ledger.
BOOST_AUTO_TEST_CASE(deposits_leave_free_what_the_ledger_needs) {
    const Bytes content = some_bytes(3 * chunk_bytes);
    const auto deposit = [&](std::uint64_t free_bytes, std::uint64_t total_bytes,
                             std::size_t size) {
        disk.set_room({.free_bytes = free_bytes, .total_bytes = total_bytes});
        const auto upload = must(vault.begin(site.deposit()));
        const auto written = upload->write(0, ByteView(content).first(size));
        const auto sealed = written ? vault.commit(*upload) : failure(written.error());
        BOOST_TEST((sealed || sealed.error() == std::errc::no_space_on_device));
        return sealed.has_value();
    };
    for (const std::size_t size : {std::size_t{100}, content.size()}) {
        const std::uint64_t sealed_bytes = vault::header_bytes + 4 * vault::record_bytes;
        BOOST_TEST(deposit(vault::kept_free_bytes + sealed_bytes, std::uint64_t{1} << 40, size));
        BOOST_TEST(!deposit(vault::kept_free_bytes + 1, std::uint64_t{1} << 40, size));
        BOOST_TEST(deposit(100 + sealed_bytes, 1600, size));
        BOOST_TEST(!deposit(101, 1600, size));
    }
}

// What is sealed of a hole takes room as well, though nobody sent it.
BOOST_AUTO_TEST_CASE(holes_leave_free_what_the_ledger_needs) {
    const Bytes one(1, 'x');
    for (const bool is_flushed : {true, false}) {
        disk.set_room(
            {.free_bytes = std::uint64_t{1} << 40, .total_bytes = std::uint64_t{1} << 40});
        const auto upload = must(vault.begin(site.deposit()));
        must(upload->write(0, one));
        must(upload->write(40 * chunk_bytes, one));
        disk.set_room({.free_bytes = vault::kept_free_bytes + 8 * vault::record_bytes,
                       .total_bytes = std::uint64_t{1} << 40});
        const auto done = is_flushed ? upload->flush() : [&]() -> Result<> {
            const auto sealed = vault.commit(*upload);
            return sealed ? Result<>() : failure(sealed.error());
        }();
        BOOST_TEST((!done && done.error() == std::errc::no_space_on_device));
    }
}

// Who was writing when it filled up goes on from what is there.
BOOST_AUTO_TEST_CASE(an_upload_that_finds_no_room_is_resumed_when_there_is_some) {
    const Bytes content = some_bytes(3 * chunk_bytes + 50);
    auto upload = must(vault.begin(site.deposit()));
    const Id stream = upload->stream();
    must(upload->write(0, ByteView(content).first(2 * chunk_bytes)));
    must(upload->flush());
    BOOST_TEST(vault.has_room().has_value());
    disk.set_room({.free_bytes = 1, .total_bytes = std::uint64_t{1} << 40});
    BOOST_TEST((vault.has_room().error() == std::errc::no_space_on_device));
    const auto rest = ByteView(content).subspan(2 * chunk_bytes);
    BOOST_TEST((upload->write(2 * chunk_bytes, rest).error() == std::errc::no_space_on_device));
    upload.reset();
    disk.set_room({.free_bytes = std::uint64_t{1} << 40, .total_bytes = std::uint64_t{1} << 40});
    upload = must(vault.resume(stream));
    const std::uint64_t there = upload->size_bytes();
    BOOST_TEST(there == 2 * chunk_bytes);
    must(upload->write(there, ByteView(content).subspan(there)));
    must(vault.commit(*upload));
    BOOST_TEST((must(read_all(vault, stream)) == content));
}

BOOST_AUTO_TEST_CASE(an_upload_that_is_abandoned_is_gone_at_the_second_try_after_every_power_cut) {
    for (const bool committed : {false, true}) {
        auto upload = must(vault.begin(site.deposit()));
        const Id stream = upload->stream();
        must(upload->write(0, some_bytes(10)));
        must(upload->flush());
        if (committed) must(vault.commit(*upload));
        upload.reset();
        if (committed) {  // a resumption that broke off before it took the vault's name back
            const auto file = must(disk.open(staging_path(stream), Disk::Access::read_write));
            must(file->write_at(vault::closing_part_offset, Bytes(vault::closing_part_bytes)));
            must(file->sync());
        }
        const auto before = disk.log().size();
        must(vault.abandon(stream));
        after_each_power_cut(disk, before, [&](std::size_t, auto found) {
            VaultOn again(*found);
            must(again.vault->abandon(stream));
            BOOST_REQUIRE(must(again.vault->staged()).empty());
            BOOST_REQUIRE(must(again.vault->committed()).empty());
        });
    }
}

BOOST_AUTO_TEST_CASE(a_finished_file_that_is_abandoned_is_whole_after_every_power_cut) {
    const Bytes content = some_bytes(chunk_bytes + 10);
    auto upload = must(vault.begin(site.deposit()));
    const Id stream = upload->stream();
    must(upload->write(0, content));
    must(vault.commit(*upload));
    upload.reset();
    const auto before = disk.log().size();
    must(vault.abandon(stream));
    after_each_power_cut(disk, before, [&](std::size_t, auto found) {
        VaultOn again(*found);
        must(again.vault->abandon(stream));
        BOOST_REQUIRE((must(read_all(*again.vault, stream)) == content));
    });
}

BOOST_AUTO_TEST_CASE(a_file_that_was_destroyed_does_not_come_back_after_a_power_cut) {
    const auto sealed = site.store(some_bytes(10));
    must(vault.destroy(sealed.stream));
    after_each_power_cut(disk, disk.log().size(), [&](std::size_t, auto found) {
        VaultOn again(*found);
        BOOST_REQUIRE(!again.vault->open(sealed.stream).has_value());
        BOOST_REQUIRE(must(again.vault->committed()).empty());
    });
}

BOOST_AUTO_TEST_SUITE_END()
