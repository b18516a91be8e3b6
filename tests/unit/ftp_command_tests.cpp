#include <array>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <new>

#include "protocols/ftps/codec_errc.hpp"
#include "protocols/ftps/command.hpp"

using namespace consign;
using namespace consign::ftps;
using namespace std::string_view_literals;

namespace {

struct Line {
    std::string_view line, verb, argument;
};
std::ostream& operator<<(std::ostream& out, const Line& line) {
    return out << line.line;
}

const Line lines[]{
    {"NOOP", "NOOP", ""},
    {"noop", "NOOP", ""},
    {"RETR a.hl7", "RETR", "a.hl7"},
    {"rEtR A.hl7", "RETR", "A.hl7"},
    {"XSHA256 a", "XSHA256", "a"},
    {"LIST ", "LIST", ""},
    {"RETR  leading", "RETR", " leading"},
    {"RETR trailing  ", "RETR", "trailing  "},
    {"RETR a b  c", "RETR", "a b  c"},
    {"RETR a\rb", "RETR", "a\rb"},
    {"RETR \xf2\xff\xe9", "RETR", "\xf2\xff\xe9"},
    {"RETR \xc3\xa9\t\x01", "RETR", "\xc3\xa9\t\x01"},
};

const std::string_view no_commands[]{
    "",
    " ",
    " NOOP",
    "\tNOOP",
    "1NOOP",
    "RE\tTR a",
    "NO-OP",
    "NOOP\r",
    "N\xc3",
    "\xff"
    "NOOP",
    "GET/",
    "RETR a\0b"sv,
    "NOOP\0"sv,
    "\0"sv,
    "-",
    "\x7f",
    "{",
    "[NOOP",
    "@NOOP",
    "`noop",
    "NOOP\x01 a",
};

constexpr std::string_view secret = "pa55word";  // in the string itself, without an allocation

bool holds_secret(const void* memory, std::size_t size) {
    // A string that is emptied loses its first byte, and no other.
    return std::string_view(static_cast<const char*>(memory), size).contains(secret.substr(1));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ftp_command)

BOOST_DATA_TEST_CASE(a_line_is_a_verb_and_what_stands_behind_one_space,
                     boost::unit_test::data::make(lines), sample) {
    const auto command = parse_command(sample.line);
    BOOST_REQUIRE(command.has_value());
    BOOST_TEST(command->verb == sample.verb);
    BOOST_TEST(command->argument == sample.argument);
}

BOOST_DATA_TEST_CASE(what_has_no_verb_or_a_nul_is_no_command,
                     boost::unit_test::data::make(no_commands), line) {
    const auto command = parse_command(line);
    BOOST_REQUIRE(!command.has_value());
    BOOST_TEST(command.error() == ftp_codec_errc::not_a_command);
}

BOOST_AUTO_TEST_CASE(a_wiped_text_is_empty_and_its_memory_is_zero) {
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{8}, std::size_t{15}, std::size_t{16}, std::size_t{1000}}) {
        std::string text(size, 'x');
        wipe(text);
        BOOST_TEST(text.empty());
        BOOST_TEST(!std::string_view(text.data(), size).contains('x'));
    }
}

BOOST_AUTO_TEST_CASE(a_command_leaves_no_argument_in_its_memory) {
    alignas(Command) std::array<char, sizeof(Command)> from{};
    alignas(Command) std::array<char, sizeof(Command)> to{};
    auto* const command = new (from.data()) Command(*parse_command("PASS pa55word"));
    BOOST_TEST(holds_secret(from.data(), from.size()));
    auto* const moved = new (to.data()) Command(std::move(*command));
    BOOST_TEST(!holds_secret(from.data(), from.size()));
    BOOST_TEST(moved->argument == secret);
    *command = std::move(*moved);
    BOOST_TEST(command->argument == secret);
    BOOST_TEST(!holds_secret(to.data(), to.size()));
    std::destroy_at(command);
    std::destroy_at(moved);
    BOOST_TEST(!holds_secret(from.data(), from.size()));
}

BOOST_AUTO_TEST_CASE(an_argument_that_was_handed_on_stays_with_its_new_holder_alone) {
    alignas(Command) std::array<char, sizeof(Command)> place{};
    auto* const command = new (place.data()) Command(*parse_command("PASS pa55word"));
    const std::string handed_on = std::move(command->argument);
    std::destroy_at(command);
    BOOST_TEST(handed_on == secret);
    BOOST_TEST(!holds_secret(place.data(), place.size()));
}

BOOST_AUTO_TEST_SUITE_END()
