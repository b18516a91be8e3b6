#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <thread>

#include "component/vault_fixture.hpp"
#include "storage/vault/header.hpp"
#include "storage/vault/record.hpp"

using namespace consign;
using namespace consign::testing;
using vault::chunk_bytes;
using vault::vault_errc;

BOOST_FIXTURE_TEST_SUITE(vault_folder, VaultFixture)

BOOST_AUTO_TEST_CASE(lists_what_is_staged_and_what_is_committed) {
    const auto open = must(vault.begin(site.deposit()));
    must(open->write(0, as_bytes("x")));
    must(open->flush());
    const auto done = site.store(as_bytes("y"));
    BOOST_TEST((must(vault.staged()) == std::vector{open->stream()}));
    BOOST_TEST((must(vault.committed()) == std::vector{done.stream}));
}

BOOST_AUTO_TEST_CASE(keeps_the_staging_name_until_it_is_unstaged_and_unstages_twice) {
    const auto upload = must(vault.begin(site.deposit()));
    must(upload->write(0, as_bytes("x")));
    must(upload->flush());
    must(vault.commit(*upload));
    BOOST_TEST(must(vault.staged()).size() == 1U);
    must(vault.unstage(upload->stream()));
    must(vault.unstage(upload->stream()));
    BOOST_TEST(must(vault.staged()).empty());
    BOOST_TEST((must(read_all(vault, upload->stream())) == Bytes{'x'}));
}

BOOST_AUTO_TEST_CASE(does_not_open_what_is_not_committed_or_not_there) {
    const auto upload = must(vault.begin(site.deposit()));
    BOOST_TEST((vault.open(upload->stream()).error() == std::errc::no_such_file_or_directory));
    BOOST_TEST((vault.open(Id{}).error() == std::errc::no_such_file_or_directory));
    BOOST_TEST((vault.resume(Id{}).error() == std::errc::no_such_file_or_directory));
}

BOOST_AUTO_TEST_CASE(resumes_all_that_an_upload_held_when_it_broke_off) {
    const Bytes content = some_bytes(3 * chunk_bytes + 777);
    auto upload = must(vault.begin(site.deposit()));
    const Id stream = upload->stream();
    for (std::size_t at = 0; at < content.size(); at += 5'000) {
        must(upload->write(
            at, ByteView(content).subspan(at, std::min(content.size() - at, std::size_t{5'000}))));
        upload.reset();
        upload = must(vault.resume(stream));
        BOOST_REQUIRE_EQUAL(upload->size_bytes(), std::min(at + 5'000, content.size()));
    }
    BOOST_TEST((read_all(*upload) == content));
    const auto sealed = must(vault.commit(*upload));
    BOOST_TEST(to_hex(sealed.sha256) == to_hex(evp::sha256({content})));
    BOOST_TEST(sealed.deposit.path == site.deposit().path);
    BOOST_TEST((must(read_all(vault, stream)) == content));
}

BOOST_AUTO_TEST_CASE(resumes_the_verified_prefix_of_an_upload_that_was_altered) {
    const Bytes content = some_bytes(4 * chunk_bytes);
    auto upload = must(vault.begin(site.deposit()));
    const Id stream = upload->stream();
    must(upload->write(0, content));
    upload.reset();
    Bytes bytes = disk.files().at(staging_path(stream));
    bytes[vault::record_offset(2) + 50] ^= 1;
    disk.put(staging_path(stream), bytes);
    upload = must(vault.resume(stream));
    BOOST_TEST((read_all(*upload) ==
                Bytes(content.begin(), content.begin() + 2 * std::ptrdiff_t{chunk_bytes})));
    must(upload->write(upload->size_bytes(), ByteView(content).subspan(2 * chunk_bytes)));
    must(vault.commit(*upload));
    BOOST_TEST((must(read_all(vault, stream)) == content));
}

BOOST_AUTO_TEST_CASE(does_not_resume_under_a_header_that_was_altered) {
    auto upload = must(vault.begin(site.deposit()));
    const Id stream = upload->stream();
    must(upload->write(0, as_bytes("x")));
    upload.reset();
    const Bytes good = disk.files().at(staging_path(stream));
    for (std::size_t at = 0; at < vault::closing_part_offset; at += 7) {
        Bytes bytes = good;
        bytes[at] ^= 1;
        disk.put(staging_path(stream), bytes);
        BOOST_REQUIRE(!vault.resume(stream).has_value());
    }
}

BOOST_AUTO_TEST_CASE(takes_back_a_commit_that_came_to_nothing_and_commits_anew) {
    const Bytes content = some_bytes(chunk_bytes + 10);
    auto upload = must(vault.begin(site.deposit()));
    const Id stream = upload->stream();
    must(upload->write(0, content));
    must(vault.commit(*upload));
    upload.reset();
    upload = must(vault.resume(stream));
    BOOST_TEST((read_all(*upload) == content));
    BOOST_TEST((vault.open(stream).error() == std::errc::no_such_file_or_directory));
    must(upload->write(content.size(), content));
    must(vault.commit(*upload));
    Bytes twice = content;
    twice.insert(twice.end(), content.begin(), content.end());
    BOOST_TEST((must(read_all(vault, stream)) == twice));
}

BOOST_AUTO_TEST_CASE(destroys_the_key_before_the_name_and_succeeds_where_it_is_gone) {
    const auto sealed = site.store(as_bytes("secret"));
    const auto before = disk.log().size();
    must(vault.destroy(sealed.stream));
    must(vault.destroy(sealed.stream));
    const auto log = disk.log();
    using Kind = RecordingDisk::Kind;
    BOOST_REQUIRE_EQUAL(log.size() - before, 4U);
    BOOST_TEST((log[before].kind == Kind::write));
    BOOST_TEST(log[before].offset == vault::slot_count_offset);
    BOOST_TEST(log[before].bytes.size() == 1 + vault::slot_limit * vault::slot_bytes);
    BOOST_TEST((log[before + 1].kind == Kind::sync));
    BOOST_TEST((log[before + 2].kind == Kind::remove));
    BOOST_TEST((log[before + 3].kind == Kind::sync_directory));
    BOOST_TEST((vault.open(sealed.stream).error() == std::errc::no_such_file_or_directory));
    // Whoever finds the blocks again has a file without a key.
    const auto found = disk.after_power_cut(before + 2, RecordingDisk::Unsynced::lost);
    VaultOn again(*found);
    BOOST_TEST((again.vault->open(sealed.stream).error() == vault_errc::altered));
}

BOOST_AUTO_TEST_CASE(lets_one_at_a_time_change_a_stream) {
    const Bytes content = some_bytes(2 * chunk_bytes + 77);
    auto upload = must(vault.begin(site.deposit()));
    const Id stream = upload->stream();
    const auto require_busy = [&] {
        BOOST_TEST((vault.resume(stream).error() == std::errc::device_or_resource_busy));
        BOOST_TEST((vault.verified_size(stream).error() == std::errc::device_or_resource_busy));
        BOOST_TEST((vault.abandon(stream).error() == std::errc::device_or_resource_busy));
        BOOST_TEST((vault.destroy(stream).error() == std::errc::device_or_resource_busy));
    };
    must(upload->write(0, content));
    must(upload->flush());
    const auto before = disk.files();
    require_busy();
    BOOST_TEST((disk.files() == before));
    upload.reset();
    upload = must(vault.resume(stream));
    require_busy();
    must(vault.commit(*upload));
    require_busy();  // until its transaction is known to be durable, or not
    must(vault.unstage(stream));
    BOOST_TEST((must(read_all(vault, stream)) == content));
    upload.reset();
    must(vault.destroy(stream));
}

BOOST_AUTO_TEST_CASE(lets_a_stream_go_whatever_came_of_the_last_who_had_it) {
    auto upload = must(vault.begin(site.deposit()));
    const Id stream = upload->stream();
    must(upload->write(0, as_bytes("x")));
    must(upload->flush());
    upload.reset();
    for (std::size_t nth = 1; nth < 8; ++nth) {
        disk.fail_call(nth, std::errc::io_error);
        BOOST_TEST((vault.resume(stream).error() == std::errc::io_error));
    }
    disk.fail_call(1, std::errc::io_error);
    BOOST_TEST((vault.abandon(stream).error() == std::errc::io_error));
    disk.fail_call(1, std::errc::io_error);
    BOOST_TEST((vault.destroy(stream).error() == std::errc::io_error));
    BOOST_TEST((read_all(*must(vault.resume(stream))) == Bytes{'x'}));
    must(vault.abandon(stream));
    BOOST_TEST((vault.resume(stream).error() == std::errc::no_such_file_or_directory));
}

// Whichever comes first has the stream alone, to the end.
BOOST_AUTO_TEST_CASE(gives_a_stream_to_one_of_many_threads) {
    auto upload = must(vault.begin(site.deposit()));
    const Id stream = upload->stream();
    must(upload->write(0, some_bytes(chunk_bytes + 1)));
    upload.reset();
    for (int round = 0; round < 20; ++round) {
        std::array<Result<std::unique_ptr<vault::SealedUpload>>, 4> had;
        {
            std::vector<std::jthread> threads;
            for (auto& one : had) threads.emplace_back([&] { one = vault.resume(stream); });
        }
        BOOST_REQUIRE_EQUAL(std::ranges::count_if(had, [](const auto& one) { return !!one; }), 1);
        for (const auto& one : had)
            BOOST_REQUIRE((one || one.error() == std::errc::device_or_resource_busy));
    }
}

BOOST_AUTO_TEST_CASE(tells_the_size_that_a_resumption_finds_and_changes_nothing) {
    const Bytes content = some_bytes(3 * chunk_bytes + 9);
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, chunk_bytes, chunk_bytes + 1,
                                   2 * chunk_bytes, content.size()})
        for (const bool committed : {false, true}) {
            auto upload = must(vault.begin(site.deposit()));
            const Id stream = upload->stream();
            must(upload->write(0, ByteView(content).first(size)));
            must(upload->flush());
            if (committed) must(vault.commit(*upload));
            upload.reset();
            const auto files = disk.files();
            const auto requests = disk.log().size();
            BOOST_TEST(must(vault.verified_size(stream)) == size);
            BOOST_TEST(must(vault.verified_size(stream)) == size);
            BOOST_TEST((disk.files() == files));
            BOOST_TEST(disk.log().size() == requests);
            BOOST_TEST(must(vault.resume(stream))->size_bytes() == size);
        }
    BOOST_TEST((vault.verified_size(Id{}).error() == std::errc::no_such_file_or_directory));
}

BOOST_AUTO_TEST_CASE(tells_the_size_of_the_verified_prefix_and_nothing_under_an_altered_header) {
    auto upload = must(vault.begin(site.deposit()));
    const Id stream = upload->stream();
    must(upload->write(0, some_bytes(4 * chunk_bytes)));
    upload.reset();
    Bytes bytes = disk.files().at(staging_path(stream));
    bytes[vault::record_offset(2) + 50] ^= 1;
    disk.put(staging_path(stream), bytes);
    BOOST_TEST(must(vault.verified_size(stream)) == 2 * chunk_bytes);
    bytes[600] ^= 1;
    disk.put(staging_path(stream), bytes);
    BOOST_TEST((vault.verified_size(stream).error() == vault_errc::altered));
}

BOOST_AUTO_TEST_CASE(commits_nothing_where_the_file_is_longer_or_shorter_than_was_written) {
    for (const int change : {-1, 1, int{vault::record_bytes}, -int{vault::record_bytes}}) {
        auto upload = must(vault.begin(site.deposit()));
        const Id stream = upload->stream();
        must(upload->write(0, some_bytes(3 * chunk_bytes + 9)));
        must(upload->flush());
        Bytes bytes = disk.files().at(staging_path(stream));
        bytes.resize(static_cast<std::size_t>(static_cast<int>(bytes.size()) + change));
        disk.put(staging_path(stream), bytes);
        BOOST_TEST((vault.commit(*upload).error() == vault_errc::altered));
        BOOST_TEST((vault.open(stream).error() == std::errc::no_such_file_or_directory));
        BOOST_TEST((upload->flush().error() == vault_errc::altered));
    }
}

BOOST_AUTO_TEST_CASE(abandons_an_upload_with_its_tail) {
    auto upload = must(vault.begin(site.deposit()));
    const Id stream = upload->stream();
    must(upload->write(0, as_bytes("x")));
    must(upload->flush());
    upload.reset();
    must(vault.abandon(stream));
    must(vault.abandon(stream));
    BOOST_TEST(must(vault.staged()).empty());
    BOOST_TEST(disk.files().size() == 1U);  // the keyring
}

BOOST_AUTO_TEST_CASE(abandons_a_tail_that_was_left_alone) {
    auto upload = must(vault.begin(site.deposit()));
    const Id stream = upload->stream();
    must(upload->write(0, as_bytes("x")));
    must(upload->flush());
    upload.reset();
    must(disk.remove(staging_path(stream)));
    must(vault.abandon(stream));
    BOOST_TEST(must(vault.staged()).empty());
}

BOOST_AUTO_TEST_CASE(abandons_no_finished_file_whether_it_is_staged_still_or_not) {
    auto upload = must(vault.begin(site.deposit()));
    const Id stream = upload->stream();
    must(upload->write(0, as_bytes("x")));
    must(upload->flush());
    must(vault.commit(*upload));
    upload.reset();
    for (int time = 0; time < 2; ++time) {
        must(vault.abandon(stream));
        BOOST_TEST(must(vault.staged()).empty());
        BOOST_TEST((must(vault.committed()) == std::vector{stream}));
        BOOST_TEST((must(read_all(vault, stream)) == Bytes{'x'}));
    }
}

BOOST_AUTO_TEST_CASE(abandons_a_commit_that_was_taken_back_under_both_its_names) {
    auto upload = must(vault.begin(site.deposit()));
    const Id stream = upload->stream();
    must(upload->write(0, as_bytes("x")));
    must(upload->flush());
    const Bytes taken_back = disk.files().at(staging_path(stream));
    must(vault.commit(*upload));
    upload.reset();
    disk.put(staging_path(stream),
             taken_back);  // as a crash in the midst of a resumption leaves it
    must(vault.abandon(stream));
    BOOST_TEST(must(vault.staged()).empty());
    BOOST_TEST(must(vault.committed()).empty());
}

BOOST_AUTO_TEST_CASE(abandons_an_upload_and_leaves_another_file_of_its_name_in_the_vault) {
    const auto sealed = site.store(as_bytes("x"));
    Bytes unfinished = disk.files().at(vault_path(sealed.stream));
    std::fill_n(unfinished.begin() + vault::closing_part_offset, vault::closing_part_bytes,
                std::uint8_t{0});
    must(must(disk.create(staging_path(sealed.stream)))->write_at(0, unfinished));
    must(vault.abandon(sealed.stream));
    BOOST_TEST(must(vault.staged()).empty());
    BOOST_TEST((must(read_all(vault, sealed.stream)) == Bytes{'x'}));
}

BOOST_AUTO_TEST_CASE(writes_no_content_path_or_account_in_clear) {
    const vault::Deposit deposit{
        .path = "/labs/MARKER-path/MARKER-name.hl7", .account = "MARKER-account", .opened = {}};
    Bytes content;
    while (content.size() < 3 * chunk_bytes)
        std::ranges::copy(as_bytes("MARKER-content "), std::back_inserter(content));
    auto upload = must(vault.begin(deposit));
    const Id stream = upload->stream();
    must(upload->write(0, content));
    must(upload->flush());
    must(upload->write(content.size(), content));
    upload.reset();
    upload = must(vault.resume(stream));
    must(upload->write(100'000, as_bytes("MARKER-again")));
    must(vault.commit(*upload));
    for (const auto& operation : disk.log()) {
        BOOST_REQUIRE(as_text(operation.bytes).find("MARKER") == std::string_view::npos);
        BOOST_REQUIRE(operation.path.string().find("MARKER") == std::string::npos);
        BOOST_REQUIRE(operation.to.string().find("MARKER") == std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()
