#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "ssh_harness.hpp"

using namespace consign;
using namespace consign::test;
using ssh::Refused;
using ssh::ssh_errc;

namespace {
const std::string user_tiny = "tiny@127.0.0.1 -s sftp";
}

BOOST_AUTO_TEST_SUITE(ssh_login)

struct GoodKey {
    const char* file;
    const char* algorithm;
};
std::ostream& operator<<(std::ostream& out, const GoodKey& key) {
    return out << key.file;
}
const std::array good_keys{GoodKey{"ed25519", "ssh-ed25519"},
                           GoodKey{"ecdsa", "ecdsa-sha2-nistp256"}, GoodKey{"rsa", "ssh-rsa"},
                           GoodKey{"rsa_openssh", "ssh-rsa"}};

BOOST_DATA_TEST_CASE(takes_each_good_key_after_its_proof, boost::unit_test::data::make(good_keys)) {
    TestServer server({});
    const auto outcome = run(server.ssh_with_key(sample.file) + user_tiny);
    BOOST_TEST(outcome.output.contains("onetwothree"), outcome.output);
    BOOST_TEST(outcome.exit_code == 7);
    const auto notes = server.login_notes();
    const std::vector<std::string> expected{"none", sample.algorithm + std::string(" offer"),
                                            sample.algorithm + std::string(" proof")};
    BOOST_TEST(notes == expected, boost::test_tools::per_element());
    BOOST_TEST(server.last_client_version().starts_with("SSH-2.0-OpenSSH"));
}

struct BadKey {
    const char* file;
    const char* options;
};
std::ostream& operator<<(std::ostream& out, const BadKey& key) {
    return out << key.file << ' ' << key.options;
}
const std::array bad_keys{
    BadKey{"rsa1024", ""},
    BadKey{"dsa", "-o PubkeyAcceptedAlgorithms=+ssh-dss"},
    // Signs with SHA-1 although the server has said that it takes SHA-2 alone.
    BadKey{"rsa", "-o PubkeyAcceptedAlgorithms=ssh-rsa"},
};

BOOST_DATA_TEST_CASE(refuses_each_weak_key_and_leaves_nobody_hanging,
                     boost::unit_test::data::make(bad_keys)) {
    for (const auto profile : {AlgorithmProfile::modern, AlgorithmProfile::compatible}) {
        TestServer server({.profile = profile});
        const auto outcome = run(server.ssh_with_key(sample.file, sample.options) + user_tiny);
        BOOST_TEST(outcome.exit_code == 255, outcome.output);
        BOOST_TEST(!server.wait_for_logins(1, 0));
    }
}

BOOST_AUTO_TEST_CASE(a_weak_key_that_is_sent_with_its_signature_at_once_is_refused_too) {
    TestServer server({});
    for (const char* key : {"rsa1024", "dsa"}) {
        const auto outcome = run_python("ssh_hostile.py " + std::to_string(server.port()) +
                                        " paramiko_key " + key_file(key).string());
        BOOST_TEST(outcome.output.contains("refused"), outcome.output);
        BOOST_TEST(outcome.exit_code == 0);
    }
    BOOST_TEST(!server.wait_for_logins(1, 0));
}

BOOST_AUTO_TEST_CASE(a_second_key_gets_its_chance_after_a_weak_one) {
    TestServer server({});
    const auto outcome =
        run(server.ssh_with_key("rsa1024", "-i " + key_file("ed25519").string()) + user_tiny);
    BOOST_TEST(outcome.exit_code == 7, outcome.output);
    BOOST_TEST(server.was_refused(Refused::login_key_type));
}

BOOST_AUTO_TEST_CASE(takes_a_password_and_refuses_a_wrong_one) {
    TestServer server({});
    const auto port = std::to_string(server.port());
    const auto good = run_python("ssh_hostile.py " + port + " password '" +
                                 std::string(TestServer::password) + "'");
    BOOST_TEST(good.output.contains("logged in"), good.output);
    const auto bad = run_python("ssh_hostile.py " + port + " password wrong");
    BOOST_TEST(bad.output.contains("refused"), bad.output);
}

BOOST_AUTO_TEST_CASE(a_partial_success_asks_for_the_rest) {
    TestServer server({});
    const auto outcome = run_python("ssh_hostile.py " + std::to_string(server.port()) + " both '" +
                                    TestServer::password + "' " + key_file("ed25519").string());
    BOOST_TEST(outcome.output.contains("partial ['publickey']"), outcome.output);
    BOOST_TEST(outcome.output.contains("logged in"), outcome.output);
}

struct Misbehaviour {
    const char* name;
    ssh_errc why;
};
std::ostream& operator<<(std::ostream& out, const Misbehaviour& one) {
    return out << one.name;
}
const std::array misbehaviours{
    Misbehaviour{"channel_open_before_login", ssh_errc::out_of_turn},
    Misbehaviour{"global_request_before_login", ssh_errc::out_of_turn},
    Misbehaviour{"request_without_service", ssh_errc::out_of_turn},
    Misbehaviour{"other_service", ssh_errc::out_of_turn},
    Misbehaviour{"many_service_requests", ssh_errc::out_of_turn},
    Misbehaviour{"kbdint_answer_unasked", ssh_errc::out_of_turn},
    Misbehaviour{"login_success_from_the_client", ssh_errc::out_of_turn},
    Misbehaviour{"many_requests", ssh_errc::out_of_turn},
    Misbehaviour{"many_requests_at_once", ssh_errc::out_of_turn},
    Misbehaviour{"many_ignored", ssh_errc::out_of_turn},
    Misbehaviour{"long_user", ssh_errc::request_too_large},
    Misbehaviour{"long_password", ssh_errc::request_too_large},
    Misbehaviour{"huge_request", ssh_errc::request_too_large},
    Misbehaviour{"no_common_kex", ssh_errc::negotiation_failed},
    Misbehaviour{"garbage_instead_of_a_banner", ssh_errc::protocol_error},
    Misbehaviour{"endless_banner", ssh_errc::protocol_error},
};

BOOST_DATA_TEST_CASE(who_speaks_out_of_turn_before_login_is_cut_off,
                     boost::unit_test::data::make(misbehaviours)) {
    TestServer server({});
    const auto outcome =
        run_python("ssh_hostile.py " + std::to_string(server.port()) + " " + sample.name);
    BOOST_TEST(outcome.output.contains("cut off"), outcome.output);
    BOOST_TEST(outcome.exit_code == 0);
    const auto ends = server.ends(1);
    BOOST_TEST_REQUIRE(ends.size() == 1U);
    BOOST_TEST((ends[0] == make_error_code(sample.why)), ends[0].message());
    BOOST_TEST(!server.wait_for_logins(1, 0));
}

BOOST_AUTO_TEST_CASE(a_wait_for_a_request_ends_with_the_reason_of_the_close) {
    TestServer server({});
    boost::asio::io_context io;
    boost::asio::ip::tcp::socket silent(io);
    silent.connect({boost::asio::ip::address_v4::loopback(),
                    static_cast<boost::asio::ip::port_type>(server.port())});
    std::array<char, 64> banner{};
    silent.read_some(boost::asio::buffer(banner));
    BOOST_TEST(wait_for([&] { return server.alive() == 1; }));
    server.close_all(make_error_code(std::errc::timed_out));
    BOOST_TEST((server.ends(1).at(0) == std::errc::timed_out));
}

BOOST_AUTO_TEST_SUITE_END()
