#include "desk/deposit.hpp"

#include <fmt/format.h>

#include "desk/visibility.hpp"
#include "storage/catalog/errc.hpp"

namespace consign::desk {

namespace {

constexpr std::string_view router_account = "system:router";
constexpr int clash_numbers_limit = 1000;

/// "report.hl7" becomes "report_2.hl7": two files that would get one name are told apart by number.
Result<VirtualPath> numbered(const VirtualPath& path, int number) {
    const std::string_view name = path.name();
    const auto dot = name.rfind('.');
    const std::size_t stem_length = dot == std::string_view::npos || dot == 0 ? name.size() : dot;
    return VirtualPath::parse(
        fmt::format("{}_{}{}", name.substr(0, stem_length), number, name.substr(stem_length)),
        path.parent());
}

Result<VirtualPath> add_name(Transaction& transaction, catalog::FileId file,
                             const VirtualPath& wanted, Timestamp now) {
    if (const auto folder = transaction.catalog.ensure_directories(wanted.parent(), now); !folder)
        return failure(folder.error());
    for (int number = 1; number <= clash_numbers_limit; ++number) {
        const auto path = number == 1 ? Result<VirtualPath>(wanted) : numbered(wanted, number);
        if (!path) return path;
        const auto added =
            transaction.catalog.add_name(file, *path, std::string(router_account), now);
        if (added) return path;
        if (added.error() != catalog::catalog_errc::already_there) return failure(added.error());
    }
    return failure(desk_errc::already_there);
}

/// For the ledger: the error's own words would say "File name too long" of a name that no file has.
std::string why_not_routed(std::error_code error) {
    if (error == std::errc::filename_too_long) return "the name would be too long";
    if (error == std::errc::invalid_argument)
        return "a part of the path would be empty, `.` or `..`";
    return error.message();
}

}  // namespace

Ruling may_deposit(const policy::Account& account, const VirtualPath& path,
                   const catalog::Entry* existing, bool continues) {
    const auto upload = policy::may(account, policy::Verb::upload, path);
    const auto overwrite = policy::may(account, policy::Verb::overwrite, path);
    const auto append = policy::may(account, policy::Verb::append, path);
    if (!existing || !(upload.allowed || overwrite.allowed || append.allowed)) return {upload};
    const bool hides = existing->kind == catalog::Kind::directory || existing->temporary;
    if (hides && !upload.allowed) return {upload};
    if (existing->kind == catalog::Kind::directory)
        return {{false, upload.rule, "a folder has this name"}, desk_errc::is_a_directory};
    if (existing->temporary)
        return existing->made_by == account.id
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

Result<> route_deposit(Transaction& transaction, const policy::Policy& policy,
                       const policy::Account& account, const Deposited& deposited,
                       const ledger::Event& base) {
    const auto routing = policy::route(policy, {.path = deposited.whole,
                                                .account = account.id,
                                                .home = account.home,
                                                .time = base.time,
                                                .sha256 = deposited.sha256});
    if (!routing) return {};
    for (const auto& target : routing->copies) {
        ledger::Event routed = base;
        routed.action = ledger::Action::routed;
        routed.account = router_account;
        routed.rule = target.rule.text();
        routed.detail = "copy";
        const auto path = target.path
                              ? add_name(transaction, deposited.file, *target.path, base.time)
                              : target.path;
        if (path) {
            routed.personal.second_path = std::string(path->text());
        } else {
            // A target that cannot take the name must not undo the deposit: it is told, and the
            // rest goes on.
            routed.outcome = ledger::Outcome::failed;
            routed.detail = "copy: " + why_not_routed(path.error());
        }
        if (auto appended = transaction.ledger.append(routed); !appended)
            return failure(appended.error());
    }
    return {};
}

Result<> withdraw_routed(Transaction& transaction, catalog::FileId file, std::vector<Id>& doomed) {
    const auto names = transaction.catalog.names_of(file);
    if (!names) return failure(names.error());
    for (const catalog::Entry& name : *names) {
        if (name.made_by != router_account) continue;
        const auto path = transaction.catalog.path_of(name.node);
        if (!path) return failure(path.error());
        const auto removed = transaction.catalog.remove(*path);
        if (!removed) return failure(removed.error());
        doomed.insert(doomed.end(), removed->doomed.begin(), removed->doomed.end());
    }
    return {};
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
