// Listeners beside each other: names, addresses and ports that collide.
#include <fmt/format.h>

#include <algorithm>

#include "policy/check.hpp"
#include "policy/language/spelling.hpp"
#include "policy/network.hpp"

namespace consign::policy {

namespace {

void check_two(const Checking& checking, const ListenerDraft& earlier, const ListenerDraft& draft) {
    const Listener& listener = draft.listener;
    const Passive& passive = listener.passive;
    const Passive& earlier_passive = earlier.listener.passive;
    const int line = earlier.at.place.line;
    if (!listener.name.empty() && earlier.listener.name == listener.name)
        checking.error(draft.at, fmt::format("the listener {} is there already, at line {}",
                                             cited(listener.name), line));
    // Port 0 is a free port each time.
    if (listener.port != 0 && earlier.listener.port == listener.port &&
        earlier.listener.address == listener.address)
        checking.error(draft.at, fmt::format("the listener at line {} has the same `bind`", line));
    if (passive.first_port != 0 && earlier_passive.first_port != 0 &&
        passive.first_port <= earlier_passive.last_port &&
        earlier_passive.first_port <= passive.last_port &&
        overlap(listener.address, earlier.listener.address))
        checking.warning({draft.at.file, draft.passive_ports_place},
                         fmt::format("the listener at line {} has some of these ports, too: each "
                                     "will find them taken by the other",
                                     line));
}

/// A port on which `other` awaits sessions serves no data connections.
void check_bound_port(const Checking& checking, const ListenerDraft& draft,
                      const ListenerDraft& other) {
    const Passive& passive = draft.listener.passive;
    const std::uint16_t port = other.listener.port;
    if (port == 0 || port < passive.first_port || port > passive.last_port ||
        !overlap(draft.listener.address, other.listener.address))
        return;
    checking.warning({draft.at.file, draft.passive_ports_place},
                     fmt::format("port {} of these is the `bind` of the listener at line {}", port,
                                 other.at.place.line));
}

/// Such a listener lets in nobody else than who has an exception.
void check_legacy(const Checking& checking, const ListenerDraft& draft) {
    const LegacyException wanted = legacy_exception_over(draft.listener.protocol);
    const bool lets_in_somebody =
        std::ranges::any_of(checking.draft.accounts, [&](const auto& entry) {
            const Account& account = entry.second.account;
            return account.protocols.contains(draft.listener.protocol) && account.legacy &&
                   account.legacy->allow.contains(wanted);
        });
    if (!lets_in_somebody)
        checking.warning(
            {draft.at.file, draft.algorithms_place},
            fmt::format("a legacy listener lets in only accounts with a dated exception, and no "
                        "account has one for `{}`: nobody can log in here",
                        name_of(wanted)));
}

}  // namespace

void check_listeners(const Checking& checking) {
    const auto& all = checking.draft.listeners;
    for (auto draft = all.begin(); draft != all.end(); ++draft) {
        for (auto earlier = all.begin(); earlier != draft; ++earlier)
            check_two(checking, *earlier, *draft);
        for (const ListenerDraft& other : all) check_bound_port(checking, *draft, other);
    }
}

void check_legacy_listeners(const Checking& checking) {
    if (!checking.all_files_read) return;
    for (const ListenerDraft& draft : checking.draft.listeners)
        if (draft.listener.algorithms == AlgorithmProfile::legacy &&
            !draft.listener.protocol.empty())
            check_legacy(checking, draft);
}

}  // namespace consign::policy
