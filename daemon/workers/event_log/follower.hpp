// Follows what the ledger numbers, and writes each of it to the journal or to syslog, where the
// policy says so: at least once, in order, from a durable place on. What it does is no event
// itself.
#pragma once

#include <boost/asio.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/workers/event_log/datagram_socket.hpp"
#include "daemon/workers/worker.hpp"
#include "desk/site/site.hpp"

namespace consign::daemon {

class Follower : public Worker {
  public:
    struct Sockets {
        std::filesystem::path journal = "/run/systemd/journal/socket";
        std::filesystem::path syslog = "/dev/log";
    };
    /// How long something new may wait.
    static constexpr std::chrono::seconds interval{1};
    static constexpr std::chrono::seconds longest_wait{30};  // where nobody takes it
    static constexpr std::size_t batch_limit = 256;

    [[nodiscard]] boost::asio::awaitable<void> run() final;
    void stop() final;
    /// One batch, which is most likely all of it; where nobody takes it, it waits for the next
    /// start.
    [[nodiscard]] boost::asio::awaitable<void> finish() final;

  protected:
    /// Whose place it is, and what the daemon's own log says where nobody takes what is written.
    struct Names {
        Literal bookmark, fails, works_again;
    };
    struct Entry {
        std::int64_t place = 0;
        std::string datagram;
    };

    Follower(const boost::asio::any_io_executor& strand, desk::Site& site, Sockets sockets,
             Names names);

    [[nodiscard]] virtual policy::EventLog to(const policy::Policy& policy) const = 0;
    /// Where it begins when it is first switched on. Where it was off for a while, it goes on from
    /// its place.
    [[nodiscard]] virtual Result<std::int64_t> beginning(Transaction& transaction) const = 0;
    /// Up to batch_limit, behind `place`, in order, as that log takes them.
    [[nodiscard]] virtual Result<std::vector<Entry>> behind(Transaction& transaction,
                                                            std::int64_t place,
                                                            const policy::Policy& policy) const = 0;
    [[nodiscard]] const std::string& host() const { return host_; }

  private:
    enum class Came { all_written, more, failed };
    [[nodiscard]] boost::asio::awaitable<Came> write_batch();
    [[nodiscard]] boost::asio::awaitable<Result<std::int64_t>> place();
    [[nodiscard]] boost::asio::awaitable<Result<>> keep(std::int64_t place);
    Came fail(std::error_code why);

    desk::Site& site_;
    const Sockets sockets_;
    const Names names_;
    boost::asio::steady_timer timer_;
    policy::EventLog open_for_ = policy::EventLog::none;
    std::unique_ptr<DatagramSocket> socket_;
    std::optional<std::int64_t> place_;  // of the last that was written
    std::string host_;
    std::size_t failures_ = 0;
    bool stopping_ = false;
};

}  // namespace consign::daemon
