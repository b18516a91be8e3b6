// How long content is kept: a pure function of the class, of what is known of the file, and of the
// site's time zone.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "policy/policy.hpp"

namespace consign::policy {

/// A claim, or a dispute, from its beginning to its end; without one while it lasts.
struct Claim {
    Timestamp from{};
    std::optional<Timestamp> to{};
};

/// What is known of one name of a file.
struct Life {
    Timestamp deposited{};
    std::optional<Timestamp> last_pickup{};
    /// When the last of all recipients had collected it; nothing while one has not.
    std::optional<Timestamp> collected_by_all{};
    /// Of the subject in this class; where no subject is known, nothing.
    std::optional<Timestamp> last_activity{};
    bool has_subject = false;  // for the explanation alone
    std::optional<std::chrono::sys_days> born{};
    std::optional<std::chrono::sys_days> died{};
    std::vector<Claim> claims{};  // in any order; they may overlap
};

/// When it may be destroyed, and why then.
struct Term {
    enum class State : std::uint8_t {
        due,        // at `at`
        unknown,    // a date is missing on which it depends, or two contradict each other: kept
        suspended,  // a claim that lasts: kept
    } state = State::unknown;
    Timestamp at{};            // of State::due alone
    std::string_view because;  // static text: "deposit + keep", "birth date unknown", ...
    Rule rule;                 // of the class
    bool operator==(const Term&) const = default;
};

/// POLICY.md "Terms". Where the subject died before `last activity + after_death`: `died +
/// after_death`; else the later of `counted_from + keep` and `born + minor_until` (the latter where
/// the subject is or was a minor at the deposit; a birth date that is unknown: kept). Then
/// `shorten_after_pickup`, once every recipient has collected: the earlier of the two.
///
/// Of two readings, the one that keeps longer:
/// - What is kept without an end (unknown, suspended) is not shortened by a pickup.
/// - A death on the very day on which `last activity + after_death` ends is not before it.
/// - Nothing is counted from before the deposit; `after_death` not from before the last activity
///   either, so that what comes after a death is not due on arrival. A death before birth is no
///   date; a later one that is far off changes nothing.
/// - Who is born on 29 February is a minor up to 28 February of the eighteenth year.
/// - A claim suspends: a term stops where it begins, and goes on where it ends, by whole days
///   (a term of hours by seconds). What there was of the claim before the deposit, or before what
///   the term is counted from, suspends nothing; nor does a claim that begins when the term is
///   over.
[[nodiscard]] Term term(const Class& retention_class, const Life& life, std::string_view zone);

/// Does a term end sooner than another? What is kept without an end never does.
[[nodiscard]] bool ends_sooner(const Term& term, const Term& than);

}  // namespace consign::policy
