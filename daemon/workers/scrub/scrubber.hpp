// Reads the whole store again and again, at the pace of the policy, and tells what is damaged. It
// changes and removes nothing.
#pragma once

#include <boost/asio.hpp>
#include <vector>

#include "daemon/workers/worker.hpp"
#include "desk/scrub/scrub_record.hpp"
#include "desk/site/site.hpp"

namespace consign::daemon {

class Scrubber final : public Worker {
  public:
    /// So many that cannot be read, one after another, are no damage: the store is not there.
    static constexpr std::size_t in_a_row_limit = 20;
    /// How far it may fall back where the daemon is killed.
    static constexpr std::size_t batch_files = 64;
    static constexpr std::uint64_t batch_bytes = std::uint64_t{256} << 20;
    /// A pass that stopped is taken up again after.
    static constexpr std::chrono::hours stopped_time{1};
    /// How often it looks whether there is something to do.
    static constexpr std::chrono::seconds interval{2};
    /// A small file costs as much as so many bytes.
    static constexpr std::uint64_t least_cost_bytes = 8192;

    Scrubber(const boost::asio::any_io_executor& strand, desk::Site& site);

    [[nodiscard]] boost::asio::awaitable<void> run() override;
    void stop() override;

  private:
    /// Begins a pass, or takes one up, where it is time; false: there is nothing to do.
    [[nodiscard]] boost::asio::awaitable<bool> begin();
    /// To its end, or until it stops.
    [[nodiscard]] boost::asio::awaitable<Result<>> go_on();
    [[nodiscard]] boost::asio::awaitable<desk::ScrubFinding> examine(scrub::Candidate file);
    /// Takes in what came of one file. False: the pass has stopped.
    [[nodiscard]] boost::asio::awaitable<Result<bool>> take(desk::ScrubFinding finding);
    [[nodiscard]] boost::asio::awaitable<Result<>> keep();
    [[nodiscard]] boost::asio::awaitable<Result<>> end();
    [[nodiscard]] boost::asio::awaitable<void> pace(std::uint64_t bytes);
    [[nodiscard]] boost::asio::awaitable<void> wait(std::chrono::steady_clock::time_point until);

    desk::Site& site_;
    boost::asio::steady_timer timer_;
    std::chrono::steady_clock::time_point paid_until_{};
    scrub::Pass pass_;                          // as it is kept, and what came since
    std::vector<desk::ScrubFinding> findings_;  // since it was kept
    std::vector<desk::ScrubFinding> in_a_row_;  // the last ones, none of which could be read
    std::uint64_t bytes_since_kept_ = 0;
    bool stopping_ = false;
};

}  // namespace consign::daemon
