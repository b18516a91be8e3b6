#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

#include "component/vault_fixture.hpp"
#include "storage/keyring/root_key.hpp"
#include "tests/component/temporary_folder.hpp"

using namespace consign;
using namespace consign::testing;
using keyring::keyring_errc;
using keyring::load_root_key;

namespace {

/// A folder on a real disk: modes and owners are what is tested.
struct KeyFolder {
    void write(std::string_view text) const {
        std::ofstream(path, std::ios::trunc) << text;
        BOOST_REQUIRE(::chmod(path.c_str(), 0600) == 0);
    }
    [[nodiscard]] std::error_code refusal() const {
        const auto key = load_root_key(path);
        return key ? std::error_code() : key.error();
    }

    TemporaryFolder folder;
    std::filesystem::path path = folder / "root.key";
    PosixDisk disk;
    SeededRandom random{5};
};

const std::string digits = "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F";

struct AclEntry {
    std::uint16_t tag, permissions;
    std::uint32_t id;
};

/// owner rw, one named user r, group as told, mask r, others nothing: as systemd does it.
bool set_access_list(const std::filesystem::path& path, std::uint32_t user, std::uint16_t group) {
    constexpr std::uint32_t nobody = 0xffffffff;
    const std::array entries{AclEntry{0x01, 6, nobody}, AclEntry{0x02, 4, user},
                             AclEntry{0x04, group, nobody}, AclEntry{0x10, 4, nobody},
                             AclEntry{0x20, 0, nobody}};
    std::array<std::uint8_t, 4 + sizeof entries> bytes{2};
    std::memcpy(bytes.data() + 4, entries.data(), sizeof entries);
    return ::setxattr(path.c_str(), "system.posix_acl_access", bytes.data(), bytes.size(), 0) == 0;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(root_key, KeyFolder)

BOOST_AUTO_TEST_CASE(that_was_made_can_be_loaded_and_is_never_made_over) {
    must(keyring::generate_root_key(disk, path, random));
    struct stat facts{};
    BOOST_REQUIRE(::stat(path.c_str(), &facts) == 0);
    BOOST_TEST((facts.st_mode & 07777) == 0600U);
    const auto key = must(load_root_key(path));
    BOOST_TEST(to_hex(key.bytes()) == to_hex(SeededRandom(5).key().bytes()));
    BOOST_TEST((keyring::generate_root_key(disk, path, random).error() == std::errc::file_exists));
    BOOST_TEST(to_hex(must(load_root_key(path)).bytes()) == to_hex(key.bytes()));
}

BOOST_AUTO_TEST_CASE(is_64_digits_in_either_case_with_or_without_a_newline) {
    for (const char* end : {"", "\n"}) {
        write(digits + end);
        BOOST_TEST(must(load_root_key(path)).bytes()[31] == 0x1f);
    }
    for (const std::string& bad :
         {std::string(), digits.substr(1), digits + "0", digits + "\n\n", digits + "\r\n",
          "g" + digits.substr(1), " " + digits.substr(1), std::string(1000, '0')}) {
        write(bad);
        BOOST_TEST((refusal() == keyring_errc::root_key_malformed));
    }
}

BOOST_DATA_TEST_CASE_F(KeyFolder, is_refused_where_others_have_any_right_to_it,
                       boost::unit_test::data::make({0640, 0620, 0610, 0604, 0602, 0601, 0666}),
                       mode) {
    write(digits);
    BOOST_REQUIRE(::chmod(path.c_str(), static_cast<mode_t>(mode)) == 0);
    BOOST_TEST((refusal() == keyring_errc::key_exposed));
}

BOOST_AUTO_TEST_CASE(is_loaded_where_an_access_list_lets_in_this_user_alone) {
    write(digits);
    if (!set_access_list(path, ::geteuid(), 0)) {
        BOOST_TEST_MESSAGE("skipped: this file system has no access lists");
        return;
    }
    BOOST_TEST(!refusal());
    BOOST_REQUIRE(set_access_list(path, ::geteuid() + 1, 0));
    BOOST_TEST((refusal() == keyring_errc::key_exposed));
    BOOST_REQUIRE(set_access_list(path, ::geteuid(), 4));
    BOOST_TEST((refusal() == keyring_errc::key_exposed));
}

BOOST_AUTO_TEST_CASE(is_refused_where_a_stranger_owns_it_or_it_is_no_file) {
    BOOST_TEST((refusal() == std::errc::no_such_file_or_directory));
    std::filesystem::create_directory(path);
    BOOST_TEST((refusal() == keyring_errc::root_key_malformed));
    std::filesystem::remove(path);
    write(digits);
    if (::geteuid() != 0) {
        BOOST_TEST_MESSAGE("skipped: only root can give a file away");
        return;
    }
    BOOST_REQUIRE(::chown(path.c_str(), 12345, 12345) == 0);
    BOOST_TEST((refusal() == keyring_errc::key_foreign));
}

BOOST_AUTO_TEST_SUITE_END()
