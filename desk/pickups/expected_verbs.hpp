// `consign expected`: the day's pickups and deposits, as a timetable.
#pragma once

#include "desk/site/site.hpp"
#include "desk/verbs/verb.hpp"

namespace consign::desk {

/// expected.list  date (YYYY-MM-DD, in the site's zone; else today): {"by", "time" (of day, in the
///                site's zone), "account", "kind": "pickup"|"deposit", "name", "state", "files",
///                "wanted", "rule"} for each deadline of the day, in their order. States: "due",
///                "on time", "late", "missing", "not watched". `files`: of a deposit, that came; of
///                a pickup, that are not collected. {"rows", "date"} at the end
[[nodiscard]] VerbTable expected_verbs(Site& site);

}  // namespace consign::desk
