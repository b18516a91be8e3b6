// What the files say together: names that one defines and another uses, and what can come of it.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "policy/draft.hpp"
#include "policy/spelling.hpp"

namespace consign::policy {

namespace {

template <class Named>
std::vector<std::string_view> names_of(const Named& named) {
    std::vector<std::string_view> names;
    for (const auto& [name, value] : named) names.push_back(name);
    return names;
}

class Check {
  public:
    Check(Draft& draft, bool all_files_read, Problems& problems)
        : draft_(draft), all_files_read_(all_files_read), problems_(problems) {}

    void run() {
        listeners();
        for (const auto& [id, account] : draft_.accounts)
            if (account.has_home) homes_.insert(account.account.home);
        for (auto& [id, account] : draft_.accounts) accounts(account);
        if (draft_.accounts.empty() && all_files_read_)
            problems_.warning(draft_.server_file, draft_.policy_files_place,
                              "these files hold no account: nobody can log in");
        for (RouteDraft& route : draft_.routes) routes(route);
    }

  private:
    void listeners() {
        const auto& all = draft_.policy.listeners;
        for (std::size_t index = 0; index < all.size(); ++index) {
            for (std::size_t before = 0; before < index; ++before) {
                const Located& at = draft_.listeners[index];
                const int line = draft_.listeners[before].place.line;
                if (!all[index].name.empty() && all[before].name == all[index].name)
                    problems_.error(at.file, at.place,
                                    fmt::format("the listener {} is there already, at line {}",
                                                cited(all[index].name), line));
                // Port 0 is a free port each time.
                if (all[index].port != 0 && all[before].port == all[index].port &&
                    all[before].address == all[index].address)
                    problems_.error(
                        at.file, at.place,
                        fmt::format("the listener at line {} has the same `bind`", line));
            }
        }
    }

    void accounts(AccountDraft& draft) {
        const Privileges* of_group = nullptr;
        if (draft.group) {
            const auto group = draft_.groups.find(*draft.group);
            if (group != draft_.groups.end())
                of_group = &group->second.privileges;
            else if (all_files_read_)
                problems_.error(draft.at.file, draft.group_place,
                                fmt::format("no file defines the group {}{}", cited(*draft.group),
                                            suggestion(*draft.group, names_of(draft_.groups))));
        }
        settle(draft, of_group);
        check_account(draft);
        draft_.policy.accounts.emplace(draft.account.id, draft.account);
    }

    /// What an account says itself stands instead of what its group says, key by key.
    static void settle(AccountDraft& draft, const Privileges* of_group) {
        const auto pick = [&](auto member, auto fallback) {
            if (const auto& own = draft.privileges.*member) return *own;
            if (of_group != nullptr && of_group->*member) return *(of_group->*member);
            return fallback;
        };
        Account& account = draft.account;
        account.protocols = pick(&Privileges::protocols, std::set<std::string>{"ftps", "sftp"});
        account.from = pick(&Privileges::from, std::vector<Network>{});
        account.grants = pick(&Privileges::grants, std::vector<Grant>{});
        account.quota = pick(&Privileges::quota, Quota{});
    }

    void check_account(const AccountDraft& draft) {
        const Account& account = draft.account;
        VirtualPath above = account.home;
        while (draft.has_home && !above.is_root()) {
            above = above.parent();
            if (!homes_.contains(above)) continue;
            problems_.warning(draft.at.file, draft.home_place,
                              fmt::format("this home lies within another account's home, {}",
                                          cited(above.text())));
            break;
        }
        if (draft.has_home && account.grants.empty())
            problems_.warning(
                draft.at.file, draft.at.place,
                fmt::format("{} has no grants: it can log in, and do nothing", cited(account.id)));
        for (const Grant& grant : account.grants)
            for (const VirtualPath& part : grant.path.literal_parts())
                if (!account.home.joined(part))
                    problems_.error(
                        draft.at.file, draft.home_place,
                        fmt::format("with the grant {} this home is too long for a path",
                                    cited(grant.path.text())));
    }

    void routes(RouteDraft& draft) {
        const Route& route = draft.route;
        if (route.account && all_files_read_ && !draft_.accounts.contains(*route.account))
            problems_.error(draft.at.file, draft.account_place,
                            fmt::format("no file defines the account {}{}", cited(*route.account),
                                        suggestion(*route.account, names_of(draft_.accounts))));
        for (std::size_t index = 0; index < route.copies.size(); ++index) {
            const CopyTemplate& target = route.copies[index].target;
            if (target.starts_at_home() || !all_files_read_ || is_in_a_home(target)) continue;
            problems_.warning(draft.at.file, draft.copy_places[index],
                              fmt::format("{} lies in no account's home: nobody will see the copy",
                                          cited(target.text())));
        }
        draft_.policy.routes.push_back(route);
    }

    /// Or may be, where a placeholder decides.
    [[nodiscard]] bool is_in_a_home(const CopyTemplate& target) const {
        const VirtualPath folder = target.literal_folder();
        const bool is_whole = target.has_literal_folder();
        return std::ranges::any_of(homes_, [&](const VirtualPath& home) {
            return home.contains(folder) || (!is_whole && folder.contains(home));
        });
    }

    Draft& draft_;
    bool all_files_read_;
    Problems& problems_;
    std::set<VirtualPath> homes_;
};

}  // namespace

void check(Draft& draft, bool all_files_read, Problems& problems) {
    Check(draft, all_files_read, problems).run();
}

}  // namespace consign::policy
