#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "base/evp.hpp"
#include "desk/deposits/sidecar.hpp"

using namespace consign;
using desk::sidecar_named;
using desk::tells_digest;

namespace {

const Bytes digest =
    from_hex("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08").value();
const std::string hex = to_hex(digest);
const std::string upper = [] {
    std::string text = hex;
    for (char& letter : text)
        if (letter >= 'a') letter = static_cast<char>(letter - 'a' + 'A');
    return text;
}();

const std::vector<std::string> right{
    hex,
    hex + "\n",
    upper + "\r\n",
    hex + "  result.hl7\n",
    hex + " *result.hl7\n",
    "\\" + hex + "  back\\\\slash.hl7\n",
    hex + "  of another name\n",
    "\xef\xbb\xbf" + hex + "  result.hl7\n",
    "  " + hex + "\t\n",
    "SHA256(result.hl7)= " + hex + "\n",
    "SHA2-256(result.hl7)= " + hex + "\n",
    "SHA256 (result.hl7) = " + hex,
    "SHA256(a=b.hl7)= " + upper,
    std::string(64, '0') + "  other.hl7\n" + hex + "  result.hl7\n",
};
const std::vector<std::string> wrong{
    "",
    "\n\n",
    std::string(64, '0'),
    hex.substr(1),
    hex + "0",
    "0" + hex,
    hex.substr(0, 63) + "g",
    "result.hl7 " + hex,
    "=",
    "SHA256(result.hl7)= " + hex.substr(2),
    "SHA256(result.hl7)= " + hex + " and more",
    std::string("\0", 1) + hex,
    hex.substr(0, 32) + "\n" + hex.substr(32),
};

}  // namespace

BOOST_AUTO_TEST_SUITE(sidecar)

BOOST_DATA_TEST_CASE(a_digest_is_found_as_tools_write_it, right, text) {
    BOOST_TEST(tells_digest(text, digest));
    BOOST_TEST(!tells_digest(text, evp::sha256({as_bytes("another")})));
}

BOOST_DATA_TEST_CASE(what_is_no_such_digest_is_none, wrong, text) {
    BOOST_TEST(!tells_digest(text, digest));
}

BOOST_AUTO_TEST_CASE(a_sidecar_is_known_by_the_end_of_its_name) {
    const auto md5 = sidecar_named("r.hl7.md5");
    BOOST_REQUIRE(md5.has_value());
    BOOST_TEST((md5->kind == policy::Sidecar::checksum_file));
    BOOST_TEST(md5->of == "r.hl7");
    BOOST_TEST(md5->algorithm == "md5");
    BOOST_TEST((sidecar_named("r.ok")->kind == policy::Sidecar::ok_file));
    BOOST_TEST(sidecar_named("r.ok.ok")->of == "r.ok");
    for (const auto* const name : {"", ".ok", "ok", "r.okay", "r.OK", "r.sha25", "r.ok.hl7"})
        BOOST_TEST(!sidecar_named(name).has_value());
}

BOOST_AUTO_TEST_CASE(the_names_that_are_looked_for_are_those_that_are_known) {
    for (const auto kind : {policy::Sidecar::ok_file, policy::Sidecar::checksum_file})
        for (const std::string& name : desk::sidecar_names("r.hl7", kind)) {
            BOOST_REQUIRE(sidecar_named(name).has_value());
            BOOST_TEST(sidecar_named(name)->of == "r.hl7");
            BOOST_TEST((sidecar_named(name)->kind == kind));
        }
    BOOST_TEST(desk::sidecar_names("r.hl7", policy::Sidecar::checksum_file).size() == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
