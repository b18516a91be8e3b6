// What of the ledger is forgotten because `ledger.keep` is over, as system:ledger: a bounded part
// at a time. An event tells it before anybody can see it: in the same transaction where fields are
// overwritten, and durable before a key is destroyed. What counts stands in the database and the
// keyring, so that it may die at any point.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <vector>

#include "desk/site/site.hpp"
#include "policy/calendar/span.hpp"

namespace consign::desk {

/// So many events about files are looked at in one snapshot, and so many forgotten, or sealed anew,
/// in one transaction.
inline constexpr std::size_t traces_looked_at_once = 1024;
inline constexpr std::size_t traces_forgotten_at_once = 128;
inline constexpr std::size_t entries_dropped_at_once = 2048;

/// The last moment whose traces are past `keep` now.
[[nodiscard]] Timestamp forgettable_until(Timestamp now, const policy::Span& keep,
                                          std::string_view zone);

/// When a month's keys may go at the earliest.
[[nodiscard]] Timestamp end_of_period(std::chrono::year_month month, const policy::Span& keep,
                                      std::string_view zone);

/// Would `after` forget sooner than `before`, as things stand now?
[[nodiscard]] bool forgets_sooner(const policy::Policy& before, const policy::Policy& after,
                                  Timestamp now);

/// Once through all that there is.
class ForgettingPass {
  public:
    explicit ForgettingPass(Site& site) : site_(site) {}

    /// One part. False at the end, and where nothing may be forgotten now.
    [[nodiscard]] boost::asio::awaitable<Result<bool>> step();
    /// The clock is not believed, or the policy is not the one in force: it came to nothing.
    [[nodiscard]] bool is_put_off() const { return put_off_; }

  private:
    struct Due {
        Timestamp now{};
        std::optional<Timestamp> until{};  // nothing: nothing is due for its age
    };
    enum class Part : std::uint8_t { traces, periods, entries, none };

    [[nodiscard]] boost::asio::awaitable<Result<std::optional<Due>>> due();
    [[nodiscard]] Result<bool> may_still(Transaction& transaction, Timestamp now) const;
    [[nodiscard]] boost::asio::awaitable<Result<>> forget_traces(const Due& due);
    [[nodiscard]] boost::asio::awaitable<Result<>> forget_some(std::vector<std::int64_t> rows,
                                                               const Due& due);
    [[nodiscard]] boost::asio::awaitable<Result<>> forget_a_period(const Due& due);
    [[nodiscard]] boost::asio::awaitable<Result<>> end(const ledger::Period& period,
                                                       const Due& due);
    [[nodiscard]] boost::asio::awaitable<Result<bool>> tell(const keyring::PeriodKey& key,
                                                            const Due& due);
    [[nodiscard]] boost::asio::awaitable<Result<bool>> destroy(const keyring::PeriodKey& key,
                                                               const Due& due);
    [[nodiscard]] boost::asio::awaitable<Result<>> drop_entries();

    Site& site_;
    Part part_ = Part::traces;
    ledger::TracePlace place_{};                  // of the walk through events about files
    keyring::KeyId period_ = 0;                   // those up to this one are done
    std::optional<ledger::TracePlace> moving_{};  // events that leave the next one
    bool put_off_ = false;
};

/// Cuts the write-ahead log, where it may hold what was forgotten. False: a reader was in the way,
/// and it is to be tried again.
[[nodiscard]] boost::asio::awaitable<Result<bool>> cut_log(Site& site);

}  // namespace consign::desk
