// Forgets what of the ledger is past `ledger.keep` (desk/retention/forgetting.hpp): once at the
// start, then once a day, and soon after `ledger.keep` has changed. A little at a time: after each
// part it rests as long as the part took. It remembers nothing that must not be lost.
#pragma once

#include <boost/asio.hpp>
#include <optional>

#include "daemon/workers/worker.hpp"
#include "desk/site/site.hpp"

namespace consign::daemon {

class Forgetter final : public Worker {
  public:
    struct Pace {
        /// The clock on the wall may be moved, and policies come: it looks this often.
        std::chrono::milliseconds look_interval{2000};
        std::chrono::seconds pass_interval{24 * 3600};
        /// Where a reader kept the log from being cut: to try holds the writer up for a moment.
        std::chrono::seconds cut_interval{60};
        /// After a failure of the store, and while the clock is not believed.
        std::chrono::seconds failure_interval{30};
    };

    Forgetter(const boost::asio::any_io_executor& strand, desk::Site& site, Pace pace)
        : site_(site), pace_(pace), timer_(strand) {}
    Forgetter(const boost::asio::any_io_executor& strand, desk::Site& site)
        : Forgetter(strand, site, Pace()) {}

    [[nodiscard]] boost::asio::awaitable<void> run() override;
    void stop() override;

  private:
    [[nodiscard]] bool is_due() const;
    [[nodiscard]] boost::asio::awaitable<void> pass();
    [[nodiscard]] boost::asio::awaitable<void> cut();
    [[nodiscard]] boost::asio::awaitable<void> rest(std::chrono::steady_clock::duration time);

    desk::Site& site_;
    const Pace pace_;
    boost::asio::steady_timer timer_;
    std::optional<Timestamp> last_{};                                // when a pass came to its end
    std::optional<policy::Span> keep_{};                             // what it was made by
    std::optional<std::chrono::steady_clock::time_point> cut_at_{};  // nothing: it is cut
    std::chrono::steady_clock::time_point retry_{};
    bool stopping_ = false;
};

}  // namespace consign::daemon
