#include "desk/receipts/shadowed_folders.hpp"

#include "policy/decide.hpp"
#include "storage/catalog/errc.hpp"

namespace consign::desk {

namespace asio = boost::asio;

asio::awaitable<Result<>> tell_of_shadowed_folders(Site& site) {
    const auto policy = site.policy.current();
    const auto found =
        co_await site.store.read([&](Transaction& transaction) -> Result<std::size_t> {
            std::size_t accounts = 0;
            for (const auto& [id, account] : policy->accounts) {
                const auto folder = account.home.joined(policy::receipts_folder());
                if (!folder) continue;
                const auto entry = transaction.catalog.find(*folder);
                if (entry)
                    ++accounts;
                else if (entry.error() != catalog::catalog_errc::no_such_name &&
                         entry.error() != catalog::catalog_errc::not_a_directory)
                    return failure(entry.error());
            }
            return accounts;
        });
    if (!found) co_return failure(found.error());
    if (*found > 0)
        site.log.warning(
            "a folder or file of accounts stands where they find their receipts, and "
            "is out of their sight: `consign files ls` finds it",
            {{"accounts", *found}});
    co_return Result<>{};
}

}  // namespace consign::desk
