// What somebody with an account's credentials saw over a period, did, and could have seen (RGPD
// art. 33): from the ledger's rows, and the names that are here now. Rows are told as they are
// read; what is held is bounded by how many contents and folders the account saw, up to limits that
// are told.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "desk/reports/account_versions.hpp"
#include "desk/site/site.hpp"
#include "desk/verbs/verb.hpp"

namespace consign::desk {

struct BlastPeriod {
    std::string account;
    Timestamp from{}, until{};  // [from, until)
    bool all = false;           // each name that stayed sealed, too
};

class BlastRadius {
  public:
    /// Contents, folders and persons that are told apart; beyond, the period has to be narrowed.
    static constexpr std::size_t told_apart_limit = 200'000;

    BlastRadius(Site& site, RowSink& sink, BlastPeriod period, const AccountVersions& versions);

    /// desk/reports/blast_radius_verbs.hpp's rows. std::errc::value_too_large: past
    /// told_apart_limit.
    [[nodiscard]] boost::asio::awaitable<Result<>> tell();
    /// What stands after them.
    [[nodiscard]] boost::json::object end() const;

  private:
    /// One content, as the account saw it.
    struct Seen {
        std::string path;  // raw, of its newest event that can be read
        Timestamp first{}, last{};
        std::uint64_t opened = 0, hashed = 0, bytes = 0, size = 0;
        bool all_at_once = false;
        bool the_rest = false;   // of what had left before, maybe before the period
        bool more_left = false;  // than `bytes` knows
        /// Sessions that opened it and of which no end of that is known: how often.
        std::map<Id, std::uint64_t> open{};

        [[nodiscard]] std::string_view extent() const;
    };
    /// What the catalog knows of a content that was seen.
    struct About {
        bool is_here = false;
        std::set<std::string> classes{}, subjects{};
    };

    [[nodiscard]] boost::asio::awaitable<Result<>> tell_sessions();
    [[nodiscard]] boost::asio::awaitable<Result<>> tell_events();
    [[nodiscard]] boost::asio::awaitable<Result<>> tell_files();
    [[nodiscard]] boost::asio::awaitable<Result<>> tell_counts();
    [[nodiscard]] boost::asio::awaitable<Result<>> tell_sealed();
    [[nodiscard]] boost::asio::awaitable<Result<>> tell_sealed_below(
        const VirtualPath& home, const std::vector<const policy::Account*>& grants);

    [[nodiscard]] boost::asio::awaitable<Result<>> tell_event(ledger::EventRow row);
    void note_seen(const ledger::EventRow& row);
    void note_listed(const ledger::EventRow& row);
    [[nodiscard]] bool is_past_limit() const;
    [[nodiscard]] static About about(Transaction& transaction, const Id& stream);

    Site& site_;
    RowSink& sink_;
    BlastPeriod period_;
    const AccountVersions& versions_;

    std::map<Id, Seen> seen_;
    std::map<std::string, Timestamp> listed_;  // raw paths of folders, and when last
    std::map<std::string, std::uint64_t> subjects_, classes_;  // contents seen of each
    std::uint64_t sessions_ = 0, events_ = 0, changes_ = 0, refusals_ = 0, receipts_ = 0;
    std::uint64_t listings_ = 0, forgotten_ = 0, altered_ = 0, bytes_ = 0, gone_ = 0;
    std::uint64_t sealed_ = 0, sealed_bytes_ = 0, names_learned_ = 0;
};

}  // namespace consign::desk
