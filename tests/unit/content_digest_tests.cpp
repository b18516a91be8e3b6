#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <ostream>

#include "desk/site/content_digest.hpp"

using namespace consign;
using desk::ContentDigest;
namespace data = boost::unit_test::data;

namespace {

struct Known {
    const char* algorithm;
    const char* digest;  // of "123456789", as cksum(1)'s kin and `crc32` print it
};
std::ostream& operator<<(std::ostream& out, const Known& known) {
    return out << known.algorithm;
}

const std::vector<Known> all{
    {"crc32", "cbf43926"},
    {"md5", "25f9e794323b453885f5181f1b624d0b"},
    {"sha1", "f7c3bc1d808e04732adf679965ccc34ca7ae3441"},
    {"sha256", "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(content_digest)

BOOST_DATA_TEST_CASE(it_is_the_known_one_in_whatever_pieces, data::make(all), known) {
    auto digest = ContentDigest::of(known.algorithm);
    BOOST_REQUIRE(digest);
    // The second time, it must have started afresh.
    for (int again = 0; again < 2; ++again) {
        digest->update(as_bytes("1234"));
        digest->update({});
        digest->update(as_bytes("56789"));
        BOOST_TEST(to_hex(digest->finish()) == known.digest);
    }
}

BOOST_DATA_TEST_CASE(other_names_are_none, data::make({"", "crc", "CRC32", "sha3", "md5 "}), name) {
    BOOST_CHECK(!ContentDigest::of(name));
}

BOOST_AUTO_TEST_SUITE_END()
