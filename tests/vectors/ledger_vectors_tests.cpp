#include <algorithm>
#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "storage/catalog/bound.hpp"
#include "storage/catalog/name_index.hpp"
#include "storage/catalog/subject_facts.hpp"
#include "storage/catalog/subject_index.hpp"
#include "storage/database/sealed_cell.hpp"
#include "storage/ledger/commitment.hpp"
#include "storage/ledger/event_index.hpp"
#include "storage/ledger/row.hpp"

using namespace consign;
namespace json = boost::json;

namespace {

json::object read_vectors() {
    std::ifstream in(CONSIGN_SOURCE_DIR "/tests/vectors/ledger.json");
    const std::string text(std::istreambuf_iterator<char>(in), {});
    return json::parse(text).as_object();
}

std::string text_of(const json::value& value) {
    return json::value_to<std::string>(value);
}

Bytes bytes_of(const json::value& hex) {
    return from_hex(text_of(hex)).value();
}

template <std::size_t Size>
std::array<std::uint8_t, Size> array_of(const json::value& hex) {
    const Bytes bytes = bytes_of(hex);
    BOOST_REQUIRE(bytes.size() == Size);
    std::array<std::uint8_t, Size> array{};
    std::ranges::copy(bytes, array.begin());
    return array;
}

ledger::Event event_of(const json::object& row) {
    ledger::Event event;
    event.time = from_microseconds(row.at("time").to_number<std::int64_t>());
    event.action = static_cast<ledger::Action>(row.at("action").to_number<std::uint16_t>());
    event.outcome = static_cast<ledger::Outcome>(row.at("outcome").to_number<std::uint8_t>());
    event.session = Id(array_of<16>(row.at("session")));
    event.account = text_of(row.at("account"));
    event.protocol = text_of(row.at("protocol"));
    event.rule = text_of(row.at("rule"));
    event.detail = text_of(row.at("detail"));
    event.stream = Id(array_of<16>(row.at("stream")));
    event.bytes = row.at("bytes").to_number<std::uint64_t>();
    event.count = row.at("count").to_number<std::uint64_t>();
    event.policy = array_of<32>(row.at("policy"));
    return event;
}

std::vector<ledger::OpenedField> fields_of(const json::object& row) {
    std::vector<ledger::OpenedField> fields;
    for (const json::value& field : row.at("fields").as_array())
        fields.push_back({.name = text_of(field.at("name")),
                          .salt = array_of<32>(field.at("salt")),
                          .value = std::string(as_text(bytes_of(field.at("value"))))});
    return fields;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ledger_vectors)

BOOST_AUTO_TEST_CASE(rows_and_their_chain_are_those_of_the_page) {
    const json::object vectors = read_vectors();
    const Id chain(array_of<16>(vectors.at("chain")));
    Digest32 previous = ledger::chain_start(chain);
    BOOST_TEST(to_hex(previous) == text_of(vectors.at("chain_start")));
    BOOST_TEST(vectors.at("rows").as_array().size() == 3U);
    for (const json::value& value : vectors.at("rows").as_array()) {
        const json::object& row = value.as_object();
        const auto fields = fields_of(row);
        for (std::size_t place = 0; place < fields.size(); ++place)
            BOOST_TEST(to_hex(ledger::commitment(fields[place])) ==
                       text_of(row.at("fields").at(place).at("commitment")));
        const Bytes committed = ledger::commitments(fields);
        BOOST_TEST(to_hex(committed) == text_of(row.at("commitments")));
        BOOST_TEST(to_hex(ledger::openings(fields)) == text_of(row.at("openings")));
        const Bytes bytes = ledger::row_bytes(chain, row.at("sequence").to_number<std::int64_t>(),
                                              event_of(row), committed);
        BOOST_TEST(to_hex(bytes) == text_of(row.at("row")));
        previous = ledger::chain_hash(previous, bytes);
        BOOST_TEST(to_hex(previous) == text_of(row.at("hash")));
    }
}

BOOST_AUTO_TEST_CASE(openings_of_the_page_open_its_commitments) {
    const json::object vectors = read_vectors();
    const json::value& row = vectors.at("rows").as_array().at(1);
    const auto personal =
        ledger::open_commitments(bytes_of(row.at("commitments")), bytes_of(row.at("openings")));
    BOOST_REQUIRE(personal.has_value());
    BOOST_TEST(personal->path == "/lab/in/r\xe9sultat.hl7");
    BOOST_TEST(personal->second_path == "/partner/r.hl7");
    BOOST_TEST(personal->address == "192.0.2.7");
    BOOST_TEST(personal->subject == "\xc3\x89LODIE^1234");
    BOOST_TEST(personal->sha256.size() == 64U);
}

BOOST_AUTO_TEST_CASE(cells_are_those_of_the_page) {
    const json::object vectors = read_vectors();
    BOOST_TEST(vectors.at("cells").as_array().size() == 6U);
    for (const json::value& vector : vectors.at("cells").as_array()) {
        evp::Gcm gcm(SecretKey(array_of<32>(vector.at("key"))));
        const std::string table = text_of(vector.at("table"));
        const std::string column = text_of(vector.at("column"));
        const Bytes bound = bytes_of(vector.at("bound"));
        // The bound columns are as storage/catalog/bound.hpp writes them.
        const Id stream = *Id::from_bytes(*from_hex("000102030405060708090a0b0c0d0e0f"));
        if (table == "nodes")
            BOOST_TEST(
                (bound == catalog::bound_to_node(7, catalog::Kind::file, 9,
                                                 catalog::Standing::deposited, "lab-biomed")));
        if (table == "files")
            BOOST_TEST((bound == catalog::bound_to_file(stream, 1788, "lab-biomed")));
        if (table == "uploads")
            BOOST_TEST((bound == catalog::bound_to_upload({.stream = stream,
                                                           .account = "lab-biomed",
                                                           .path = {},
                                                           .base = *Id::from_bytes(*from_hex(
                                                               "101112131415161718191a1b1c1d1e1f")),
                                                           .origin = "lab-virology",
                                                           .fixed_bytes = 600},
                                                          7)));
        const Bytes cell = database::seal_cell(gcm, vector.at("key_id").to_number<keyring::KeyId>(),
                                               array_of<12>(vector.at("nonce")),
                                               {.table = table,
                                                .column = column,
                                                .row = vector.at("row").to_number<std::int64_t>(),
                                                .bound = bound},
                                               bytes_of(vector.at("plain")));
        BOOST_TEST(to_hex(cell) == text_of(vector.at("cell")));
    }
}

BOOST_AUTO_TEST_CASE(name_indexes_are_those_of_the_page) {
    const json::object vectors = read_vectors();
    BOOST_TEST(vectors.at("name_indexes").as_array().size() == 4U);
    for (const json::value& vector : vectors.at("name_indexes").as_array())
        BOOST_TEST(to_hex(catalog::name_index(SecretKey(array_of<32>(vector.at("key"))),
                                              vector.at("parent").to_number<std::int64_t>(),
                                              as_text(bytes_of(vector.at("name"))))) ==
                   text_of(vector.at("index")));
}

BOOST_AUTO_TEST_CASE(index_tokens_are_those_of_the_page) {
    using ledger::IndexField;
    const std::map<std::string, IndexField> fields{
        {"name", IndexField::name},
        {"place", IndexField::place},
        {"moved to", IndexField::moved_to},
        {"sha256", IndexField::sha256},
        {"address", IndexField::address},
        {"subject", IndexField::subject},
        {"session address", IndexField::session_address}};
    const json::object vectors = read_vectors();
    BOOST_TEST(vectors.at("index_tokens").as_array().size() == 8U);
    for (const json::value& vector : vectors.at("index_tokens").as_array()) {
        const auto key = ledger::index_key(SecretKey(array_of<32>(vector.at("key"))));
        BOOST_TEST(to_hex(ledger::index_token(key, fields.at(text_of(vector.at("field"))),
                                              as_text(bytes_of(vector.at("value"))))) ==
                   text_of(vector.at("token")));
    }
}

BOOST_AUTO_TEST_CASE(facts_of_a_subject_are_those_of_the_page) {
    const json::object vectors = read_vectors();
    const auto& cells = vectors.at("cells").as_array();
    const auto cell = std::ranges::find_if(
        cells, [](const json::value& one) { return text_of(one.at("table")) == "subjects"; });
    BOOST_REQUIRE((cell != cells.end()));
    const Bytes plain = bytes_of(cell->at("plain"));
    using namespace std::chrono_literals;
    const catalog::SubjectFacts facts{
        .authority = "HNORD",
        .id = "\xc3\x89LODIE-1234",
        .born = {.day = std::chrono::sys_days{1904y / 2 / 29}, .source = catalog::Source::message}};
    BOOST_TEST((catalog::facts_of(plain) == facts));
    BOOST_TEST(to_hex(catalog::to_bytes(facts)) == to_hex(plain));
    for (std::size_t length = 0; length < plain.size(); ++length)
        BOOST_TEST(!catalog::facts_of(ByteView(plain).first(length)).has_value());
}

BOOST_AUTO_TEST_CASE(subject_indexes_are_those_of_the_page) {
    const json::object vectors = read_vectors();
    BOOST_TEST(vectors.at("subject_indexes").as_array().size() == 4U);
    for (const json::value& vector : vectors.at("subject_indexes").as_array())
        BOOST_TEST(to_hex(catalog::subject_index(SecretKey(array_of<32>(vector.at("key"))),
                                                 as_text(bytes_of(vector.at("authority"))),
                                                 as_text(bytes_of(vector.at("id"))))) ==
                   text_of(vector.at("index")));
}

BOOST_AUTO_TEST_SUITE_END()
