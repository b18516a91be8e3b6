// How a new policy comes into force: read whole, checked whole, kept, and put in the place of the
// old one in a single step. What is refused leaves the old one as it is.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "desk/retention/shortened.hpp"
#include "desk/site/site.hpp"
#include "policy/load.hpp"

namespace consign::desk {

class PolicyReload {
  public:
    /// Who or what asks for it.
    struct Request {
        std::string account = "system:daemon";  // or "admin:USER"
        /// The files have changed, and nobody asked: what says nothing new leaves no trace.
        bool on_change = false;
        /// Classes whose files in the store may end sooner than so far; `ledger.keep` for the
        /// ledger.
        std::set<std::string, std::less<>> accept{};
    };

    struct Outcome {
        bool taken = false;  // what the files say is in force
        /// Whether or not it was taken: mistakes and warnings.
        std::vector<policy::Problem> problems{};
        /// All that would end sooner, accepted or not.
        Shortened shortened{};
        /// The store could neither be looked through nor written: that alone refused it.
        std::error_code store_failed{};
        /// Keys of consign.yaml that count from the next start on. Static texts.
        std::vector<std::string_view> restart_needed{};
    };

    /// The last refusal, until a policy is taken again.
    struct Refusal {
        Timestamp time{};
        std::string why;  // how many mistakes, and where the first is; or the classes
    };

    /// `first`: what the daemon was started with, which is in force. `site` outlives it.
    PolicyReload(Site& site, std::filesystem::path consign_yaml, const policy::Loaded& first);

    /// At the start: keeps the policy among the versions. Where content would end sooner under it
    /// than under the version that was in force last, that one goes on, as after a refused reload.
    /// Where that one does not load any more, and so nobody can tell, the policy goes on unkept:
    /// nothing ends under it until a reload accepts all that it could end.
    [[nodiscard]] boost::asio::awaitable<Result<>> keep_first();

    /// Loads what the files say now. It is refused where there is a mistake, where content already
    /// in the store would end sooner and its class is not accepted, and where the store cannot keep
    /// it. Either way an event tells, under the account that asked. One at a time.
    [[nodiscard]] boost::asio::awaitable<Outcome> take(Request request);

    [[nodiscard]] const std::optional<Refusal>& refusal() const { return refusal_; }
    [[nodiscard]] Timestamp in_force_since() const { return since_; }
    [[nodiscard]] std::uint64_t taken() const { return taken_; }
    [[nodiscard]] std::uint64_t refused() const { return refused_; }
    /// Keys of consign.yaml in which the policy in force differs from what the daemon runs on.
    [[nodiscard]] std::vector<std::string_view> restart_needed() const;
    /// The folders that hold the files of the policy last taken, and of each that was read since: a
    /// folder from which all files went for a while is looked at when they are back.
    [[nodiscard]] const std::set<std::filesystem::path>& folders() const { return folders_; }

  private:
    /// Why it may not be taken; nothing where it may. Adds to `outcome` what there is to tell.
    [[nodiscard]] boost::asio::awaitable<std::string> objection(const Request& request,
                                                                const policy::Loaded& loaded,
                                                                Outcome& outcome) const;
    /// The version that was in force last.
    struct LastKept {
        bool is_there = false;
        std::shared_ptr<const policy::Policy> policy;  // null where it does not load any more
    };
    [[nodiscard]] boost::asio::awaitable<Result<LastKept>> last_kept() const;
    /// The version, and the event of it where there is one; durable when it resumes.
    [[nodiscard]] boost::asio::awaitable<Result<>> keep(const policy::Policy& policy,
                                                        std::string made_by,
                                                        std::optional<ledger::Event> event);
    [[nodiscard]] boost::asio::awaitable<void> refuse(const Request& request, std::string why);
    [[nodiscard]] boost::asio::awaitable<void> record_refusal(const Request& request,
                                                              std::string why);
    /// Those that hold `files_`.
    [[nodiscard]] std::set<std::filesystem::path> folders_read() const;

    Site& site_;
    const std::filesystem::path consign_yaml_;
    const std::shared_ptr<const policy::Policy> started_with_;
    /// Stands for a version that nobody can read any more; else null, and the policy in force is
    /// what a new one is compared with.
    std::shared_ptr<const policy::Policy> ends_nothing_;
    std::vector<policy::SourceFile> files_;  // of the last attempt, as they were read
    std::set<std::filesystem::path> folders_;
    Timestamp since_;
    std::optional<Refusal> refusal_;
    std::uint64_t taken_ = 0, refused_ = 0;
};

}  // namespace consign::desk
