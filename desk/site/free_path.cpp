#include "desk/site/free_path.hpp"

#include "desk/site/numbered_name.hpp"
#include "storage/catalog/errc.hpp"

namespace consign::desk {

Result<VirtualPath> free_path(Transaction& transaction, const VirtualPath& wanted,
                              policy::OnClash on_clash, Timestamp now) {
    auto& catalog = transaction.catalog;
    if (const auto folder = catalog.ensure_directories(wanted.parent(), now); !folder)
        return failure(folder.error());
    const int numbers = on_clash == policy::OnClash::number ? clash_numbers_limit : 1;
    for (int number = 1; number <= numbers; ++number) {
        auto path = numbered(wanted, number);
        if (!path) return path;
        const auto taken = catalog.find(*path);
        if (taken) continue;
        if (taken.error() == catalog::catalog_errc::no_such_name) return path;
        return failure(taken.error());
    }
    return failure(catalog::catalog_errc::already_there);
}

}  // namespace consign::desk
