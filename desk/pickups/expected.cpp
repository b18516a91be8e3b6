#include "desk/pickups/expected.hpp"

#include <set>

#include "desk/site/visibility.hpp"
#include "policy/decide.hpp"
#include "storage/catalog/errc.hpp"

namespace consign::desk {

namespace asio = boost::asio;
using catalog::Entry;
using catalog::NodeId;
using expectations::Kind;
using policy::CountedTime;

namespace {

constexpr std::size_t page_entries = 256;
constexpr std::size_t page_events = 1000;
/// A deposit's files are told apart up to so many, or as many as are wanted.
constexpr std::uint64_t told_apart_limit = 10'000;

/// What was closed without being a deposit: such events say why.
bool is_complete(const ledger::Event& event) {
    return event.detail != "under a temporary name" && !event.detail.starts_with("waits for ");
}

asio::awaitable<Result<std::uint64_t>> count_deposits(Site& site, const policy::Account& account,
                                                      const Expected& expected,
                                                      CountedTime counted) {
    const std::uint64_t enough = std::max(expected.wanted, told_apart_limit);
    std::set<std::string, std::less<>> paths;
    for (bool more = true; more;) {
        more = false;
        std::size_t seen = 0;
        Timestamp last = counted.from;
        const auto visit = [&](const ledger::Event& event) {
            // A page ends between two times, for the next begins behind one.
            if (seen >= page_events && event.time != last) {
                more = true;
                return false;
            }
            ++seen;
            last = event.time;
            const auto path = VirtualPath::parse(event.personal.path);
            if (is_complete(event) && path && account.home.contains(*path) &&
                expected.path.matches(account.home.relative(*path)))
                paths.insert(event.personal.path);
            return paths.size() < enough;
        };
        const auto visited = co_await site.store.read([&](Transaction& transaction) {
            return transaction.ledger.visit_deposits(account.id, counted.from, counted.until,
                                                     visit);
        });
        if (!visited) co_return failure(visited.error());
        counted.from = last;
    }
    co_return paths.size();
}

/// What lies below a home, of one account's.
class Uncollected {
  public:
    Uncollected(Site& site, const policy::Policy& policy, const policy::Account& account,
                const Expected& expected, CountedTime counted, std::size_t folders)
        : site_(site),
          policy_(policy),
          account_(account),
          expected_(expected),
          counted_(counted),
          folders_left_(folders) {}

    asio::awaitable<Result<std::uint64_t>> count() {
        const auto home = co_await site_.store.read(
            [&](Transaction& transaction) { return transaction.catalog.find(account_.home); });
        if (!home && home.error() == catalog::catalog_errc::no_such_name) co_return 0;
        if (!home) co_return failure(home.error());
        folders_.push_back({.node = home->node, .path = {}});
        while (!folders_.empty()) {
            // What lies in the others is not known: no verdict.
            if (folders_left_-- == 0)
                co_return failure(std::make_error_code(std::errc::value_too_large));
            const Folder folder = std::move(folders_.back());
            folders_.pop_back();
            if (auto done = co_await look_into(folder, catalog::Kind::file, counted_); !done)
                co_return failure(done.error());
            if (auto done = co_await look_into(folder, catalog::Kind::directory,
                                               {Timestamp::min(), Timestamp::max()});
                !done)
                co_return failure(done.error());
        }
        co_return files_;
    }

  private:
    struct Folder {
        NodeId node = 0;
        VirtualPath path;  // relative to the home
    };

    asio::awaitable<Result<>> look_into(const Folder& folder, catalog::Kind kind,
                                        CountedTime made) {
        catalog::Age after{.created = made.from, .node = std::numeric_limits<NodeId>::max()};
        for (bool more = true; more;) {
            const auto done = co_await site_.store.read([&](Transaction& transaction) -> Result<> {
                const auto page = transaction.catalog.made_between(folder.node, kind, after,
                                                                   made.until, page_entries);
                if (!page) return failure(page.error());
                more = page->size() == page_entries;
                if (!page->empty())
                    after = {.created = page->back().created, .node = page->back().node};
                for (const Entry& entry : *page)
                    if (auto looked = look_at(transaction, folder, entry); !looked) return looked;
                return {};
            });
            if (!done) co_return done;
        }
        co_return Result<>{};
    }

    Result<> look_at(Transaction& transaction, const Folder& folder, const Entry& entry) {
        auto path = VirtualPath::parse(entry.name, folder.path);
        if (!path) return {};
        if (entry.kind == catalog::Kind::directory) {
            if (expected_.path.leads_on_from(*path))
                folders_.push_back({.node = entry.node, .path = *std::move(path)});
            return {};
        }
        if (!speaks_of(*path) || origin_of(account_, entry).empty() ||
            !is_visible(account_, entry, *path, site_.clock.now() - fresh_deposit_time) ||
            !policy::may(account_, policy::Verb::download, *path).allowed)
            return {};
        const auto collected = transaction.pickups.collected(entry.node, account_.id);
        if (!collected) return failure(collected.error());
        if (!*collected) ++files_;
        return {};
    }

    /// Of what an earlier pickup of the account matches too, that one speaks.
    [[nodiscard]] bool speaks_of(const VirtualPath& path) const {
        const policy::Pickup* const pickup = policy::pickup_of(policy_, account_, path);
        return pickup && pickup->name == expected_.name;
    }

    Site& site_;
    const policy::Policy& policy_;
    const policy::Account& account_;
    const Expected& expected_;
    const CountedTime counted_;
    std::size_t folders_left_;
    std::vector<Folder> folders_;
    std::uint64_t files_ = 0;
};

}  // namespace

std::vector<Expected> expected_of(const policy::Policy& policy) {
    static const policy::Schedule at_any_time;
    std::vector<Expected> all;
    for (const policy::Pickup& pickup : policy.pickups)
        if (pickup.expect)
            all.push_back({.kind = Kind::pickup,
                           .name = pickup.name,
                           .account = pickup.account,
                           .path = pickup.path,
                           .expect = *pickup.expect,
                           .window = pickup.window,
                           .wanted = 0,
                           .alert = pickup.alert,
                           .rule = pickup.rule});
    for (const policy::ExpectedDeposit& deposit : policy.deposits)
        all.push_back({.kind = Kind::deposit,
                       .name = deposit.name,
                       .account = deposit.account,
                       .path = deposit.path,
                       .expect = deposit.expect,
                       .window = at_any_time,
                       .wanted = deposit.at_least,
                       .alert = deposit.alert,
                       .rule = deposit.rule});
    return all;
}

asio::awaitable<Result<std::uint64_t>> count_files(Site& site, const policy::Policy& policy,
                                                   const Expected& expected, CountedTime counted,
                                                   std::size_t folders) {
    const auto account = policy.accounts.find(expected.account);
    if (account == policy.accounts.end()) co_return 0;
    if (expected.kind == Kind::deposit)
        co_return co_await count_deposits(site, account->second, expected, counted);
    Uncollected uncollected(site, policy, account->second, expected, counted, folders);
    co_return co_await uncollected.count();
}

}  // namespace consign::desk
