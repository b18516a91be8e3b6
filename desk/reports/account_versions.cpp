#include "desk/reports/account_versions.hpp"

#include <algorithm>
#include <filesystem>

#include "policy/load.hpp"

namespace consign::desk {

namespace asio = boost::asio;

namespace {

/// Those in force at some time in [from, until), oldest first.
Result<std::vector<documents::Version>> in_force(Transaction& transaction, Timestamp from,
                                                 Timestamp until) {
    auto kept = transaction.documents.versions(documents::Documents::versions_limit);
    if (!kept) return kept;
    std::vector<documents::Version> versions;
    for (std::size_t at = 0; at < kept->size(); ++at) {
        const bool ended_before = at + 1 < kept->size() && (*kept)[at + 1].since <= from;
        if (!ended_before && (*kept)[at].since < until) versions.push_back((*kept)[at]);
    }
    return versions;
}

/// Null where it is not kept, or does not load any more.
Result<std::shared_ptr<const policy::Policy>> policy_of(Transaction& transaction,
                                                        const Digest32& hash, Timestamp now) {
    auto texts = transaction.documents.find(hash);
    if (!texts) return failure(texts.error());
    if (!*texts) return nullptr;
    std::vector<policy::SourceFile> files;
    for (documents::NamedText& text : **texts)
        files.push_back({std::move(text.name), std::move(text.text)});
    if (files.empty()) return nullptr;
    // The server's file is the first, whatever it is called. Where its files would lie says nothing
    // about an account's home and grants.
    return policy::load_kept(files, std::filesystem::path("/") / files.front().name, now).policy;
}

bool grants_alike(const policy::Account& one, const policy::Account& other) {
    return one.home == other.home &&
           std::ranges::equal(one.grants, other.grants,
                              [](const policy::Grant& a, const policy::Grant& b) {
                                  return a.path.text() == b.path.text() && a.may == b.may;
                              });
}

void add(AccountVersions& found, const documents::Version& version,
         const policy::Account& account) {
    if (!found.versions.empty() && grants_alike(found.versions.back().account, account)) return;
    found.versions.push_back({.since = version.since, .policy = version.hash, .account = account});
}

}  // namespace

asio::awaitable<Result<AccountVersions>> account_versions(Site& site, const std::string& account,
                                                          Timestamp from, Timestamp until) {
    const auto current = site.policy.current();
    const Timestamp now = site.clock.now();
    co_return co_await site.store.read([&](Transaction& transaction) -> Result<AccountVersions> {
        AccountVersions found;
        auto versions = in_force(transaction, from, until);
        if (!versions) return failure(versions.error());
        // A store that kept none yet: what is in force is all that is known.
        if (versions->empty()) versions->emplace_back().hash = current->hash;
        found.policies = versions->size();
        const std::size_t skipped =
            versions->size() - std::min(versions->size(), looked_at_policies_limit);
        found.unknown = skipped;
        for (std::size_t at = skipped; at < versions->size(); ++at) {
            const documents::Version& version = (*versions)[at];
            auto policy = version.hash == current->hash
                              ? Result<std::shared_ptr<const policy::Policy>>(current)
                              : policy_of(transaction, version.hash, now);
            if (!policy) return failure(policy.error());
            if (!*policy) {
                ++found.unknown;
                continue;
            }
            const auto known = (*policy)->accounts.find(account);
            if (known != (*policy)->accounts.end()) add(found, version, known->second);
        }
        return found;
    });
}

}  // namespace consign::desk
