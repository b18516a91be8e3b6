// The ports of one listener on which data connections may be awaited (`passive: {ports}`).
#pragma once

#include <boost/asio.hpp>
#include <memory>
#include <mutex>
#include <set>

#include "base/random.hpp"
#include "base/result.hpp"

namespace consign::ftps {

/// May be used from any thread, and outlives its leases.
class PassivePorts {
  public:
    struct Range {
        std::uint16_t first = 0, last = 0;  // 0: any that the system has free
    };
    /// A port, and the socket that listens there; given back when this goes.
    class Lease {
      public:
        Lease(PassivePorts& ports, boost::asio::ip::tcp::acceptor acceptor, std::uint16_t port)
            : acceptor(std::move(acceptor)), port(port), ports_(ports) {}
        ~Lease();
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;

        boost::asio::ip::tcp::acceptor acceptor;
        const std::uint16_t port;

      private:
        PassivePorts& ports_;
    };

    PassivePorts(Range range, RandomSource& random) : range_(range), random_(random) {}

    /// Listens on a free port of `address`, chosen at random, so that nobody can foretell it. One
    /// that is still in TIME_WAIT counts as free. ftps_errc::no_passive_port.
    [[nodiscard]] Result<std::unique_ptr<Lease>> lease(const boost::asio::any_io_executor& strand,
                                                       const boost::asio::ip::address& address);

  private:
    [[nodiscard]] bool take(std::uint16_t port);
    void give_back(std::uint16_t port);

    const Range range_;
    RandomSource& random_;
    std::mutex mutex_;
    std::set<std::uint16_t> taken_;  // of the range
};

}  // namespace consign::ftps
