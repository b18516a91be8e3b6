// Refusals are easy to provoke, so equal ones do not each cost a row: the first stands in the
// ledger at once, and those that follow within a minute are one more row, with a count. That one
// names a session where all of them, the first included, were of it.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <tuple>
#include <utility>
#include <vector>

#include "storage/ledger/ledger.hpp"

namespace consign::desk {

class Refusals {
  public:
    static constexpr std::chrono::seconds window{60};
    /// Of one peer_network: who provokes more kinds hides no others' refusals, but his own.
    static constexpr std::size_t kinds_per_network_limit = 100;
    static constexpr std::size_t kinds_limit = 10'000;

    /// True: write this one now. False: it was counted. `network` is whom it is counted for.
    [[nodiscard]] bool is_first(const ledger::Event& event, const std::string& network);
    /// The first could not be written: it is counted as well.
    void was_not_written(const ledger::Event& event, const std::string& network);
    /// The rows of the windows that have ended at `now` (all of them, where `all`); they are
    /// forgotten here.
    [[nodiscard]] std::vector<ledger::Event> due(Timestamp now, bool all = false);

  private:
    using Kind =
        std::tuple<std::string, std::string, ledger::Action, std::string, std::string, std::string>;
    struct Window {
        Timestamp opened;
        ledger::Event latest;
        std::uint64_t further = 0;
    };
    using Windows = std::map<Kind, Window>;

    /// Where it counts; where that is no window yet, the kind that it would open one for.
    [[nodiscard]] std::pair<Windows::iterator, Kind> find(const ledger::Event& event,
                                                          const std::string& network);
    [[nodiscard]] std::size_t kinds_of(const std::string& network) const;

    std::mutex mutex_;
    Windows windows_;
};

}  // namespace consign::desk
