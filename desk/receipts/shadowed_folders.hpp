// Real folders named `/.receipts` in accounts' homes, from a time when the name was not taken.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "desk/site/site.hpp"

namespace consign::desk {

/// Tells the log how many accounts have one: what lies in it is out of their sight.
[[nodiscard]] boost::asio::awaitable<Result<>> tell_of_shadowed_folders(Site& site);

}  // namespace consign::desk
