// The administrator's door to the data: the verbs behind the control socket, and behind the command
// where no daemon runs. Each act stands in the ledger, under the administrator's name, before its
// answer leaves.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "desk/site.hpp"
#include "desk/verb.hpp"

namespace consign::desk {

/// From any thread. Outlives its table and the calls in progress.
class Administration {
  public:
    static constexpr std::size_t row_limit = 100'000;
    static constexpr std::size_t default_row_count = 1000;

    explicit Administration(Site& site) : site_(site) {}

    /// files.list      path (as displayed), recursive: one row a name, in the order in which the
    /// names
    ///                 were made; below a folder that changes meanwhile, some may be missed
    /// files.stored    desk/stored_files.hpp: one row for each file's name, then one for each class
    ///                 of each content, also where its names have ended
    /// policy.log      limit: {"time", "hash", "who", "files", "accounts", "routes"} for each time
    ///                 that a policy came into force; the newest `limit` rows, oldest first
    /// policy.show     hash (or how it begins; else the policy in force): {"file", "text"}, files
    /// in
    ///                 the order in which they were read; the text of a large one goes on in the
    ///                 rows behind its first
    /// and those of desk/job_verbs.hpp, expected_verbs.hpp, export_verbs.hpp, hold_verbs.hpp,
    /// quarantine_verbs.hpp, receipt_verbs.hpp, retention_verbs.hpp, search_verbs.hpp,
    /// subject_verbs.hpp and verification.hpp.
    [[nodiscard]] VerbTable verbs();

    /// Somebody who is no administrator asked: recorded. Returns what to tell them.
    [[nodiscard]] boost::asio::awaitable<std::string> refuse(std::string user);

  private:
    [[nodiscard]] boost::asio::awaitable<Answered> files_list(VerbCall call);
    [[nodiscard]] boost::asio::awaitable<Answered> files_stored(VerbCall call);
    // desk/policy_versions.cpp
    [[nodiscard]] boost::asio::awaitable<Answered> policy_log(VerbCall call);
    [[nodiscard]] boost::asio::awaitable<Answered> policy_show(VerbCall call);
    [[nodiscard]] boost::asio::awaitable<std::expected<Digest32, std::string>> version_meant(
        std::optional<std::string> hash);

    Site& site_;
};

}  // namespace consign::desk
