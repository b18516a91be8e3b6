#include <fcntl.h>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <fstream>

#include "base/tls_algorithms.hpp"
#include "temporary_folder.hpp"
#include "tls_harness.hpp"

using namespace consign;
using namespace consign::test;
using ftps::tls_errc;
using ftps::TlsContext;

namespace {

std::error_code error_of(const std::filesystem::path& certificate,
                         const std::filesystem::path& private_key,
                         std::optional<std::filesystem::path> client_ca = std::nullopt) {
    const auto context = TlsContext::load({.certificate = certificate,
                                           .private_key = private_key,
                                           .client_ca = std::move(client_ca),
                                           .profile = AlgorithmProfile::modern});
    return context ? std::error_code() : context.error();
}

void copy_part(const std::filesystem::path& from, const std::filesystem::path& to,
               std::uintmax_t size = UINTMAX_MAX) {
    std::filesystem::copy_file(from, to);
    if (size != UINTMAX_MAX) std::filesystem::resize_file(to, size);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_context)

struct Offer {
    AlgorithmProfile profile;
    const char* name;
    const char* server;
    int version;
    const char* suites;
    bool connects;
    const char* algorithms = "";  // empty: any
};
std::ostream& operator<<(std::ostream& out, const Offer& offer) {
    return out << offer.name << ' ' << offer.server << ' ' << std::hex << offer.version << ' '
               << offer.suites;
}

constexpr auto modern = AlgorithmProfile::modern;
constexpr auto compatible = AlgorithmProfile::compatible;
constexpr auto legacy = AlgorithmProfile::legacy;
constexpr const char* everything = "ALL:COMPLEMENTOFALL:!eNULL";

const std::array offers{
    Offer{modern, "modern", "rsa", TLS1_3_VERSION, "", true, "TLSv1.3 TLS_AES_256_GCM_SHA384"},
    Offer{modern, "modern", "ecdsa", TLS1_3_VERSION, "", true, "TLSv1.3 TLS_AES_256_GCM_SHA384"},
    Offer{modern, "modern", "rsa", TLS1_2_VERSION, everything, true,
          "TLSv1.2 ECDHE-RSA-AES256-GCM-SHA384"},
    Offer{modern, "modern", "ecdsa", TLS1_2_VERSION, everything, true,
          "TLSv1.2 ECDHE-ECDSA-AES256-GCM-SHA384"},
    Offer{modern, "modern", "rsa", TLS1_2_VERSION, "ECDHE-RSA-CHACHA20-POLY1305", true},
    Offer{modern, "modern", "rsa", TLS1_2_VERSION, "ECDHE-RSA-AES128-GCM-SHA256", true},
    Offer{modern, "modern", "rsa", TLS1_2_VERSION, "ECDHE-RSA-AES256-SHA384", false},
    Offer{modern, "modern", "rsa", TLS1_2_VERSION, "ECDHE-RSA-AES128-SHA", false},
    Offer{modern, "modern", "rsa", TLS1_2_VERSION, "AES256-GCM-SHA384", false},
    Offer{modern, "modern", "rsa", TLS1_2_VERSION, "DHE-RSA-AES256-GCM-SHA384", false},
    Offer{modern, "modern", "ecdsa", TLS1_2_VERSION, "ECDHE-ECDSA-AES128-CCM", false},
    Offer{modern, "modern", "rsa", TLS1_2_VERSION, "aNULL", false},
    Offer{modern, "modern", "rsa", TLS1_1_VERSION, everything, false},
    Offer{modern, "modern", "rsa", TLS1_VERSION, everything, false},
    Offer{compatible, "compatible", "rsa", TLS1_3_VERSION, "", true},
    Offer{compatible, "compatible", "rsa", TLS1_2_VERSION, everything, true,
          "TLSv1.2 ECDHE-RSA-AES256-GCM-SHA384"},
    Offer{compatible, "compatible", "rsa", TLS1_2_VERSION, "ECDHE-RSA-AES256-SHA384", true},
    Offer{compatible, "compatible", "rsa", TLS1_2_VERSION, "ECDHE-RSA-AES128-SHA", true},
    Offer{compatible, "compatible", "rsa", TLS1_2_VERSION, "AES128-GCM-SHA256", true},
    Offer{compatible, "compatible", "rsa", TLS1_2_VERSION, "AES128-SHA256", true},
    Offer{compatible, "compatible", "rsa", TLS1_2_VERSION, "AES128-SHA", true},
    Offer{compatible, "compatible", "rsa", TLS1_2_VERSION, "AES128-CCM", false},
    Offer{compatible, "compatible", "rsa", TLS1_2_VERSION, "CAMELLIA128-SHA", false},
    Offer{compatible, "compatible", "rsa", TLS1_2_VERSION, "DHE-RSA-AES128-SHA", false},
    Offer{compatible, "compatible", "rsa", TLS1_2_VERSION, "aNULL", false},
    Offer{compatible, "compatible", "rsa", TLS1_1_VERSION, everything, false},
    Offer{legacy, "legacy", "rsa", TLS1_3_VERSION, "", true},
    Offer{legacy, "legacy", "rsa", TLS1_2_VERSION, "AES128-SHA", true},
    Offer{legacy, "legacy", "rsa", TLS1_1_VERSION, everything, true,
          "TLSv1.1 ECDHE-RSA-AES256-SHA"},
    Offer{legacy, "legacy", "rsa", TLS1_VERSION, "AES128-SHA", true, "TLSv1 AES128-SHA"},
    Offer{legacy, "legacy", "ecdsa", TLS1_VERSION, everything, true},
    Offer{legacy, "legacy", "rsa", TLS1_VERSION, "aNULL", false},
    Offer{legacy, "legacy", "rsa", TLS1_2_VERSION, "CAMELLIA128-SHA", false},
};

BOOST_DATA_TEST_CASE(a_profile_takes_what_is_its_own_and_nothing_else,
                     boost::unit_test::data::make(offers)) {
    TlsServer server;
    TlsClient::Options client{.oldest = sample.version, .newest = sample.version};
    if (*sample.suites != 0) client.suites = sample.suites + std::string(":@SECLEVEL=0");
    auto connection = connect(server, context_of(sample.profile, sample.server), {}, client);
    BOOST_TEST(connection.client_done == sample.connects);
    if (sample.connects) {
        BOOST_REQUIRE(connection.server.has_value());
        if (*sample.algorithms != 0)
            BOOST_TEST(connection.stream->algorithms() == sample.algorithms);
    } else {
        BOOST_TEST(connection.server.error() == tls_errc::handshake_failed);
    }
}

/// What reports tell of a session, against what each profile takes.
BOOST_DATA_TEST_CASE(what_was_agreed_tells_which_profiles_would_have_agreed_on_it,
                     boost::unit_test::data::make(offers)) {
    if (!sample.connects) return;
    TlsServer server;
    TlsClient::Options client{.oldest = sample.version, .newest = sample.version};
    if (*sample.suites != 0) client.suites = sample.suites + std::string(":@SECLEVEL=0");
    const auto agreed =
        connect(server, context_of(sample.profile, sample.server), {}, client).stream->algorithms();
    const bool needs_legacy = !tls::only_in(legacy, agreed).empty();
    const bool needs_compatible = needs_legacy || !tls::only_in(compatible, agreed).empty();
    const auto takes = [&](AlgorithmProfile profile) {
        return connect(server, context_of(profile, sample.server), {}, client).client_done;
    };
    BOOST_TEST(takes(modern) == !needs_compatible, agreed);
    BOOST_TEST(takes(compatible) == !needs_legacy, agreed);
    BOOST_TEST(takes(legacy), agreed);
}

BOOST_AUTO_TEST_CASE(the_machines_configuration_is_hostile_in_these_tests) {
    const std::unique_ptr<SSL_CTX, FreeSsl> untouched(SSL_CTX_new(TLS_server_method()));
    BOOST_TEST(SSL_CTX_get_min_proto_version(untouched.get()) == TLS1_3_VERSION);
    BOOST_TEST(SSL_CTX_get_verify_mode(untouched.get()) != SSL_VERIFY_NONE);
}

BOOST_AUTO_TEST_CASE(the_server_orders_the_suites_but_leaves_chacha_to_who_prefers_it) {
    TlsServer server;
    const auto context = context_of(modern);
    const auto chosen = [&](const char* suites) {
        return connect(server, context, {}, {.oldest = TLS1_3_VERSION, .suites13 = suites})
            .stream->algorithms();
    };
    BOOST_TEST(chosen("TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384") ==
               "TLSv1.3 TLS_AES_256_GCM_SHA384");
    BOOST_TEST(chosen("TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384") ==
               "TLSv1.3 TLS_CHACHA20_POLY1305_SHA256");
}

BOOST_AUTO_TEST_CASE(an_odd_group_is_refused_by_modern_alone) {
    TlsServer server;
    const TlsClient::Options client{.groups = "P-521"};
    BOOST_TEST(!connect(server, context_of(modern), {}, client).client_done);
    BOOST_TEST(connect(server, context_of(compatible), {}, client).client_done);
}

BOOST_AUTO_TEST_CASE(says_which_file_is_wrong_and_how) {
    const TemporaryFolder folder;
    const auto certificate = tls_file("rsa.pem"), key = tls_file("rsa.key");
    const auto nothing = folder.path() / "nothing";
    BOOST_TEST(error_of(certificate, key) == std::error_code());

    BOOST_TEST(error_of(nothing, key) == tls_errc::certificate_unreadable);
    BOOST_TEST(error_of(folder.path(), key) == tls_errc::certificate_unreadable);
    BOOST_TEST(error_of(key, key) == tls_errc::certificate_malformed);
    BOOST_TEST(error_of(tls_file("rsa1024.pem"), tls_file("rsa1024.key")) ==
               tls_errc::certificate_too_weak);
    const auto cut = folder.path() / "cut.pem";
    copy_part(certificate, cut, std::filesystem::file_size(certificate) - 40);
    BOOST_TEST(error_of(cut, key) == tls_errc::certificate_malformed);

    BOOST_TEST(error_of(certificate, nothing) == tls_errc::private_key_unreadable);
    BOOST_TEST(error_of(certificate, tls_file("encrypted.key")) == tls_errc::private_key_encrypted);
    BOOST_TEST(error_of(certificate, tls_file("ecdsa.key")) == tls_errc::private_key_of_another);
    BOOST_TEST(error_of(certificate, tls_file("good.key")) == tls_errc::private_key_of_another);
    const auto cut_key = folder.path() / "cut.key";
    copy_part(key, cut_key, std::filesystem::file_size(key) - 40);
    BOOST_TEST(error_of(certificate, cut_key) == tls_errc::private_key_malformed);

    BOOST_TEST(error_of(certificate, key, nothing) == tls_errc::client_ca_unreadable);
    BOOST_TEST(error_of(certificate, key, key) == tls_errc::client_ca_malformed);
}

BOOST_DATA_TEST_CASE(a_private_key_that_others_may_read_is_refused,
                     boost::unit_test::data::make({0640, 0604, 0620, 0601, 0777})) {
    const TemporaryFolder folder;
    const auto key = folder.path() / "key";
    copy_part(tls_file("rsa.key"), key);
    std::filesystem::permissions(key, std::filesystem::perms(sample));
    BOOST_TEST(error_of(tls_file("rsa.pem"), key) == tls_errc::private_key_open_to_others);
    std::filesystem::permissions(key, std::filesystem::perms(0400));
    BOOST_TEST(error_of(tls_file("rsa.pem"), key) == std::error_code());
}

BOOST_AUTO_TEST_CASE(tells_when_the_certificate_expires_and_serves_all_the_same) {
    const auto now = SystemClock().now();
    const auto days = [&](const std::shared_ptr<const TlsContext>& context) {
        return std::chrono::round<std::chrono::days>(context->not_after() - now).count();
    };
    BOOST_TEST(days(context_of(modern, "rsa")) == 30);
    const auto expired = context_of(modern, "expired");
    BOOST_TEST(days(expired) == -1);
    TlsServer server;
    BOOST_TEST(connect(server, expired).client_done);
}

BOOST_AUTO_TEST_CASE(sends_its_chain_and_not_the_clients_authorities) {
    const TemporaryFolder folder;
    std::ofstream(folder.path() / "chain.pem")
        << std::ifstream(tls_file("good.pem")).rdbuf() << std::ifstream(tls_file("ca.pem")).rdbuf();
    TlsServer server;
    const auto certificates = [&](const std::filesystem::path& file) {
        const auto context = TlsContext::load({.certificate = file,
                                               .private_key = tls_file("good.key"),
                                               .client_ca = tls_file("ca.pem"),
                                               .profile = modern});
        BOOST_REQUIRE(context.has_value());
        auto connection = connect(server, *context);
        return sk_X509_num(SSL_get_peer_cert_chain(connection.client->ssl()));
    };
    BOOST_TEST(certificates(folder.path() / "chain.pem") == 2);
    BOOST_TEST(certificates(tls_file("good.pem")) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
