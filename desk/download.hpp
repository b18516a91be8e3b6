// A file that is being collected. Its opening stands in the ledger before its first byte leaves.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <span>

#include "base/virtual_path.hpp"
#include "desk/lease.hpp"
#include "desk/session.hpp"

namespace consign::desk {

class Download {
  public:
    /// What was opened, and whether all of it counts as a pickup: not where it is one's own.
    struct Opened {
        catalog::FileId file = 0;
        catalog::NodeId node = 0;
        Timestamp modified{};
        bool collects = false;
        std::unique_ptr<Lease> lease{};  // where a pickup speaks of it
    };

    Download(Session& session, VirtualPath path, VirtualPath whole, policy::Rule rule,
             Opened opened, std::unique_ptr<vault::SealedReader> sealed);

    struct Range {
        std::uint64_t offset = 0;
        ByteSpan out;
        std::size_t count = 0;  // result: bytes read; fewer than asked only at the end
    };

    /// Fills the ranges in order. At the first error it stops: ranges already filled have their
    /// count, the others 0.
    [[nodiscard]] boost::asio::awaitable<Result<>> read(std::span<Range> ranges);
    [[nodiscard]] std::uint64_t size_bytes() const { return sealed_->facts().size_bytes; }
    [[nodiscard]] Timestamp modified() const { return opened_.modified; }
    /// Relative to the home.
    [[nodiscard]] const VirtualPath& path() const { return path_; }

    /// So much of what was read is given to the network, and may arrive even where that fails: for
    /// a limit it has left. Of a limited file, no more than leaving_bytes() at once.
    void leaving(std::uint64_t offset, std::uint64_t bytes);
    [[nodiscard]] std::size_t leaving_bytes() const;
    /// So much of what was read has gone out to the peer.
    void served(std::uint64_t offset, std::uint64_t bytes);
    enum class End : std::uint8_t { in_order, broken_off };
    /// Ends the retrieval, once: how much of the file left, and whether that was all of it, is
    /// recorded, and so is a pickup, with what it asks for then. `broken_off`: the last of it may
    /// not have arrived.
    [[nodiscard]] boost::asio::awaitable<void> finish(End end);

  private:
    /// A client that jumps about is still bounded: past this, `served_` is no longer exact.
    static constexpr std::size_t served_parts_limit = 1024;

    [[nodiscard]] ledger::Event event(ledger::Action action, ledger::Outcome outcome) const;
    [[nodiscard]] ByteSet asked(std::span<const Range> ranges) const;
    [[nodiscard]] boost::asio::awaitable<void> record(ledger::Event event, bool whole);
    [[nodiscard]] Result<> collect(Transaction& transaction, const ledger::Event& event,
                                   std::vector<Id>& doomed, bool& taken_away);
    [[nodiscard]] Result<> put_down(Transaction& transaction, ledger::Event event);

    Session& session_;
    VirtualPath path_, whole_;
    policy::Rule rule_;
    Opened opened_;
    std::unique_ptr<vault::SealedReader> sealed_;
    ByteSet served_;
    bool finished_ = false;
};

}  // namespace consign::desk
