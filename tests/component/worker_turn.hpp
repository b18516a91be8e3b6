// A worker of the daemon, run until something is so, and stopped.
#pragma once

#include <boost/asio.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <exception>
#include <functional>

#include "daemon/workers/worker.hpp"

namespace consign::testing {

/// `io` is the worker's. Returns once the worker has ended; a check fails where `is_so` was not
/// true in time.
inline void work_until(boost::asio::io_context& io, daemon::Worker& worker,
                       const std::function<bool()>& is_so) {
    constexpr std::chrono::seconds patience{30};
    bool ended = false;
    bool stopped = false;
    boost::asio::co_spawn(io, worker.run(), [&](std::exception_ptr thrown) {
        if (thrown) std::rethrow_exception(thrown);
        ended = true;
    });
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!ended) {
        io.restart();
        io.run_for(std::chrono::milliseconds(10));
        const bool is_late = std::chrono::steady_clock::now() > until;
        if (!stopped && (is_late || is_so())) {
            BOOST_CHECK_MESSAGE(!is_late, "not in time");
            worker.stop();
            stopped = true;
        }
    }
}

/// One look of a worker that has such, to its end.
template <class LookingWorker>
void work_off_on(boost::asio::io_context& io, LookingWorker& worker) {
    bool is_done = false;
    boost::asio::co_spawn(io, worker.work_off(), [&](std::exception_ptr thrown) {
        is_done = true;
        if (thrown) std::rethrow_exception(thrown);
    });
    io.restart();
    io.run();
    BOOST_REQUIRE(is_done);
}

}  // namespace consign::testing
