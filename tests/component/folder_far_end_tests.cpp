// A folder whose file system fails while it is listed, or is read-only.
#include <dirent.h>
#include <dlfcn.h>

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <fstream>

#include "daemon/workers/delivery/errc.hpp"
#include "daemon/workers/delivery/folder_far_end.hpp"
#include "temporary_folder.hpp"

namespace {

int entries_left = -1;  // before reading fails; negative: it does not

bool is_read_only = false;

}  // namespace

/// In place of the C library's.
extern "C" dirent* readdir(DIR* directory) {
    static const auto real = reinterpret_cast<dirent* (*)(DIR*)>(::dlsym(RTLD_NEXT, "readdir"));
    if (entries_left == 0) {
        errno = EIO;
        return nullptr;
    }
    if (entries_left > 0) --entries_left;
    return real(directory);
}

extern "C" int unlinkat(int folder, const char* name, int flags) {
    static const auto real =
        reinterpret_cast<int (*)(int, const char*, int)>(::dlsym(RTLD_NEXT, "unlinkat"));
    if (!is_read_only) return real(folder, name, flags);
    // As Linux does, whether the name is there or not.
    errno = EROFS;
    return -1;
}

namespace consign::testing {

BOOST_AUTO_TEST_SUITE(folder_far_end)

BOOST_AUTO_TEST_CASE(a_listing_that_broke_off_is_an_error) {
    const TemporaryFolder folder;
    for (const char* const name : {"a", "b", "c"}) std::ofstream(folder.path() / name) << name;
    delivery::Stop stop;
    delivery::Pace pace;
    const auto far = delivery::open_folder(folder.path(), stop, pace);
    BOOST_REQUIRE(far.has_value());
    const auto whole = (*far)->list(VirtualPath(), 10);
    BOOST_REQUIRE(whole.has_value());
    BOOST_TEST(whole->size() == 3);
    entries_left = 3;
    const auto part = (*far)->list(VirtualPath(), 10);
    entries_left = -1;
    BOOST_REQUIRE(!part.has_value());
    BOOST_TEST(part.error() == std::error_code(EIO, std::generic_category()));
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_gone_from_a_disk_that_is_read_only_too) {
    const TemporaryFolder folder;
    std::ofstream(folder.path() / "a") << "a";
    delivery::Stop stop;
    delivery::Pace pace;
    const auto far = delivery::open_folder(folder.path(), stop, pace);
    BOOST_REQUIRE(far.has_value());
    is_read_only = true;
    const auto missing = (*far)->remove(VirtualPath::parse("/b").value());
    const auto there = (*far)->remove(VirtualPath::parse("/a").value());
    is_read_only = false;
    BOOST_TEST(missing.has_value());
    BOOST_REQUIRE(!there.has_value());
    BOOST_TEST(there.error() == make_error_code(delivery::delivery_errc::read_only));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace consign::testing
