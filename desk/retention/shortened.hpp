// What a new policy must not do unasked: let content end sooner that is in the store already, or
// have the ledger forget sooner.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "desk/site/site.hpp"

namespace consign::desk {

/// Files in the store, by class; under `ledger_keep`, the months that the ledger can still tell of.
using Shortened = std::map<std::string, std::uint64_t, std::less<>>;

/// As if it were a class; no class has such a name.
inline constexpr std::string_view ledger_keep = "ledger.keep";

/// The files whose content would end sooner under `after` than under `before`, also once something
/// is known that is not known today: where a span of the class shrinks, those whose term is unknown
/// count, and for `shorten_after_pickup` those that not all have collected. A class without one is
/// left out. Where no class changed of which a file is in the store, nothing is gone through.
[[nodiscard]] boost::asio::awaitable<Result<Shortened>> would_end_sooner(
    Site& site, std::shared_ptr<const policy::Policy> before,
    std::shared_ptr<const policy::Policy> after);

}  // namespace consign::desk
