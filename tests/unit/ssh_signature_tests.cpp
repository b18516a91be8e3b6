// Signatures by us and by OpenSSH, each checked by the other.
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>

#include "base/ssh_signature.hpp"
#include "tests/component/temporary_folder.hpp"

using namespace consign;

namespace {

constexpr std::string_view purpose = "receipt@consign";

struct Fixture {
    TemporaryFolder folder;
    Ed25519Key key = Ed25519Key::generate();

    void write(const char* name, std::string_view text) const {
        std::ofstream(folder.path() / name) << text;
    }
    [[nodiscard]] std::string read(const char* name) const {
        std::ifstream file(folder.path() / name);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    [[nodiscard]] int shell(const std::string& command) const {
        return std::system(
            ("cd " + folder.path().string() + " && { " + command + "; } > output 2>&1").c_str());
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(ssh_signature, Fixture)

BOOST_AUTO_TEST_CASE(openssh_verifies_what_we_sign_and_nothing_else) {
    write("message", "a message\n");
    write("message.sig", ssh_sign(key, purpose, as_bytes("a message\n")));
    write("allowed", "consign " + ssh_public_key(key.public_key()) + "\n");
    const auto verify = [&](const std::string& as, const std::string& file) {
        return shell("ssh-keygen -Y verify -f allowed -I consign -n " + as + " -s message.sig < " +
                     file);
    };
    write("other", "another\n");
    BOOST_TEST(verify("receipt@consign", "message") == 0);
    BOOST_TEST(verify("receipt@consign", "other") != 0);
    BOOST_TEST(verify("checkpoint@consign", "message") != 0);
}

BOOST_AUTO_TEST_CASE(we_verify_what_openssh_signs) {
    write("message", "of another hand");
    BOOST_REQUIRE(shell("ssh-keygen -q -t ed25519 -N '' -f theirs -C 'a comment'") == 0);
    BOOST_REQUIRE(shell("ssh-keygen -Y sign -q -n receipt@consign -f theirs message") == 0);
    const auto theirs = from_ssh_public_key(read("theirs.pub"));
    BOOST_REQUIRE(theirs.has_value());
    const auto signer = ssh_signer(read("message.sig"), purpose, as_bytes("of another hand"));
    BOOST_REQUIRE(signer.has_value());
    BOOST_TEST((*signer == *theirs));
    BOOST_REQUIRE(
        shell("ssh-keygen -l -f theirs.pub | grep -qF '" + ssh_fingerprint(*theirs) + "'") == 0);
}

BOOST_AUTO_TEST_CASE(a_signature_of_anything_else_has_no_signer) {
    const auto message = as_bytes("a message");
    const std::string good = ssh_sign(key, purpose, message);
    BOOST_TEST(ssh_signer(good, purpose, message).has_value());
    BOOST_TEST(!ssh_signer(good, "checkpoint@consign", message).has_value());
    BOOST_TEST(!ssh_signer(good, purpose, as_bytes("b message")).has_value());
    int accepted = 0;
    const std::size_t end = good.find("-----END");
    for (std::size_t at = 0; at < end; ++at) {
        BOOST_TEST(!ssh_signer(good.substr(0, at), purpose, message).has_value());
        std::string changed = good;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        if (ssh_signer(changed, purpose, message)) ++accepted;
    }
    // Bits of the last character that stand for nothing.
    BOOST_TEST(accepted <= 1);
}

BOOST_AUTO_TEST_CASE(a_key_survives_its_file_and_nothing_else_passes_for_one) {
    const auto pem = key.to_pem();
    const auto again = Ed25519Key::from_pem(pem);
    BOOST_REQUIRE(again.has_value());
    BOOST_TEST((again->public_key() == key.public_key()));
    BOOST_REQUIRE(
        shell("openssl genpkey -algorithm ed25519 -out theirs.pem &&"
              " openssl genpkey -algorithm RSA -out rsa.pem &&"
              " openssl genpkey -algorithm ed25519 -aes256 -pass pass:x -out locked.pem") == 0);
    BOOST_TEST(Ed25519Key::from_pem(as_bytes(read("theirs.pem"))).has_value());
    BOOST_TEST(!Ed25519Key::from_pem(as_bytes(read("rsa.pem"))).has_value());
    BOOST_TEST(!Ed25519Key::from_pem(as_bytes(read("locked.pem"))).has_value());
    BOOST_TEST(!Ed25519Key::from_pem({}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
