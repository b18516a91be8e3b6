// What is left to do on the disk once a transaction is durable: drop the staging name of what was
// committed, and destroy what lost its last name.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "desk/site.hpp"

namespace consign::desk {

/// After a deposit. A failure is logged, and made good by the next start's sweep.
[[nodiscard]] boost::asio::awaitable<void> settle(Site& site, Id committed, std::vector<Id> doomed);

/// Destroys each sealed file with its key slots, then forgets its row; the certificate of it is an
/// event.
[[nodiscard]] boost::asio::awaitable<void> destroy(Site& site, std::vector<Id> doomed);

}  // namespace consign::desk
