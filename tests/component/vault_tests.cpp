#include <boost/test/unit_test.hpp>

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

BOOST_AUTO_TEST_CASE(abandons_an_upload_with_its_tail_and_what_a_commit_left) {
    auto upload = must(vault.begin(site.deposit()));
    const Id stream = upload->stream();
    must(upload->write(0, as_bytes("x")));
    must(upload->flush());
    must(vault.commit(*upload));
    upload.reset();
    must(vault.abandon(stream));
    must(vault.abandon(stream));
    BOOST_TEST(must(vault.staged()).empty());
    BOOST_TEST(must(vault.committed()).empty());
    BOOST_TEST(disk.files().size() == 1U);  // the keyring
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
