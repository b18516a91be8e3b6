// Answers of time stamping authorities: each vector fails for the reason that it names, and no byte
// of a good answer can be changed so that it says something else.
#include <fmt/chrono.h>

#include <algorithm>
#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>

#include "base/evp.hpp"
#include "base/rfc3161.hpp"

using namespace consign;
using rfc3161::answer_errc;
namespace json = boost::json;

namespace {

const json::object& vectors() {
    static const json::object read = [] {
        std::ifstream in(CONSIGN_SOURCE_DIR "/tests/vectors/timestamp.json");
        return json::parse(std::string(std::istreambuf_iterator<char>(in), {})).as_object();
    }();
    return read;
}

std::string text_in(const json::object& object, std::string_view key) {
    return std::string(object.at(key).as_string());
}
Bytes bytes_in(const json::object& object, std::string_view key) {
    return evp::from_base64(text_in(object, key)).value();
}
Digest32 imprint() {
    return evp::sha256({as_bytes(text_in(vectors(), "text"))});
}
rfc3161::Authorities authorities(std::string_view name) {
    return rfc3161::Authorities::from_pem(text_in(vectors().at("roots").as_object(), name)).value();
}
const json::object& answer_named(std::string_view name) {
    for (const auto& item : vectors().at("answers").as_array())
        if (item.as_object().at("name").as_string() == name) return item.as_object();
    throw std::logic_error("no such vector");
}

std::error_code named(std::string_view name) {
    for (const auto& [code, word] : {std::pair{answer_errc::not_granted, "not_granted"},
                                     std::pair{answer_errc::other_imprint, "other_imprint"},
                                     std::pair{answer_errc::other_nonce, "other_nonce"},
                                     std::pair{answer_errc::unsigned_answer, "unsigned_answer"},
                                     std::pair{answer_errc::unreadable, "unreadable"}})
        if (name == word) return code;
    return {};
}

template <class T>
std::error_code error_of(const Result<T>& result) {
    return result ? std::error_code() : result.error();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rfc3161_door)

BOOST_AUTO_TEST_CASE(each_answer_is_worth_what_its_vector_says) {
    const Bytes query = bytes_in(vectors(), "query");
    for (const auto& item : vectors().at("answers").as_array()) {
        const json::object& vector = item.as_object();
        BOOST_TEST_CONTEXT(text_in(vector, "name")) {
            const Bytes answer = bytes_in(vector, "answer");
            const auto told = rfc3161::answer_to(query, answer);
            BOOST_TEST(error_of(told) == named(text_in(vector, "said")));
            if (told) {
                BOOST_TEST(told->authority == text_in(vector, "authority"));
                BOOST_TEST(fmt::format("{:%FT%T}+00:00",
                                       std::chrono::floor<std::chrono::seconds>(told->time)) ==
                           text_in(vector, "time"));
                BOOST_TEST((rfc3161::read(answer)->time == told->time));
            }
            const auto trusted = json::value_to<std::vector<std::string>>(vector.at("trusted"));
            for (const char* const root : {"known", "short", "stranger"}) {
                const auto held = authorities(root).trusted(imprint(), answer);
                BOOST_TEST(held.has_value() == (std::ranges::find(trusted, root) != trusted.end()),
                           root);
                // It is granted and about this: what is lacking is trust.
                if (!held && told) BOOST_TEST(held.error() == answer_errc::untrusted);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(an_answer_passes_for_no_other_checkpoint) {
    Digest32 other = imprint();
    other[0] ^= 1;
    BOOST_TEST(error_of(authorities("known").trusted(
                   other, bytes_in(answer_named("good"), "answer"))) == answer_errc::other_imprint);
}

BOOST_AUTO_TEST_CASE(no_byte_can_be_changed_so_that_it_tells_something_else) {
    const Bytes good = bytes_in(answer_named("good"), "answer");
    const Bytes query = bytes_in(vectors(), "query");
    auto known = authorities("known");
    const auto told = known.trusted(imprint(), good);
    BOOST_REQUIRE(told.has_value());
    std::size_t refused = 0;
    for (std::size_t at = 0; at < good.size(); ++at)
        for (const int mask : {0x01, 0x80}) {
            Bytes altered = good;
            altered[at] = static_cast<std::uint8_t>(altered[at] ^ mask);
            static_cast<void>(rfc3161::answer_to(query, altered));
            static_cast<void>(rfc3161::read(altered));
            const auto held = known.trusted(imprint(), altered);
            if (!held) {
                ++refused;
                continue;
            }
            // The status and what is enclosed beside the signer's own certificate are not signed.
            BOOST_TEST((held->time == told->time && held->imprint == told->imprint &&
                        held->authority == told->authority),
                       at);
        }
    BOOST_TEST(refused > good.size());
    for (std::size_t size = 0; size < good.size(); ++size)
        BOOST_TEST(!rfc3161::read(ByteView(good).first(size)).has_value());
}

BOOST_AUTO_TEST_CASE(each_query_has_its_own_nonce_and_answers_pass_for_no_other) {
    SystemRandom random;
    const Bytes one = rfc3161::query(imprint(), random), other = rfc3161::query(imprint(), random);
    BOOST_TEST((one != other));
    BOOST_TEST(error_of(rfc3161::answer_to(one, bytes_in(answer_named("good"), "answer"))) ==
               answer_errc::other_nonce);
}

BOOST_AUTO_TEST_CASE(authorities_come_from_certificates_alone) {
    const std::string root = text_in(vectors().at("roots").as_object(), "known");
    const std::string other = text_in(vectors().at("roots").as_object(), "stranger");
    BOOST_TEST(!rfc3161::Authorities::from_pem("").has_value());
    BOOST_TEST(!rfc3161::Authorities::from_pem("no certificate").has_value());
    BOOST_TEST(!rfc3161::Authorities::from_pem(root.substr(0, root.size() / 2)).has_value());
    auto both = rfc3161::Authorities::from_pem("some words\n" + other + "\nand more\n" + root);
    BOOST_REQUIRE(both.has_value());
    BOOST_TEST(both->trusted(imprint(), bytes_in(answer_named("good"), "answer")).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
