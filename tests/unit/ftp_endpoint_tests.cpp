#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "protocols/ftps/codec_errc.hpp"
#include "protocols/ftps/endpoint.hpp"

using namespace consign;
using namespace consign::ftps;
using namespace std::string_view_literals;
namespace data = boost::unit_test::data;

namespace {

struct Sample {
    std::string_view argument, address;
    std::uint16_t port;
};
std::ostream& operator<<(std::ostream& out, const Sample& sample) {
    return out << sample.argument;
}

const Sample ports[]{
    {"132,235,1,2,24,131", "132.235.1.2", 6275},           {"0,0,0,0,0,1", "0.0.0.0", 1},
    {"255,255,255,255,255,255", "255.255.255.255", 65535}, {"10,0,0,7,1,0", "10.0.0.7", 256},
    {"010,000,000,007,004,001", "10.0.0.7", 1025},
};

const std::string_view no_ports[]{
    "",
    "1,2,3,4,5",
    "1,2,3,4,5,6,7",
    "1,2,3,4,5,6,",
    ",1,2,3,4,5,6",
    "1,2,3,4,5,",
    "1,,3,4,5,6",
    "1,2,3,4,0,0",
    "256,2,3,4,5,6",
    "1,2,3,4,5,256",
    "1,2,3,4,5,99999999999999999999999",
    "0001,2,3,4,5,6",
    "-1,2,3,4,5,6",
    "+1,2,3,4,5,6",
    " 1,2,3,4,5,6",
    "1, 2,3,4,5,6",
    "1,2,3,4,5,6 ",
    "1.2.3.4.5.6",
    "1,2,3,4,5,0x6",
    "1,2,3,4,5,6\0"sv,
    "a,b,c,d,e,f",
    "|1|1.2.3.4|5|",
    "\xd9\xa1,2,3,4,5,6",
};

const Sample eprts[]{
    {"|1|132.235.1.2|6275|", "132.235.1.2", 6275},
    {"|2|1080::8:800:200C:417A|5282|", "1080::8:800:200c:417a", 5282},
    {"!1!127.0.0.1!1!", "127.0.0.1", 1},
    {"~2~::1~65535~", "::1", 65535},
    {"|2|::ffff:10.0.0.7|1024|", "::ffff:10.0.0.7", 1024},
    {"x1x10.0.0.7x00021x", "10.0.0.7", 21},
};

const std::string_view no_eprts[]{
    "",
    "|",
    "|1|",
    "|||||",
    "|1|1.2.3.4|",
    "|1|1.2.3.4|5",
    "|1|1.2.3.4|5|x",
    "|1|1.2.3.4|5||",
    "1|1.2.3.4|5|",
    " |1|1.2.3.4|5|",
    "|1|1.2.3.4|5| ",
    "|1|1.2.3.4|0|",
    "|1|1.2.3.4|65536|",
    "|1|1.2.3.4|-5|",
    "|1|1.2.3.4||",
    "|1||5|",
    "|1|1.2.3|5|",
    "|1|1.2.3.256|5|",
    "|1|1.2.3.4\0x|5|"sv,
    "|1|::1|5|",
    "|2|1.2.3.4|5|",
    "|2|fe80::1%lo|5|",
    "|2|fe80::1%1|5|",
    "|2|[::1]|5|",
    "|2|::1::|5|",
    "|1|localhost|5|",
    "||1.2.3.4|5|",
    "|x|1.2.3.4|5|",
    "|-1|1.2.3.4|5|",
    ".1.1.2.3.4.5.",
    "\x7f"
    "1\x7f"
    "1.2.3.4\x7f"
    "5\x7f",
    "\xa6"
    "1\xa6"
    "1.2.3.4\xa6"
    "5\xa6",
};

const std::string_view other_protocols[]{"|3|1.2.3.4|5|", "|0|1.2.3.4|5|", "|11|x|5|", "|01|||"};

}  // namespace

BOOST_AUTO_TEST_SUITE(ftp_endpoint)

BOOST_DATA_TEST_CASE(port_is_read, data::make(ports), sample) {
    const auto endpoint = parse_port(sample.argument);
    BOOST_REQUIRE(endpoint.has_value());
    BOOST_TEST(endpoint->address.to_string() == sample.address);
    BOOST_TEST(endpoint->port == sample.port);
}

BOOST_DATA_TEST_CASE(what_is_no_port_is_refused, data::make(no_ports), argument) {
    const auto endpoint = parse_port(argument);
    BOOST_REQUIRE(!endpoint.has_value());
    BOOST_TEST(endpoint.error() == ftp_codec_errc::bad_port);
}

BOOST_DATA_TEST_CASE(eprt_is_read, data::make(eprts), sample) {
    const auto endpoint = parse_eprt(sample.argument);
    BOOST_REQUIRE(endpoint.has_value());
    BOOST_TEST(endpoint->address.to_string() == sample.address);
    BOOST_TEST(endpoint->port == sample.port);
}

BOOST_DATA_TEST_CASE(what_is_no_eprt_is_refused, data::make(no_eprts), argument) {
    const auto endpoint = parse_eprt(argument);
    BOOST_REQUIRE(!endpoint.has_value());
    BOOST_TEST(endpoint.error() == ftp_codec_errc::bad_eprt);
}

BOOST_DATA_TEST_CASE(another_network_protocol_is_told_so, data::make(other_protocols), argument) {
    const auto endpoint = parse_eprt(argument);
    BOOST_REQUIRE(!endpoint.has_value());
    BOOST_TEST(endpoint.error() == ftp_codec_errc::unknown_network_protocol);
}

BOOST_AUTO_TEST_CASE(epsv_is_read) {
    BOOST_TEST((parse_epsv("") == EpsvArgument{EpsvProtocol::any, false}));
    BOOST_TEST((parse_epsv("1") == EpsvArgument{EpsvProtocol::v4, false}));
    BOOST_TEST((parse_epsv("2") == EpsvArgument{EpsvProtocol::v6, false}));
    BOOST_TEST((parse_epsv("ALL") == EpsvArgument{EpsvProtocol::any, true}));
    BOOST_TEST((parse_epsv("all") == EpsvArgument{EpsvProtocol::any, true}));
    for (const auto argument : {"3", "0", "12", "99999999999999999999999"})
        BOOST_TEST(parse_epsv(argument).error() == ftp_codec_errc::unknown_network_protocol);
    for (const auto argument : {" ", "1 ", " 1", "ALL ", "ALLES", "-1", "|1|", "v4"})
        BOOST_TEST(parse_epsv(argument).error() == ftp_codec_errc::bad_epsv);
}

BOOST_AUTO_TEST_CASE(where_it_listens_is_told_in_both_forms) {
    const auto address = boost::asio::ip::make_address_v4("192.0.2.255");
    BOOST_TEST(passive_reply_text(address, 50007) == "Entering Passive Mode (192,0,2,255,195,87).");
    BOOST_TEST(passive_reply_text(address, 1) == "Entering Passive Mode (192,0,2,255,0,1).");
    BOOST_TEST(extended_passive_reply_text(65535) == "Entering Extended Passive Mode (|||65535|)");
}

BOOST_AUTO_TEST_SUITE_END()
