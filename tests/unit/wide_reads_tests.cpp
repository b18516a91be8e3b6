// The calls of this program's `recv` and `poll` go where those of libssh's go.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>

#include "protocols/sftp/wide_reads.hpp"

using consign::ssh::WideReads;

namespace {

/// Two ends of a line.
struct Line {
    std::array<int, 2> ends{-1, -1};
    Line() {
        BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
    }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;
    ~Line() {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    [[nodiscard]] int here() const { return ends[0]; }
    void say(std::string_view text) const {
        BOOST_REQUIRE(::send(ends[1], text.data(), text.size(), 0) == std::ssize(text));
    }
};

std::string received(int descriptor, std::size_t limit) {
    std::string text(limit, '\0');
    const auto count = ::recv(descriptor, text.data(), limit, 0);
    text.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
    return text;
}

int readable(int descriptor) {
    pollfd asked{.fd = descriptor, .events = POLLIN | POLLOUT, .revents = 0};
    BOOST_REQUIRE(::poll(&asked, 1, 0) >= 0);
    return asked.revents & POLLIN;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wide_reads)

BOOST_AUTO_TEST_CASE(what_one_read_brought_answers_those_that_follow) {
    const Line line;
    WideReads reads;
    const WideReads::Turn turn(reads, line.here());
    line.say("one two");
    BOOST_TEST(received(line.here(), 3) == "one");
    BOOST_TEST(!reads.empty());
    line.say(" three");
    BOOST_TEST(readable(line.here()) != 0);
    // No more than was there, although more came meanwhile.
    BOOST_TEST(received(line.here(), 100) == " two");
    BOOST_TEST(reads.empty());
    BOOST_TEST(received(line.here(), 100) == " three");
    BOOST_TEST(readable(line.here()) == 0);
}

BOOST_AUTO_TEST_CASE(an_end_and_an_error_are_those_of_the_line) {
    Line line;
    WideReads reads;
    const WideReads::Turn turn(reads, line.here());
    std::array<char, 4> bytes{};
    BOOST_TEST(::recv(line.here(), bytes.data(), bytes.size(), 0) == -1);
    BOOST_TEST(errno == EAGAIN);
    BOOST_REQUIRE(::shutdown(line.ends[1], SHUT_WR) == 0);
    BOOST_TEST(::recv(line.here(), bytes.data(), bytes.size(), 0) == 0);
    BOOST_TEST(readable(line.here()) != 0);
}

BOOST_AUTO_TEST_CASE(other_lines_threads_and_ways_to_read_are_untouched) {
    const Line line;
    const Line other;
    WideReads reads;
    {
        const WideReads::Turn turn(reads, line.here());
        other.say("abc");
        BOOST_TEST(received(other.here(), 1) == "a");
        line.say("123");
        std::thread([&] { BOOST_TEST(received(line.here(), 1) == "1"); }).join();
        std::array<char, 1> peeked{};
        BOOST_TEST(::recv(line.here(), peeked.data(), 1, MSG_PEEK) == 1);
        BOOST_TEST(peeked[0] == '2');
        BOOST_TEST(reads.empty());
        std::array<pollfd, 2> both{{{.fd = line.here(), .events = POLLIN, .revents = 0},
                                    {.fd = other.here(), .events = POLLIN, .revents = 0}}};
        BOOST_TEST(::poll(both.data(), both.size(), -1) == 2);
    }
    BOOST_TEST(received(line.here(), 1) == "2");
    BOOST_TEST(received(line.here(), 1) == "3");
}

BOOST_AUTO_TEST_CASE(a_poll_waits_as_long_as_it_is_told) {
    const Line line;
    pollfd asked{.fd = line.here(), .events = POLLIN, .revents = 0};
    const auto begun = std::chrono::steady_clock::now();
    BOOST_TEST(::poll(&asked, 1, 20) == 0);
    BOOST_TEST((std::chrono::steady_clock::now() - begun >= std::chrono::milliseconds(20)));
    std::thread later([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        line.say("x");
    });
    BOOST_TEST(::poll(&asked, 1, -1) == 1);
    later.join();
}

BOOST_AUTO_TEST_SUITE_END()
