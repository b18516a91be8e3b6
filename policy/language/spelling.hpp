// How a message quotes what it found, and which right name it offers instead of a wrong one.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace consign::policy {

/// `text` between backticks, its control bytes made visible, cut where it is long.
[[nodiscard]] std::string cited(std::string_view text);

/// Edits from one word to the other: insert, delete, replace, swap two neighbours (optimal string
/// alignment). Letters' case costs nothing.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate that `word` was probably meant to be; empty where none is near. A view of the
/// candidate.
[[nodiscard]] std::string_view nearest(std::string_view word,
                                       std::span<const std::string_view> candidates);

/// "; did you mean `home`?", or nothing.
[[nodiscard]] std::string suggestion(std::string_view word,
                                     std::span<const std::string_view> candidates);

/// "a, b, c".
[[nodiscard]] std::string listed(std::span<const std::string_view> names);

}  // namespace consign::policy
