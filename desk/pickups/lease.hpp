// One retrieval of a file whose collection the policy speaks of (`pickups:`): what has left of it
// is noted, so that it may be gone on with by another session, and counts once. Where downloads are
// limited, it is noted that all of it is about to leave before the last of it does, and nobody
// reads without holding the lease. A retrieval that the policy does not speak of has one as well,
// for its receipt: that costs no write of its own. Lives on its session's strand.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "desk/pickups/byte_set.hpp"
#include "desk/site/session.hpp"

namespace consign::desk {

/// What the policy in force at the opening says.
struct PickupRule {
    std::shared_ptr<const policy::Policy> policy;
    const policy::Pickup* pickup = nullptr;  // of *policy, or `without_rules`
};

/// Where the policy says nothing of how others' files are collected: what left over several
/// sessions is known all the same, so that whoever has all of it gets a receipt.
inline const policy::Pickup without_rules;

class Lease {
  public:
    /// A client that jumps about is refused past this, where downloads are limited: what it has had
    /// must be known.
    static constexpr std::size_t parts_limit = 1024;
    /// How far behind the note may be.
    static constexpr std::chrono::seconds longest_unnoted{30};
    /// The same where downloads are limited: more than this has not left without being noted.
    static constexpr std::uint64_t unnoted_bytes_limit = std::uint64_t{64} << 20;

    Lease(Session& session, PickupRule rule, const pickups::Pickups::Lease& taken,
          std::uint64_t size_bytes);

    /// These are about to be read. `served`: what has left in this session.
    /// desk_errc::download_lapsed, too_scattered.
    /// Under `without_rules` nothing is noted before the end: of what a daemon had sent when it
    /// died, nothing is known then.
    [[nodiscard]] boost::asio::awaitable<Result<>> before_read(ByteSet asked,
                                                               const ByteSet& served);
    /// These are given to the network now: where it fails, nobody knows how many of them arrived.
    /// They have left, where downloads are limited.
    void leaving(const ByteSet& bytes);
    /// Has all of it left by now, over however many sessions? What may have left when the daemon
    /// died is none of it.
    [[nodiscard]] bool is_all_sent(const ByteSet& served) const;
    /// May it have, for a limit?
    [[nodiscard]] bool is_used_up(const ByteSet& served) const;

    // In the transaction that ends the retrieval:
    [[nodiscard]] Result<> complete(Transaction& transaction, Timestamp now);
    /// True where it was collected by that: all of it left, and nobody closed it.
    [[nodiscard]] Result<bool> put_down(Transaction& transaction, const ByteSet& served,
                                        Timestamp now);

    [[nodiscard]] const policy::Pickup& pickup() const { return *rule_.pickup; }
    [[nodiscard]] const PickupRule& rule() const { return rule_; }

    [[nodiscard]] bool is_limited() const { return rule_.pickup->downloads.has_value(); }

  private:
    /// The daemon died over it, and this is where its client goes on.
    void credit_before(std::uint64_t start);
    [[nodiscard]] ByteSet sent(const ByteSet& served) const;
    [[nodiscard]] pickups::Pickups::Progress progress(const ByteSet& sent, Timestamp now) const;

    Session& session_;
    PickupRule rule_;
    pickups::RetrievalId id_;
    std::uint64_t size_bytes_;
    std::chrono::microseconds note_every_;
    ByteSet before_;    // had left when this one began, or is in the network's hands
    ByteSet handed_;    // all that has left or is about to
    ByteSet credited_;  // may have left when the daemon died: counts for the limit alone
    bool uncertain_;
    bool counted_ = false;
    Timestamp noted_;
    std::uint64_t noted_bytes_;
};

}  // namespace consign::desk
