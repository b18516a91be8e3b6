#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "protocols/ftps/codec_errc.hpp"
#include "protocols/ftps/command_reader.hpp"

using namespace consign;
using namespace consign::ftps;
using namespace std::string_view_literals;

namespace {

/// "VERB|argument", or "!" and the error's name, of each line that the reader has.
std::vector<std::string> drained(CommandReader& reader) {
    std::vector<std::string> lines;
    while (const auto command = reader.next()) {
        if (*command)
            lines.push_back((*command)->verb + "|" + (*command)->argument);
        else
            lines.emplace_back(command->error() == ftp_codec_errc::line_too_long ? "!long"
                                                                                 : "!none");
    }
    return lines;
}

std::vector<std::string> read_whole(std::string_view stream) {
    CommandReader reader;
    reader.feed(as_bytes(stream));
    return drained(reader);
}

struct Stream {
    std::string_view bytes;
    std::vector<std::string> lines;
};
std::ostream& operator<<(std::ostream& out, const Stream& stream) {
    return out << stream.lines.size() << " lines";
}

const Stream streams[]{
    {"NOOP\r\n", {"NOOP|"}},
    {"NOOP\n", {"NOOP|"}},
    {"NOOP\r\r\n", {"NOOP|"}},
    {"NOOP", {}},
    {"NOOP\r", {}},
    {"USER a\r\nPASS b c \nQUIT\r\n", {"USER|a", "PASS|b c ", "QUIT|"}},
    {"\r\n\nNOOP\r\n", {"!none", "!none", "NOOP|"}},
    {"RETR a\rb\r\n", {"RETR|a\rb"}},
    {"RETR a\r\0b\r\n"sv, {"RETR|a\rb"}},
    {"RETR a\r\0\0b\r\n"sv, {"!none"}},
    {"RETR a\0b\r\nNOOP\r\n"sv, {"!none", "NOOP|"}},
    {"RETR a\r\0\r\n"sv, {"RETR|a"}},
    // Telnet's options and commands.
    {"\xff\xfb\x01\xff\xfc\x41\xff\xfd\x03\xff\xfe\x05NOOP\r\n", {"NOOP|"}},
    {"NO\xff\xf9OP\xff\xf1\r\n", {"NOOP|"}},
    {"RETR a\xff\xfb\r\nNOOP\r\n", {"RETR|a", "NOOP|"}},
    {"RETR a\xff\xfd\nNOOP\r\n", {"RETR|a", "NOOP|"}},
    // Urgent data that lost a byte.
    {"\xff\xf4\xff\xf2"
     "ABOR\r\n",
     {"ABOR|"}},
    {"\xff\xf4\xff"
     "ABOR\r\n",
     {"ABOR|"}},
    {"\xff\xf4\xf2"
     "ABOR\r\n",
     {"ABOR|"}},
    {"\xf2"
     "ABOR\r\n",
     {"ABOR|"}},
    {"\xf4\xff\xf2"
     "ABOR\r\n",
     {"ABOR|"}},
    {"\xff\xff\xf2"
     "ABOR\r\n",
     {"!none"}},
    {"NOOP\r\n\xff\xf4\xff"
     "ABOR\r\nNOOP\r\n",
     {"NOOP|", "ABOR|", "NOOP|"}},
    // 0xFF in names.
    {"STOR \xf2\xff\xff.txt\r\n", {"STOR|\xf2\xff.txt"}},
    {"STOR \xff\xff\xff\xff\r\n", {"STOR|\xff\xff"}},
    {"STOR \xff.txt\r\n", {"STOR|\xff.txt"}},
    {"STOR a\xff\r\nNOOP\r\n", {"STOR|a\xff", "NOOP|"}},
    {"STOR a\xff\nNOOP\r\n", {"STOR|a\xff", "NOOP|"}},
    {"STOR \xf0\x9f\x98\x80\r\n", {"STOR|\xf0\x9f\x98\x80"}},
};

std::string line_of(std::size_t size) {
    return "NOOP " + std::string(size - 5, 'x');
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ftp_command_reader)

BOOST_DATA_TEST_CASE(a_stream_is_its_lines_in_one_piece_or_cut_anywhere,
                     boost::unit_test::data::make(streams), stream) {
    BOOST_TEST(read_whole(stream.bytes) == stream.lines, boost::test_tools::per_element());
    for (std::size_t cut = 0; cut <= stream.bytes.size(); ++cut) {
        CommandReader reader;
        reader.feed(as_bytes(stream.bytes.substr(0, cut)));
        auto lines = drained(reader);
        reader.feed(as_bytes(stream.bytes.substr(cut)));
        std::ranges::move(drained(reader), std::back_inserter(lines));
        BOOST_TEST(lines == stream.lines, boost::test_tools::per_element());
    }
    CommandReader byte_by_byte;
    for (const std::uint8_t byte : as_bytes(stream.bytes)) byte_by_byte.feed({&byte, 1});
    BOOST_TEST(drained(byte_by_byte) == stream.lines, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_line_is_taken_up_to_its_limit_and_no_byte_more) {
    for (const char* end : {"\r\n", "\n"}) {
        for (const std::size_t size : {4095U, 4096U}) {
            const auto lines = read_whole(line_of(size) + end + "QUIT\r\n");
            BOOST_REQUIRE(lines.size() == 2U);
            BOOST_TEST(lines[0].size() == size);
            BOOST_TEST(lines[1] == "QUIT|");
        }
        for (const std::size_t size : {4097U, 4098U, 4099U, 5000U, 100'000U}) {
            const auto lines = read_whole(line_of(size) + end + "QUIT\r\n");
            BOOST_REQUIRE(lines.size() == 2U);
            BOOST_TEST(lines[0] == "!long");
            BOOST_TEST(lines[1] == "QUIT|");
        }
    }
}

BOOST_AUTO_TEST_CASE(a_long_line_does_not_become_a_short_one_by_its_returns) {
    BOOST_TEST(read_whole("DELE a" + std::string(5000, '\r') + "\n").front() == "!long");
    BOOST_TEST(read_whole("DELE a" + std::string(5000, '\r') + "b\r\n").front() == "!long");
}

BOOST_AUTO_TEST_CASE(a_line_without_end_is_skipped_in_constant_memory) {
    CommandReader reader;
    const std::string piece(10'000, 'x');
    for (int count = 0; count < 1000; ++count) {
        reader.feed(as_bytes(piece));
        BOOST_REQUIRE(!reader.next());
        BOOST_REQUIRE(reader.waiting_bytes() <= CommandReader::line_limit_bytes + 2);
    }
    reader.feed(as_bytes("\r\nNOOP\r\n"));
    const auto lines = drained(reader);
    BOOST_REQUIRE(lines.size() == 2U);
    BOOST_TEST(lines[0] == "!long");
    BOOST_TEST(lines[1] == "NOOP|");
}

BOOST_AUTO_TEST_CASE(very_many_commands_in_one_piece_take_linear_time) {
    constexpr std::size_t count = 500'000;
    std::string stream;
    for (std::size_t index = 0; index < count; ++index)
        stream += "NOOP " + std::to_string(index) + "\r\n";
    CommandReader reader;
    reader.feed(as_bytes(stream));
    for (std::size_t index = 0; index < count; ++index) {
        const auto command = reader.next();
        BOOST_REQUIRE((command && command->has_value()));
        BOOST_REQUIRE((*command)->argument == std::to_string(index));
    }
    BOOST_TEST(!reader.next());
}

BOOST_AUTO_TEST_CASE(feeding_while_many_wait_takes_linear_time) {
    CommandReader reader;
    std::string stream;
    for (int count = 0; count < 100'000; ++count) stream += "NOOP\r\n";
    reader.feed(as_bytes(stream));
    std::size_t read = 0;
    for (int count = 0; count < 100'000; ++count) {
        reader.feed(as_bytes("NOOP\r\n"));
        read += reader.next().has_value() ? 1U : 0U;
    }
    read += drained(reader).size();
    BOOST_TEST(read == 200'000U);
}

BOOST_AUTO_TEST_CASE(what_waits_is_told) {
    CommandReader reader;
    BOOST_TEST(reader.waiting_bytes() == 0U);
    reader.feed(as_bytes("AUTH TLS\r\nUS"));
    BOOST_TEST(reader.waiting_bytes() == 12U);
    BOOST_TEST(reader.next().has_value());
    BOOST_TEST(reader.waiting_bytes() == 2U);
    reader.feed(as_bytes("ER\n"));
    BOOST_TEST(reader.next().has_value());
    BOOST_TEST(reader.waiting_bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(half_of_a_telnet_command_waits_too) {
    for (const std::string_view half : {"\xff"sv, "\xff\xfb"sv}) {
        CommandReader reader;
        reader.feed(as_bytes("AUTH TLS\r\n"));
        reader.feed(as_bytes(half));
        BOOST_TEST(reader.next().has_value());
        BOOST_TEST(reader.waiting_bytes() == 1U);
    }
}

BOOST_AUTO_TEST_SUITE_END()
