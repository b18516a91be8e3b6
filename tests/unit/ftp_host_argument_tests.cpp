#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <string>

#include "protocols/ftps/host_argument.hpp"

using consign::ftps::is_host_argument;
namespace data = boost::unit_test::data;

BOOST_AUTO_TEST_SUITE(host_argument)

BOOST_DATA_TEST_CASE(names_and_addresses_are_hosts,
                     data::make({"ftp.example.com", "ftp.example.com.", "localhost", "192.0.2.1",
                                 "[2001:db8::1]", "[::1]", "a-b.c", "1.example"}),
                     host) {
    BOOST_CHECK(is_host_argument(host));
}

BOOST_DATA_TEST_CASE(other_text_is_none,
                     data::make({"", ".", "..", "a..b", ".a", "-a", "a-", "a b", "a/b", "[", "[]",
                                 "[::1", "[fe80::1%lo]", "[fe80::1%1]", "2001:db8::1",
                                 "[192.0.2.1]", "[::1]x", "a_b", "\xe9"}),
                     text) {
    BOOST_CHECK(!is_host_argument(text));
}

BOOST_AUTO_TEST_CASE(names_have_bounds) {
    const std::string label(63, 'a');
    BOOST_CHECK(is_host_argument(label + ".example"));
    BOOST_CHECK(!is_host_argument(label + "a.example"));
    const std::string longest = label + "." + label + "." + label + "." + label.substr(2);
    BOOST_CHECK(is_host_argument(longest));
    BOOST_CHECK(!is_host_argument(longest + "a"));
}

BOOST_AUTO_TEST_SUITE_END()
