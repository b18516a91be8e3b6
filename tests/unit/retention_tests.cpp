#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <random>

#include "policy/retention.hpp"

using namespace consign;
using namespace consign::policy;
using namespace std::chrono;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view paris = "Europe/Paris";

Span years_of(int count) {
    return {.months = 12 * count};
}
Span days_of(int count) {
    return {.days = count};
}

/// CSP R.1112-7.
Class hospital_record() {
    Class made;
    made.name = "hospital-record";
    made.keep = years_of(20);
    made.counted_from = CountedFrom::last_activity;
    made.minor_until = years_of(28);
    made.after_death = years_of(10);
    made.rule = {"policy.d/10-classes.yaml", 10};
    return made;
}
Class biology_report() {
    Class made;
    made.name = "biology-report";
    made.keep = years_of(10);
    return made;
}
Class transit() {
    Class made;
    made.name = "transit";
    made.keep = days_of(30);
    made.shorten_after_pickup = days_of(7);
    return made;
}

/// Noon in UTC.
Timestamp noon(year_month_day date) {
    return sys_days(date) + 12h;
}
/// 24:00 in Paris.
Timestamp end_of(year_month_day date) {
    return end_of_term(sys_days(date), Span{}, paris);
}

/// A file about a subject, the last so far.
Life about(year_month_day deposited, std::optional<sys_days> born = {},
           std::optional<sys_days> died = {}) {
    return {.deposited = noon(deposited),
            .last_activity = noon(deposited),
            .has_subject = true,
            .born = born,
            .died = died};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(retention)

// The law as a table: CSP R.1112-7, a line a case.
struct Case {
    const char* reads;
    Life life;
    year_month_day last_day;  // on which it must still be there
    const char* because;
};
std::ostream& operator<<(std::ostream& out, const Case& sample) {
    return out << sample.reads;
}
const sys_days adult = 1970y / March / 15, child = 2020y / May / 4;
const auto of_2026 = 2026y / July / 1;
const std::vector<Case> r_1112_7{
    {"an adult: twenty years from the last stay", about(of_2026, adult), 2046y / July / 1,
     "last activity + keep"},
    {"of a winter's day, too", about(2026y / January / 10, adult), 2046y / January / 10,
     "last activity + keep"},
    {"from 29 February: twenty years on there is one", about(2024y / February / 29, adult),
     2044y / February / 29, "last activity + keep"},
    {"from 29 February 2080: 2100 has none", about(2080y / February / 29, adult),
     2100y / February / 28, "last activity + keep"},
    {"a child of six in 2026: its 28th birthday", about(of_2026, child), 2048y / May / 4,
     "born + minor_until"},
    {"a death in 2030 makes that ten years from the death",
     about(of_2026, child, 2030y / November / 12), 2040y / November / 12, "died + after_death"},
    {"an adult's death within ten years: ten years from the death",
     about(of_2026, adult, 2030y / November / 12), 2040y / November / 12, "died + after_death"},
    {"a death on 29 February", about(of_2026, adult, 2028y / February / 29), 2038y / February / 28,
     "died + after_death"},
    {"a death on the last day but one of the ten years", about(of_2026, adult, 2036y / June / 30),
     2046y / June / 30, "died + after_death"},
    {"on the tenth anniversary it is not before: the two come to the same",
     about(of_2026, adult, 2036y / July / 1), 2046y / July / 1, "last activity + keep"},
    {"... but not for who was a minor", about(of_2026, child, 2036y / July / 1), 2048y / May / 4,
     "born + minor_until"},
    {"a death after the ten years changes nothing", about(of_2026, adult, 2040y / January / 1),
     2046y / July / 1, "last activity + keep"},
    {"nor does one that is far in the future", about(of_2026, child, 9999y / December / 31),
     2048y / May / 4, "born + minor_until"},
    {"a death on the day of the deposit", about(of_2026, adult, sys_days(of_2026)),
     2036y / July / 1, "died + after_death"},
    {"a result that comes after the death: ten years from the result",
     about(of_2026, adult, 2026y / June / 20), 2036y / July / 1, "last activity + after_death"},
    {"even decades after: not due on arrival", about(of_2026, adult, 1999y / June / 20),
     2036y / July / 1, "last activity + after_death"},
    {"a birth date unknown does not matter once the death is known",
     about(of_2026, {}, 2030y / November / 12), 2040y / November / 12, "died + after_death"},
    // Who is a minor.
    {"seventeen on the day before the birthday", about(of_2026, 2008y / July / 2), 2046y / July / 1,
     "last activity + keep"},
    {"an infant's 28th birthday comes after the twenty years", about(of_2026, sys_days(of_2026)),
     2054y / July / 1, "born + minor_until"},
    {"of eight years: the two fall on one day", about(of_2026, 2018y / July / 1), 2046y / July / 1,
     "last activity + keep"},
    {"of eight years less a day: the birthday is later", about(of_2026, 2018y / July / 2),
     2046y / July / 2, "born + minor_until"},
    {"born on 29 February: the 28th birthday exists", about(of_2026, 2020y / February / 29),
     2048y / February / 29, "born + minor_until"},
    {"before birth", about(of_2026, 2026y / September / 1), 2054y / September / 1,
     "born + minor_until"},
    {"born in the year 1", about(of_2026, 1y / January / 1), 2046y / July / 1,
     "last activity + keep"},
};
BOOST_DATA_TEST_CASE(hospital_records_are_kept_as_r_1112_7_says,
                     boost::unit_test::data::make(r_1112_7)) {
    const Term found = term(hospital_record(), sample.life, paris);
    BOOST_TEST((found.state == Term::State::due));
    BOOST_TEST((found.at == end_of(sample.last_day)));
    BOOST_TEST(found.because == sample.because);
    BOOST_TEST((found.rule == hospital_record().rule));
}

BOOST_AUTO_TEST_CASE(the_term_ends_at_midnight_in_the_sites_zone) {
    // 1 July 2046 is over at 22:00 UTC in Paris, at 14:00 UTC in Sydney.
    const Life life = about(of_2026, adult);
    BOOST_TEST((term(hospital_record(), life, paris).at == sys_days(2046y / July / 1) + 22h));
    BOOST_TEST((term(hospital_record(), life, "UTC").at == sys_days(2046y / July / 2)));
    BOOST_TEST(
        (term(hospital_record(), life, "Australia/Sydney").at == sys_days(2046y / July / 1) + 14h));
    // 23:30 UTC is the next day in Paris already.
    Life late = life;
    late.last_activity = late.deposited = sys_days(2026y / July / 1) + 23h + 30min;
    BOOST_TEST((term(hospital_record(), late, paris).at == end_of(2046y / July / 2)));
}

BOOST_AUTO_TEST_CASE(majority_is_reached_on_the_eighteenth_birthday_in_the_sites_zone) {
    Class kept = hospital_record();
    kept.minor_until = years_of(60);
    const auto is_minor = [&](const Life& life) {
        return term(kept, life, paris).because == "born + minor_until";
    };
    BOOST_TEST(is_minor(about(2026y / May / 3, 2008y / May / 4)));
    BOOST_TEST(!is_minor(about(2026y / May / 4, 2008y / May / 4)));
    Life evening = about(2026y / May / 3, 2008y / May / 4);
    evening.deposited = sys_days(2026y / May / 3) + 22h;  // midnight in Paris
    BOOST_TEST(!is_minor(evening));
    evening.deposited -= 1us;
    BOOST_TEST(is_minor(evening));
    // Of 29 February, in a year without one: on 1 March.
    BOOST_TEST(is_minor(about(2026y / February / 28, 2008y / February / 29)));
    BOOST_TEST(!is_minor(about(2026y / March / 1, 2008y / February / 29)));
    // Was a minor at this file's deposit, whatever came since.
    Life grown = about(2026y / May / 3, 2008y / May / 4);
    grown.last_activity = noon(2040y / May / 3);
    BOOST_TEST(is_minor(grown));
}

// Unknown means keep.
struct Unknown {
    const char* reads;
    Class retention_class;
    Life life;
    const char* because;
};
std::ostream& operator<<(std::ostream& out, const Unknown& sample) {
    return out << sample.reads;
}
Class counted_from(CountedFrom from) {
    Class made = transit();
    made.counted_from = from;
    return made;
}
Life without_activity(Life life) {
    life.last_activity.reset();
    return life;
}
Life collected(Life life, year_month_day date) {
    life.last_pickup = life.collected_by_all = noon(date);
    return life;
}
const std::vector<Unknown> unknowns{
    {"a birth date", hospital_record(), about(of_2026), "birth date unknown"},
    {"the subject", hospital_record(), Life{.deposited = noon(of_2026)}, "subject unknown"},
    {"the last activity", hospital_record(), without_activity(about(of_2026, adult)),
     "last activity unknown"},
    {"the last activity of the dead", hospital_record(),
     without_activity(about(of_2026, adult, 2030y / January / 1)), "last activity unknown"},
    {"which of two dates is wrong", hospital_record(), about(of_2026, child, 2019y / May / 4),
     "died before birth"},
    {"a pickup that has not been", counted_from(CountedFrom::last_pickup),
     Life{.deposited = noon(of_2026)}, "not collected yet"},
    {"the subject, though all have collected", counted_from(CountedFrom::last_activity),
     collected(Life{.deposited = noon(1960y / July / 1)}, 1960y / July / 2), "subject unknown"},
};
BOOST_DATA_TEST_CASE(what_is_unknown_keeps, boost::unit_test::data::make(unknowns)) {
    const Term found = term(sample.retention_class, sample.life, paris);
    BOOST_TEST((found.state == Term::State::unknown));
    BOOST_TEST((found.at == Timestamp{}));
    BOOST_TEST(found.because == sample.because);
}

BOOST_AUTO_TEST_CASE(what_a_class_does_not_ask_for_does_not_matter) {
    const Life bare{.deposited = noon(2024y / February / 29)};
    BOOST_TEST((term(biology_report(), bare, paris).at == end_of(2034y / February / 28)));
    Life known = about(2024y / February / 29, child, 2019y / January / 1);  // contradictory
    known.last_activity = noon(2030y / January / 1);
    known.last_pickup = known.collected_by_all = noon(2025y / January / 1);
    BOOST_TEST((term(biology_report(), known, paris) == term(biology_report(), bare, paris)));
}

BOOST_AUTO_TEST_CASE(a_claim_keeps_while_it_lasts) {
    for (const Class& kept : {hospital_record(), biology_report(), transit()}) {
        Life life =
            collected(about(1980y / January / 1, adult, 1981y / January / 1), 1980y / January / 2);
        BOOST_TEST((term(kept, life, paris).state == Term::State::due));
        life.claims = {{.from = noon(1980y / January / 5)}};
        BOOST_TEST((term(kept, life, paris).state == Term::State::suspended));
        BOOST_TEST(term(kept, life, paris).because == "suspended by a claim");
        // It began when the term was over.
        life.claims = {{.from = noon(2026y / January / 5)}};
        BOOST_TEST((term(kept, life, paris).state == Term::State::due));
    }
}

BOOST_AUTO_TEST_CASE(a_claim_that_has_ended_lengthens_the_term_by_as_long_as_it_lasted) {
    const auto from_noon = [](sys_days day, int count) {
        return Claim{.from = day + 12h, .to = day + 12h + days(count)};
    };
    Life life = about(of_2026, adult);
    life.claims = {from_noon(2030y / January / 1, 100)};
    BOOST_TEST((term(hospital_record(), life, paris).at == end_of(2046y / October / 9)));
    BOOST_TEST(term(hospital_record(), life, paris).because == "last activity + keep");
    life.died = 2030y / November / 12;
    BOOST_TEST((term(hospital_record(), life, paris).at == end_of(2040y / November / 12)));
    life.claims.push_back(from_noon(2031y / January / 1, 100));
    BOOST_TEST((term(hospital_record(), life, paris).at ==
                end_of(sys_days(2040y / November / 12) + days(100))));
    life = about(of_2026, child);
    life.claims = {from_noon(2030y / January / 1, 1)};
    BOOST_TEST((term(hospital_record(), life, paris).at == end_of(2048y / May / 5)));
}

BOOST_AUTO_TEST_CASE(a_claim_lengthens_a_term_of_hours_by_no_more_than_it_lasted) {
    Class kept;
    kept.keep = {.seconds = 6h};
    const Life life{.deposited = noon(2026y / March / 1),
                    .claims = {{noon(2026y / March / 1) + 1h, noon(2026y / March / 1) + 90min}}};
    BOOST_TEST((term(kept, life, paris).at == noon(2026y / March / 1) + 6h + 30min));
}

struct Claimed {
    const char* what;
    std::vector<Claim> claims;
    int days_longer;
};
std::ostream& operator<<(std::ostream& out, const Claimed& sample) {
    return out << sample.what;
}
const std::vector<Claimed> claimed{
    {"an hour is a day", {{noon(2027y / May / 4), noon(2027y / May / 4) + 1h}}, 1},
    {"one over the deposit counts from there",
     {{noon(2020y / May / 4), noon(2026y / March / 11)}},
     10},
    {"one from before the deposit", {{noon(2020y / May / 4), noon(2021y / May / 4)}}, 0},
    {"two that overlap, in no order",
     {{noon(2030y / May / 6), noon(2030y / May / 11)},
      {noon(2030y / May / 1), noon(2030y / May / 9)}},
     10},
    {"one within another",
     {{noon(2030y / May / 1), noon(2030y / May / 11)},
      {noon(2030y / May / 2), noon(2030y / May / 3)}},
     10},
    {"one after another",
     {{noon(2030y / May / 1), noon(2030y / May / 11)},
      {noon(2031y / May / 1), noon(2031y / May / 2)}},
     11},
    {"one that begins in the time that another added",
     {{noon(2030y / May / 1), noon(2030y / May / 11)},
      {noon(2036y / March / 9), noon(2036y / March / 29)}},
     30},
    {"one that begins when it is over", {{noon(2036y / March / 2), noon(2040y / March / 2)}}, 0},
    {"one that ends before it begins", {{noon(2030y / May / 11), noon(2030y / May / 1)}}, 0},
};
BOOST_DATA_TEST_CASE(a_claim_suspends_what_there_is_of_the_term,
                     boost::unit_test::data::make(claimed)) {
    const Life life{.deposited = noon(2026y / March / 1), .claims = sample.claims};
    BOOST_TEST((term(biology_report(), life, paris).at ==
                end_of(sys_days(2036y / March / 1) + days(sample.days_longer))));
}

BOOST_AUTO_TEST_CASE(claims_at_the_ends_of_time_do_not_overflow) {
    for (const Timestamp deposited :
         {Timestamp::min(), noon(2026y / March / 1), Timestamp::max()}) {
        const Life life{
            .deposited = deposited,
            .claims = {{Timestamp::min(), Timestamp::max()}, {Timestamp::max(), Timestamp::min()}}};
        BOOST_TEST((term(biology_report(), life, paris).state == Term::State::due));
    }
}

BOOST_AUTO_TEST_CASE(a_pickup_shortens_once_all_have_collected_and_only_where_it_is_earlier) {
    Life life{.deposited = noon(2026y / March / 1)};
    BOOST_TEST((term(transit(), life, paris).at == end_of(2026y / March / 31)));
    life.last_pickup = noon(2026y / March / 2);  // one of two
    BOOST_TEST((term(transit(), life, paris).at == end_of(2026y / March / 31)));
    life.collected_by_all = noon(2026y / March / 3);
    BOOST_TEST((term(transit(), life, paris).at == end_of(2026y / March / 10)));
    BOOST_TEST(term(transit(), life, paris).because == "collected by all + shorten_after_pickup");
    life.collected_by_all = noon(2026y / March / 24);  // the same day
    BOOST_TEST(term(transit(), life, paris).because == "deposit + keep");
    life.collected_by_all = noon(2026y / March / 30);
    BOOST_TEST((term(transit(), life, paris).at == end_of(2026y / March / 31)));
    life.collected_by_all = noon(2020y / March / 1);  // before the deposit: counted from there
    BOOST_TEST((term(transit(), life, paris).at == end_of(2026y / March / 8)));
}

BOOST_AUTO_TEST_CASE(each_is_counted_from_what_its_class_says) {
    Life life{.deposited = noon(2026y / March / 1),
              .last_pickup = noon(2026y / April / 1),
              .last_activity = noon(2026y / May / 1)};
    const auto last_day = [&](CountedFrom from) {
        return term(counted_from(from), life, paris).at - 12h;
    };
    BOOST_TEST((last_day(CountedFrom::deposit) == end_of(2026y / March / 31) - 12h));
    BOOST_TEST((last_day(CountedFrom::last_pickup) == end_of(2026y / May / 1) - 12h));
    BOOST_TEST((last_day(CountedFrom::last_activity) == end_of(2026y / May / 31) - 12h));
    // Nothing before the deposit.
    life.last_pickup = life.last_activity = noon(2020y / March / 1);
    BOOST_TEST((last_day(CountedFrom::last_pickup) == end_of(2026y / March / 31) - 12h));
    BOOST_TEST((last_day(CountedFrom::last_activity) == end_of(2026y / March / 31) - 12h));
}

BOOST_AUTO_TEST_CASE(dates_at_the_ends_of_time_do_not_overflow) {
    for (const Timestamp time :
         {Timestamp::min(), noon(1y / January / 1), noon(9999y / December / 31), Timestamp::max()})
        for (const sys_days day : {sys_days::min(), sys_days(1y / January / 1),
                                   sys_days(9999y / December / 31), sys_days::max()}) {
            const Life life{.deposited = time,
                            .last_pickup = time,
                            .collected_by_all = time,
                            .last_activity = time,
                            .has_subject = true,
                            .born = day,
                            .died = day};
            for (const Class& kept : {hospital_record(), biology_report(), transit()})
                BOOST_TEST((term(kept, life, paris).state == Term::State::due));
        }
}

BOOST_AUTO_TEST_CASE(what_has_no_end_never_ends_sooner) {
    const Term early{Term::State::due, noon(2030y / January / 1), "", {}};
    const Term late{Term::State::due, noon(2031y / January / 1), "", {}};
    BOOST_TEST(ends_sooner(early, late));
    BOOST_TEST(!ends_sooner(late, early));
    BOOST_TEST(!ends_sooner(early, early));
    for (const auto state : {Term::State::unknown, Term::State::suspended}) {
        const Term endless{state, {}, "", {}};
        BOOST_TEST(ends_sooner(late, endless));
        BOOST_TEST(!ends_sooner(endless, early));
        BOOST_TEST(!ends_sooner(endless, endless));
    }
}

// What holds of every class and every life.
namespace {

class Anything {
  public:
    explicit Anything(unsigned seed) : random_(seed) {}

    Class retention_class() {
        Class made;
        made.keep = span();
        made.counted_from = std::array{CountedFrom::deposit, CountedFrom::last_pickup,
                                       CountedFrom::last_activity}[below(3)];
        if (below(2) == 0) made.minor_until = years_of(static_cast<int>(18 + below(20)));
        if (below(2) == 0) made.after_death = span();
        if (below(2) == 0) made.shorten_after_pickup = span();
        return made;
    }
    Life life() {
        return {.deposited = time(),
                .last_pickup = perhaps(time()),
                .collected_by_all = perhaps(time()),
                .last_activity = perhaps(time()),
                .has_subject = below(2) == 0,
                .born = perhaps(floor<days>(time())),
                .died = perhaps(floor<days>(time())),
                .claims = claims()};
    }
    Claim claim() {
        const Timestamp from = time();
        return {.from = from, .to = from + later()};
    }
    Span span() {
        return std::array{years_of(static_cast<int>(below(30))),
                          days_of(static_cast<int>(below(90))),
                          Span{.months = static_cast<int>(below(30))},
                          Span{.seconds = hours(below(100))}}[below(4)];
    }
    minutes later() { return minutes(1 + below(3 * 366 * 1440)); }
    unsigned below(unsigned limit) {
        return std::uniform_int_distribution<unsigned>(0, limit - 1)(random_);
    }

  private:
    std::vector<Claim> claims() {
        std::vector<Claim> made(below(4));
        for (Claim& one : made) one = claim();
        if (below(16) == 0) made.push_back({.from = time()});
        return made;
    }
    Timestamp time() {
        // A few years near the end of the list of summer times, so that dates meet.
        return sys_days(2015y / January / 1) + minutes(below(30 * 365 * 1440));
    }
    template <class T>
    std::optional<T> perhaps(T value) {
        return below(3) == 0 ? std::nullopt : std::optional(value);
    }

    std::mt19937 random_;
};

constexpr unsigned lives = 4000;

}  // namespace

BOOST_AUTO_TEST_CASE(a_term_is_a_pure_function) {
    Anything any(1);
    for (unsigned count = 0; count < lives; ++count) {
        const Class kept = any.retention_class();
        const Life life = any.life();
        const Term found = term(kept, life, paris);
        BOOST_REQUIRE((term(kept, life, paris) == found));
        BOOST_REQUIRE((found.at == Timestamp{} || found.state == Term::State::due));
        BOOST_REQUIRE(!found.because.empty());
    }
}

BOOST_AUTO_TEST_CASE(nothing_is_due_before_its_deposit) {
    Anything any(2);
    for (unsigned count = 0; count < lives; ++count) {
        const Life life = any.life();
        const Term found = term(any.retention_class(), life, paris);
        BOOST_REQUIRE((found.state != Term::State::due || found.at >= life.deposited));
    }
}

BOOST_AUTO_TEST_CASE(a_claim_or_a_longer_keep_never_ends_it_sooner) {
    Anything any(3);
    for (unsigned count = 0; count < lives; ++count) {
        Class kept = any.retention_class();
        Life life = any.life();
        const Term before = term(kept, life, paris);

        Class longer = kept;
        longer.keep.months += static_cast<int>(any.below(30));
        BOOST_REQUIRE(!ends_sooner(term(longer, life, paris), before));
        longer = kept;
        longer.shorten_after_pickup.reset();
        BOOST_REQUIRE(!ends_sooner(term(longer, life, paris), before));

        Life suspended = life;
        suspended.claims.push_back(any.claim());
        BOOST_REQUIRE(!ends_sooner(term(kept, suspended, paris), before));
        suspended.claims.back().to.reset();
        BOOST_REQUIRE(!ends_sooner(term(kept, suspended, paris), before));
    }
}

// But for a death within `after_death`, which may replace a birthday by an earlier day; and for
// claims, whose whole days are counted from there.
BOOST_AUTO_TEST_CASE(a_later_pickup_or_activity_never_ends_it_sooner) {
    Anything any(4);
    for (unsigned count = 0; count < lives; ++count) {
        Class kept = any.retention_class();
        kept.after_death.reset();
        Life life = any.life();
        life.claims.clear();
        const Term before = term(kept, life, paris);
        Life later = life;
        for (auto* date : {&later.last_pickup, &later.last_activity, &later.collected_by_all})
            if (*date && any.below(2) == 0) **date += any.later();
        BOOST_REQUIRE(!ends_sooner(term(kept, later, paris), before));
        // A deposit too, where being a minor does not hang on it.
        kept.minor_until.reset();
        Life deposited_later = life;
        deposited_later.deposited += any.later();
        BOOST_REQUIRE(!ends_sooner(term(kept, deposited_later, paris), term(kept, life, paris)));
    }
}

BOOST_AUTO_TEST_CASE(to_forget_a_fact_that_counts_never_makes_it_due_sooner) {
    Anything any(5);
    for (unsigned count = 0; count < lives; ++count) {
        const Class kept = any.retention_class();
        const Life life = any.life();
        const Term before = term(kept, life, paris);
        Life less = life;
        less.last_pickup.reset();
        BOOST_REQUIRE(!ends_sooner(term(kept, less, paris), before));
        less = life;
        less.collected_by_all.reset();
        BOOST_REQUIRE(!ends_sooner(term(kept, less, paris), before));
        less = life;
        less.last_activity.reset();
        BOOST_REQUIRE(!ends_sooner(term(kept, less, paris), before));
        // A birth date decides together with the death date: where a death is known, it may
        // contradict it.
        less = life;
        less.died.reset();
        const Term living = term(kept, less, paris);
        less.born.reset();
        BOOST_REQUIRE(!ends_sooner(term(kept, less, paris), living));
    }
}

BOOST_AUTO_TEST_SUITE_END()
