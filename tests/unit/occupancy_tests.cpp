#include <boost/test/unit_test.hpp>
#include <thread>
#include <vector>

#include "desk/site/occupancy.hpp"

using consign::desk::Occupancy;

BOOST_AUTO_TEST_SUITE(occupancy)

BOOST_AUTO_TEST_CASE(a_key_has_as_many_places_as_its_limit) {
    Occupancy occupancy;
    auto first = occupancy.take("a", 2);
    auto second = occupancy.take("a", 2);
    BOOST_TEST((first && second));
    BOOST_TEST(!occupancy.take("a", 2));
    BOOST_TEST(occupancy.take("b", 1).has_value());
    BOOST_TEST(occupancy.taken("a") == 2U);
    first.reset();
    BOOST_TEST(occupancy.take("a", 2).has_value());
}

BOOST_AUTO_TEST_CASE(a_place_is_given_back_once_however_it_was_moved) {
    Occupancy occupancy;
    {
        auto place = occupancy.take("a", 5);
        Occupancy::Place moved(std::move(*place));
        Occupancy::Place again;
        again = std::move(moved);
        BOOST_TEST(occupancy.taken("a") == 1U);
    }
    BOOST_TEST(occupancy.taken("a") == 0U);
}

BOOST_AUTO_TEST_CASE(no_place_at_all_is_a_limit_too) {
    Occupancy occupancy;
    BOOST_TEST(!occupancy.take("a", 0));
    BOOST_TEST(occupancy.taken("a") == 0U);
}

BOOST_AUTO_TEST_CASE(several_places_are_taken_and_given_back_together) {
    Occupancy occupancy;
    auto most = occupancy.take("a", 5, 4);
    BOOST_TEST(!occupancy.take("a", 5, 2));
    BOOST_TEST(occupancy.take("a", 5).has_value());
    BOOST_TEST(occupancy.taken("a") == 4U);
    most.reset();
    BOOST_TEST(occupancy.taken("a") == 0U);
}

BOOST_AUTO_TEST_CASE(an_accounts_name_is_never_an_addresss_key) {
    BOOST_TEST(Occupancy::of_account("sessions") != Occupancy::all_sessions());
    BOOST_TEST(Occupancy::of_account("192.0.2.1") != Occupancy::of_address("192.0.2.1"));
}

BOOST_AUTO_TEST_CASE(many_threads_never_exceed_the_limit) {
    Occupancy occupancy;
    std::atomic<bool> exceeded = false;
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 4; ++thread)
            threads.emplace_back([&] {
                for (int turn = 0; turn < 2000; ++turn) {
                    const auto place = occupancy.take("a", 3);
                    if (occupancy.taken("a") > 3) exceeded = true;
                }
            });
    }
    BOOST_TEST(!exceeded);
    BOOST_TEST(occupancy.taken("a") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
