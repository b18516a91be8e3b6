// Names that one rule uses, and no rule gives.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "policy/check.hpp"
#include "policy/language/spelling.hpp"

namespace consign::policy {

namespace {

struct Defined {
    std::string_view kind;
    std::vector<std::string_view> names;  // sorted
};

Defined defined(const Draft& draft, Use::Of of) {
    switch (of) {
        case Use::Of::account:
            return {"account", names_of(draft.accounts)};
        case Use::Of::group:
            return {"group", names_of(draft.groups)};
        case Use::Of::retention_class:
            return {"class", names_of(draft.classes)};
        case Use::Of::target:
            return {"target", names_of(draft.targets)};
        case Use::Of::alert:
            return {"alert", names_of(draft.alerts)};
    }
    return {};
}

}  // namespace

void check_names(const Checking& checking) {
    if (!checking.all_files_read) return;
    std::map<Use::Of, Defined> known;
    std::map<std::pair<Use::Of, std::string>, std::string> suggestions;  // each is dear
    for (const Use& use : checking.draft.uses) {
        auto entry = known.find(use.of);
        if (entry == known.end())
            entry = known.emplace(use.of, defined(checking.draft, use.of)).first;
        const auto& [kind, names] = entry->second;
        if (std::ranges::binary_search(names, use.name)) continue;
        const auto [offer, is_new] = suggestions.try_emplace({use.of, use.name});
        if (is_new) offer->second = suggestion(use.name, names);
        checking.error(use.at, fmt::format("no file defines the {} {}{}", kind, cited(use.name),
                                           offer->second));
    }
}

}  // namespace consign::policy
