#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <thread>

#include "base/offload.hpp"

namespace asio = boost::asio;

BOOST_AUTO_TEST_SUITE(offload)

BOOST_AUTO_TEST_CASE(works_on_the_pool_and_comes_back) {
    asio::io_context io;
    asio::thread_pool pool(1);
    const auto home = std::this_thread::get_id();
    bool came_back = false;
    auto session = [&]() -> asio::awaitable<void> {
        const auto there =
            co_await consign::offload(pool, [] { return std::this_thread::get_id(); });
        BOOST_TEST((there != home));
        came_back = std::this_thread::get_id() == home;
    };
    asio::co_spawn(io, session, asio::detached);
    io.run();
    BOOST_TEST(came_back);
}

BOOST_AUTO_TEST_CASE(brings_an_exception_home) {
    asio::io_context io;
    asio::thread_pool pool(1);
    std::exception_ptr seen;
    auto session = [&]() -> asio::awaitable<void> {
        co_await consign::offload(pool, []() -> int { throw std::runtime_error("there"); });
    };
    asio::co_spawn(io, session, [&](std::exception_ptr thrown) { seen = thrown; });
    io.run();
    BOOST_CHECK_THROW(std::rethrow_exception(seen), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()
