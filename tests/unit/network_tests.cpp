#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "policy/network.hpp"

using namespace consign::policy;
using boost::asio::ip::make_address;

BOOST_AUTO_TEST_SUITE(network)

struct Within {
    const char* network;
    const char* peer;
    bool contained;
};
std::ostream& operator<<(std::ostream& out, const Within& sample) {
    return out << sample.peer << " in " << sample.network;
}
const std::vector<Within> within{
    {"10.20.0.0/16", "10.20.0.0", true},  // first and last address belong to it
    {"10.20.0.0/16", "10.20.255.255", true},
    {"10.20.0.0/16", "10.21.0.0", false},
    {"10.20.0.0/16", "::ffff:10.20.3.4", true},
    {"10.20.0.0/16", "::ffff:10.21.3.4", false},
    {"10.20.0.0/16", "2001:db8::1", false},
    {"192.0.2.17", "192.0.2.17", true},
    {"192.0.2.17", "192.0.2.18", false},
    {"0.0.0.0/0", "203.0.113.9", true},
    {"0.0.0.0/0", "2001:db8::1", false},
    {"2001:db8:20::/48", "2001:db8:20:ffff::1", true},
    {"2001:db8:20::/48", "2001:db8:21::1", false},
    {"::/0", "2001:db8::1", true},
    {"::/0", "::ffff:10.0.0.1", false},  // an IPv4 peer is no IPv6 peer
    {"::1", "::1", true},
};
BOOST_DATA_TEST_CASE(holds_its_addresses_and_no_others, boost::unit_test::data::make(within)) {
    const auto network = parse_network(sample.network);
    BOOST_REQUIRE(network.has_value());
    BOOST_TEST(contains(*network, make_address(sample.peer)) == sample.contained);
}

struct Wrong {
    const char* text;
    const char* message;
};
std::ostream& operator<<(std::ostream& out, const Wrong& sample) {
    return out << sample.text;
}
const std::vector<Wrong> wrong_networks{
    {"10.20.1.0/16", "`10.20.1.0/16` has bits beyond its prefix; did you mean `10.20.0.0/16`?"},
    {"2001:db8::1/32",
     "`2001:db8::1/32` has bits beyond its prefix; did you mean `2001:db8::/32`?"},
    {"::ffff:10.0.0.0/104", "`::ffff:10.0.0.0/104` is IPv4 in IPv6 form: write it as IPv4"},
    {"10.0.0.0/33", "expected an address or a network such as `10.20.0.0/16`, found `10.0.0.0/33`"},
    {"10.0.0.0/", "expected an address or a network such as `10.20.0.0/16`, found `10.0.0.0/`"},
    {"10.0.0.0/-1", "expected an address or a network such as `10.20.0.0/16`, found `10.0.0.0/-1`"},
    {"10.0/8", "expected an address or a network such as `10.20.0.0/16`, found `10.0/8`"},
    {"lab.example", "expected an address or a network such as `10.20.0.0/16`, found `lab.example`"},
    {"fe80::1%7", "expected an address or a network such as `10.20.0.0/16`, found `fe80::1%7`"},
};
BOOST_DATA_TEST_CASE(says_what_is_wrong_with_a_network,
                     boost::unit_test::data::make(wrong_networks)) {
    BOOST_TEST(parse_network(sample.text).error() == sample.message);
}

BOOST_AUTO_TEST_CASE(reads_where_to_listen) {
    BOOST_TEST(parse_bind("[::]:2022").value().address.is_v6());
    BOOST_TEST(parse_bind("[::]:2022").value().port == 2022);
    BOOST_TEST(parse_bind("127.0.0.1:0").value().port == 0);
    for (const char* text :
         {"127.0.0.1", ":2022", "*:2022", "::1:2022", "[127.0.0.1]:1", "[::1:2022",
          "127.0.0.1:65536", "127.0.0.1:", "127.0.0.1:+1", "localhost:2022", ""})
        BOOST_TEST(!parse_bind(text).has_value(), text);
}

BOOST_AUTO_TEST_SUITE_END()
