#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>

#include "base/wakeup.hpp"

namespace asio = boost::asio;
using consign::Wakeup;

namespace {

struct Waiters {
    asio::io_context io;
    asio::any_io_executor strand = asio::make_strand(io);
    Wakeup wakeup{strand};
    std::string heard;
};

asio::awaitable<void> wait(Waiters& waiters, char name) {
    co_await waiters.wakeup.wait();
    waiters.heard += name;
}

asio::awaitable<void> notify(Waiters& waiters, int times) {
    for (int i = 0; i < times; ++i) waiters.wakeup.notify();
    waiters.heard += '!';
    co_return;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wakeup)

BOOST_AUTO_TEST_CASE(wakes_all_who_wait_and_none_on_the_spot) {
    Waiters waiters;
    asio::co_spawn(waiters.strand, wait(waiters, 'a'), asio::detached);
    asio::co_spawn(waiters.strand, wait(waiters, 'b'), asio::detached);
    asio::co_spawn(waiters.strand, notify(waiters, 2), asio::detached);
    waiters.io.run();
    BOOST_TEST(waiters.heard == "!ab");
}

BOOST_AUTO_TEST_CASE(is_forgotten_where_nobody_waits) {
    Waiters waiters;
    asio::co_spawn(waiters.strand, notify(waiters, 1), asio::detached);
    asio::co_spawn(waiters.strand, wait(waiters, 'a'), asio::detached);
    waiters.io.run_for(std::chrono::milliseconds(20));
    BOOST_TEST(waiters.heard == "!");
    asio::co_spawn(waiters.strand, notify(waiters, 1), asio::detached);
    waiters.io.run();
    BOOST_TEST(waiters.heard == "!!a");
}

BOOST_AUTO_TEST_CASE(a_wait_that_is_cancelled_ends) {
    Waiters waiters;
    auto race = [&]() -> asio::awaitable<void> {
        using namespace asio::experimental::awaitable_operators;
        asio::steady_timer timer(waiters.strand, std::chrono::milliseconds(1));
        co_await (wait(waiters, 'a') || timer.async_wait(asio::use_awaitable));
        waiters.heard += '.';
    };
    asio::co_spawn(waiters.strand, race, asio::detached);
    waiters.io.run();
    BOOST_TEST(waiters.heard.ends_with('.'));
}

/// As where a daemon stops: who still waits goes with the io_context, and leaks nothing.
BOOST_AUTO_TEST_CASE(who_still_waits_goes_with_the_io_context) {
    const auto held = std::make_shared<int>();
    {
        Waiters waiters;
        auto holder = [](Waiters& all, std::shared_ptr<int>) -> asio::awaitable<void> {
            co_await all.wakeup.wait();
        };
        asio::co_spawn(waiters.strand, holder(waiters, held), asio::detached);
        waiters.io.run_for(std::chrono::milliseconds(20));
        BOOST_TEST(held.use_count() == 2);
    }
    BOOST_TEST(held.use_count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
