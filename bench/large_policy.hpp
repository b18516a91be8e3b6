// A policy as a large site would have it: written into a folder, for measuring.
#pragma once

#include <filesystem>
#include <string>

#include "policy/content/content.hpp"

namespace consign::bench {

struct LargePolicy {
    int accounts = 5000;
    int routes = 500;
    int files = 10;  // that the accounts are spread over
};

/// consign.yaml and policy.d in `folder`, which is there.
void write(const LargePolicy& policy, const std::filesystem::path& folder);

/// "lab-00017", whose home is /labs/00017.
[[nodiscard]] std::string account_id(int number);
/// An HL7 result from this account to the hospital that the route is for.
[[nodiscard]] std::string result_for(int account, int route);

}  // namespace consign::bench
