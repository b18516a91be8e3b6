// Each checkpoint, in the system's log, where whoever changes the data folder may not reach it.
#pragma once

#include "daemon/workers/event_log/follower.hpp"

namespace consign::daemon {

class CheckpointLog final : public Follower {
  public:
    CheckpointLog(const boost::asio::any_io_executor& strand, desk::Site& site, Sockets sockets);
    CheckpointLog(const boost::asio::any_io_executor& strand, desk::Site& site)
        : CheckpointLog(strand, site, Sockets()) {}

  private:
    [[nodiscard]] policy::EventLog to(const policy::Policy& policy) const override;
    /// From the last checkpoint on, which speaks for those before it.
    [[nodiscard]] Result<std::int64_t> beginning(Transaction& transaction) const override;
    [[nodiscard]] Result<std::vector<Entry>> behind(Transaction& transaction, std::int64_t place,
                                                    const policy::Policy& policy) const override;
};

}  // namespace consign::daemon
