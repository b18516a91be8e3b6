#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>

#include "base/ssh_signature.hpp"
#include "desk/audit/export_lines.hpp"
#include "desk/audit/export_manifest.hpp"
#include "desk/site/rfc3339.hpp"
#include "storage/ledger/row.hpp"

using namespace consign;
namespace json = boost::json;

namespace {

std::string text_of(const json::value& value) {
    return json::value_to<std::string>(value);
}

Digest32 digest_of(const json::value& value) {
    Digest32 digest{};
    std::ranges::copy(from_hex(text_of(value)).value(), digest.begin());
    return digest;
}

ledger::ExcerptRow row_of(const json::object& given) {
    const std::string kind = text_of(given.at("kind"));
    ledger::ExcerptRow row{.sequence = given.at("sequence").to_number<std::int64_t>(),
                           .bytes = from_hex(text_of(given.at("row"))).value(),
                           .hash = digest_of(given.at("hash")),
                           .is_canonical = !kind.starts_with("malformed")};
    row.in_scope = kind != "out" && kind != "misfit" && kind != "malformed out";
    if (kind == "forgotten") row.openings = ledger::Openings::forgotten;
    if (kind == "altered") row.openings = ledger::Openings::altered;
    if (kind != "opened") return row;
    row.openings = ledger::Openings::opened;
    for (const json::value& item : given.at("fields").as_array()) {
        const json::array& field = item.as_array();
        row.fields.push_back({.name = text_of(field[0]),
                              .salt = digest_of(field[1]),
                              .value = std::string(as_text(from_hex(text_of(field[2])).value()))});
    }
    return row;
}

json::object vectors() {
    std::ifstream in(CONSIGN_SOURCE_DIR "/tests/vectors/export.json");
    const std::string content(std::istreambuf_iterator<char>(in), {});
    return json::parse(content).as_object();
}

}  // namespace

BOOST_AUTO_TEST_CASE(rows_are_as_their_page_says) {
    const auto given = vectors();
    desk::ExportLines lines(0, digest_of(given.at("previous")), {"address", "path", "subject"});
    for (const json::value& row : given.at("rows").as_array()) lines.add(row_of(row.as_object()));
    lines.finish();
    BOOST_TEST(lines.take() == text_of(given.at("lines")));
    BOOST_TEST(lines.rows() == given.at("rows").as_array().size());
}

BOOST_AUTO_TEST_CASE(a_manifest_is_as_its_page_says) {
    const auto given = vectors();
    const std::string lines = text_of(given.at("lines")), text = text_of(given.at("manifest"));
    const auto told = json::parse(text).as_object();
    const auto key = Ed25519Key::from_pem(as_bytes(text_of(given.at("private_key"))));
    BOOST_REQUIRE(key.has_value());
    desk::ExportManifest manifest{
        .site = text_of(told.at("site")),
        .chain = Id::from_hex(text_of(told.at("chain"))),
        .first = 1,
        .last = 12,
        .previous = digest_of(told.at("previous")),
        .head = digest_of(told.at("head")),
        .rows = 12,
        .shown = 6,
        .time = desk::from_rfc3339(text_of(told.at("time"))).value(),
        .asked_by = "admin:root",
        .witness = ssh_fingerprint(key->public_key()),
        .checkpoint = "made",
        .scope = {.account = "lab",
                  .from = desk::from_rfc3339("2026-11-01T00:00:00Z"),
                  .until = desk::from_rfc3339("2026-12-01T00:00:00Z"),
                  .stream = Id::from_hex("0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"),
                  .person = ledger::ExcerptPerson{.subject = "HNORD/4711", .streams = {}}},
        .fields = {"address", "path", "subject"},
        .files = {
            {"rows.jsonl", {.bytes = lines.size(), .sha256 = evp::sha256({as_bytes(lines)})}}}};
    BOOST_TEST(desk::manifest_text(manifest) == text);
    BOOST_TEST(desk::manifest_text(manifest).find("HNORD") == std::string::npos);
    BOOST_TEST(ssh_sign(*key, desk::export_purpose, as_bytes(text)) ==
               text_of(given.at("signature")));
}
