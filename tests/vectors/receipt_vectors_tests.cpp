#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>

#include "desk/receipts/receipt_reading.hpp"
#include "desk/receipts/receipt_text.hpp"
#include "desk/site/rfc3339.hpp"

using namespace consign;
namespace json = boost::json;

namespace {

class Said {
  public:
    explicit Said(const json::object& fields) : fields_(fields) {}

    [[nodiscard]] std::optional<std::string> text(std::string_view name) const {
        const auto* value = fields_.if_contains(name);
        if (!value || value->is_null()) return std::nullopt;
        return json::value_to<std::string>(*value);
    }
    [[nodiscard]] std::string raw(std::string_view name) const {
        return std::string(as_text(from_hex(text(name).value_or("")).value()));
    }
    [[nodiscard]] std::optional<std::int64_t> number(std::string_view name) const {
        const auto* value = fields_.if_contains(name);
        if (!value || value->is_null()) return std::nullopt;
        return value->to_number<std::int64_t>();
    }
    [[nodiscard]] std::optional<Timestamp> time(std::string_view name) const {
        const auto given = text(name);
        return given ? desk::from_rfc3339(*given) : std::nullopt;
    }
    [[nodiscard]] Digest32 digest(std::string_view name) const {
        Digest32 digest{};
        std::ranges::copy(from_hex(text(name).value()).value(), digest.begin());
        return digest;
    }
    [[nodiscard]] std::optional<Id> id(std::string_view name) const {
        const auto given = text(name);
        return given ? Id::from_hex(*given) : std::nullopt;
    }

  private:
    const json::object& fields_;
};

desk::ReceiptKind kind_of(std::string_view name) {
    for (const auto kind :
         {desk::ReceiptKind::deposit, desk::ReceiptKind::retrieval, desk::ReceiptKind::delivery})
        if (name == desk::name_of(kind)) return kind;
    return desk::ReceiptKind::destruction;
}

desk::ReceiptWords words_of(const Said& said, const Ed25519Key& key) {
    desk::ReceiptWords words{
        .id = desk::receipt_id(*said.number("row"), said.digest("hash")),
        .kind = kind_of(*said.text("kind")),
        .site = *said.text("site"),
        .witness = ssh_fingerprint(key.public_key()),
        .time = *said.time("time"),
        .account = said.text("account"),
        .protocol = said.text("protocol"),
        .session = said.id("session"),
        .name = said.raw("name"),
        .size_bytes = static_cast<std::uint64_t>(*said.number("size")),
        .sha256 = *said.text("sha256"),
        .content = *said.id("content"),
        .last_bytes = static_cast<std::uint64_t>(said.number("bytes_in_last_session").value_or(0)),
        .target = said.text("target").value_or(""),
        .name_there = said.raw("name_there"),
        .deposited = said.time("deposited"),
        .deposit_row = said.number("deposit_row"),
        .rule = said.text("rule"),
        .policy = said.digest("policy"),
        .note = *said.text("note"),
        .chain = *said.id("chain"),
        .row = *said.number("row"),
        .hash = said.digest("hash")};
    if (const auto holds = said.number("holds_checked"))
        words.holds_checked = static_cast<std::uint64_t>(*holds);
    if (const auto methods = said.text("login_methods"))
        words.login = desk::ReceiptWords::Login{.methods = *methods,
                                                .key = said.text("login_key"),
                                                .certificate = said.text("login_certificate"),
                                                .row = *said.number("login_row")};
    return words;
}

}  // namespace

BOOST_AUTO_TEST_CASE(receipts_and_certificates_are_as_their_page_says) {
    std::ifstream in(CONSIGN_SOURCE_DIR "/tests/vectors/receipt.json");
    const std::string content(std::istreambuf_iterator<char>(in), {});
    const auto vectors = json::parse(content).as_object();
    const auto text_of = [](const json::value& value) {
        return json::value_to<std::string>(value);
    };
    const auto key = Ed25519Key::from_pem(as_bytes(text_of(vectors.at("private_key"))));
    BOOST_REQUIRE(key.has_value());
    BOOST_TEST(desk::allowed_signers(key->public_key()) == text_of(vectors.at("allowed_signers")));
    for (const auto& item : vectors.at("receipts").as_array()) {
        const auto& vector = item.as_object();
        const auto words = words_of(Said(vector.at("said").as_object()), *key);
        const std::string text = text_of(vector.at("text"));
        const std::string signature = text_of(vector.at("signature"));
        BOOST_TEST(desk::receipt_text(words) == text);
        BOOST_TEST(desk::purpose_of(words.kind) == text_of(vector.at("namespace")));
        // Ed25519 signs alike each time.
        BOOST_TEST(ssh_sign(*key, desk::purpose_of(words.kind), as_bytes(text)) == signature);
        const auto read = desk::read_receipt(text);
        BOOST_REQUIRE(read.has_value());
        BOOST_TEST(read->id == words.id);
        BOOST_TEST((read->kind == words.kind));
        BOOST_TEST((read->chain == words.chain));
        BOOST_TEST((desk::receipt_signed_by(text, signature) == key->public_key()));
        for (std::size_t at = 0; at < text.size(); ++at) {
            std::string changed = text;
            changed[at] = static_cast<char>(changed[at] ^ 1);
            BOOST_TEST(!desk::receipt_signed_by(changed, signature).has_value(),
                       "byte " << at << " was changed, and the signature holds");
        }
        // What was signed as one thing is not believed as another.
        const auto other = words.kind == desk::ReceiptKind::destruction ? desk::receipt_purpose
                                                                        : desk::certificate_purpose;
        BOOST_TEST(
            !desk::receipt_signed_by(text, ssh_sign(*key, other, as_bytes(text))).has_value());
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_receipt_is_not_read_as_one) {
    for (const char* text :
         {"", "{", "[]", "{}", R"({"format": "consign receipt v1"})",
          R"({"format": "consign receipt v2", "id": "1-0000000000000000", "kind": "deposit"})"})
        BOOST_TEST(!desk::read_receipt(text).has_value());
    BOOST_TEST(!desk::read_receipt(std::string(100'000, ' ') + "{}").has_value());
}
