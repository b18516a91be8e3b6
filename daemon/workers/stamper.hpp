// Has checkpoints stamped by the time stamping authority that the policy names: the newest one that
// tells something new, which covers those before it. Nobody waits for it: an authority that is slow
// or gone keeps no checkpoint from being made.
#pragma once

#include <boost/asio.hpp>
#include <string>

#include "daemon/workers/backoff.hpp"
#include "daemon/workers/curl/client.hpp"
#include "daemon/workers/worker.hpp"
#include "desk/audit/stamping.hpp"

namespace consign::daemon {

class Stamper final : public Worker {
  public:
    struct Patience {
        Backoff backoff{};
        /// That many failures in a row are an alarm.
        std::uint64_t failures_told = 5;
        /// Of an authority, from the first byte to the last.
        std::chrono::seconds answer_time{30};
        std::chrono::milliseconds look_interval{1000};
    };
    static constexpr std::size_t answer_limit_bytes = std::size_t{64} << 10;

    Stamper(const boost::asio::any_io_executor& strand, desk::Site& site, Patience patience)
        : site_(site), patience_(patience), timer_(strand), pool_(1) {}
    Stamper(const boost::asio::any_io_executor& strand, desk::Site& site)
        : Stamper(strand, site, Patience()) {}
    ~Stamper() override;

    [[nodiscard]] boost::asio::awaitable<void> run() override;
    /// What is being asked is given up, and asked after the next start: what was vouched for at the
    /// stop, too.
    void stop() override;

  private:
    [[nodiscard]] bool is_due(const policy::LedgerTerms& terms) const;
    [[nodiscard]] boost::asio::awaitable<void> look(const policy::LedgerTerms& terms);
    [[nodiscard]] boost::asio::awaitable<Result<>> stamp(ledger::Ledger::Checkpoint checkpoint);
    [[nodiscard]] boost::asio::awaitable<void> note_failure(std::error_code why);
    /// Blocks.
    [[nodiscard]] Result<Bytes> ask(ByteView query);

    desk::Site& site_;
    const Patience patience_;
    boost::asio::steady_timer timer_;
    boost::asio::thread_pool pool_;
    curl::StopFlag stopped_ = false;
    std::string authority_;              // that was asked last
    Timestamp tried_{};                  // when
    std::chrono::microseconds wait_{0};  // from then on
    std::uint64_t failures_ = 0;         // in a row
    bool stopping_ = false;
};

}  // namespace consign::daemon
