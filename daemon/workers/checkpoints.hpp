// Vouches for the ledger as time goes by, and as it grows.
#pragma once

#include <boost/asio.hpp>

#include "daemon/workers/worker.hpp"
#include "desk/site/site.hpp"

namespace consign::daemon {

class Checkpoints final : public Worker {
  public:
    /// A checkpoint comes at the latest after so many rows.
    static constexpr std::int64_t rows_limit = 10'000;
    static constexpr std::chrono::seconds look_interval{1};

    Checkpoints(const boost::asio::any_io_executor& strand, desk::Site& site)
        : site_(site), timer_(strand) {}

    [[nodiscard]] boost::asio::awaitable<void> run() override;
    void stop() override;

  private:
    [[nodiscard]] boost::asio::awaitable<bool> is_due();

    desk::Site& site_;
    boost::asio::steady_timer timer_;
    Timestamp last_{};
    bool told_ = false;  // that the ledger was changed
    bool stopping_ = false;
};

}  // namespace consign::daemon
