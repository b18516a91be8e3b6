#include <linux/magic.h>
#include <sys/statfs.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <new>

#include "base/disk.hpp"
#include "component/temporary_folder.hpp"

using namespace consign;

namespace {

constexpr std::size_t block_bytes = Disk::direct_alignment_bytes;

struct alignas(block_bytes) Block {
    std::array<std::uint8_t, block_bytes> bytes{};
};

bool is_ext4(const std::filesystem::path& path) {
    struct statfs facts{};
    BOOST_REQUIRE(::statfs(path.c_str(), &facts) == 0);
    return facts.f_type == EXT4_SUPER_MAGIC;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(posix_disk)

BOOST_AUTO_TEST_CASE(direct_writes_are_read_by_others_and_take_whole_blocks_alone) {
    const TemporaryFolder folder;
    PosixDisk disk;
    const auto path = folder / "segment";
    const auto file = disk.create(path);
    BOOST_REQUIRE(file.has_value());
    BOOST_REQUIRE((*file)->write_at(0, Bytes(4 * block_bytes)).has_value());
    BOOST_REQUIRE((*file)->sync().has_value());
    const auto direct = disk.open(path, Disk::Access::direct);
    if (!direct) {
        // Where it is not promised, nobody writes as if it were.
        BOOST_TEST(!is_ext4(path));
        BOOST_TEST((direct.error() == std::errc::not_supported));
        return;
    }
    BOOST_TEST(is_ext4(path));
    const auto block = std::make_unique<Block>();
    block->bytes.fill(7);
    BOOST_REQUIRE((*direct)->write_at(block_bytes, block->bytes).has_value());
    Bytes found(3 * block_bytes);
    BOOST_REQUIRE((*file)->read_at(0, found).has_value());
    BOOST_TEST(found[block_bytes - 1] == 0);
    BOOST_TEST(found[block_bytes] == 7);
    BOOST_TEST(found[2 * block_bytes - 1] == 7);
    BOOST_TEST(found[2 * block_bytes] == 0);
    // The other way round as well: what is overwritten through the cache is gone for both.
    BOOST_REQUIRE((*file)->write_at(block_bytes + 100, Bytes(50)).has_value());
    BOOST_REQUIRE((*file)->sync().has_value());
    BOOST_REQUIRE((*direct)->read_at(block_bytes, block->bytes).has_value());
    BOOST_TEST(block->bytes[99] == 7);
    BOOST_TEST(block->bytes[149] == 0);
    BOOST_TEST(block->bytes[150] == 7);
    const auto odd = (*direct)->write_at(block_bytes, ByteView(block->bytes).first(100));
    BOOST_TEST(!odd.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
