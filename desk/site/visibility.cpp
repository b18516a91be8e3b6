#include "desk/site/visibility.hpp"

namespace consign::desk {

namespace {

/// In a folder of administrators alone.
bool is_in(const VirtualPath& folder, const policy::Account& account, const VirtualPath& path) {
    if (!account.home.contains(folder) && !folder.contains(account.home)) return false;
    const auto whole = account.home.joined(path);
    return whole && folder.contains(*whole);
}

}  // namespace

const VirtualPath& quarantine_folder() {
    static const VirtualPath folder = VirtualPath::parse("/quarantine").value();
    return folder;
}

const VirtualPath& archive_folder() {
    static const VirtualPath folder = VirtualPath::parse("/archive").value();
    return folder;
}

bool is_visible(const policy::Account& account, const catalog::Entry& entry,
                const VirtualPath& path, Timestamp fresh_since) {
    if (entry.standing == catalog::Standing::quarantined ||
        entry.standing == catalog::Standing::archived)
        return false;
    if (is_in(quarantine_folder(), account, path) || is_in(archive_folder(), account, path))
        return false;
    const auto granted = [&](policy::Verb verb) {
        return policy::may(account, verb, path).allowed;
    };
    if (entry.kind == catalog::Kind::directory)
        return granted(policy::Verb::list) || policy::may_enter(account, path).allowed;
    const bool own = entry.made_by == account.id;
    if (entry.is_pending()) return own;
    if (granted(policy::Verb::list) || granted(policy::Verb::download)) return true;
    return own && entry.created >= fresh_since;
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
