#include "desk/site/lives.hpp"

namespace consign::desk {

std::vector<policy::Life> lives_of(const catalog::Life& life,
                                   const std::vector<catalog::Claim>& claims) {
    policy::Life known{.deposited = life.deposited,
                       .last_pickup = life.last_pickup,
                       .collected_by_all = life.collected_by_all};
    for (const catalog::Claim& claim : claims)
        known.claims.push_back({.from = claim.from, .to = claim.to});
    if (life.subjects.empty()) return {known};
    std::vector<policy::Life> lives;
    for (const catalog::Life::About& about : life.subjects) {
        policy::Life& one = lives.emplace_back(known);
        // All that have no identifier stand under one: nobody, whose last activity nobody knows.
        if (about.subject.id.empty()) continue;
        one.has_subject = true;
        one.last_activity = about.last_activity;
        one.born = about.subject.born;
        one.died = about.subject.died;
    }
    return lives;
}

}  // namespace consign::desk
