// A stored file that is being collected.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <span>
#include <string_view>

#include "base/virtual_path.hpp"
#include "desk/pickups/lease.hpp"
#include "desk/site/download.hpp"
#include "desk/site/session.hpp"

namespace consign::desk {

// In the detail of retrieval_ended, where it is no complete one. Both are read back.
/// Over this and earlier sessions, all of it had left all the same.
inline constexpr std::string_view all_sent_mark = ", and all of it had been sent";
/// More may have left than its bytes tell.
inline constexpr std::string_view more_left_mark = " may have left";

class FileDownload final : public Download {
  public:
    /// What was opened, and whether all of it counts as a pickup: not where it is one's own.
    struct Opened {
        catalog::FileId file = 0;
        catalog::NodeId node = 0;
        Timestamp modified{};
        bool collects = false;
        std::unique_ptr<Lease> lease{};  // of another's file, or where a pickup speaks of it
        std::shared_ptr<const policy::Policy> policy{};  // which let it be opened
        Occupancy::Place place{};  // among the files that the account has open
    };

    FileDownload(Session& session, VirtualPath path, VirtualPath whole, policy::Rule rule,
                 Opened opened, std::unique_ptr<vault::SealedReader> sealed);

    [[nodiscard]] boost::asio::awaitable<Result<>> read(std::span<Range> ranges) override;
    [[nodiscard]] std::uint64_t size_bytes() const override { return sealed_->facts().size_bytes; }
    [[nodiscard]] Timestamp modified() const override { return opened_.modified; }
    [[nodiscard]] const VirtualPath& path() const override { return path_; }
    void leaving(std::uint64_t offset, std::uint64_t bytes) override;
    [[nodiscard]] std::size_t reading_bytes() const override;
    [[nodiscard]] std::size_t leaving_bytes() const override;
    void served(std::uint64_t offset, std::uint64_t bytes) override;
    [[nodiscard]] boost::asio::awaitable<void> finish(End end) override;

  private:
    /// A client that jumps about is still bounded: past this, `served_` is no longer exact.
    static constexpr std::size_t served_parts_limit = 1024;

    [[nodiscard]] ledger::Event event(ledger::Action action, ledger::Outcome outcome) const;
    [[nodiscard]] bool is_limited() const;
    [[nodiscard]] Result<> still_may();
    [[nodiscard]] ByteSet asked(std::span<const Range> ranges) const;
    [[nodiscard]] boost::asio::awaitable<void> record(ledger::Event event, bool whole);
    [[nodiscard]] Result<> collect(Transaction& transaction, const ledger::Event& event,
                                   std::vector<Id>& doomed, bool& taken_away);
    [[nodiscard]] Result<> put_down(Transaction& transaction, ledger::Event event);

    Session& session_;
    VirtualPath path_, whole_;
    // What decided last: the rule, and the hash of the policy that it stands in.
    policy::Rule rule_;
    Digest32 ruled_by_{};
    Opened opened_;
    std::unique_ptr<vault::SealedReader> sealed_;
    ByteSet served_;
    bool more_left_ = false;  // than `served_` holds
    bool finished_ = false;
};

}  // namespace consign::desk
