#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "base/owned_tasks.hpp"
#include "protocols/ftps/byte_ring.hpp"

namespace asio = boost::asio;
using namespace consign;
using ftps::ByteRing;

namespace {

struct Flow {
    asio::io_context io;
    asio::any_io_executor strand = asio::make_strand(io);
    OwnedTasks tasks{strand};
};

/// Fills with 0, 1, 2, ... in pieces of at most `step`, as the network does: the room is written to
/// after a wait.
asio::awaitable<void> fill(Flow& flow, ByteRing& ring, std::size_t count, std::size_t step) {
    const ByteRing::Filling filling(ring);
    asio::steady_timer turn(flow.strand);
    for (std::size_t at = 0; at < count;) {
        ByteSpan room = co_await ring.room();
        if (room.empty()) co_return;
        turn.expires_after(std::chrono::nanoseconds(1));
        co_await turn.async_wait(asio::use_awaitable);
        room = room.first(std::min({room.size(), step, count - at}));
        for (auto& byte : room) byte = static_cast<std::uint8_t>(at++);
        ring.fill(room.size());
    }
}

asio::awaitable<void> drain(Flow& flow, ByteRing& ring, std::size_t step, Bytes& out) {
    const ByteRing::Emptying emptying(ring);
    asio::steady_timer turn(flow.strand);
    for (;;) {
        ByteView bytes = co_await ring.take();
        if (bytes.empty()) co_return;
        bytes = bytes.first(std::min(bytes.size(), step));
        turn.expires_after(std::chrono::nanoseconds(1));
        co_await turn.async_wait(asio::use_awaitable);
        out.insert(out.end(), bytes.begin(), bytes.end());
        ring.empty(bytes.size());
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(byte_ring)

BOOST_DATA_TEST_CASE(what_is_filled_comes_out_in_order,
                     boost::unit_test::data::make({1U, 3U, 7U, 64U}) *
                         boost::unit_test::data::make({1U, 2U, 5U, 64U}),
                     fill_step, drain_step) {
    constexpr std::size_t count = 1000;
    Flow flow;
    ByteRing ring(flow.strand, 7);
    Bytes out;
    flow.tasks.start(fill(flow, ring, count, fill_step));
    flow.tasks.start(drain(flow, ring, drain_step, out));
    flow.io.run();
    BOOST_REQUIRE_EQUAL(out.size(), count);
    for (std::size_t at = 0; at < count; ++at)
        BOOST_REQUIRE_EQUAL(out[at], static_cast<std::uint8_t>(at));
}

BOOST_AUTO_TEST_CASE(who_fills_is_told_when_nothing_more_is_wanted) {
    Flow flow;
    ByteRing ring(flow.strand, 4);
    flow.tasks.start(fill(flow, ring, 100, 4));
    asio::post(flow.strand, [&] { const ByteRing::Emptying none(ring); });
    flow.io.run();
    BOOST_CHECK_EQUAL(flow.tasks.running(), 0U);
}

BOOST_AUTO_TEST_CASE(an_end_without_bytes_is_an_end) {
    Flow flow;
    ByteRing ring(flow.strand, 4);
    Bytes out;
    flow.tasks.start(drain(flow, ring, 4, out));
    flow.tasks.start(fill(flow, ring, 0, 4));
    flow.io.run();
    BOOST_CHECK_EQUAL(flow.tasks.running(), 0U);
    BOOST_CHECK(out.empty());
}

BOOST_AUTO_TEST_SUITE_END()
