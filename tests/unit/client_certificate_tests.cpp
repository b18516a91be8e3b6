#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "policy/client_certificate.hpp"

using namespace consign;
using namespace consign::policy;

BOOST_AUTO_TEST_SUITE(client_certificate)

// Subjects as OpenSSL 3.0 writes them with XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB.
const std::vector<std::string> canonical{
    "CN=analyser-3,O=Biomed",
    R"(L=l,ST=st,DC=d,title=t,street=s,serialNumber=9,GN=y,SN=x,emailAddress=a@b.c,)"
    R"(CN=back\\slash+UID=u1,OU=\ sp\ ,OU=\#lead\+plus,)"
    R"(O=Hôpital\, Nord\; \"x\" \<y\> a=b,C=FR)",
    R"(street=\#0Cé=\,x,OU=\#x,O=\  lead and trail,2.3.4.5=#0C03414243,CN=a\0Ab)",
    "CN=Laboratoire de l'Est",
    R"(CN=a\7F)",
    R"(CN=\ )",
    R"(CN=\ \ )",
    "1.2.840.113549.1.9.8=#0C03414243,CN=x",
};
BOOST_DATA_TEST_CASE(what_openssl_writes_stays_as_it_is, boost::unit_test::data::make(canonical)) {
    BOOST_TEST(canonical_subject(sample).value_or("refused") == sample);
}

struct Spelling {
    const char* written;
    const char* canonical;
};
std::ostream& operator<<(std::ostream& out, const Spelling& sample) {
    return out << sample.written;
}
const std::vector<Spelling> spellings{
    {"CN=analyser-3, O=Biomed", "CN=analyser-3,O=Biomed"},
    {"  CN=analyser-3 ,  O=Biomed ", "CN=analyser-3,O=Biomed"},
    {"UID=u + CN=c", "UID=u+CN=c"},
    {"cn=A,emailaddress=b@c.d,dc=E", "CN=A,emailAddress=b@c.d,DC=E"},
    {R"(O=H\C3\B4pital)", "O=Hôpital"},  // with ASN1_STRFLGS_ESC_MSB
    {R"(O=H\c3\b4pital)", "O=Hôpital"},
    {R"(O=a\2Cb)", R"(O=a\,b)"},
    {R"(O=a\=b)", "O=a=b"},
    {R"(O=a\#b)", "O=a#b"},
    {R"(O=a\20)", R"(O=a\ )"},
    {R"(O=a\ b)", "O=a b"},
    {R"(O=a\  ,C=FR)", R"(O=a\ ,C=FR)"},
    {"CN=a  b", "CN=a  b"},  // spaces within are the value's
    {"1.2.3=#0c03 , CN=x", "1.2.3=#0C03,CN=x"},
};
BOOST_DATA_TEST_CASE(equal_subjects_are_equal_texts, boost::unit_test::data::make(spellings)) {
    BOOST_TEST(canonical_subject(sample.written).value_or("refused") == sample.canonical);
}

const std::vector<std::string> no_subjects{
    "",
    " ",
    ",",
    "analyser-3",
    "=analyser-3",
    "CN=",
    "CN=a,",
    "CN=a,,O=b",
    "CN=a+",
    "CN = analyser-3, O = Biomed",
    "CN= analyser-3",
    "O=Biomed, CN =analyser-3",
    "/C=FR/O=Biomed/CN=analyser-3",
    "tls/client.pem",
    "2.5.4.=a",
    "C N=a",
    "CN=a;O=b",
    "CN=\"a\"",
    "CN=<a>",
    R"(CN=a\)",
    R"(CN=a\x)",
    R"(CN=a\4)",
    R"(CN=\FF)",      // no UTF-8
    R"(CN=\C3,O=a)",  // cut UTF-8
    "CN=#",
    "CN=#0",
    "CN=#0Gx",
    "CN=#0C03x",
    "CN=##0C",
};
BOOST_DATA_TEST_CASE(anything_else_is_none, boost::unit_test::data::make(no_subjects)) {
    BOOST_TEST(canonical_subject(sample).value_or("refused") == "refused");
    BOOST_TEST(!parse_client_certificate(sample).has_value());
}

const std::string digits = "a8fa1b785ed091441649d18e1a3092bab921b6e77dc1224d9dc03683d4e9b80a";

const std::vector<std::string> fingerprints{
    "SHA256:" + digits,
    "SHA256:A8FA1B785ED091441649D18E1A3092BAB921B6E77DC1224D9DC03683D4E9B80A",
    "SHA256:A8:FA:1B:78:5E:D0:91:44:16:49:D1:8E:1A:30:92:BA:B9:21:B6:E7:7D:C1:22:4D:9D:C0:36:83:D4:"
    "E9:B8:0a",
};
BOOST_DATA_TEST_CASE(a_fingerprint_is_read_with_and_without_colons,
                     boost::unit_test::data::make(fingerprints)) {
    const auto parsed = parse_client_certificate(sample);
    BOOST_REQUIRE(parsed.has_value());
    BOOST_TEST(to_hex(parsed->fingerprint.value()) == digits);
    BOOST_TEST(parsed->subject.empty());
}

const std::vector<std::string> no_fingerprints{
    "SHA256:",
    "SHA256:" + digits.substr(1),
    "SHA256:" + digits.substr(2),
    "SHA256:" + digits + "0",
    "SHA256:" + digits + ":",
    "SHA256::" + digits,
    "SHA256: " + digits,
    "SHA256:a:8" + digits.substr(2),
    "SHA256:g" + digits.substr(1),
    "SHA256:hf4G+WF6jOyhl/fqwQ+1l6EQSJx5bx9dLlVPGSRnjIE",  // an SSH key's
};
BOOST_DATA_TEST_CASE(a_fingerprint_that_is_none_says_how_to_get_it,
                     boost::unit_test::data::make(no_fingerprints)) {
    const auto parsed = parse_client_certificate(sample);
    BOOST_REQUIRE(!parsed.has_value());
    BOOST_TEST(parsed.error().starts_with("not a SHA-256 fingerprint"));
}

const std::vector<std::string> neither{
    digits,
    "SHA1:" + digits.substr(24),
    "sha256 Fingerprint=" + digits,
    "subject=CN=analyser-3,O=Biomed",
    "-----BEGIN PRIVATE KEY----- c2VjcmV0",
};
BOOST_DATA_TEST_CASE(what_is_neither_says_how_to_get_both_and_quotes_nothing,
                     boost::unit_test::data::make(neither)) {
    const auto parsed = parse_client_certificate(sample);
    BOOST_REQUIRE(!parsed.has_value());
    BOOST_TEST(parsed.error().starts_with("neither a fingerprint nor a subject"));
    BOOST_TEST(parsed.error().find(sample) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_subject_is_kept_in_its_canonical_form) {
    const auto parsed = parse_client_certificate("cn=analyser-3, O=Biomed");
    BOOST_REQUIRE(parsed.has_value());
    BOOST_TEST(!parsed->fingerprint.has_value());
    BOOST_TEST(parsed->subject == "CN=analyser-3,O=Biomed");
}

BOOST_AUTO_TEST_SUITE_END()
