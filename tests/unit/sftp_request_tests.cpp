#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <set>

#include "protocols/sftp/request.hpp"
#include "tests/unit/sftp_stream_check.hpp"
#include "tests/unit/sftp_wire.hpp"

using namespace consign;
using namespace consign::sftp;
using wire::Packet;

namespace {

namespace data = boost::unit_test::data;

const auto samples = wire::every_request();

/// The request in a packet that is kept as long as it is looked at.
template <class Body>
class Parsed {
  public:
    explicit Parsed(const Packet& packet) : bytes_(packet.body()), request_(parse_request(bytes_)) {
        BOOST_REQUIRE(request_.has_value());
        BOOST_REQUIRE(std::holds_alternative<Body>(request_->body));
    }
    const Body* operator->() const { return &std::get<Body>(request_->body); }
    [[nodiscard]] const Request& request() const { return *request_; }

  private:
    Bytes bytes_;
    std::expected<Request, Refusal> request_;
};

Refusal refusal_of(const Packet& packet) {
    const auto request = parse_request(packet.body());
    BOOST_REQUIRE(!request.has_value());
    return request.error();
}

codec_errc why(const Packet& packet) {
    return refusal_of(packet).why;
}

Packet open_with(std::uint32_t flags) {
    return Packet(3, 7).text("/a").u32(flags).u32(0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sftp_request)

BOOST_DATA_TEST_CASE(each_is_read_as_it_was_written, data::make(samples)) {
    const auto request = parse_request(sample.body);
    BOOST_REQUIRE(request.has_value());
    BOOST_TEST(request->verb().name.view() == sample.name);
    if (sample.name == "init") return;
    const auto at = std::ranges::find(samples, sample.name, &wire::Sample::name);
    BOOST_TEST(request->id == static_cast<std::uint32_t>(at - samples.begin()));
    BOOST_TEST((stream_check::Encoder(*request).bytes() == sample.body));
}

BOOST_AUTO_TEST_CASE(there_is_a_sample_of_every_verb_and_every_verb_is_its_own) {
    std::set<std::string_view> names;
    std::set<std::pair<std::uint8_t, std::string_view>> keys;
    for (const Verb& verb : verbs) {
        names.insert(verb.name.view());
        keys.emplace(verb.opcode, verb.extension);
        BOOST_TEST((verb.opcode == extended_opcode) == !verb.extension.empty());
    }
    BOOST_TEST(names.size() == verbs.size());
    BOOST_TEST(keys.size() == verbs.size());
    BOOST_TEST(samples.size() == verbs.size());
    for (const auto& sample : samples) BOOST_TEST(names.contains(sample.name));
}

BOOST_DATA_TEST_CASE(each_is_refused_when_cut_at_any_length, data::make(samples)) {
    for (std::size_t size = 0; size < sample.body.size(); ++size) {
        // INIT without its extension pairs is whole.
        if (sample.name == "init" && size == 5) continue;
        const Bytes cut(sample.body.begin(),
                        sample.body.begin() + static_cast<std::ptrdiff_t>(size));
        const auto request = parse_request(cut);
        BOOST_REQUIRE(!request.has_value());
        BOOST_TEST((request.error().why == codec_errc::truncated));
        BOOST_TEST(request.error().id.has_value() == (sample.name != "init" && size >= 5));
    }
}

BOOST_DATA_TEST_CASE(each_but_write_is_refused_with_a_byte_too_many, data::make(samples)) {
    if (sample.name == "write") return;
    Bytes longer = sample.body;
    longer.push_back(0);
    const auto request = parse_request(longer);
    BOOST_REQUIRE(!request.has_value());
    const auto expected =
        sample.name == "init" ? codec_errc::truncated : codec_errc::trailing_bytes;
    BOOST_TEST((request.error().why == expected));
}

BOOST_DATA_TEST_CASE(each_is_refused_when_its_first_length_lies, data::make(samples)) {
    if (sample.name == "init") return;
    for (const std::uint32_t lie : {0x7fffffffU, 0xfffffffcU, 0xffffffffU}) {
        Bytes lying = sample.body;
        for (std::size_t byte = 0; byte < 4; ++byte)
            lying[5 + byte] = static_cast<std::uint8_t>(lie >> (24 - 8 * byte));
        BOOST_TEST((parse_request(lying).error().why == codec_errc::truncated));
    }
}

BOOST_DATA_TEST_CASE(each_holds_the_rules_when_any_four_bytes_lie, data::make(samples)) {
    for (std::size_t at = 1; at + 4 <= sample.body.size(); ++at)
        for (const int byte : {0x00, 0x7f, 0x80, 0xff}) {
            Bytes lying = sample.body;
            std::fill_n(lying.begin() + static_cast<std::ptrdiff_t>(at), 4,
                        static_cast<std::uint8_t>(byte));
            stream_check::Answers answers;
            BOOST_REQUIRE_NO_THROW(stream_check::check_packet(lying, answers));
        }
}

BOOST_AUTO_TEST_CASE(open_flags_are_those_of_section_6_3) {
    const auto flags = [](std::uint32_t bits) { return Parsed<Open>(open_with(bits))->flags; };
    BOOST_TEST((flags(0x01) == OpenFlags{.read = true}));
    BOOST_TEST((flags(0x02) == OpenFlags{.write = true}));
    BOOST_TEST((flags(0x06) == OpenFlags{.write = true, .append = true}));
    BOOST_TEST((flags(0x09) == OpenFlags{.read = true, .create = true}));
    BOOST_TEST((flags(0x12) == OpenFlags{.write = true, .truncate = true}));
    BOOST_TEST((flags(0x2a) == OpenFlags{.write = true, .create = true, .exclusive = true}));
    BOOST_TEST((flags(0x41) == OpenFlags{.read = true}));
}

BOOST_DATA_TEST_CASE(open_flags_that_contradict_each_other_are_refused,
                     data::make({0x00U, 0x04U, 0x05U, 0x08U, 0x11U, 0x19U, 0x22U, 0x38U})) {
    const auto refusal = refusal_of(open_with(sample));
    BOOST_TEST((refusal.why == codec_errc::bad_field));
    BOOST_TEST(refusal.id.value() == 7U);
    BOOST_TEST(refusal.opcode == 3U);
}

BOOST_AUTO_TEST_CASE(a_read_only_account_may_open_to_read_alone) {
    BOOST_TEST(!Parsed<Open>(open_with(0x01)).request().changes());
    for (const std::uint32_t bits : {0x02U, 0x03U, 0x09U, 0x1aU})
        BOOST_TEST(Parsed<Open>(open_with(bits)).request().changes());
    BOOST_TEST(Parsed<Remove>(Packet(13, 1).text("/a")).request().changes());
    BOOST_TEST(!Parsed<Stat>(Packet(17, 1).text("/a")).request().changes());
}

BOOST_AUTO_TEST_CASE(a_write_views_its_payload_where_it_lies) {
    const Bytes packet = Packet(6, 1).text("h").u64(9).text("payload").body();
    const auto request = parse_request(packet);
    const auto& write = std::get<Write>(request->body);
    BOOST_TEST(write.data.data() == packet.data() + packet.size() - 7);
    BOOST_TEST(as_text(write.data) == "payload");
}

BOOST_AUTO_TEST_CASE(a_write_may_lie_in_a_longer_packet_as_rclone_sends_it) {
    const Parsed<Write> write(Packet(6, 1).text("h").u64(9).text("payload").raw("left over"));
    BOOST_TEST(as_text(write->data) == "payload");
    BOOST_TEST(write->offset == 9U);
}

BOOST_AUTO_TEST_CASE(a_handle_has_at_most_256_bytes) {
    BOOST_TEST(Parsed<Close>(Packet(4, 1).text(std::string(256, 'h')))->handle.size() == 256U);
    BOOST_TEST((why(Packet(4, 1).text(std::string(257, 'h'))) == codec_errc::bad_field));
    BOOST_TEST(
        (why(Packet("copy-data", 1).text("h").u64(0).u64(0).text(std::string(257, 'h')).u64(0)) ==
         codec_errc::bad_field));
}

BOOST_AUTO_TEST_CASE(no_offset_and_no_end_is_past_that_of_off_t) {
    constexpr std::uint64_t last = 0x7fffffffffffffff;
    BOOST_TEST(Parsed<Read>(Packet(5, 1).text("h").u64(last).u32(~0U))->offset == last);
    BOOST_TEST((why(Packet(5, 1).text("h").u64(last + 1).u32(1)) == codec_errc::bad_field));
    BOOST_TEST(Parsed<Write>(Packet(6, 1).text("h").u64(last - 1).text("x"))->offset == last - 1);
    BOOST_TEST((why(Packet(6, 1).text("h").u64(last).text("x")) == codec_errc::bad_field));
    BOOST_TEST((why(Packet(6, 1).text("h").u64(~0ULL).text("xx")) == codec_errc::bad_field));
    BOOST_TEST((why(Packet(10, 1).text("h").u32(1).u64(last + 1)) == codec_errc::bad_field));
    BOOST_TEST((why(Packet("copy-data", 1).text("h").u64(0).u64(last + 1).text("h").u64(0)) ==
                codec_errc::bad_field));
}

BOOST_AUTO_TEST_CASE(attributes_are_there_as_the_flags_say) {
    const Parsed<Setstat> all(Packet(9, 1).text("/a").attributes(wire::all_attributes));
    BOOST_TEST((all->attributes == wire::all_attributes));
    const Parsed<Setstat> none(Packet(9, 1).text("/a").u32(0));
    BOOST_TEST((none->attributes == Attributes{}));
    const Parsed<Setstat> times(Packet(9, 1).text("/a").u32(8).u32(5).u32(6));
    BOOST_TEST((times->attributes == Attributes{.times = Attributes::Times{5, 6}}));
}

BOOST_AUTO_TEST_CASE(extended_attributes_are_read_over_up_to_a_limit) {
    Packet packet = Packet(14, 1).text("/a").u32(0x80000004).u32(0700).u32(32);
    for (int pair = 0; pair < 32; ++pair) packet.text("acl@example.org").text("value");
    BOOST_TEST(Parsed<Mkdir>(packet)->attributes.permissions.value() == 0700U);
    Packet many = Packet(14, 1).text("/a").u32(0x80000000).u32(33);
    for (int pair = 0; pair < 33; ++pair) many.text("").text("");
    BOOST_TEST((why(many) == codec_errc::bad_field));
    BOOST_TEST((why(Packet(14, 1).text("/a").u32(0x80000000).u32(2).text("a").text("b")) ==
                codec_errc::truncated));
}

BOOST_AUTO_TEST_CASE(flags_of_later_versions_are_passed_over_but_not_what_they_bring) {
    BOOST_TEST((Parsed<Setstat>(Packet(9, 1).text("/a").u32(0x10))->attributes == Attributes{}));
    BOOST_TEST((why(Packet(9, 1).text("/a").u32(0x10).u64(1)) == codec_errc::trailing_bytes));
}

BOOST_AUTO_TEST_CASE(init_has_a_version_and_no_id) {
    BOOST_TEST(Parsed<Init>(Packet(1).u32(6))->version == 6U);
    const auto refusal = refusal_of(Packet(1).u32(3).text("name without data"));
    BOOST_TEST((refusal.why == codec_errc::truncated));
    BOOST_TEST(!refusal.id.has_value());
}

BOOST_DATA_TEST_CASE(what_is_not_in_the_table_is_told_from_what_is_malformed,
                     data::make({0U, 2U, 21U, 101U, 105U, 199U, 201U, 255U})) {
    const Parsed<Unsupported> unknown(
        Packet(static_cast<std::uint8_t>(sample), 42).raw("anything at all"));
    BOOST_TEST(unknown.request().id == 42U);
    BOOST_TEST(unknown->opcode == sample);
    BOOST_TEST(!unknown.request().changes());
    BOOST_TEST((why(Packet(static_cast<std::uint8_t>(sample)).raw("id")) == codec_errc::truncated));
}

BOOST_DATA_TEST_CASE(an_extension_is_known_by_its_whole_name,
                     data::make({"", "statvfs", "statvfs@openssh.co", "statvfs@openssh.comm",
                                 "STATVFS@openssh.com", "vendor-id"})) {
    const Parsed<Unsupported> unknown(Packet(std::string_view(sample), 42).text("/"));
    BOOST_TEST(unknown->extension == sample);
    BOOST_TEST(unknown->opcode == 200U);
    BOOST_TEST(unknown.request().id == 42U);
}

BOOST_AUTO_TEST_CASE(a_range_to_hash_is_read_from_all_three_names) {
    const auto range = [](std::string_view name, std::uint32_t block) {
        return Packet(name, 1).text("x").text("sha256,md5").u64(1).u64(2).u32(block);
    };
    BOOST_TEST(Parsed<CheckFileName>(range("check-file-name", 0))->path == "x");
    BOOST_TEST(as_text(Parsed<CheckFile>(range("check-file", 256))->handle) == "x");
    const Parsed<CheckFileHandle> request(range("check-file-handle", 65536));
    BOOST_TEST(request->range.algorithms == "sha256,md5");
    BOOST_TEST(request->range.offset == 1U);
    BOOST_TEST(request->range.length_bytes == 2U);
    BOOST_TEST(request->range.block_size_bytes == 65536U);
    BOOST_TEST((why(range("check-file-name", 255)) == codec_errc::bad_field));
}

BOOST_AUTO_TEST_CASE(numbers_of_users_are_read_in_place_up_to_a_limit) {
    const auto numbers = [](std::size_t count) {
        std::string encoded;
        for (std::size_t index = 0; index < count; ++index)
            encoded += std::string("\0\0", 2) + static_cast<char>(index >> 8) +
                       static_cast<char>(index & 0xff);
        return encoded;
    };
    const auto request = [](const std::string& users, const std::string& groups) {
        return Packet("users-groups-by-id@openssh.com", 1).text(users).text(groups);
    };
    const Parsed<UsersGroupsById> most(request(numbers(1024), ""));
    BOOST_TEST(most->users.size() == 1024U);
    BOOST_TEST(most->users[1023] == 1023U);
    BOOST_TEST(most->groups.size() == 0U);
    BOOST_TEST((why(request("", numbers(1025))) == codec_errc::bad_field));
    BOOST_TEST((why(request("abc", "")) == codec_errc::bad_field));
}

BOOST_AUTO_TEST_SUITE_END()
