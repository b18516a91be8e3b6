// Each event of the ledger, in the system's log.
#pragma once

#include "daemon/workers/event_log/follower.hpp"

namespace consign::daemon {

class EventLog final : public Follower {
  public:
    EventLog(const boost::asio::any_io_executor& strand, desk::Site& site, Sockets sockets);
    EventLog(const boost::asio::any_io_executor& strand, desk::Site& site)
        : EventLog(strand, site, Sockets()) {}

  private:
    [[nodiscard]] policy::EventLog to(const policy::Policy& policy) const override;
    /// From now on, where it never was on before.
    [[nodiscard]] Result<std::int64_t> beginning(Transaction& transaction) const override;
    [[nodiscard]] Result<std::vector<Entry>> behind(Transaction& transaction, std::int64_t place,
                                                    const policy::Policy& policy) const override;
};

}  // namespace consign::daemon
