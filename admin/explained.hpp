// How an explanation is shown: for people, and as JSON for programs.
#pragma once

#include <boost/json/object.hpp>
#include <vector>

#include "policy/explain.hpp"

namespace consign::admin {

struct Explained {
    policy::Question question{};
    policy::Explanation explanation{};
    /// What the route's `complete_when` misses in the file.
    std::vector<policy::content::Ending> missing{};
};

/// On standard output.
void print_for_people(const policy::Policy& policy, const Explained& explained);
[[nodiscard]] boost::json::object as_json(const policy::Policy& policy, const Explained& explained);

/// "until 2036-11-25 00:00 (deposit + keep)", in the site's zone.
[[nodiscard]] std::string term_text(const policy::Policy& policy, const policy::Term& term);

}  // namespace consign::admin
