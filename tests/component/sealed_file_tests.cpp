#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "component/vault_fixture.hpp"
#include "storage/vault/open_upload.hpp"
#include "storage/vault/reader.hpp"

using namespace consign;
using namespace consign::testing;
using vault::chunk_bytes;
using vault::vault_errc;

namespace data = boost::unit_test::data;

namespace {

constexpr std::size_t mebibyte = 1 << 20;
const std::array sizes{std::size_t{0},  std::size_t{1}, chunk_bytes - 1, chunk_bytes,
                       chunk_bytes + 1, mebibyte - 1,   mebibyte,        mebibyte + 1};

void require_same(ByteView got, ByteView expected) {
    BOOST_REQUIRE_EQUAL(got.size(), expected.size());
    BOOST_REQUIRE(std::ranges::equal(got, expected));
}

/// Commits, and holds what the vault gives out against `model`.
void require_committed(VaultOn& site, vault::SealedUpload& upload, ByteView model) {
    const auto sealed = must(site.vault->commit(upload));
    BOOST_REQUIRE_EQUAL(sealed.size_bytes, model.size());
    BOOST_REQUIRE_EQUAL(to_hex(sealed.sha256), to_hex(evp::sha256({model})));
    const auto reader = must(site.vault->open(sealed.stream));
    BOOST_REQUIRE_EQUAL(to_hex(reader->facts().sha256), to_hex(sealed.sha256));
    require_same(must(read_all(*reader)), model);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sealed_file, VaultFixture)

BOOST_DATA_TEST_CASE_F(VaultFixture, comes_back_whole_whatever_its_size_and_the_size_of_writes,
                       data::make(sizes) * data::make({1 << 20, 261'120, 65'536, 32'768, 9'973}),
                       size, piece) {
    const Bytes content = some_bytes(size);
    const auto upload = must(vault.begin(site.deposit()));
    for (std::size_t at = 0; at < size; at += static_cast<std::size_t>(piece))
        must(upload->write(at, ByteView(content).subspan(
                                   at, std::min(size - at, static_cast<std::size_t>(piece)))));
    require_committed(site, *upload, content);
    for (const std::size_t read_size :
         {std::size_t{1} << 20, std::size_t{32'768}, std::size_t{7'919}})
        require_same(must(read_all(vault, upload->stream(), read_size)), content);
}

BOOST_AUTO_TEST_CASE(comes_back_whole_when_written_backwards) {
    const Bytes content = some_bytes(mebibyte + 17);
    const auto upload = must(vault.begin(site.deposit()));
    for (std::size_t end = content.size(); end > 0;) {
        const std::size_t piece = std::min(end, std::size_t{40'000});
        end -= piece;
        must(upload->write(end, ByteView(content).subspan(end, piece)));
    }
    require_committed(site, *upload, content);
}

BOOST_AUTO_TEST_CASE(comes_back_whole_from_four_streams_that_write_at_once) {
    constexpr std::size_t stream_bytes = 10 * chunk_bytes + 100;
    const Bytes content = some_bytes(4 * stream_bytes);
    const auto upload = must(vault.begin(site.deposit()));
    for (std::size_t at = 0; at < stream_bytes; at += 32'768)
        for (const std::size_t stream : {2U, 0U, 3U, 1U}) {
            const auto piece = std::min(stream_bytes - at, std::size_t{32'768});
            const auto offset = stream * stream_bytes + at;
            must(upload->write(offset, ByteView(content).subspan(offset, piece)));
        }
    require_committed(site, *upload, content);
}

// Writes, reads, cuts, extensions, flushes, breaks and resumptions by chance, against plain memory.
BOOST_DATA_TEST_CASE_F(VaultFixture, is_what_a_plain_file_would_be, data::xrange(40), seed) {
    std::mt19937_64 chance(static_cast<std::uint64_t>(seed));
    const auto below = [&](std::size_t limit) {
        return static_cast<std::size_t>(chance() % limit);
    };
    constexpr std::size_t size_limit = 20 * chunk_bytes;
    auto upload = must(vault.begin(site.deposit()));
    const Id stream = upload->stream();
    Bytes model;
    for (int step = 0; step < 60; ++step) {
        switch (below(10)) {
            case 0: {  // also onto the very borders of chunks
                const std::size_t size =
                    below(2) == 0 ? below(size_limit) : below(20) * chunk_bytes;
                must(upload->resize(size));
                model.resize(size);
                break;
            }
            case 1:
                must(upload->flush());
                break;
            case 2: {  // a break-off keeps all, unless a hole stands before it: so, flush
                if (below(2) == 0)
                    must(upload->flush());
                else
                    continue;
                upload.reset();
                upload = must(vault.resume(stream));
                break;
            }
            case 3:
            case 4: {
                Bytes out(below(3 * chunk_bytes));
                const std::size_t at = below(model.size() + 10);
                const auto count = must(upload->read(at, out));
                out.resize(count);
                const auto expected = ByteView(model).subspan(std::min(at, model.size()));
                require_same(out, expected.first(std::min(expected.size(), out.size())));
                break;
            }
            default: {
                const std::size_t at =
                    below(2) == 0 ? below(std::min(model.size() + 3 * chunk_bytes, size_limit))
                                  : model.size();
                const Bytes bytes =
                    some_bytes(below(4) == 0 ? 2 * chunk_bytes : 1 + below(70'000), chance());
                must(upload->write(at, bytes));
                model.resize(std::max(model.size(), at + bytes.size()));
                std::ranges::copy(bytes, model.begin() + static_cast<std::ptrdiff_t>(at));
            }
        }
        BOOST_REQUIRE_EQUAL(upload->size_bytes(), model.size());
    }
    require_same(read_all(*upload), model);
    require_committed(site, *upload, model);
    const auto reader = must(vault.open(stream));
    for (int step = 0; step < 30 && !model.empty(); ++step) {
        Bytes out(below(6 * chunk_bytes));
        const std::size_t at = below(model.size());
        out.resize(must(reader->read(at, out)));
        require_same(out, ByteView(model).subspan(at).first(out.size()));
    }
}

BOOST_AUTO_TEST_CASE(has_holes_that_read_as_zeros) {
    const auto upload = must(vault.begin(site.deposit()));
    must(upload->write(5 * chunk_bytes + 10, as_bytes("end")));
    must(upload->write(2 * chunk_bytes + 1, as_bytes("middle")));
    Bytes model(5 * chunk_bytes + 13);
    std::ranges::copy(as_bytes("end"), model.end() - 3);
    std::ranges::copy(as_bytes("middle"), model.begin() + 2 * chunk_bytes + 1);
    require_same(read_all(*upload), model);
    require_committed(site, *upload, model);
}

BOOST_AUTO_TEST_CASE(forgets_what_was_cut_off_even_where_it_grows_again) {
    const auto upload = must(vault.begin(site.deposit()));
    must(upload->write(0, some_bytes(3 * chunk_bytes)));
    must(upload->resize(10));
    must(upload->resize(chunk_bytes + 5));
    Bytes model = some_bytes(10);
    model.resize(chunk_bytes + 5);
    require_committed(site, *upload, model);
}

BOOST_AUTO_TEST_CASE(refuses_what_is_too_large_or_too_far_and_goes_on) {
    const auto upload = must(vault.begin(site.deposit()));
    const Bytes one(1);
    BOOST_TEST((upload->write(vault::content_limit_bytes, one).error() == vault_errc::too_large));
    BOOST_TEST((upload->write(~std::uint64_t{0}, one).error() == vault_errc::too_large));
    BOOST_TEST(
        (upload->write(vault::hole_limit_bytes + 1, one).error() == vault_errc::hole_too_large));
    BOOST_TEST((upload->resize(vault::content_limit_bytes + 1).error() == vault_errc::too_large));
    BOOST_TEST((upload->resize(vault::hole_limit_bytes + 1).error() == vault_errc::hole_too_large));
    BOOST_TEST(upload->size_bytes() == 0U);
    require_committed(site, *upload, {});
}

BOOST_AUTO_TEST_CASE(refuses_holes_that_are_too_large_together_and_takes_what_fills_them) {
    const auto upload = must(vault.begin(site.deposit()));
    const Bytes one(1, 'x');
    constexpr std::uint64_t half = vault::hole_limit_bytes / 2;
    must(upload->write(half, one));
    must(upload->resize(2 * half));
    BOOST_TEST(
        (upload->write(2 * half + 3 * chunk_bytes, one).error() == vault_errc::hole_too_large));
    BOOST_TEST((upload->resize(3 * half).error() == vault_errc::hole_too_large));
    const Bytes chunks = some_bytes(4 * chunk_bytes);
    must(upload->write(0, chunks));
    must(upload->write(2 * half + 2 * chunk_bytes, one));
    must(upload->resize(0));
    must(upload->write(vault::hole_limit_bytes, one));
}

BOOST_AUTO_TEST_CASE(takes_nothing_after_the_commit) {
    const auto upload = must(vault.begin(site.deposit()));
    must(vault.commit(*upload));
    const Bytes one(1);
    BOOST_TEST((upload->write(0, one).error() == vault_errc::finished));
    BOOST_TEST((upload->resize(1).error() == vault_errc::finished));
    BOOST_TEST((upload->flush().error() == vault_errc::finished));
    BOOST_TEST((vault.commit(*upload).error() == vault_errc::finished));
}

BOOST_AUTO_TEST_CASE(is_hashed_once_where_it_came_in_order) {
    const Bytes content = some_bytes(10 * chunk_bytes);
    const auto upload = must(vault.begin(site.deposit()));
    for (std::size_t at = 0; at < content.size(); at += 32'768)
        must(upload->write(at, ByteView(content).subspan(at, 32'768)));
    const auto before = disk.calls();
    must(vault.commit(*upload));
    // Length asked, last record, closing sector, sync, folder made and synced, link, folder synced:
    // nothing is read.
    BOOST_TEST(disk.calls() - before == 8U);
}

BOOST_AUTO_TEST_CASE(seals_two_equal_uploads_differently) {
    const Bytes content = some_bytes(1000);
    const auto first = site.store(content);
    const auto second = site.store(content);
    const auto files = disk.files();
    const Bytes& a = files.at(vault_path(first.stream));
    const Bytes& b = files.at(vault_path(second.stream));
    BOOST_REQUIRE_EQUAL(a.size(), b.size());
    std::size_t equal = 0;
    for (std::size_t at = vault::clear_part_bytes; at < a.size(); ++at) equal += a[at] == b[at];
    BOOST_TEST(equal < a.size() / 50);
}

BOOST_AUTO_TEST_CASE(has_a_header_whose_length_tells_nothing_of_path_or_account) {
    const auto upload = must(vault.begin({.path = "/" + std::string(1023, 'p'),
                                          .account = std::string(255, 'a'),
                                          .opened = test_time}));
    const auto sealed = must(vault.commit(*upload));
    BOOST_TEST(sealed.deposit.path.size() == 1024U);
    BOOST_TEST(disk.files().at(vault_path(sealed.stream)).size() ==
               vault::header_bytes + vault::record_overhead_bytes);
    const auto reader = must(vault.open(sealed.stream));
    BOOST_TEST(reader->facts().deposit.path == sealed.deposit.path);
    BOOST_TEST(reader->facts().deposit.account == std::string(255, 'a'));
    BOOST_TEST((reader->facts().deposit.opened == test_time));
    BOOST_TEST(
        (vault.begin({.path = std::string(1025, 'p'), .account = "a", .opened = {}}).error() ==
         std::errc::filename_too_long));
    BOOST_TEST(
        (vault.begin({.path = "/", .account = std::string(256, 'a'), .opened = {}}).error() ==
         std::errc::filename_too_long));
}

BOOST_AUTO_TEST_SUITE_END()
