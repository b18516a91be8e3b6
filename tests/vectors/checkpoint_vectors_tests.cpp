#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>

#include "desk/audit/checkpoint.hpp"
#include "desk/site/rfc3339.hpp"

using namespace consign;
namespace json = boost::json;

BOOST_AUTO_TEST_CASE(checkpoints_are_as_their_page_says) {
    std::ifstream in(CONSIGN_SOURCE_DIR "/tests/vectors/checkpoint.json");
    const std::string content(std::istreambuf_iterator<char>(in), {});
    const auto vectors = json::parse(content).as_object();
    const auto text_of = [](const json::value& value) {
        return json::value_to<std::string>(value);
    };
    const auto key = Ed25519Key::from_pem(as_bytes(text_of(vectors.at("private_key"))));
    BOOST_REQUIRE(key.has_value());
    for (const auto& item : vectors.at("checkpoints").as_array()) {
        const auto& vector = item.as_object();
        desk::Checkpoint checkpoint{.chain = Id::from_hex(text_of(vector.at("chain"))).value(),
                                    .sequence = vector.at("sequence").to_number<std::int64_t>(),
                                    .time = desk::from_rfc3339(text_of(vector.at("time"))).value()};
        const auto hash = from_hex(text_of(vector.at("hash"))).value();
        std::ranges::copy(hash, checkpoint.hash.begin());
        const std::string text = text_of(vector.at("text"));
        BOOST_TEST(desk::checkpoint_text(checkpoint) == text);
        BOOST_TEST((desk::from_checkpoint_text(text) == checkpoint));
        // Ed25519 signs alike each time.
        BOOST_TEST(ssh_sign(*key, desk::checkpoint_purpose, as_bytes(text)) ==
                   text_of(vector.at("signature")));
        BOOST_TEST(ssh_public_key(key->public_key()) == text_of(vector.at("public_key")));
        const auto verified = desk::from_checkpoint_line(
            desk::checkpoint_line(text, text_of(vector.at("signature"))));
        BOOST_REQUIRE(verified.has_value());
        BOOST_TEST((verified->signer == key->public_key()));
        for (const std::string& other : {text + "\n", text.substr(1), std::string("x") + text})
            BOOST_TEST(!desk::from_checkpoint_text(other).has_value());
    }
}
