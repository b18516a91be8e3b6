// What the files say together: names that one defines and another uses, and what can come of it.
// Each part of the language has its check; check() calls them all.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "policy/draft.hpp"

namespace consign::policy {

/// What the checks share.
struct Checking {
    Draft& draft;
    bool all_files_read;  // else what is defined nowhere may be defined in a file that was not read
    Timestamp now;
    Problems& problems;

    void error(const Located& at, std::string message) const {
        problems.error(at.file, at.place, std::move(message));
    }
    void warning(const Located& at, std::string message) const {
        problems.warning(at.file, at.place, std::move(message));
    }
    [[nodiscard]] std::chrono::sys_days today() const;  // in the site's zone
};

template <class Named>
[[nodiscard]] std::vector<std::string_view> names_of(const Named& named) {
    std::vector<std::string_view> names;
    for (const auto& [name, value] : named) names.push_back(name);
    return names;
}

// What accounts have of their groups is settled when these are called.
void check_names(const Checking& checking);
void check_listeners(const Checking& checking);
void check_legacy_listeners(const Checking& checking);
void check_accounts(const Checking& checking);
void check_logins(const Checking& checking);
/// Dates that are over, or will be soon.
void check_dates(const Checking& checking);
void check_routes(const Checking& checking);
void check_actions(const Checking& checking);
void check_classes(const Checking& checking);
void check_targets(const Checking& checking);
void check_expected(const Checking& checking);

/// What no file can tell alone: the above, in turn. Afterwards the draft's policy is whole, where
/// there are no errors.
void check(const Checking& checking);

}  // namespace consign::policy
