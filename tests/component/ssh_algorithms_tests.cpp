#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "ssh_harness.hpp"

using namespace consign;
using namespace consign::test;

namespace {

/// What `ssh -vv` prints of the server's proposal, in the order of RFC 4253 section 7.1.
std::string proposal(const std::string& debug_output, const std::string& field) {
    const auto peer = debug_output.find("peer server KEXINIT proposal");
    BOOST_TEST_REQUIRE(peer != std::string::npos, debug_output);
    const auto begin = debug_output.find(field + ": ", peer) + field.size() + 2;
    return debug_output.substr(begin, debug_output.find_first_of("\r\n", begin) - begin);
}

bool connects(const TestServer& server, const std::string& options) {
    return run(server.ssh_with_key("ed25519", options) + "tiny@127.0.0.1 -s sftp").exit_code == 7;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ssh_algorithms)

BOOST_DATA_TEST_CASE(a_profile_offers_exactly_its_lists_and_strict_key_exchange,
                     boost::unit_test::data::make({0, 1, 2})) {
    const auto profile = static_cast<AlgorithmProfile>(sample);
    const auto lists = ssh::algorithms_of(profile);
    TestServer server({.profile = profile, .host_keys = {"ed25519", "ecdsa", "rsa"}});
    const auto seen = run(server.ssh_with_key("ed25519", "-vvv") + "tiny@127.0.0.1 -s sftp").output;
    BOOST_TEST(proposal(seen, "KEX algorithms") ==
               lists.key_exchange + ",kex-strict-s-v00@openssh.com");
    BOOST_TEST(proposal(seen, "ciphers ctos") == lists.ciphers);
    BOOST_TEST(proposal(seen, "ciphers stoc") == lists.ciphers);
    BOOST_TEST(proposal(seen, "MACs ctos") == lists.macs);
    BOOST_TEST(proposal(seen, "MACs stoc") == lists.macs);
    BOOST_TEST(proposal(seen, "compression ctos") == "none");
    BOOST_TEST(proposal(seen, "host key algorithms") ==
               std::string("ssh-ed25519,ecdsa-sha2-nistp256,rsa-sha2-512,rsa-sha2-256") +
                   (profile == AlgorithmProfile::legacy ? ",ssh-rsa" : ""));
    BOOST_TEST(seen.contains("server-sig-algs=<" + lists.user_signatures + ">"), seen);
    BOOST_TEST(seen.contains("will use strict KEX ordering"), seen);
}

struct Choice {
    const char* options;
    int least;  // of the profiles, that takes it
};
std::ostream& operator<<(std::ostream& out, const Choice& choice) {
    return out << choice.options;
}
const std::array choices{
    Choice{"-o KexAlgorithms=curve25519-sha256", 0},
    Choice{"-o KexAlgorithms=ecdh-sha2-nistp256", 0},
    Choice{"-o KexAlgorithms=ecdh-sha2-nistp384", 0},
    Choice{"-o KexAlgorithms=ecdh-sha2-nistp521", 1},
    Choice{"-o KexAlgorithms=diffie-hellman-group14-sha256", 1},
    Choice{"-o KexAlgorithms=diffie-hellman-group14-sha1", 2},
    Choice{"-o KexAlgorithms=diffie-hellman-group1-sha1", 2},
    Choice{"-o KexAlgorithms=diffie-hellman-group16-sha512", 3},
    Choice{"-o KexAlgorithms=diffie-hellman-group-exchange-sha256", 3},
    Choice{"-o KexAlgorithms=diffie-hellman-group-exchange-sha1", 3},
    Choice{"-c aes256-gcm@openssh.com", 0},
    Choice{"-c aes128-gcm@openssh.com", 0},
    Choice{"-c chacha20-poly1305@openssh.com", 0},
    Choice{"-c aes256-ctr -m hmac-sha2-256-etm@openssh.com", 0},
    Choice{"-c aes128-ctr -m hmac-sha2-512-etm@openssh.com", 0},
    Choice{"-c aes256-ctr -m hmac-sha2-256", 1},
    Choice{"-c aes192-ctr", 1},
    Choice{"-c aes256-ctr -m hmac-sha1", 2},
    Choice{"-c aes128-cbc", 2},
    Choice{"-c 3des-cbc -m hmac-sha1 -o KexAlgorithms=diffie-hellman-group1-sha1", 2},
    Choice{"-c aes256-cbc", 3},
    Choice{"-c aes256-ctr -m hmac-md5", 3},
    Choice{"-o HostKeyAlgorithms=rsa-sha2-256", 0},
    Choice{"-o HostKeyAlgorithms=ssh-rsa", 2},
    Choice{"-o HostKeyAlgorithms=ssh-dss", 3},
};

BOOST_DATA_TEST_CASE(is_taken_from_its_profile_on_and_not_before,
                     boost::unit_test::data::make(choices)) {
    for (int profile = 0; profile < 3; ++profile) {
        TestServer server(
            {.profile = static_cast<AlgorithmProfile>(profile), .host_keys = {"ed25519", "rsa"}});
        BOOST_TEST_INFO("profile " << profile);
        BOOST_TEST(connects(server, sample.options) == (profile >= sample.least));
    }
}

BOOST_AUTO_TEST_CASE(a_sha1_signature_of_a_user_is_taken_by_legacy_alone) {
    for (const auto profile :
         {AlgorithmProfile::modern, AlgorithmProfile::compatible, AlgorithmProfile::legacy}) {
        TestServer server({.profile = profile});
        const auto outcome = run(server.ssh_with_key("rsa", "-o PubkeyAcceptedAlgorithms=ssh-rsa") +
                                 "tiny@127.0.0.1 -s sftp");
        BOOST_TEST((outcome.exit_code == 7) == (profile == AlgorithmProfile::legacy),
                   outcome.output);
    }
}

BOOST_AUTO_TEST_CASE(what_was_agreed_is_known_to_the_session) {
    TestServer server({});
    BOOST_TEST(connects(server,
                        "-c aes128-ctr -m hmac-sha2-512-etm@openssh.com"
                        " -o KexAlgorithms=ecdh-sha2-nistp384"));
    const auto agreed = server.last_algorithms();
    BOOST_TEST(agreed.key_exchange == "ecdh-sha2-nistp384");
    BOOST_TEST(agreed.host_key_type == "ssh-ed25519");
    BOOST_TEST(agreed.cipher_in == "aes128-ctr");
    BOOST_TEST(agreed.cipher_out == "aes128-ctr");
    BOOST_TEST(agreed.mac_in == "hmac-sha2-512-etm@openssh.com");
    BOOST_TEST(agreed.mac_out == "hmac-sha2-512-etm@openssh.com");
}

BOOST_AUTO_TEST_CASE(what_was_agreed_tells_its_profile_as_a_session_has_it) {
    using Names = std::vector<std::string>;
    const auto agreed_on = [](const std::string& options) {
        TestServer server({.profile = AlgorithmProfile::legacy});
        BOOST_TEST(connects(server, options), options);
        const auto text = ssh::text_of(server.last_algorithms());
        const auto read = ssh::negotiated_from(text);
        BOOST_TEST_REQUIRE(read.has_value(), text);
        BOOST_TEST(ssh::text_of(*read) == text);
        return *read;
    };
    const auto young = agreed_on("");
    BOOST_TEST(ssh::only_in(AlgorithmProfile::legacy, young) == Names(),
               boost::test_tools::per_element());
    BOOST_TEST(ssh::only_in(AlgorithmProfile::compatible, young) == Names(),
               boost::test_tools::per_element());
    const auto old =
        agreed_on("-c 3des-cbc -m hmac-sha1 -o KexAlgorithms=diffie-hellman-group1-sha1");
    BOOST_TEST(ssh::only_in(AlgorithmProfile::legacy, old) ==
                   (Names{"diffie-hellman-group1-sha1", "3des-cbc", "hmac-sha1"}),
               boost::test_tools::per_element());
    BOOST_TEST(ssh::only_in(AlgorithmProfile::compatible, old) == Names(),
               boost::test_tools::per_element());
    const auto middling = agreed_on("-c aes192-ctr -m hmac-sha2-256");
    BOOST_TEST(ssh::only_in(AlgorithmProfile::compatible, middling) ==
                   (Names{"aes192-ctr", "hmac-sha2-256"}),
               boost::test_tools::per_element());
    BOOST_TEST(ssh::only_in(AlgorithmProfile::legacy, middling) == Names(),
               boost::test_tools::per_element());
    BOOST_TEST(!ssh::negotiated_from("TLSv1.3 TLS_AES_256_GCM_SHA384").has_value());
    BOOST_TEST(!ssh::negotiated_from("").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ssh_host_key)

BOOST_AUTO_TEST_CASE(is_refused_where_others_can_read_it) {
    const TemporaryFolder folder;
    const auto file = folder / "key";
    std::filesystem::copy_file(key_file("ed25519"), file);
    for (const auto open_to :
         {std::filesystem::perms::group_read, std::filesystem::perms::others_read,
          std::filesystem::perms::group_write}) {
        std::filesystem::permissions(file, std::filesystem::perms::owner_read | open_to);
        BOOST_TEST((ssh::HostKey::load(file).error() == ssh::ssh_errc::host_key_open_to_others));
    }
    std::filesystem::permissions(file, std::filesystem::perms::owner_read);
    BOOST_TEST((ssh::HostKey::load(file).has_value()));
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong_with_a_file) {
    using ssh::HostKey;
    using ssh::ssh_errc;
    BOOST_TEST((HostKey::load("/nowhere/key").error() == ssh_errc::host_key_unreadable));
    BOOST_TEST((HostKey::load("/dev/null").error() == ssh_errc::host_key_unreadable));
    BOOST_TEST((HostKey::load(key_file("rsa1024")).error() == ssh_errc::host_key_too_weak));
    BOOST_TEST(
        (HostKey::load(key_file("rsa_openssh")).error() == ssh_errc::host_key_in_slow_format));
    BOOST_TEST((HostKey::load(key_file("dsa")).error() == ssh_errc::host_key_malformed));
    const TemporaryFolder folder;
    const auto encrypted = folder / "encrypted";
    BOOST_TEST(run("ssh-keygen -q -t ed25519 -N secret -f " + encrypted.string()).exit_code == 0);
    BOOST_TEST((HostKey::load(encrypted).error() == ssh_errc::host_key_malformed));
    const auto big = folder / "big";
    write_pattern(big, 1'000'000);
    std::filesystem::permissions(big, std::filesystem::perms::owner_read);
    BOOST_TEST((HostKey::load(big).error() == ssh_errc::host_key_unreadable));
}

BOOST_AUTO_TEST_CASE(a_server_wants_one_key_at_least_and_one_of_a_type_at_most) {
    BOOST_TEST((ssh::Server::create({}).error() == ssh::ssh_errc::host_key_missing));
    ssh::Server::Options options;
    options.host_keys.push_back(*ssh::HostKey::load(key_file("ed25519")));
    options.host_keys.push_back(*ssh::HostKey::load(key_file("ed25519")));
    BOOST_TEST((ssh::Server::create(std::move(options)).error() == ssh::ssh_errc::host_key_twice));
}

BOOST_AUTO_TEST_SUITE_END()
