// How what is stored is shown in SQL, and what is asked of it read back. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "storage/database/question.hpp"

namespace consign::inquiry {

/// "2026-11-24T06:17:00.000000Z": texts in the order of the moments.
[[nodiscard]] std::string shown(Timestamp time);
/// Empty for the nil one.
[[nodiscard]] std::string shown(const Id& id);
/// Text that a peer wrote: as display_name gives it.
[[nodiscard]] database::Value shown(std::string_view raw);
[[nodiscard]] database::Value shown(std::uint64_t number);
/// NULL where it cannot be read.
[[nodiscard]] database::Value shown_if(bool readable, std::string_view raw);

/// [from, until), as wide as the restrictions on a column of moments need; a day more where a text
/// says no more than a day.
struct Moments {
    Timestamp from = Timestamp::min(), until = Timestamp::max();
};
[[nodiscard]] Moments moments_of(std::span<const database::Restriction> restrictions, int column);

struct Numbers {
    std::int64_t first, last;
};
/// As wide as the restrictions on a column of numbers need.
[[nodiscard]] Numbers numbers_of(std::span<const database::Restriction> restrictions, int column);

/// What the column has to be equal to, as stored; nothing where it may be anything.
[[nodiscard]] std::optional<std::string> text_of(
    std::span<const database::Restriction> restrictions, int column);
[[nodiscard]] std::optional<Id> id_of(std::span<const database::Restriction> restrictions,
                                      int column);

}  // namespace consign::inquiry
