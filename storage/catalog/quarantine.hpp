// Why a file is kept from everyone until an administrator decides, and where it was.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/virtual_path.hpp"

namespace consign::catalog {

/// The number stands in its row: never use one for something else.
enum class Cause : std::uint8_t {
    rule = 1,           // a route's `quarantine`, or an account's `claims`
    infected = 2,       // the virus scanner found something
    unscannable = 3,    // it is too large for the virus scanner
    never_renamed = 4,  // a temporary name that was kept for too long
    stray = 5,          // no row of the database knew it, and an administrator recovered it
    withdrawn = 6,      // its account left the policy before the virus scanner had looked
};
/// "rule", "infected", "unscannable", "never_renamed", "stray", "withdrawn".
[[nodiscard]] std::string_view name_of(Cause cause);

struct Quarantine {
    std::string account{};  // whose deposit
    VirtualPath was{};      // the name that it was deposited under, in the whole tree
    bool altered = false;   // `was` cannot be read, and nothing vouches for the rest
    Cause cause = Cause::rule;
    std::string why{};   // words without names
    std::string rule{};  // FILE:LINE, or empty
    Timestamp since{};
};

}  // namespace consign::catalog
