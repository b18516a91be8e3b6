#include <boost/test/unit_test.hpp>

#include "desk/site/lives.hpp"
#include "policy/compare.hpp"

using namespace consign;
using namespace std::chrono_literals;

namespace {

constexpr Timestamp now{std::chrono::sys_days{2026y / 3 / 1}};

struct Fixture {
    policy::Policy policy;
    catalog::Life life;

    Fixture() {
        life.class_name = "record";
        life.deposited = now;
        policy::Class& record = policy.classes["record"];
        record.name = "record";
        record.keep = {.months = 12 * 20};
        record.counted_from = policy::CountedFrom::last_activity;
        record.minor_until = policy::Span{.months = 12 * 28};
    }
    [[nodiscard]] policy::Term term_of_all() const {
        return policy::term_under(policy, life.class_name, desk::lives_of(life));
    }
    void about(std::optional<std::chrono::sys_days> born, Timestamp last_activity = now) {
        life.subjects.push_back({.subject = {.authority = "H",
                                             .id = std::to_string(life.subjects.size()),
                                             .born = born},
                                 .last_activity = last_activity});
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(lives, Fixture)

BOOST_AUTO_TEST_CASE(content_about_nobody_has_one_life_and_content_about_two_has_two) {
    BOOST_TEST(desk::lives_of(life).size() == 1U);
    BOOST_TEST(!desk::lives_of(life)[0].has_subject);
    about(std::nullopt);
    about(std::chrono::sys_days{1970y / 5 / 17}, now + 1h);
    const auto two = desk::lives_of(life);
    BOOST_REQUIRE(two.size() == 2U);
    BOOST_TEST(two[0].has_subject);
    BOOST_TEST((two[1].born == std::chrono::sys_days{1970y / 5 / 17}));
    BOOST_TEST((two[1].last_activity == now + 1h));
    BOOST_TEST((two[1].deposited == now));
}

BOOST_AUTO_TEST_CASE(who_has_no_identifier_is_nobody_whose_last_activity_is_known) {
    policy.classes["record"].minor_until.reset();
    about(std::chrono::sys_days{1970y / 5 / 17});
    BOOST_TEST((term_of_all().state == policy::Term::State::due));
    about(std::nullopt);
    life.subjects.back().subject.id.clear();
    BOOST_TEST(!desk::lives_of(life)[1].has_subject);
    BOOST_TEST((term_of_all().state == policy::Term::State::unknown));
    BOOST_TEST(term_of_all().because == "subject unknown");
}

BOOST_AUTO_TEST_CASE(the_subject_whose_term_ends_last_decides) {
    about(std::chrono::sys_days{1970y / 5 / 17});
    about(std::chrono::sys_days{2020y / 2 / 1});  // a child: up to the 28th birthday, in 2048
    about(std::chrono::sys_days{1980y / 5 / 17});
    const auto term = term_of_all();
    BOOST_TEST((term.state == policy::Term::State::due));
    BOOST_TEST(
        (std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(term.at)).year() ==
         2048y));
}

BOOST_AUTO_TEST_CASE(one_subject_of_whom_too_little_is_known_keeps_it_for_all) {
    about(std::chrono::sys_days{1970y / 5 / 17});
    about(std::nullopt);
    about(std::chrono::sys_days{1970y / 5 / 17});
    BOOST_TEST((term_of_all().state == policy::Term::State::unknown));
}

BOOST_AUTO_TEST_SUITE_END()
