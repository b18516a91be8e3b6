#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "ssh_harness.hpp"

using namespace consign;
using namespace consign::test;
using namespace std::chrono_literals;
using ssh::ReceiveWindow;
using ssh::WindowBudget;

namespace {

constexpr std::uint64_t mebibyte = 1024 * 1024;

/// A peer at the other end of a line, as the window sees it.
struct Line {
    ReceiveWindow& window;
    ReceiveWindow::Time now{1h};
    std::uint64_t sent = 0;
    std::uint64_t credit = ReceiveWindow::default_bytes;

    /// Sends all it may, in packets of 32 KiB `spacing` apart; then hears of new credit after
    /// `round_trip`.
    void round(std::chrono::microseconds spacing, std::chrono::milliseconds round_trip) {
        auto granted = credit;
        while (sent + 32768 <= credit) {
            now += spacing;
            sent += 32768;
            BOOST_TEST(window.arrived(32768, 0, now));
            if (const auto due = window.due()) {
                window.granted(now);
                granted = sent + *due;
            }
        }
        now += round_trip;
        credit = granted;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(ssh_receive_window)

BOOST_AUTO_TEST_CASE(grows_to_its_limit_where_the_peer_waits_for_credit) {
    const auto budget = std::make_shared<WindowBudget>(64 * mebibyte);
    {
        ReceiveWindow window(budget);
        Line line{window};
        for (int i = 0; i < 40; ++i) line.round(10us, 50ms);
        BOOST_TEST(window.target_bytes() == ReceiveWindow::limit_bytes);
        BOOST_TEST(budget->used_bytes() ==
                   ReceiveWindow::limit_bytes - ReceiveWindow::default_bytes);
    }
    BOOST_TEST(budget->used_bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(stays_as_it_is_where_the_line_is_the_limit) {
    ReceiveWindow window(std::make_shared<WindowBudget>(64 * mebibyte));
    Line line{window};
    for (int i = 0; i < 40; ++i) line.round(3ms, 1ms);
    BOOST_TEST(window.target_bytes() == ReceiveWindow::default_bytes);
}

BOOST_AUTO_TEST_CASE(stays_as_it_is_where_our_own_reader_is_the_limit) {
    ReceiveWindow window(std::make_shared<WindowBudget>(64 * mebibyte));
    Line line{window};
    for (int i = 0; i < 40; ++i) {
        window.held_back();
        line.round(10us, 50ms);
        window.held_back();
    }
    BOOST_TEST(window.target_bytes() == ReceiveWindow::default_bytes);
}

BOOST_AUTO_TEST_CASE(never_books_more_than_half_of_what_is_left) {
    const auto budget = std::make_shared<WindowBudget>(6 * mebibyte);
    ReceiveWindow first(budget);
    ReceiveWindow second(budget);
    Line one{first};
    Line two{second};
    for (int i = 0; i < 40; ++i) {
        one.round(10us, 50ms);
        two.round(10us, 50ms);
        BOOST_TEST(budget->used_bytes() <= budget->limit_bytes());
    }
    BOOST_TEST(first.target_bytes() < ReceiveWindow::limit_bytes);
    BOOST_TEST(second.target_bytes() > ReceiveWindow::default_bytes);
}

BOOST_AUTO_TEST_CASE(gives_memory_back_after_a_pause_as_the_credit_is_used_up) {
    const auto budget = std::make_shared<WindowBudget>(64 * mebibyte);
    ReceiveWindow window(budget);
    Line line{window};
    for (int i = 0; i < 40; ++i) line.round(10us, 50ms);
    window.paused();
    BOOST_TEST(window.target_bytes() == ReceiveWindow::default_bytes);
    BOOST_TEST(budget->used_bytes() > 0U);  // the peer still may send that much
    for (int i = 0; i < 600; ++i) BOOST_TEST(window.arrived(32768, 0, line.now));
    BOOST_TEST(budget->used_bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(knows_when_more_lies_unread_than_the_peer_may_have_sent) {
    ReceiveWindow window(std::make_shared<WindowBudget>(64 * mebibyte));
    const auto most = ReceiveWindow::default_bytes + ReceiveWindow::slack_bytes;
    BOOST_TEST(window.arrived(most, most, ReceiveWindow::Time{1h}));
    BOOST_TEST(!window.arrived(1, most + 1, ReceiveWindow::Time{1h}));
}

BOOST_AUTO_TEST_CASE(a_budget_gives_all_or_nothing_to_many_threads) {
    WindowBudget budget(1000);
    std::vector<std::thread> threads;
    std::atomic<bool> exceeded = false;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int round = 0; round < 10'000; ++round) {
                if (!budget.try_take(100)) continue;
                if (budget.used_bytes() > 1000) exceeded = true;
                budget.give_back(100);
            }
        });
    for (auto& thread : threads) thread.join();
    BOOST_TEST(!exceeded);
    BOOST_TEST(budget.used_bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(lets_a_long_line_be_filled_within_the_budget) {
    const TemporaryFolder folder;
    const auto size = 64 * mebibyte;
    write_pattern(folder / "in", size);
    TestServer server({.budget_bytes = 32 * mebibyte});
    Process relay("exec /usr/bin/python3 " CONSIGN_SOURCE_DIR
                  "/tests/component/ssh_delay_relay.py " +
                  std::to_string(server.port()) + " 50");
    const auto port = relay.line();
    BOOST_TEST_REQUIRE(!port.empty());
    // The first -p is the one that counts.
    auto client = server.ssh_with_key("ed25519");
    client.replace(client.find("-p "), 3 + std::to_string(server.port()).size(), "-p " + port);
    const auto outcome = run(client + "sink@127.0.0.1 -s sftp < " + (folder / "in").string(), 60);
    BOOST_TEST(outcome.output.contains(std::to_string(size) + " whole"), outcome.output);
    BOOST_TEST(server.widest_window() > 2 * ReceiveWindow::default_bytes);
    BOOST_TEST(server.most_budget_used() > 0U);
    BOOST_TEST(server.most_budget_used() <= 32 * mebibyte);
    BOOST_TEST(server.wait_until_none_alive());
    BOOST_TEST(server.budget().used_bytes() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
