#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "policy/calendar/weekdays.hpp"

using namespace consign::policy;
using namespace std::chrono;

BOOST_AUTO_TEST_SUITE(weekdays)

struct Right {
    const char* text;
    const char* days;  // from Monday on
};
std::ostream& operator<<(std::ostream& out, const Right& sample) {
    return out << sample.text;
}
const std::vector<Right> right{
    {"daily", "1111111"},       {"Mon", "1000000"},         {"Sun", "0000001"},
    {"Mon-Sat", "1111110"},     {"Mon,Wed,Fri", "1010100"}, {"Sat-Mon", "1000011"},
    {"Mon-Sun", "1111111"},     {"Tue-Mon", "1111111"},     {"Wed-Wed", "0010000"},
    {"Sun,Mon-Tue", "1100001"}, {"Mon,Mon", "1000000"},
};
BOOST_DATA_TEST_CASE(are_read, boost::unit_test::data::make(right)) {
    const auto days = parse_days(sample.text);
    BOOST_REQUIRE(days.has_value());
    for (std::size_t day = 0; day < 7; ++day)
        BOOST_TEST((*days)[day] == (sample.days[day] == '1'), weekday_names[day]);
}

struct Wrong {
    const char* text;
    const char* message;
};
std::ostream& operator<<(std::ostream& out, const Wrong& sample) {
    return out << sample.text;
}
#define KNOWN " (known: Mon Tue Wed Thu Fri Sat Sun, or daily)"
const std::vector<Wrong> wrong{
    {"Monday", "unknown day `Monday`; did you mean `Mon`?" KNOWN},
    {"mon-sat", "unknown day `mon`; did you mean `Mon`?" KNOWN},
    {"Lun-Sam", "unknown day `Lun`; did you mean `Mon`?" KNOWN},
    {"Mon-Sam", "unknown day `Sam`; did you mean `Sat`?" KNOWN},
    {"mer", "unknown day `mer`; did you mean `Wed`?" KNOWN},
    {"Dimanche", "unknown day `Dimanche`; did you mean `Sun`?" KNOWN},
    {"Thr", "unknown day `Thr`; did you mean `Thu`?" KNOWN},
    {"", "unknown day ``" KNOWN},
    {"Mon,", "unknown day ``" KNOWN},
    {"Mon-", "unknown day ``" KNOWN},
    {"Mon-Wed-Fri", "unknown day `Wed-Fri`" KNOWN},
    {"1-5", "unknown day `1`" KNOWN},
    {"daily,Mon", "unknown day `daily`" KNOWN},
};
BOOST_DATA_TEST_CASE(say_what_is_wrong, boost::unit_test::data::make(wrong)) {
    const auto days = parse_days(sample.text);
    BOOST_REQUIRE(!days.has_value());
    BOOST_TEST(days.error() == sample.message);
}

BOOST_AUTO_TEST_CASE(contain_their_dates) {
    const Weekdays weekend = parse_days("Sat-Sun").value();
    BOOST_TEST(contains(weekend, 2026y / May / 2));  // a Saturday
    BOOST_TEST(contains(weekend, 2026y / May / 3));
    BOOST_TEST(!contains(weekend, 2026y / May / 4));
    BOOST_TEST(contains(weekend, 1900y / January / 6));
}

BOOST_AUTO_TEST_SUITE_END()
