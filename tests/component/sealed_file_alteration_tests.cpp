// Nothing altered is served: each region of a sealed file is flipped, cut, swapped and
// transplanted.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "component/vault_fixture.hpp"
#include "storage/vault/header.hpp"
#include "storage/vault/record.hpp"

using namespace consign;
using namespace consign::testing;
using vault::chunk_bytes;
using vault::record_bytes;
using vault::record_offset;
using vault::vault_errc;

namespace {

/// A file of three chunks, and a hand on its bytes.
struct Altered : VaultFixture {
    Bytes content = some_bytes(2 * chunk_bytes + 1000);
    Id stream = site.store(content).stream;
    Bytes good = disk.files().at(vault_path(stream));

    [[nodiscard]] Result<Bytes> outcome(Bytes bytes, std::size_t piece = 100'000) {
        disk.put(vault_path(stream), std::move(bytes));
        return read_all(vault, stream, piece);
    }
    void require_refused(const Bytes& bytes) {
        for (const std::size_t piece : {std::size_t{1} << 20, std::size_t{10'000}}) {
            const auto read = outcome(bytes, piece);
            BOOST_REQUIRE(!read.has_value());
            BOOST_REQUIRE_MESSAGE(read.error() == vault_errc::altered, read.error().message());
        }
    }
    [[nodiscard]] ByteSpan record(Bytes& bytes, std::uint64_t index) const {
        return ByteSpan(bytes).subspan(
            record_offset(index),
            std::min<std::size_t>(record_bytes, bytes.size() - record_offset(index)));
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(altered_sealed_file, Altered)

BOOST_AUTO_TEST_CASE(is_refused_at_every_flipped_bit_of_the_header) {
    for (std::size_t at = 0; at < vault::header_bytes; ++at) {
        Bytes bytes = good;
        bytes[at] ^= static_cast<std::uint8_t>(1U << (at % 8));
        const auto read = outcome(std::move(bytes));
        // A slot that names another KEK is the keyring's to refuse.
        BOOST_REQUIRE_MESSAGE(!read && (read.error() == vault_errc::altered ||
                                        read.error() == keyring::keyring_errc::no_such_key),
                              "byte " << at);
    }
}

BOOST_AUTO_TEST_CASE(is_refused_at_flipped_bits_all_over_the_body) {
    std::vector<std::size_t> places;
    for (std::uint64_t index = 0; index < 3; ++index) {
        const std::size_t start = record_offset(index);
        const std::size_t end = std::min<std::size_t>(start + record_bytes, good.size());
        for (std::size_t at = 0; at < 14; ++at) places.push_back(start + at);
        for (std::size_t at = 1; at < 19; ++at) places.push_back(end - at);
        for (std::size_t at = start; at < end; at += 4'001) places.push_back(at);
    }
    for (const std::size_t at : places) {
        Bytes bytes = good;
        bytes[at] ^= static_cast<std::uint8_t>(1U << (at % 8));
        const auto read = outcome(std::move(bytes));
        BOOST_REQUIRE_MESSAGE(!read && read.error() == vault_errc::altered, "byte " << at);
    }
}

BOOST_AUTO_TEST_CASE(is_refused_at_every_cut_and_with_anything_appended) {
    for (const std::uint64_t boundary :
         {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{512}, std::uint64_t{3584},
          std::uint64_t{4096}, record_offset(1), record_offset(2), std::uint64_t{good.size()}})
        for (const int shift : {-1, 0, 1}) {
            if (shift < 0 && boundary == 0) continue;
            Bytes bytes = good;
            bytes.resize(boundary + static_cast<std::uint64_t>(shift));
            if (bytes.size() == good.size()) continue;
            require_refused(bytes);
        }
    Bytes doubled = good;
    doubled.insert(doubled.end(), good.begin() + vault::header_bytes, good.end());
    require_refused(doubled);
}

BOOST_AUTO_TEST_CASE(is_refused_with_chunks_swapped_doubled_or_blank) {
    Bytes swapped = good;
    std::ranges::swap_ranges(record(swapped, 0), record(swapped, 1));
    require_refused(swapped);
    Bytes doubled = good;
    std::ranges::copy(record(good, 0), record(doubled, 1).begin());
    require_refused(doubled);
    Bytes blank = good;
    std::ranges::fill(record(blank, 1), std::uint8_t{0});
    require_refused(blank);
    Bytes shortened = good;  // the last chunk missing, the one before in its place
    shortened.resize(record_offset(2));
    require_refused(shortened);
}

BOOST_AUTO_TEST_CASE(is_refused_with_a_chunk_or_a_header_of_another_file) {
    const Id other = site.store(content).stream;
    Bytes others = disk.files().at(vault_path(other));
    for (std::uint64_t index = 0; index < 3; ++index) {
        Bytes bytes = good;
        std::ranges::copy(record(others, index), record(bytes, index).begin());
        require_refused(bytes);
    }
    Bytes bytes = good;
    std::ranges::copy(ByteView(others).first(vault::header_bytes), bytes.begin());
    require_refused(bytes);
    for (const std::size_t from : {vault::clear_part_bytes, vault::closing_part_offset}) {
        bytes = good;
        std::ranges::copy(ByteView(others).subspan(from, vault::header_bytes - from),
                          bytes.begin() + static_cast<std::ptrdiff_t>(from));
        require_refused(bytes);
    }
    require_refused(others);  // whole, in another's place
    // With the stream id forged, the key is still another's.
    std::ranges::copy(stream.bytes(), others.begin() + 12);
    require_refused(others);
}

BOOST_AUTO_TEST_CASE(is_refused_with_an_unfinished_upload_in_its_place) {
    const auto upload = must(vault.begin(site.deposit()));
    must(upload->write(0, content));
    must(upload->flush());
    auto files = disk.files();
    must(vault.commit(*upload));
    disk.put(vault_path(upload->stream()), files.at(staging_path(upload->stream())));
    BOOST_TEST((read_all(vault, upload->stream()).error() == vault_errc::altered));
}

BOOST_AUTO_TEST_CASE(is_refused_whole_with_an_old_version_of_a_chunk_put_back) {
    const auto upload = must(vault.begin(site.deposit()));
    must(upload->write(0, content));
    must(upload->flush());
    Bytes old = disk.files().at(staging_path(upload->stream()));
    must(upload->write(10, as_bytes("corrected")));
    must(vault.commit(*upload));
    stream = upload->stream();
    Bytes bytes = disk.files().at(vault_path(stream));
    BOOST_REQUIRE(!std::ranges::equal(record(old, 0), record(bytes, 0)));
    std::ranges::copy(record(old, 0), record(bytes, 0).begin());
    require_refused(bytes);
}

BOOST_AUTO_TEST_CASE(gives_out_nothing_of_the_last_chunk_once_the_digest_failed) {
    const auto upload = must(vault.begin(site.deposit()));
    must(upload->write(0, content));
    must(upload->flush());
    Bytes old = disk.files().at(staging_path(upload->stream()));
    must(upload->write(10, as_bytes("corrected")));
    must(vault.commit(*upload));
    Bytes bytes = disk.files().at(vault_path(upload->stream()));
    std::ranges::copy(record(old, 0), record(bytes, 0).begin());
    disk.put(vault_path(upload->stream()), bytes);
    const auto reader = must(vault.open(upload->stream()));
    BOOST_TEST(!read_all(*reader, 10'000).has_value());
    Bytes out(1000);
    BOOST_TEST((reader->read(2 * chunk_bytes, out).error() == vault_errc::altered));
    BOOST_TEST((out == Bytes(1000)));
}

BOOST_AUTO_TEST_CASE(gives_out_the_chunks_before_the_one_at_fault_and_no_byte_of_it) {
    Bytes bytes = good;
    bytes[record_offset(1) + 100] ^= 1;
    disk.put(vault_path(stream), bytes);
    const auto reader = must(vault.open(stream));
    Bytes out(chunk_bytes);
    BOOST_TEST(must(reader->read(0, out)) == chunk_bytes);
    BOOST_TEST(std::ranges::equal(out, ByteView(content).first(chunk_bytes)));
    BOOST_TEST((reader->read(chunk_bytes, out).error() == vault_errc::altered));
    BOOST_TEST((out == Bytes(chunk_bytes)));
    const auto another = must(vault.open(stream));
    Bytes across(2 * chunk_bytes);
    BOOST_TEST((another->read(0, across).error() == vault_errc::altered));
    BOOST_TEST((across == Bytes(2 * chunk_bytes)));
}

BOOST_AUTO_TEST_CASE(is_read_again_in_order_and_held_against_the_digest_each_time) {
    const auto reader = must(vault.open(stream));
    BOOST_TEST((must(read_all(*reader)) == content));
    BOOST_TEST((must(read_all(*reader)) == content));
}

BOOST_AUTO_TEST_CASE(of_zero_bytes_is_refused_where_its_one_record_was_touched) {
    stream = site.store({}).stream;
    good = disk.files().at(vault_path(stream));
    BOOST_REQUIRE_EQUAL(good.size(), vault::header_bytes + vault::record_overhead_bytes);
    BOOST_TEST(must(outcome(good)).empty());
    for (std::size_t at = vault::header_bytes; at < good.size(); ++at) {
        Bytes bytes = good;
        bytes[at] ^= 0x10;
        require_refused(bytes);
    }
}

BOOST_AUTO_TEST_SUITE_END()
