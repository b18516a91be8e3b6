#include "desk/receipts/receipt_reading.hpp"
#include "desk/receipts/receipt_verbs.hpp"
#include "retention_site.hpp"

using namespace consign;
using namespace consign::testing;
namespace json = boost::json;

namespace {

struct Fixture {
    Ed25519Key witness = Ed25519Key::generate();
    RetentionSite site;
    Peer drop{site, "drop"};
    Peer partner{site, "partner"};
    const Bytes content = content_of(1000);

    Fixture() {
        site.site().witness = &witness;
        required(drop.put("/in/a.hl7", content));
        required(drop.put("/in/b.hl7", content_of(1000, 2)));
        site.clock.advance(hours(1));
        required(partner.get("/out/a.hl7"));
    }
    std::vector<std::string> kinds(json::object arguments) {
        auto answer = site.ask("receipt.find", std::move(arguments));
        BOOST_REQUIRE_MESSAGE(answer.end.has_value(), (answer.end ? "" : answer.end.error()));
        std::vector<std::string> found;
        for (const auto& row : answer.rows)
            found.push_back(std::string(row.at("kind").as_string()));
        return found;
    }
    using Kinds = std::vector<std::string>;
    std::string first_id() {
        return std::string(site.ask("receipt.find").rows.at(0).at("id").as_string());
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(receipt_verbs, Fixture)

BOOST_AUTO_TEST_CASE(receipts_are_found_by_what_is_asked) {
    BOOST_TEST((kinds({}) == Kinds{"deposit", "deposit", "retrieval"}));
    BOOST_TEST((kinds({{"account", "drop"}}) == Kinds{"deposit", "deposit"}));
    BOOST_TEST((kinds({{"account", "partner"}}) == Kinds{"retrieval"}));
    BOOST_TEST((kinds({{"kind", "retrieval"}}) == Kinds{"retrieval"}));
    BOOST_TEST((kinds({{"file", "/drop/in/a.hl7"}, {"account", "drop"}}) == Kinds{"deposit"}));
    const std::string sha256 = to_hex(evp::sha256({content}));
    BOOST_TEST((kinds({{"sha256", sha256}}) == Kinds{"deposit", "retrieval"}));
    BOOST_TEST((kinds({{"sha256", sha256}, {"account", "partner"}}) == Kinds{"retrieval"}));
    const auto stream = entry_at(site, "/drop/in/a.hl7")->file->stream.hex();
    BOOST_TEST((kinds({{"file", stream}}) == Kinds{"deposit", "retrieval"}));
    BOOST_TEST((kinds({{"from", desk::rfc3339(site.clock.now())}}) == Kinds{"retrieval"}));
    BOOST_TEST((kinds({{"until", desk::rfc3339(site.clock.now())}, {"account", "drop"}}) ==
                Kinds{"deposit", "deposit"}));
    // A slip of the pen is no answer.
    const auto nobody = site.ask("receipt.find", {{"account", "nobody"}});
    BOOST_TEST_REQUIRE(!nobody.end.has_value());
    BOOST_TEST(nobody.end.error().starts_with("nobody is known as nobody"));
    const auto newest = site.ask("receipt.find", {{"account", "drop"}, {"limit", 1}});
    BOOST_TEST(newest.rows.at(0).at("name").as_string() == "/drop/in/b.hl7");
    BOOST_TEST(newest.end->at("more").as_bool());
    for (json::object wrong : {json::object{{"sha256", "12"}}, json::object{{"kind", "all"}},
                               json::object{{"file", "a\\"}}})
        BOOST_TEST(!site.ask("receipt.find", std::move(wrong)).end.has_value());
}

BOOST_AUTO_TEST_CASE(few_among_many_are_found_all_the_same) {
    for (int number = 0; number < 40; ++number) {
        auto download = required(partner.collect("/out/b.hl7"));
        site.run(download->finish(desk::Download::End::in_order));  // nothing of it
    }
    BOOST_TEST((kinds({{"kind", "retrieval"}, {"limit", 1}}) == Kinds{"retrieval"}));
    BOOST_TEST((kinds({{"limit", 2}}) == Kinds{"deposit", "retrieval"}));
}

BOOST_AUTO_TEST_CASE(certificates_are_found_as_receipts_are) {
    BOOST_TEST(site.pass(days(31)) == 2U);
    BOOST_TEST((kinds({{"kind", "certificate"}}) == Kinds{"destruction", "destruction"}));
    BOOST_TEST((kinds({{"kind", "certificate"}, {"account", "drop"}, {"limit", 1}}) ==
                Kinds{"destruction"}));
    BOOST_TEST((kinds({{"sha256", to_hex(evp::sha256({content}))}}) ==
                Kinds{"deposit", "retrieval", "destruction"}));
}

BOOST_AUTO_TEST_CASE(one_is_shown_with_all_that_verifies_it) {
    const auto shown = site.ask("receipt.show", {{"id", first_id()}});
    BOOST_REQUIRE(shown.rows.size() == 1U);
    const auto text = [&](const char* name) {
        return std::string(shown.rows[0].at(name).as_string());
    };
    BOOST_TEST((desk::receipt_signed_by(text("text"), text("signature")) == witness.public_key()));
    BOOST_TEST(text("allowed_signers").find(ssh_public_key(witness.public_key())) !=
               std::string::npos);
    BOOST_TEST(!site.ask("receipt.show", {{"id", "1-0000000000000000"}}).end.has_value());
    BOOST_TEST(!site.ask("receipt.show", {{"id", "../../etc"}}).end.has_value());
}

BOOST_AUTO_TEST_CASE(whether_its_row_stands_is_told) {
    const auto shown = site.ask("receipt.show", {{"id", first_id()}});
    const auto read =
        desk::read_receipt(std::string(shown.rows.at(0).at("text").as_string())).value();
    json::object asked{{"id", read.id}, {"hash", to_hex(read.hash)}, {"chain", read.chain.hex()}};
    const auto found = site.granted("receipt.check", asked);
    BOOST_TEST(found.at("stands").as_bool());
    BOOST_TEST(!found.at("vouched").as_bool());
    BOOST_TEST(found.at("witness").as_string() == ssh_public_key(witness.public_key()));
    asked["chain"] = std::string(32, '0');
    BOOST_TEST(!site.granted("receipt.check", asked).at("ours").as_bool());
    asked["chain"] = read.chain.hex();
    asked["hash"] = std::string(64, '0');
    BOOST_TEST(!site.granted("receipt.check", asked).at("stands").as_bool());
}

BOOST_AUTO_TEST_CASE(a_row_that_was_changed_does_not_stand_whatever_its_hash) {
    const auto shown = site.ask("receipt.show", {{"id", first_id()}});
    BOOST_TEST(!shown.rows.at(0).at("vouched").as_bool());
    const std::string text(shown.rows.at(0).at("text").as_string());
    const auto read = desk::read_receipt(text).value();
    const json::object asked{
        {"id", read.id}, {"hash", to_hex(read.hash)}, {"chain", read.chain.hex()}, {"text", text}};
    const auto with = [&](std::string_view field, json::value value) {
        auto fields = read.fields;
        fields[field] = std::move(value);
        auto other = asked;
        other["text"] = json::serialize(fields);
        return site.granted("receipt.check", other);
    };
    const auto found = site.granted("receipt.check", asked);
    BOOST_TEST(found.at("stands").as_bool());
    BOOST_TEST(found.at("says").as_string() == "this");
    BOOST_TEST(found.at("differ").as_array().empty());
    // Of the moment of making, and not of the ledger; and yet it is told.
    for (const char* field : {"site", "witness"}) {
        const auto other = with(field, "another");
        BOOST_TEST(other.at("says").as_string() == "this", field);
        BOOST_TEST((other.at("differ").as_array() == json::array{field}), field);
    }
    for (const char* field : {"account", "time", "name", "sha256", "login_key", "rule"}) {
        const auto other = with(field, "another");
        BOOST_TEST(other.at("stands").as_bool());
        BOOST_TEST(other.at("says").as_string() == "another", field);
    }
    BOOST_TEST(with("size", 999'999).at("says").as_string() == "another");

    const auto row = read.fields.at("row").as_int64();
    site.alter(("UPDATE events SET personal = zeroblob(length(personal)) WHERE sequence = " +
                std::to_string(row))
                   .c_str());
    BOOST_TEST(site.granted("receipt.check", asked).at("stands").as_bool());
    BOOST_TEST(site.granted("receipt.check", asked).at("says").as_string() == "forgotten");
    site.alter(
        ("UPDATE events SET account = 'ftp' WHERE sequence = " + std::to_string(row)).c_str());
    BOOST_TEST(!site.granted("receipt.check", asked).at("stands").as_bool());
    const auto refused = site.ask("receipt.show", {{"id", read.id}});
    BOOST_REQUIRE(!refused.end.has_value());
    BOOST_TEST(refused.end.error().find("consign audit verify") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(each_act_stands_in_the_ledger) {
    static_cast<void>(site.new_events());
    const auto id = first_id();
    static_cast<void>(site.ask("receipt.show", {{"id", id}}));
    static_cast<void>(site.ask("receipt.show", {{"id", "1-0000000000000000"}}));
    std::vector<std::string> acts;
    for (const auto& event : site.new_events())
        acts.push_back(event.detail + " " + std::string(name_of(event.outcome)));
    BOOST_TEST((acts == std::vector<std::string>{"receipt find granted", "receipt show granted",
                                                 "receipt show failed"}));
}

BOOST_AUTO_TEST_SUITE_END()
