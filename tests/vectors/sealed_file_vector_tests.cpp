// The vectors of sealed_file_vectors.py: made by another program, from the formats' pages alone.
#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>

#include "component/vault_fixture.hpp"

using namespace consign;
using namespace consign::testing;
using vault::chunk_bytes;
using vault::vault_errc;

namespace json = boost::json;

namespace {

json::value parsed_vectors() {
    std::ifstream file(CONSIGN_SOURCE_DIR "/tests/vectors/sealed_file/vectors.json");
    BOOST_REQUIRE(file.good());
    return json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
}

std::string text(const json::value& object, const char* name) {
    return std::string(object.at(name).as_string());
}
std::size_t number(const json::value& value) {
    return value.to_number<std::size_t>();
}

Bytes content_of(std::size_t size) {
    Bytes content(size);
    for (std::size_t at = 0; at < size; ++at)
        content[at] = static_cast<std::uint8_t>(at * 7 + (at >> 8));
    return content;
}

Bytes edited(Bytes bytes, const json::value& vector) {
    for (const json::value& value : vector.at("edits").as_array()) {
        const json::object& edit = value.as_object();
        const auto position = [&](const char* name) {
            return bytes.begin() + static_cast<std::ptrdiff_t>(number(edit.at(name)));
        };
        if (edit.contains("flip"))
            *position("flip") ^= 1;
        else if (edit.contains("zero"))
            std::fill_n(position("zero"), number(edit.at("length")), std::uint8_t{0});
        else if (edit.contains("cut"))
            bytes.resize(number(edit.at("cut")));
        else if (edit.contains("replace"))
            std::ranges::copy(*evp::from_base64(text(value, "with")), position("replace"));
        else
            std::ranges::copy(*evp::from_base64(text(value, "append")), std::back_inserter(bytes));
    }
    return bytes;
}

/// The vectors' keyring, and a vault that a sealed file can be put into by hand.
struct VectorVault {
    VectorVault() {
        must(disk.make_directory("/keys"));
        put("/keys/keyring", as_bytes(text(vectors, "keyring")));
        const SecretKey root(
            std::span<const std::uint8_t>(*from_hex(text(vectors, "root"))).first<32>());
        keys = must(keyring::Keyring::open(disk, "/keys/keyring", root, random));
        vault = must(vault::Vault::open(disk, "/store", *keys, random, {}));
        for (const json::value& good : vectors.at("good").as_array())
            sealed[text(good, "name")] = {*Id::from_hex(text(good, "stream")),
                                          *evp::from_base64(text(good, "sealed"))};
    }
    void put(const Disk::Path& path, ByteView bytes) {
        std::ignore = disk.remove(path);
        must(must(disk.create(path))->write_at(0, bytes));
    }
    Result<std::unique_ptr<vault::SealedReader>> open(const Id& stream, ByteView bytes) {
        const auto path = VaultFixture::vault_path(stream);
        must(disk.make_directory(path.parent_path()));
        put(path, bytes);
        return vault->open(stream);
    }

    struct SealedVector {
        Id stream;
        Bytes bytes;
    };
    json::value vectors = parsed_vectors();
    RecordingDisk disk;
    SeededRandom random{1};
    std::unique_ptr<keyring::Keyring> keys;
    std::unique_ptr<vault::Vault> vault;
    std::map<std::string, SealedVector> sealed;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sealed_file_vectors, VectorVault)

BOOST_AUTO_TEST_CASE(give_the_keyring_its_keys) {
    using keyring::Purpose;
    BOOST_TEST(keys->current(Purpose::content) == 1U);
    BOOST_TEST(keys->current(Purpose::name) == 2U);
    BOOST_TEST(keys->current(Purpose::index) == 3U);
    BOOST_TEST(must(keys->period_key_for(test_time, Purpose::ledger_period)) == 5U);
    BOOST_TEST(must(keys->period_key_for(test_time, Purpose::file_trace)) == 6U);
    BOOST_TEST(
        (keys->key(Purpose::ledger_period, 4).error() == keyring::keyring_errc::no_such_key));
    for (const auto& [purpose, id] : {std::pair{Purpose::content, 1U},
                                      {Purpose::name, 2U},
                                      {Purpose::index, 3U},
                                      {Purpose::ledger_period, 5U},
                                      {Purpose::file_trace, 6U}})
        BOOST_TEST(to_hex(must(keys->key(purpose, id)).bytes()) ==
                   to_hex(evp::sha256({as_bytes("key " + std::to_string(id))})));
}

BOOST_AUTO_TEST_CASE(come_out_whole_where_they_are_good) {
    for (const json::value& good : vectors.at("good").as_array()) {
        BOOST_TEST_CONTEXT(text(good, "name")) {
            const auto& [stream, bytes] = sealed.at(text(good, "name"));
            const auto reader = must(open(stream, bytes));
            const auto& facts = reader->facts();
            BOOST_TEST(facts.size_bytes == number(good.at("size")));
            BOOST_TEST(to_hex(facts.sha256) == text(good, "sha256"));
            BOOST_TEST(facts.deposit.path == text(good, "path"));
            BOOST_TEST(facts.deposit.account == text(good, "account"));
            BOOST_TEST(to_microseconds(facts.deposit.opened) ==
                       good.at("opened").to_number<std::int64_t>());
            BOOST_TEST((must(read_all(*reader)) == content_of(facts.size_bytes)));
        }
    }
}

BOOST_AUTO_TEST_CASE(are_refused_for_the_reason_they_name_and_give_out_no_more_than_they_say) {
    for (const json::value& bad : vectors.at("bad").as_array()) {
        BOOST_TEST_CONTEXT(text(bad, "name") << ": " << text(bad, "reason")) {
            const auto& [stream, bytes] = sealed.at(text(bad, "of"));
            std::size_t given = 0;
            std::error_code error;
            if (auto reader = open(stream, edited(bytes, bad)); !reader) {
                error = reader.error();
            } else {
                const Bytes content = content_of((*reader)->facts().size_bytes);
                Bytes chunk(chunk_bytes);
                while (!error) {
                    const auto count = (*reader)->read(given, chunk);
                    if (!count) {
                        error = count.error();
                        continue;
                    }
                    BOOST_REQUIRE_GT(*count, 0U);  // the end, and no error
                    BOOST_REQUIRE(std::ranges::equal(ByteView(chunk).first(*count),
                                                     ByteView(content).subspan(given, *count)));
                    given += *count;
                }
            }
            BOOST_TEST((error == vault_errc::altered));
            BOOST_TEST(given == number(bad.at("gives_out")));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
