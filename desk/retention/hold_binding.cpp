#include "desk/retention/hold_binding.hpp"

namespace consign::desk {

Result<> bind_to_holds(Transaction& transaction, catalog::FileId file,
                       const std::vector<policy::content::Subject>& subjects) {
    if (subjects.empty()) return {};
    const auto any = transaction.holds.any();
    if (!any) return failure(any.error());
    if (!*any) return {};
    for (const auto& subject : subjects) {
        const auto known =
            transaction.catalog.subject_id({.authority = subject.authority, .id = subject.id});
        if (!known) return failure(known.error());
        if (!*known) continue;
        if (auto bound = transaction.holds.bind_arrival(file, **known); !bound) return bound;
    }
    return {};
}

}  // namespace consign::desk
