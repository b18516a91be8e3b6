#include "desk/visibility.hpp"

namespace consign::desk {

bool is_visible(const policy::Account& account, const catalog::Entry& entry,
                const VirtualPath& path, Timestamp now) {
    const auto granted = [&](policy::Verb verb) {
        return policy::may(account, verb, path).allowed;
    };
    if (entry.kind == catalog::Kind::directory)
        return granted(policy::Verb::list) || policy::may_enter(account, path).allowed;
    const bool own = entry.made_by == account.id;
    if (entry.temporary) return own;
    if (granted(policy::Verb::list) || granted(policy::Verb::download)) return true;
    return own && now - entry.created <= fresh_deposit_time;
}

std::string origin_of(const policy::Account& account, const catalog::Entry& entry) {
    if (entry.file->depositor != account.id) return entry.file->depositor;
    // Somebody else went on with the account's own, and what that one added is not the account's.
    return entry.made_by == account.id ? std::string() : entry.made_by;
}

bool is_own_uncollected(const policy::Account& account, const catalog::Entry& entry) {
    return entry.file && origin_of(account, entry).empty() && !entry.file->collected;
}

}  // namespace consign::desk
