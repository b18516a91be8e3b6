// Judges what is expected: when a deadline has come, whether what the policy expects was brought or
// collected; one that was missing, whether it came since. Each deadline is judged once, also one
// that came while no daemon ran, and told once; and once more when it is mended.
#pragma once

#include <boost/asio.hpp>

#include "daemon/workers/worker.hpp"
#include "desk/pickups/expected.hpp"

namespace consign::daemon {

class Expectations final : public Worker {
  public:
    /// What is missing is looked for this often; the clock on the wall may be moved as well.
    static constexpr std::chrono::seconds longest_wait{60};
    /// How long what was not collected may still be.
    static constexpr std::chrono::days mendable_time_days{31};
    /// How long judgements are kept for the timetable.
    static constexpr std::chrono::days kept_days{400};
    /// Of one expectation, that passed while no daemon ran: earlier ones are passed over.
    static constexpr std::size_t deadlines_limit = 400;

    Expectations(const boost::asio::any_io_executor& strand, desk::Site& site)
        : site_(site), timer_(strand) {}

    [[nodiscard]] boost::asio::awaitable<void> run() override;
    void stop() override;

    /// So far ahead what was judged last may lie: clocks are put right. Past it, it was judged by a
    /// clock that was wrong.
    static constexpr std::chrono::days ahead_days{1};

    /// All that is to be judged now, and nothing else; nothing while the clock is not believed
    /// (desk/retention/clock_guard.hpp). Returns when the next deadline comes.
    [[nodiscard]] boost::asio::awaitable<Timestamp> round();

  private:
    /// Of one expectation, since it was last judged; tells its next deadline.
    [[nodiscard]] boost::asio::awaitable<Result<Timestamp>> judge(const policy::Policy& policy,
                                                                  const desk::Expected& expected,
                                                                  Timestamp now);
    /// Where its last judgement was: what a clock that was ahead had judged is dropped.
    [[nodiscard]] boost::asio::awaitable<Result<std::optional<Timestamp>>> judged_last(
        const policy::Policy& policy, const desk::Expected& expected, Timestamp now);
    [[nodiscard]] boost::asio::awaitable<Result<>> settle(const policy::Policy& policy,
                                                          const desk::Expected& expected,
                                                          std::vector<expectations::Judged> judged,
                                                          Timestamp now);
    [[nodiscard]] boost::asio::awaitable<Result<>> look_for_missing(
        const policy::Policy& policy, const std::vector<desk::Expected>& all, Timestamp now);
    [[nodiscard]] boost::asio::awaitable<Result<>> mend(const policy::Policy& policy,
                                                        const desk::Expected& expected,
                                                        expectations::Judged judged, Timestamp now);

    desk::Site& site_;
    boost::asio::steady_timer timer_;
    bool stopping_ = false;
};

}  // namespace consign::daemon
