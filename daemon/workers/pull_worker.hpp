// Fetches what partners put out for us: each pull of the policy when it is due, the one that was
// due first before others, over one connection, and each of its files once.
#pragma once

#include <boost/asio.hpp>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/owned_tasks.hpp"
#include "daemon/workers/backoff.hpp"
#include "daemon/workers/delivery/far_ends.hpp"
#include "daemon/workers/worker.hpp"
#include "desk/deposits/pull_deposit.hpp"
#include "desk/site/site.hpp"

namespace consign::daemon {

class PullWorker final : public Worker {
  public:
    static constexpr std::size_t at_once_limit = 4;
    /// A folder with more names is not pulled from: somebody has to look at it.
    static constexpr std::size_t names_limit = 10'000;
    /// Two listings lie so far apart: what grew meanwhile is still being written.
    static constexpr std::chrono::seconds settling_time{3};
    /// The clock on the wall may be moved, and the policy may be replaced.
    static constexpr std::chrono::seconds longest_wait{2};

    /// On the strand `strand`. `site` outlives it. `settling`: shorter in tests.
    PullWorker(const boost::asio::any_io_executor& strand, desk::Site& site,
               std::shared_ptr<delivery::FarEnds> far_ends,
               std::chrono::milliseconds settling = settling_time);

    [[nodiscard]] boost::asio::awaitable<void> run() override;
    void stop() override;
    /// Does what is due now, and returns; for tests.
    [[nodiscard]] boost::asio::awaitable<void> work_off();

  private:
    using Listing = std::map<std::string, pulls::Fetched, std::less<>>;
    [[nodiscard]] boost::asio::awaitable<void> begin_due();
    [[nodiscard]] boost::asio::awaitable<void> pull_once(policy::Pull pull, policy::Target target,
                                                         std::optional<Timestamp> asked);
    [[nodiscard]] boost::asio::awaitable<void> connect_and_pull(const policy::Pull& pull,
                                                                const policy::Target& target,
                                                                std::optional<Timestamp> asked);
    [[nodiscard]] std::optional<std::set<pulls::NameIndex>> seen_lately(
        const std::string& pull, std::error_code why, std::set<pulls::NameIndex> present);
    /// The error that ended it early.
    [[nodiscard]] boost::asio::awaitable<std::error_code> pull_from(
        delivery::FarEnd& far, const policy::Pull& pull, desk::PullCounts& counts,
        std::set<pulls::NameIndex>& present);
    [[nodiscard]] boost::asio::awaitable<Result<>> fetch(delivery::FarEnd& far,
                                                         const policy::Pull& pull,
                                                         VirtualPath there, desk::FarName name);
    [[nodiscard]] boost::asio::awaitable<Result<>> remove(delivery::FarEnd& far,
                                                          const policy::Pull& pull,
                                                          VirtualPath there, desk::FarName name);

    boost::asio::any_io_executor strand_;
    desk::Site& site_;
    const std::shared_ptr<delivery::FarEnds> far_ends_;
    const std::chrono::milliseconds settling_;
    OwnedTasks tasks_;
    boost::asio::steady_timer timer_;
    struct Retry {
        std::uint64_t failures = 0;
        Timestamp at{};                    // not before
        std::optional<Timestamp> asked{};  // by then
        Digest32 policy{};                 // that it failed under: another one may have mended it
    };
    [[nodiscard]] bool is_resting(const std::string& pull, const std::optional<Timestamp>& asked,
                                  const Digest32& policy, Timestamp now) const;
    [[nodiscard]] Timestamp due_since(const std::string& pull, Timestamp since,
                                      const std::optional<targets::Trouble>& trouble,
                                      Timestamp now) const;
    std::map<std::string, Retry, std::less<>> retries_;
    // Of each pull: the names of its last listing.
    std::map<std::string, std::set<pulls::NameIndex>, std::less<>> seen_;
    // Of each pull: the files that broke its connection, the last one last. They come after all
    // others, so that none of them keeps those from coming; a restart forgets them.
    std::map<std::string, std::vector<pulls::NameIndex>, std::less<>> ended_runs_;
    std::set<std::string> in_progress_;
    bool stopping_ = false;
};

}  // namespace consign::daemon
