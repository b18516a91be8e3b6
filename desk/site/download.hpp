// What is being read: a stored file, or what the desk itself writes of it. Its opening stands in
// the ledger before its first byte leaves.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <limits>
#include <span>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/virtual_path.hpp"

namespace consign::desk {

class Download {
  public:
    Download() = default;
    virtual ~Download() = default;
    Download(const Download&) = delete;
    Download& operator=(const Download&) = delete;

    static constexpr std::size_t no_bound = std::numeric_limits<std::size_t>::max();

    struct Range {
        std::uint64_t offset = 0;
        ByteSpan out;
        std::size_t count = 0;  // result: bytes read; fewer than asked only at the end
    };

    /// Fills the ranges in order. At the first error it stops: ranges already filled have their
    /// count, the others 0.
    [[nodiscard]] virtual boost::asio::awaitable<Result<>> read(std::span<Range> ranges) = 0;
    [[nodiscard]] virtual std::uint64_t size_bytes() const = 0;
    [[nodiscard]] virtual Timestamp modified() const = 0;
    /// Relative to the home.
    [[nodiscard]] virtual const VirtualPath& path() const = 0;

    /// No more is to be asked for at once: where a rate or a limit decides when it may go, the peer
    /// is not to wait long for the first of it.
    [[nodiscard]] virtual std::size_t reading_bytes() const { return no_bound; }

    /// So much of what was read is given to the network, and may arrive even where that fails: for
    /// a limit it has left. Of a limited file, no more than leaving_bytes() at once.
    virtual void leaving(std::uint64_t offset, std::uint64_t bytes) = 0;
    [[nodiscard]] virtual std::size_t leaving_bytes() const { return no_bound; }
    /// So much of what was read has gone out to the peer.
    virtual void served(std::uint64_t offset, std::uint64_t bytes) = 0;
    enum class End : std::uint8_t { in_order, broken_off };
    /// Ends the retrieval, once: how much of the file left, and whether that was all of it, is
    /// recorded, and so is a pickup, with what it asks for then. `broken_off`: the last of it may
    /// not have arrived.
    [[nodiscard]] virtual boost::asio::awaitable<void> finish(End end) = 0;
};

}  // namespace consign::desk
