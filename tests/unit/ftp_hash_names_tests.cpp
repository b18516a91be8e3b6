#include <boost/test/unit_test.hpp>

#include "protocols/ftps/hash_names.hpp"

using namespace consign::ftps;

BOOST_AUTO_TEST_SUITE(ftp_hash_names)

BOOST_AUTO_TEST_CASE(the_feature_line_stars_the_chosen_one) {
    BOOST_TEST(hash_feature(*default_hash()) == "HASH SHA-256*;SHA-512;SHA-1;MD5;CRC32");
    BOOST_TEST(hash_feature(*find_hash("crc32")) == "HASH SHA-256;SHA-512;SHA-1;MD5;CRC32*");
}

BOOST_AUTO_TEST_CASE(a_hash_is_found_in_any_case_and_only_whole) {
    BOOST_TEST(find_hash("sha-512")->desk_name == "sha512");
    BOOST_TEST(find_hash("SHA-1")->desk_name == "sha1");
    BOOST_TEST(find_hash("Md5")->desk_name == "md5");
    for (const auto name : {"", "SHA", "SHA256", "SHA-256 ", "SHA-256;SHA-1", "SHA-2567"})
        BOOST_TEST(find_hash(name) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
