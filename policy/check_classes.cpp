// Classes that no register can hold, that nothing uses, or whose terms contradict each other.
#include <fmt/format.h>

#include <set>

#include "policy/check.hpp"
#include "policy/language/spelling.hpp"

namespace consign::policy {

void check_classes(const Checking& checking) {
    const Draft& draft = checking.draft;
    std::set<std::string_view> used;
    for (const RouteDraft& route : draft.routes) used.insert(route.route.retention_class);
    for (const auto& [name, one] : draft.classes) {
        const Class& retention_class = one.retention_class;
        if (retention_class.legal_basis.empty())
            checking.warning(one.at, fmt::format("the class {} has no `legal_basis`: the register "
                                                 "of processing needs it (RGPD art. 6 and 30)",
                                                 cited(name)));
        if (checking.all_files_read && !used.contains(name))
            checking.warning(one.at, fmt::format("no route uses the class {}", cited(name)));
        const auto& shortened = retention_class.shorten_after_pickup;
        const std::string& zone = draft.policy.zone;
        if (shortened && end_of_term(checking.now, retention_class.keep, zone) <=
                             end_of_term(checking.now, *shortened, zone))
            checking.warning(
                {one.at.file, one.shorten_place},
                fmt::format("this shortens nothing: `keep` is {}", text_of(retention_class.keep)));
    }
}

}  // namespace consign::policy
