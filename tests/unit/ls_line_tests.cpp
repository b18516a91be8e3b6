#include <boost/test/unit_test.hpp>

#include "protocols/ls_line.hpp"

using namespace consign;
using protocols::ls_line;
using protocols::LsEntry;

namespace {

Timestamp at(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                           std::chrono::day(day)};
    return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute);
}

const Timestamp now = at(2026, 11, 24, 12, 30);

}  // namespace

BOOST_AUTO_TEST_SUITE(ls_lines)

BOOST_AUTO_TEST_CASE(a_line_is_that_of_openssh) {
    const LsEntry file{.name = "a.hl7",
                       .mode = 0600,
                       .size_bytes = 12345,
                       .modified = at(2026, 11, 24, 12, 0),
                       .owner = "consign",
                       .group = "consign"};
    BOOST_TEST(ls_line(file, now) ==
               "-rw-------    1 consign  consign     12345 Nov 24 12:00 a.hl7");
    const LsEntry folder{.name = "in",
                         .directory = true,
                         .mode = 0750,
                         .modified = at(2026, 7, 4, 3, 5),
                         .owner = "a-long-account-name",
                         .group = "labs"};
    BOOST_TEST(ls_line(folder, now) ==
               "drwxr-x---    1 a-long-account-name labs            0 Jul  4 03:05 in");
    BOOST_TEST(ls_line({.name = "?"}, now) ==
               "----------    1                          0 Jan  1  1970 ?");
}

BOOST_AUTO_TEST_CASE(every_bit_of_the_mode_has_its_place) {
    for (std::uint32_t bit = 0; bit < 9; ++bit) {
        std::string expected(10, '-');
        expected[9 - bit] = "xwr"[bit % 3];
        BOOST_TEST(ls_line({.name = "n", .mode = 1U << bit}, now).substr(0, 10) == expected);
    }
    BOOST_TEST(ls_line({.name = "n", .mode = 0107000}, now).starts_with("---------- "));
}

BOOST_AUTO_TEST_CASE(what_is_old_or_to_come_shows_its_year) {
    const auto when = [](Timestamp modified) {
        return ls_line({.name = "n", .modified = modified, .owner = "o", .group = "g"}, now)
            .substr(43, 12);
    };
    BOOST_TEST(when(now) == "Nov 24 12:30");
    BOOST_TEST(when(now + std::chrono::seconds(1)) == "Nov 24  2026");
    BOOST_TEST(when(at(2026, 5, 26, 0, 31)) == "May 26 00:31");
    BOOST_TEST(when(at(2026, 5, 26, 0, 30)) == "May 26  2026");
    BOOST_TEST(when(at(2024, 2, 29)) == "Feb 29  2024");
}

BOOST_AUTO_TEST_SUITE_END()
