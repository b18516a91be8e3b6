// Which channel of an alert one is, whatever stands before it in the policy.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "policy/policy.hpp"

namespace consign::policy {

/// Of the channel at `index`: a digest of its kind and of whom it tells (an address may hold a
/// token), and of how many of the same stand before it. Another relay or authority makes no other.
[[nodiscard]] std::string identity_of(std::span<const AlertChannel> channels, std::size_t index);
/// Where it stands by now.
[[nodiscard]] std::optional<std::size_t> find_channel(std::span<const AlertChannel> channels,
                                                      std::string_view identity);

}  // namespace consign::policy
