// Follows the ledger, and writes each event to the journal or to syslog, where the policy says so:
// at least once, in order, from a durable place on. What it does is no event itself.
#pragma once

#include <boost/asio.hpp>
#include <filesystem>
#include <memory>
#include <optional>

#include "daemon/workers/event_log/datagram_socket.hpp"
#include "daemon/workers/worker.hpp"
#include "desk/site.hpp"

namespace consign::daemon {

class EventLog final : public Worker {
  public:
    struct Sockets {
        std::filesystem::path journal = "/run/systemd/journal/socket";
        std::filesystem::path syslog = "/dev/log";
    };
    /// How long an event may wait.
    static constexpr std::chrono::seconds interval{1};
    static constexpr std::chrono::seconds longest_wait{30};  // where nobody takes them
    static constexpr std::size_t batch_events = 256;

    EventLog(const boost::asio::any_io_executor& strand, desk::Site& site, Sockets sockets);
    EventLog(const boost::asio::any_io_executor& strand, desk::Site& site)
        : EventLog(strand, site, Sockets()) {}

    [[nodiscard]] boost::asio::awaitable<void> run() override;
    void stop() override;

  private:
    enum class Came { all_written, more, failed };
    [[nodiscard]] boost::asio::awaitable<Came> write_batch(policy::EventLog to);
    /// From where on: where nothing is kept yet, from now on.
    [[nodiscard]] boost::asio::awaitable<Result<std::int64_t>> place();
    [[nodiscard]] boost::asio::awaitable<Result<>> keep(std::int64_t place);

    desk::Site& site_;
    const Sockets sockets_;
    boost::asio::steady_timer timer_;
    policy::EventLog open_for_ = policy::EventLog::none;
    std::unique_ptr<DatagramSocket> socket_;
    std::optional<std::int64_t> place_;  // of the last that was written
    std::string host_;
    std::size_t failures_ = 0;
    bool stopping_ = false;
};

}  // namespace consign::daemon
