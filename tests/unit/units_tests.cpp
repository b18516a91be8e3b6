#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "policy/language/units.hpp"

using namespace consign::policy;

BOOST_AUTO_TEST_SUITE(units)

struct Right {
    const char* text;
    std::uint64_t value;
};
std::ostream& operator<<(std::ostream& out, const Right& sample) {
    return out << sample.text;
}
const std::vector<Right> sizes{{"0 B", 0},
                               {"1 KiB", 1024},
                               {"4GiB", 4ULL << 30},
                               {"2 TiB", 2ULL << 40},
                               {"9223372036854775807 B", 9223372036854775807ULL},
                               {"3  MiB", 3ULL << 20}};
BOOST_DATA_TEST_CASE(reads_sizes, boost::unit_test::data::make(sizes)) {
    BOOST_TEST(parse_size(sample.text).value() == sample.value);
}

const std::vector<Right> durations{{"1 second", 1},     {"30 seconds", 30}, {"15 minutes", 900},
                                   {"24 hours", 86400}, {"1 day", 86400},   {"2 weeks", 1209600}};
BOOST_DATA_TEST_CASE(reads_durations, boost::unit_test::data::make(durations)) {
    BOOST_TEST(parse_duration(sample.text).value().count() ==
               static_cast<std::int64_t>(sample.value));
}

struct Wrong {
    const char* text;
    const char* message;
};
std::ostream& operator<<(std::ostream& out, const Wrong& sample) {
    return out << sample.text;
}
const std::vector<Wrong> wrong_sizes{
    {"50 GB", "unknown unit `GB`; did you mean `GiB`? (known here: B KiB MiB GiB TiB)"},
    {"50 gib", "unknown unit `gib`; did you mean `GiB`? (known here: B KiB MiB GiB TiB)"},
    {"50k", "unknown unit `k`; did you mean `KiB`? (known here: B KiB MiB GiB TiB)"},
    {"1.5 GiB", "unknown unit `.5 GiB` (known here: B KiB MiB GiB TiB)"},
    {"7 parsec", "unknown unit `parsec` (known here: B KiB MiB GiB TiB)"},
    {"400", "`400` has no unit: write `400 B`, or KiB, MiB, GiB, TiB"},
    {"-1 B", "expected a size such as `4 GiB`, found `-1 B`"},
    {"", "expected a size such as `4 GiB`, found ``"},
    {"9223372036854775808 B", "the number is too large"},
    {"99999999999999999999 B", "the number is too large"},
    {"8388608 TiB", "the number is too large"},
};
BOOST_DATA_TEST_CASE(says_what_is_wrong_with_a_size, boost::unit_test::data::make(wrong_sizes)) {
    BOOST_TEST(parse_size(sample.text).error() == sample.message);
}

const std::vector<Wrong> wrong_durations{
    {"24h",
     "unknown unit `h`; did you mean `hours`? (known here: seconds minutes hours days weeks)"},
    {"5 min",
     "unknown unit `min`; did you mean `minutes`? (known here: seconds minutes hours days weeks)"},
    {"30", "`30` has no unit: write `30 seconds`, or minutes, hours, days, weeks"},
    {"2 months", "`months` differ in length: write days or weeks here"},
    {"1 year", "`years` differ in length: write days or weeks here"},
    {"soon", "expected a duration such as `30 seconds`, found `soon`"},
    {"99999999999999 weeks", "the number is too large"},
};
BOOST_DATA_TEST_CASE(says_what_is_wrong_with_a_duration,
                     boost::unit_test::data::make(wrong_durations)) {
    BOOST_TEST(parse_duration(sample.text).error() == sample.message);
}

BOOST_AUTO_TEST_CASE(a_rate_is_a_size_a_second) {
    BOOST_TEST(parse_rate("20 MiB/s").value() == 20ULL << 20);
    BOOST_TEST(parse_rate("1B /s").value() == 1u);
    BOOST_TEST(parse_rate("20 MiB").error() ==
               "expected a rate such as `20 MiB/s`, found `20 MiB`");
    BOOST_TEST(parse_rate("0 KiB/s").error() == "a rate of nothing would never end: leave it out");
    BOOST_TEST(parse_rate("20 MB/s").error().starts_with("unknown unit `MB`"));
    BOOST_TEST(!parse_rate("/s").has_value());
    BOOST_TEST(!parse_rate("1 B/h").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
