// What works without a peer: each worker is a few coroutines on one strand, and reaches data
// through the desk.
#pragma once

#include <boost/asio/awaitable.hpp>

namespace consign::daemon {

/// Lives on its strand.
class Worker {
  public:
    virtual ~Worker() = default;
    /// Returns after stop(), once what it had begun has come to an end.
    [[nodiscard]] virtual boost::asio::awaitable<void> run() = 0;
    /// Begins nothing more, and cuts short what can be taken up again.
    virtual void stop() = 0;
    /// Once all have ended, and the last checkpoint is made: what it has left to say, in short
    /// time.
    [[nodiscard]] virtual boost::asio::awaitable<void> finish() { co_return; }
};

}  // namespace consign::daemon
