// The administrator's door to the data: the verbs behind the control socket, and behind the command
// where no daemon runs. Each act stands in the ledger, under the administrator's name, before its
// answer leaves.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "desk/site/site.hpp"
#include "desk/verbs/verb.hpp"

namespace consign::desk {

/// Those of desk/*_verbs.hpp, desk/*/*_verbs.hpp and desk/audit/verification.hpp. May be called
/// from any thread; `site` outlives the table and the calls in progress.
[[nodiscard]] VerbTable administrator_verbs(Site& site);

/// Somebody who is no administrator asked: recorded. Returns what to tell them.
[[nodiscard]] boost::asio::awaitable<std::string> refuse_administration(Site& site,
                                                                        std::string user);

}  // namespace consign::desk
