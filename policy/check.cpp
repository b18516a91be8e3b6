// What the files say together: names that one defines and another uses, and what can come of it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "policy/draft.hpp"
#include "policy/network.hpp"
#include "policy/spelling.hpp"

namespace consign::policy {

namespace {

template <class Named>
std::vector<std::string_view> names_of(const Named& named) {
    std::vector<std::string_view> names;
    for (const auto& [name, value] : named) names.push_back(name);
    return names;
}

std::vector<std::string_view> method_names(const std::set<Method>& methods) {
    std::vector<std::string_view> names;
    for (const Method method : methods) names.push_back(name_of(method));
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
        for (const ListenerDraft& listener : draft_.listeners)
            if (listener.listener.algorithms == Algorithms::legacy &&
                !listener.listener.protocol.empty() && all_files_read_)
                legacy_listener(listener);
        if (draft_.accounts.empty() && all_files_read_)
            problems_.warning(draft_.server_file, draft_.policy_files_place,
                              "these files hold no account: nobody can log in");
        for (RouteDraft& route : draft_.routes) routes(route);
    }

  private:
    void listeners() {
        const auto& all = draft_.listeners;
        for (auto draft = all.begin(); draft != all.end(); ++draft) {
            for (auto earlier = all.begin(); earlier != draft; ++earlier)
                two_listeners(*earlier, *draft);
            for (const ListenerDraft& other : all) bound_port(*draft, other);
            draft_.policy.listeners.push_back(draft->listener);
        }
    }

    void two_listeners(const ListenerDraft& earlier, const ListenerDraft& draft) {
        const Listener& listener = draft.listener;
        const Passive& passive = listener.passive;
        const Passive& earlier_passive = earlier.listener.passive;
        const int line = earlier.at.place.line;
        if (!listener.name.empty() && earlier.listener.name == listener.name)
            problems_.error(draft.at.file, draft.at.place,
                            fmt::format("the listener {} is there already, at line {}",
                                        cited(listener.name), line));
        // Port 0 is a free port each time.
        if (listener.port != 0 && earlier.listener.port == listener.port &&
            earlier.listener.address == listener.address)
            problems_.error(draft.at.file, draft.at.place,
                            fmt::format("the listener at line {} has the same `bind`", line));
        if (passive.first_port != 0 && earlier_passive.first_port != 0 &&
            passive.first_port <= earlier_passive.last_port &&
            earlier_passive.first_port <= passive.last_port &&
            overlap(listener.address, earlier.listener.address))
            problems_.warning(draft.at.file, draft.passive_ports_place,
                              fmt::format("the listener at line {} has some of these ports, too: "
                                          "each will find them taken by the other",
                                          line));
    }

    /// A port on which `other` awaits sessions serves no data connections.
    void bound_port(const ListenerDraft& draft, const ListenerDraft& other) {
        const Passive& passive = draft.listener.passive;
        const std::uint16_t port = other.listener.port;
        if (port == 0 || port < passive.first_port || port > passive.last_port ||
            !overlap(draft.listener.address, other.listener.address))
            return;
        problems_.warning(draft.at.file, draft.passive_ports_place,
                          fmt::format("port {} of these is the `bind` of the listener at line {}",
                                      port, other.at.place.line));
    }

    /// Such a listener lets in nobody else.
    void legacy_listener(const ListenerDraft& draft) {
        const LegacyException wanted = legacy_exception_over(draft.listener.protocol);
        const bool lets_in_somebody =
            std::ranges::any_of(draft_.policy.accounts, [&](const auto& entry) {
                const Account& account = entry.second;
                return account.protocols.contains(draft.listener.protocol) && account.legacy &&
                       account.legacy->allow.contains(wanted);
            });
        if (!lets_in_somebody)
            problems_.warning(
                draft.at.file, draft.algorithms_place,
                fmt::format("a legacy listener lets in only accounts with a dated exception, and "
                            "no account has one for `{}`: nobody can log in here",
                            name_of(wanted)));
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
        const auto picked = [&](auto member) {
            const auto& own = draft.privileges.*member;
            return own || of_group == nullptr ? own : of_group->*member;
        };
        Account& account = draft.account;
        account.protocols =
            picked(&Privileges::protocols).value_or(std::set<std::string>{"ftps", "sftp"});
        account.from = picked(&Privileges::from).value_or(std::vector<Network>());
        account.grants = picked(&Privileges::grants).value_or(std::vector<Grant>());
        account.quota = picked(&Privileges::quota).value_or(Quota());
        account.legacy = picked(&Privileges::legacy);
    }

    void check_account(const AccountDraft& draft) {
        check_ways(draft);
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

    /// Can the account log in over one of its protocols, and is it asked for what it needs?
    void check_ways(const AccountDraft& draft) {
        const Account& account = draft.account;
        if (!draft.login_place || account.protocols.empty()) return;  // told already
        const bool can_log_in =
            std::ranges::any_of(account.protocols, [&](const std::string& protocol) {
                return std::ranges::any_of(account.ways, [&](const std::set<Method>& way) {
                    return std::ranges::includes(methods_over(protocol), way);
                });
            });
        const bool asks_for_certificates = std::ranges::any_of(
            draft_.listeners,
            [](const ListenerDraft& listener) { return listener.listener.client_ca.has_value(); });
        if (!can_log_in) {
            std::string carried;
            for (const std::string& protocol : account.protocols)
                carried += fmt::format("{}{} carries {}", carried.empty() ? "" : ", ", protocol,
                                       fmt::join(method_names(methods_over(protocol)), " and "));
            problems_.warning(draft.at.file, *draft.login_place,
                              fmt::format("the account cannot log in: {}, and no way in has these "
                                          "alone",
                                          carried));
        } else if (draft.certificate_way_place && !asks_for_certificates) {
            problems_.warning(draft.at.file, *draft.certificate_way_place,
                              "no listener has a `client_ca`, so no client is asked for its "
                              "certificate");
        }
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
