// The event of an administrator's act.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "desk/site/site.hpp"
#include "desk/verbs/verb.hpp"

namespace consign::desk {

/// For the transaction that holds the act's effect.
[[nodiscard]] ledger::Event administrator_act(const Site& site, const std::string& administrator,
                                              Literal verb);

/// Of an act that changes nothing: resumes once its event is durable. An error: it could not be
/// recorded, and so was not done; in words for the administrator.
[[nodiscard]] boost::asio::awaitable<Answered> record_act(
    Site& site, std::string administrator, Literal verb,
    ledger::Outcome outcome = ledger::Outcome::granted, std::string path = {});

}  // namespace consign::desk
