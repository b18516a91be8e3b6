#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "policy/public_key.hpp"

using namespace consign::policy;

BOOST_AUTO_TEST_SUITE(public_key)

struct Right {
    const char* algorithm;
    const char* blob;
    const char* fingerprint;  // as ssh-keygen -l shows it
};
std::ostream& operator<<(std::ostream& out, const Right& sample) {
    return out << sample.algorithm;
}
const std::vector<Right> right{
    {"ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAIOT4ox9z9Fxtj2c9uabHg+VWaeZlvnpYmv8qT3F8CysP",
     "SHA256:hf4G+WF6jOyhl/fqwQ+1l6EQSJx5bx9dLlVPGSRnjIE"},
    {"ecdsa-sha2-nistp256",
     "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBOnbbZDOJyuhkOZkuo1Od7OwzuC+"
     "o9q3pRv9PDNAA0z2FPU3HlgIj+2xPa+LKbAp+XPFLzhlkg9C6OpFxiS7vZw=",
     "SHA256:1/ECdo3vkgH/5ZChZ5eU6tpL5aIoRqw1nwlGvi/wsrs"},
    {"ecdsa-sha2-nistp384",
     "AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBOHMuV/lGsFOUgZ8yWOSpQxBj0g43x/"
     "GDwDkPkk89B1IcU6oZeDsyo3Qyd+DWs7Og+EH9POrVmCm3riROJUt1842C4DFf+1uvdJGDNRUlg93huynrgcuJMvyja/"
     "IBA6Oog==",
     "SHA256:SbBpBxd11Dz3+j6kLXlBRazQCdlqRVrXX0et5O/Ek/w"},
    {"ecdsa-sha2-nistp521",
     "AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBADq4y8IO9Kn+YHXvfQv/87GF9P/"
     "PqHO8aFb3TL6WmbBrh920JnaTItcta6imb72EYbVdhYcWqgs7zaLr4V/8NXaewDIYLtyb67CaLRlJQly/Ojbb/"
     "0tWaPJOonWDcVVoyXp/NIT65iR6ccLRVDFzjRg9jnkr46pToN1XTWGOSsUePpg2A==",
     "SHA256:3WbCoJsZdWt34NOXMmk3zdatxmcpsBsRfbEv2x7+FsY"},
    {"ssh-rsa",
     "AAAAB3NzaC1yc2EAAAADAQABAAABAQDSfYcKbyz22lPecR72+kuFOL/8wBtffLG5EWhOmgVMKE31CHZaTer6zzl8/"
     "xLXBqPE2AlidlJO7TJkaBxazF1r8UhIdmT1Hc9P4zVrcEtluftZMARi7dbRa+KH/"
     "0GjVrzJVqzl3sskGMMS6eD9lNLTNikt/"
     "FuWW+iG7monNicTjBNZ03N5kH0sLA5G47nh0kquAx6gYNgXfySrIL4zipR47047pWi02zp+9iRcI/"
     "Ifk09Wzx3jp1YlQSflRIZXgwiXoEDBYJ1QGWH7VjOXSDI8Dqk2eEgz8eOFCQ4XOsdaTC+IRrJo0+ZC/"
     "JZvoiNbXzzAPx9cMek2T8JQdRP73umn",
     "SHA256:Bz08CLeJFUTMSdIrhQL7ynyvjrjT3d/dKwAE86q9tAI"},
    {"sk-ssh-ed25519@openssh.com",
     "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIOT4ox9z9Fxtj2c9uabHg+"
     "VWaeZlvnpYmv8qT3F8CysPAAAABHNzaDo=",
     "SHA256:q/JB8LDt9skNMD5pkRM8Ls9fbCqo5jda6RtTLFlgIKM"},
    {"sk-ecdsa-sha2-nistp256@openssh.com",
     "AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20AAAAIbmlzdHAyNTYAAABBBOnbbZDOJyuhkOZkuo1Od"
     "7OwzuC+o9q3pRv9PDNAA0z2FPU3HlgIj+2xPa+LKbAp+XPFLzhlkg9C6OpFxiS7vZwAAAAEc3NoOg==",
     "SHA256:L6fyasaJJQITWUhLnMSgyvOmwBX9nsReOPQBPv6pIGE"},
};
BOOST_DATA_TEST_CASE(reads_every_type_and_its_fingerprint, boost::unit_test::data::make(right)) {
    const std::string line = std::string(sample.algorithm) + " " + sample.blob;
    for (const std::string& written : {line, line + " a comment", "  " + line + "\r"}) {
        const auto key = parse_public_key(written);
        BOOST_REQUIRE(key.has_value());
        BOOST_TEST(key->algorithm == sample.algorithm);
        BOOST_TEST(key->fingerprint == sample.fingerprint);
    }
    BOOST_TEST(looks_like_key(line));
}

struct Wrong {
    const char* line;
    const char* message;
};
std::ostream& operator<<(std::ostream& out, const Wrong& sample) {
    return out << sample.message;
}
const std::vector<Wrong> wrong{
    {"ssh-rsa "
     "AAAAB3NzaC1yc2EAAAADAQABAAAAgQDcVAgzb7UHnuMAHwY9asAvyXF7h0sbBamEwdoBfV9K40GxXoUJ0oZ/"
     "gkiBRLEtlXT1PGsbsNCJPH9nrSggyVRE9AvREeupC9cJTUPso8FYSrIdEDfUyt4Hoj/"
     "tX8R0W8GDOsYKPIaTSXZqBq7Hz7UVePULo+U6YSyl/4NpXxHPrw==",
     "an RSA key of 1024 bits: at least 2048 are required"},
    {"ssh-dss "
     "AAAAB3NzaC1kc3MAAACBAMnDKrsbK32KwOAtCpsxT6EiGIL4xIxmOaurJ+Ld1ZC1rG+YURiSFUv0SOdDPtNuf9+"
     "xxG15lg6TVQFXfzmIwAf7C24OyRJD1Ooe4HiDd7JUX95kXyr9Df/vnudhuR290UP9h6kt3thNPCrqn/"
     "MZxF3xWrgIfBl28GLAsYS57b0HAAAAFQCqVU9cKNyArxYZuwX3HmFJkOYGZQAAAIEAgog4XSJ4niZc2tYKtcK5aczWttR"
     "EYHSXAvPp1TjcXr8RGje03V4+72SEOc8mxSHiHzhtLxk29XIis5FOLNsK/KLOdH67xH3Kmu9pd31/"
     "VkHBA6TtV6iw3MhR8+FgzB9ntCTKIz+CJhJ1un+AyjzAVMvJ/"
     "iJLekwrT7x8eOsJ9mwAAACAEkz5JuDQaUhHYbftIIUpypSAxXSsqPmM2fDafD4YbK+pYf1vsc+"
     "OzTXcOcOUw7pl0ITq2zmlYxFzUp+Ja8v4y1fAhCTVMjlOdjrAvWPI2VgaiAJS1gfWJ6Z17mdq0TM9rl+"
     "0giXguoN7H739UW0d2iF9lBrueS+pU7mjW1Fxqps=",
     "a DSA key: at 1024 bits it is too weak, and is not accepted"},
    {"ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIOT4ox9z9Fxtj2c9uabHg+VWaeZlvnpYmv8qT3F8CysP",
     "the key's data is not of the type that the line names (ssh-rsa)"},
    {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAH3h4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=",
     "an ssh-ed25519 key that is damaged"},
    {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOT4ox9z9Fxtj2c9uabHg+VWaeZlvnpYmv8qT3F8CysPeA==",
     "an ssh-ed25519 key that is damaged"},
    {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOT4ox9z9Fxtj2c9uabHg+VWaeZlvnpYmv8qT3F8Cys=",
     "an ssh-ed25519 key that is damaged"},
    {"ssh-ed25519 AAAAexample", "an ssh-ed25519 key that is not base64"},
    {"ssh-ed25519", "an ssh-ed25519 key that is not base64"},
    {"ecdsa-sha2-nistp256 "
     "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAzODQAAABBBOnbbZDOJyuhkOZkuo1Od7OwzuC+"
     "o9q3pRv9PDNAA0z2FPU3HlgIj+2xPa+LKbAp+XPFLzhlkg9C6OpFxiS7vZw=",
     "an ecdsa-sha2-nistp256 key that is damaged"},
    {"ecdsa-sha2-nistp256 "
     "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAAAhAunbbZDOJyuhkOZkuo1Od7OwzuC+"
     "o9q3pRv9PDNAA0z2",
     "an ecdsa-sha2-nistp256 key that is damaged"},
    {"ssh-rsa "
     "AAAAB3NzaC1yc2EAAAADAQABAAABAP///////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "///////////////////////////////////////////////////////////////////////////////////////////"
     "8=",
     "an ssh-rsa key that is damaged"},
    {"ssh-rsa "
     "AAAAB3NzaC1yc2EAAAABAQAAAQEA/////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "//////////////////////////////////////////////////////////////////////////////////////////"
     "w==",
     "an ssh-rsa key that is damaged"},
    {"ssh-rsa "
     "AAAAB3NzaC1yc2EAAAADAQABAAABAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
     "B",
     "an ssh-rsa key that is damaged"},
    {"ssh-rsa AAAAB3NzaC1yc2EAAAAAAAAAAA==", "an ssh-rsa key that is damaged"},
    {"ssh-rsa "
     "AAAAB3NzaC1yc2EAAAADAQABAAAIAgD//////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////////////////////////////////"
     "/////////////////////////////////////////////////////////////////8=",
     "an RSA key of 16392 bits: at most 16384 are accepted"},
    {"sk-ssh-ed25519@openssh.com "
     "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIOT4ox9z9Fxtj2c9uabHg+VWaeZlvnpYmv8qT3F8CysP",
     "an sk-ssh-ed25519@openssh.com key that is damaged"},
    {"ssh-ed25519-cert-v01@openssh.com AAAA",
     "a certificate: `keys` holds plain keys; give the .pub file without `-cert`"},
    {"-----BEGIN OPENSSH PRIVATE KEY----- b3BlbnNzaC1rZXk",
     "a private key: it must not stand here; give the public one (the .pub file)"},
    {"---- BEGIN SSH2 PUBLIC KEY ----",
     "a key in RFC 4716 form: convert it with `ssh-keygen -i -f FILE`"},
    {"command=\"x\" ssh-ed25519 "
     "AAAAC3NzaC1lZDI1NTE5AAAAIOT4ox9z9Fxtj2c9uabHg+VWaeZlvnpYmv8qT3F8CysP",
     "not a public key: it must start with one of ssh-ed25519, ecdsa-sha2-nistp256, "
     "ecdsa-sha2-nistp384, ecdsa-sha2-nistp521, ssh-rsa, sk-ssh-ed25519@openssh.com, "
     "sk-ecdsa-sha2-nistp256@openssh.com"},
};
BOOST_DATA_TEST_CASE(says_why_a_key_could_never_log_in, boost::unit_test::data::make(wrong)) {
    const auto key = parse_public_key(sample.line);
    BOOST_REQUIRE(!key.has_value());
    BOOST_TEST(key.error() == sample.message);
}

BOOST_AUTO_TEST_CASE(tells_a_key_from_the_path_of_one) {
    BOOST_TEST(!looks_like_key("keys/partners/hopital-nord.pub"));
    BOOST_TEST(looks_like_key("-----BEGIN OPENSSH PRIVATE KEY-----"));
    BOOST_TEST(looks_like_key("restrict ssh-ed25519 AAAAC3Nz"));
}

BOOST_AUTO_TEST_CASE(no_cut_of_a_sound_key_is_sound) {
    for (const Right& sample : right) {
        const std::string line = std::string(sample.algorithm) + " " + sample.blob;
        for (std::size_t length = 0; length < line.size(); ++length)
            BOOST_TEST_REQUIRE(!parse_public_key(line.substr(0, length)).has_value(),
                               sample.algorithm << " cut to " << length);
    }
}

BOOST_AUTO_TEST_SUITE_END()
