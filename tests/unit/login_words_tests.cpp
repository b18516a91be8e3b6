#include <boost/test/unit_test.hpp>

#include "desk/receipts/login_words.hpp"

using namespace consign::desk;

BOOST_AUTO_TEST_SUITE(login_words)

BOOST_AUTO_TEST_CASE(what_is_written_is_read_back) {
    const LoginWords words{.methods = "publickey+password", .key = "SHA256:abc"};
    const std::string detail = login_detail(words, "OpenSSH_9.2", "curve25519");
    BOOST_TEST(detail == "publickey+password; key SHA256:abc; client OpenSSH_9.2; curve25519");
    const auto read = login_words_in(detail);
    BOOST_TEST(read.methods == "publickey+password");
    BOOST_TEST((read.key == "SHA256:abc"));
    BOOST_TEST(!read.certificate.has_value());
    BOOST_TEST((
        login_words_in("tls-certificate; certificate SHA256:07; client unnamed; TLS").certificate ==
        "SHA256:07"));
}

BOOST_AUTO_TEST_CASE(a_client_cannot_name_a_key_for_itself) {
    const auto detail = login_detail({.methods = "password"},
                                     "x; key SHA256:forged; certificate SHA256:forged", "");
    const auto read = login_words_in(detail);
    BOOST_TEST(read.methods == "password");
    BOOST_TEST(!read.key.has_value());
    BOOST_TEST(!read.certificate.has_value());
}

BOOST_AUTO_TEST_CASE(rows_from_before_tell_the_methods_alone) {
    BOOST_TEST(login_words_in("publickey; client a; b").methods == "publickey");
    BOOST_TEST(!login_words_in("publickey; client a; b").key.has_value());
    BOOST_TEST(login_words_in("").methods.empty());
}

BOOST_AUTO_TEST_SUITE_END()
