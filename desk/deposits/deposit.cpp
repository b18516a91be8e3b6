#include "desk/deposits/deposit.hpp"

#include <algorithm>

#include "desk/site/visibility.hpp"

namespace consign::desk {

Ruling may_deposit(const policy::Account& account, const VirtualPath& path,
                   const catalog::Entry* existing, bool continues) {
    const auto upload = policy::may(account, policy::Verb::upload, path);
    const auto overwrite = policy::may(account, policy::Verb::overwrite, path);
    const auto append = policy::may(account, policy::Verb::append, path);
    if (!existing || !(upload.allowed || overwrite.allowed || append.allowed)) return {upload};
    const bool is_quarantined = existing->standing == catalog::Standing::quarantined;
    const bool hides =
        existing->kind == catalog::Kind::directory || existing->is_pending() || is_quarantined;
    if (hides && !upload.allowed) return {upload};
    if (existing->kind == catalog::Kind::directory)
        return {{false, upload.rule, "a folder has this name"}, desk_errc::is_a_directory};
    const bool is_own = existing->made_by == account.id;
    // What waits for the virus scanner is a deposit, to its depositor.
    const bool is_deposit = existing->standing == catalog::Standing::unscanned && is_own;
    if ((existing->is_pending() || is_quarantined) && !is_deposit)
        return is_own && !is_quarantined
                   ? Ruling{upload}
                   : Ruling{{false, upload.rule, "the name is taken"}, desk_errc::already_there};
    if (continues && is_own_uncollected(account, *existing) && upload.allowed) return {upload};
    if (!continues || overwrite.allowed) return {overwrite, desk_errc::may_not_overwrite};
    return {append, desk_errc::may_not_append, true};
}

policy::Verdict may_set_times(const policy::Account& account, const VirtualPath& path,
                              const catalog::Entry& entry) {
    const bool own = entry.made_by == account.id;
    return policy::may(account, own ? policy::Verb::upload : policy::Verb::overwrite, path);
}

bool is_file(const catalog::Entry& entry, const Id& stream) {
    return entry.file && entry.file->stream == stream;
}

Result<> within_quota(Transaction& transaction, const policy::Account& account,
                      std::uint64_t size_bytes, const catalog::Usage& counted) {
    const auto& quota = account.quota;
    if (!quota.bytes && !quota.files) return {};
    const auto usage = transaction.catalog.usage(account.home);
    if (!usage) return failure(usage.error());
    const std::uint64_t other_bytes = usage->bytes - std::min(usage->bytes, counted.bytes);
    const std::uint64_t other_files = usage->files - std::min(usage->files, counted.files);
    if (quota.bytes && other_bytes + size_bytes > *quota.bytes)
        return failure(desk_errc::quota_bytes_exceeded);
    if (quota.files && other_files + 1 > *quota.files)
        return failure(desk_errc::quota_files_exceeded);
    return {};
}

}  // namespace consign::desk
