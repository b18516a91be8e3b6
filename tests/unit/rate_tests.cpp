#include <boost/test/unit_test.hpp>
#include <thread>
#include <vector>

#include "desk/site/rate.hpp"

using namespace consign::desk;
using namespace std::chrono_literals;
using Time = TokenBucket::Time;

namespace {

constexpr std::uint64_t rate = 1000;  // bytes a second

struct Fixture {
    Time now{100h};
    TokenBucket bucket{rate, now};

    /// How long `bytes` have to wait, where nothing else comes meanwhile.
    TokenBucket::Span wait_for(std::uint64_t bytes, std::uint64_t at_rate = rate) {
        return bucket.left(bucket.queue(bytes), at_rate, now);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(rate_, Fixture)

BOOST_AUTO_TEST_CASE(a_burst_of_a_second_goes_at_once_and_the_rest_at_the_rate) {
    for (int tenth = 0; tenth <= 10; ++tenth) BOOST_TEST((wait_for(100) == 0s));
    BOOST_TEST((wait_for(100) == 100ms));
    BOOST_TEST((wait_for(100) == 200ms));
}

BOOST_AUTO_TEST_CASE(what_is_larger_than_the_burst_goes_and_those_behind_it_wait_for_it) {
    BOOST_TEST((wait_for(10 * rate) == 0s));
    const auto place = bucket.queue(1);
    BOOST_TEST((bucket.left(place, rate, now) == 9s));
    now += 9s - 1ms;
    BOOST_TEST((bucket.left(place, rate, now) > 0s));
    now += 1ms;
    BOOST_TEST((bucket.left(place, rate, now) == 0s));
}

BOOST_AUTO_TEST_CASE(bytes_go_in_the_order_in_which_they_were_asked_for) {
    BOOST_TEST((wait_for(rate) == 0s));
    const auto first = bucket.queue(rate);
    const auto second = bucket.queue(rate);
    const auto third = bucket.queue(1);
    BOOST_TEST((bucket.left(third, rate, now) == 2s));
    BOOST_TEST((bucket.left(second, rate, now) == 1s));
    BOOST_TEST((bucket.left(first, rate, now) == 0s));
}

BOOST_AUTO_TEST_CASE(rest_fills_the_bucket_and_no_more_than_that) {
    BOOST_TEST((wait_for(3 * rate) == 0s));
    now += 1h;
    BOOST_TEST(bucket.is_full(now));
    BOOST_TEST((wait_for(rate) == 0s));
    BOOST_TEST((wait_for(rate) == 0s));
    BOOST_TEST((wait_for(rate) == 1s));
    BOOST_TEST(!bucket.is_full(now));
}

BOOST_AUTO_TEST_CASE(over_a_long_time_it_is_the_rate) {
    std::uint64_t bytes = 0;
    const Time end = now + 60s;
    while (now < end) {
        now += wait_for(70);
        bytes += 70;
    }
    BOOST_TEST(bytes >= 60 * rate);
    BOOST_TEST(bytes <= 61 * rate + 140);
}

BOOST_AUTO_TEST_CASE(another_rate_counts_from_now_on_for_those_who_wait_already) {
    BOOST_TEST((wait_for(101 * rate) == 0s));
    const auto place = bucket.queue(1);
    BOOST_TEST((bucket.left(place, rate, now) == 100s));
    now += 50s;
    BOOST_TEST((bucket.left(place, 10 * rate, now) == 5s));
    BOOST_TEST((bucket.left(place, rate / 10, now) == 500s));
    now += 5s;
    BOOST_TEST((bucket.left(place, 10 * rate, now) < 5s));
}

BOOST_AUTO_TEST_CASE(a_time_before_the_last_one_gives_and_takes_nothing) {
    BOOST_TEST((wait_for(2 * rate) == 0s));
    const auto place = bucket.queue(1);
    BOOST_TEST((bucket.left(place, rate, now) == 1s));
    BOOST_TEST((bucket.left(place, rate, now - 1h) == 1s));
    BOOST_TEST((bucket.left(place, rate, now) == 1s));
}

BOOST_AUTO_TEST_CASE(a_wait_has_an_end_that_a_timer_can_count) {
    BOOST_TEST((wait_for(std::uint64_t{1} << 62, 1) == 0s));
    BOOST_TEST((wait_for(1, 1) == 24h));
}

BOOST_AUTO_TEST_CASE(an_account_has_one_bucket_for_each_direction) {
    Rates rates;
    const auto up = rates.bucket("lab", Direction::upload, rate, now);
    BOOST_TEST(up == rates.bucket("lab", Direction::upload, rate, now));
    BOOST_TEST(up != rates.bucket("lab", Direction::download, rate, now));
    BOOST_TEST(up != rates.bucket("other", Direction::upload, rate, now));
}

BOOST_AUTO_TEST_CASE(only_buckets_that_tell_something_are_kept_beyond_the_limit) {
    Rates rates;
    const auto held = rates.bucket("held", Direction::upload, rate, now);
    (void)rates.bucket("drained", Direction::upload, rate, now)->queue(1000 * rate);
    for (std::size_t number = 0; number < 3 * Rates::resting_limit; ++number)
        (void)rates.bucket(std::to_string(number), Direction::upload, rate, now);
    BOOST_TEST(rates.size() <= Rates::resting_limit + 1);
    BOOST_TEST(rates.bucket("held", Direction::upload, rate, now) == held);
    BOOST_TEST(!rates.bucket("drained", Direction::upload, rate, now)->is_full(now));
}

BOOST_AUTO_TEST_CASE(many_threads_together_get_no_more_than_the_rate) {
    std::vector<std::thread> threads;
    for (int number = 0; number < 4; ++number)
        threads.emplace_back([this] {
            for (int times = 0; times < 1000; ++times) (void)wait_for(10);
        });
    for (std::thread& thread : threads) thread.join();
    BOOST_TEST((wait_for(1) == 39s));
}

BOOST_AUTO_TEST_SUITE_END()
