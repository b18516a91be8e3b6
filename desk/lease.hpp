// One retrieval of a file whose collection the policy speaks of (`pickups:`): what has left of it
// is noted, so that it may be gone on with by another session, and counts once. Where downloads are
// limited, it is noted that all of it is about to leave before the last of it does, and nobody
// reads without holding the lease. Lives on its session's strand.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "desk/byte_set.hpp"
#include "desk/session.hpp"

namespace consign::desk {

/// What the policy in force at the opening says.
struct PickupRule {
    std::shared_ptr<const policy::Policy> policy;
    const policy::Pickup* pickup = nullptr;  // of *policy; null: it says nothing
};

class Lease {
  public:
    /// A client that jumps about is refused past this, where downloads are limited: what it has had
    /// must be known.
    static constexpr std::size_t parts_limit = 1024;
    /// How far behind the note may be.
    static constexpr std::chrono::seconds longest_unnoted{30};

    Lease(Session& session, PickupRule rule, const pickups::Pickups::Lease& taken,
          std::uint64_t size_bytes);

    /// These are about to be read. `served`: what has left in this session.
    /// desk_errc::download_lapsed, too_scattered.
    [[nodiscard]] boost::asio::awaitable<Result<>> before_read(ByteSet asked,
                                                               const ByteSet& served);
    /// Has all of it left by now, over however many sessions?
    [[nodiscard]] bool is_all_sent(const ByteSet& served) const;

    // In the transaction that ends the retrieval:
    [[nodiscard]] Result<> complete(Transaction& transaction, Timestamp now);
    [[nodiscard]] Result<> put_down(Transaction& transaction, const ByteSet& served, Timestamp now);

    [[nodiscard]] const policy::Pickup& pickup() const { return *rule_.pickup; }
    [[nodiscard]] const PickupRule& rule() const { return rule_; }

  private:
    [[nodiscard]] bool is_limited() const { return rule_.pickup->downloads.has_value(); }
    [[nodiscard]] ByteSet sent(const ByteSet& served) const;
    [[nodiscard]] pickups::Pickups::Progress progress(const ByteSet& sent, Timestamp now) const;

    Session& session_;
    PickupRule rule_;
    pickups::RetrievalId id_;
    std::uint64_t size_bytes_;
    std::chrono::microseconds note_every_;
    ByteSet before_;  // had left when this one began
    ByteSet handed_;  // all that has left or is about to
    bool uncertain_;
    bool counted_ = false;
    Timestamp noted_;
};

}  // namespace consign::desk
