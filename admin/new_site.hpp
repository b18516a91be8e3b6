// A new site: consign.yaml, the policy, the keys, and an empty store.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "admin/outcome.hpp"
#include "admin/owner.hpp"

namespace consign::admin {

struct NewSite {
    std::filesystem::path config;
    std::filesystem::path data;  // relative to config's folder, or absolute
    std::string name;
    std::optional<User> owner;  // whom the keys and the data are given to; only root can
};

struct MadeSite {
    std::vector<std::filesystem::path> made;
    std::vector<std::filesystem::path> left;  // were there already
};

/// Overwrites nothing. A Failure where config is there: it is written last, so that a site that has
/// it is whole, and one that broke off on the way is completed by a second try.
[[nodiscard]] Outcome<MadeSite> make_site(const NewSite& site);

}  // namespace consign::admin
