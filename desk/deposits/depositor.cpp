#include "desk/deposits/depositor.hpp"

#include "desk/deposits/pull_deposit.hpp"

namespace consign::desk {

namespace {

policy::Account pulling() {
    policy::Account account;
    account.id = pulls_account.view();
    return account;
}

}  // namespace

const policy::Account* depositor_in(const policy::Policy& policy, std::string_view id) {
    static const policy::Account pulls = pulling();
    if (id == pulls.id) return &pulls;
    const auto found = policy.accounts.find(id);
    return found == policy.accounts.end() ? nullptr : &found->second;
}

}  // namespace consign::desk
