#include <boost/test/unit_test.hpp>

#include "ssh_harness.hpp"

using namespace consign;
using namespace consign::test;

BOOST_AUTO_TEST_SUITE(ssh_idle)

BOOST_AUTO_TEST_CASE(a_logged_in_session_that_does_nothing_costs_at_most_48_kibibytes) {
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    constexpr std::size_t count = 50;
#else
    constexpr std::size_t count = 1000;
#endif
    TestServer server({.host_keys = {"ecdsa", "ed25519"}});
    const auto log_all_in = [&](std::size_t sessions) {
        return std::make_unique<Process>(
            std::string("exec ") + CONSIGN_SSH_IDLE_CLIENT + " " + std::to_string(server.port()) +
            " " + std::to_string(sessions) + " '" + TestServer::password + "'");
    };
    {
        const auto warm_up = log_all_in(5);
        BOOST_TEST(warm_up->line() == "all in");
    }
    BOOST_TEST(server.wait_until_none_alive());

    const auto before = resident_bytes();
    const auto clients = log_all_in(count);
    BOOST_TEST(clients->line() == "all in");
    const auto each = (resident_bytes() - before) / count;
    BOOST_TEST_MESSAGE("resident bytes of an idle session: " << each);
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
    BOOST_TEST(each <= 48U * 1024U);  // of 64 KiB: the session above needs some, too
#endif
    const auto busy = processor_time();
    boost::asio::io_context io;
    boost::asio::steady_timer(io, std::chrono::seconds(1)).wait();
    BOOST_TEST((processor_time() - busy).count() < 50);

    clients->close_input();
    BOOST_TEST(clients->exit_code() == 0);
    BOOST_TEST(server.wait_until_none_alive());
}

BOOST_AUTO_TEST_SUITE_END()
