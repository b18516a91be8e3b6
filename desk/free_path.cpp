#include "desk/free_path.hpp"

#include <fmt/format.h>

#include "storage/catalog/errc.hpp"

namespace consign::desk {

namespace {

constexpr int clash_numbers_limit = 1000;

/// "report.hl7" becomes "report_2.hl7": two files that would get one name are told apart by number.
Result<VirtualPath> numbered(const VirtualPath& path, int number) {
    const auto [stem, ext] = policy::parts_of(path.name());
    return VirtualPath::parse(fmt::format("{}_{}{}{}", stem, number, ext.empty() ? "" : ".", ext),
                              path.parent());
}

}  // namespace

Result<VirtualPath> free_path(Transaction& transaction, const VirtualPath& wanted,
                              policy::OnClash on_clash, Timestamp now) {
    auto& catalog = transaction.catalog;
    if (const auto folder = catalog.ensure_directories(wanted.parent(), now); !folder)
        return failure(folder.error());
    const int numbers = on_clash == policy::OnClash::number ? clash_numbers_limit : 1;
    for (int number = 1; number <= numbers; ++number) {
        auto path = number == 1 ? Result<VirtualPath>(wanted) : numbered(wanted, number);
        if (!path) return path;
        const auto taken = catalog.find(*path);
        if (taken) continue;
        if (taken.error() == catalog::catalog_errc::no_such_name) return path;
        return failure(taken.error());
    }
    return failure(catalog::catalog_errc::already_there);
}

}  // namespace consign::desk
