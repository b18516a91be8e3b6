// A file that is fetched from a partner's server becomes a deposit: it comes from outside, so it
// takes routes, waits for what makes it complete, and goes to the virus scanner as if it had been
// brought. Its depositor is system:pull, whom no grant speaks of.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>

#include "desk/deliveries/pull_schedule.hpp"
#include "desk/site/site.hpp"
#include "policy/policy.hpp"

namespace consign::desk {

/// As the far end lists it.
struct FarName {
    std::string name;
    pulls::Fetched facts;
};

/// A new sealed file for what is about to be fetched. What an attempt that was cut short left is
/// destroyed first. One at a time for each pull. Errors: the vault's, the database's.
[[nodiscard]] boost::asio::awaitable<Result<std::unique_ptr<vault::SealedUpload>>> begin_pulled(
    Site& site, policy::Pull pull, FarName name);
/// All of it was written. In one transaction it gets its name (numbered, where that is taken), its
/// event and what the routes make of it, and counts as fetched. On an error it is destroyed.
[[nodiscard]] boost::asio::awaitable<Result<>> end_pulled(
    Site& site, policy::Pull pull, FarName name, std::unique_ptr<vault::SealedUpload> upload);
/// It could not be fetched.
[[nodiscard]] boost::asio::awaitable<void> drop_pulled(Site& site, policy::Pull pull,
                                                       std::unique_ptr<vault::SealedUpload> upload);

/// What was fetched was removed at the far end.
[[nodiscard]] boost::asio::awaitable<Result<>> note_removed_there(Site& site, policy::Pull pull,
                                                                  FarName name);

/// A run is over: what was due is done, or failed and waits for the next time.
struct PullCounts {
    std::uint64_t listed = 0, fetched = 0, removed = 0, failed = 0, passed_over = 0;
    std::error_code last_failure{};  // of a file
};
struct PullRun {
    Timestamp begun{};
    PullCounts counts{};
    std::error_code why{};  // it ended early
    /// Names that are remembered, if they are; the others are forgotten. Nothing: none is.
    std::optional<std::set<pulls::NameIndex>> present{};
    Timestamp retry{};  // not before that, where it failed

    [[nodiscard]] bool is_well() const { return !why && counts.failed == 0; }
};
/// With an event where anything happened, and an alarm where something fails that did not before,
/// or is well again.
[[nodiscard]] boost::asio::awaitable<Result<>> end_pull(Site& site, policy::Pull pull, PullRun ran);

}  // namespace consign::desk
