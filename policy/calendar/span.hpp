// A length of calendar time: "10 years" are as long as the calendar says, in a time zone.
#pragma once

#include <chrono>
#include <expected>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace consign::policy {

/// Spans are not ordered: is a month longer than 30 days? Compare when terms end.
struct Span {
    int months = 0;
    int days = 0;
    std::chrono::seconds seconds{0};

    bool operator==(const Span&) const = default;
};

/// No term is longer: what is kept for ever has none.
inline constexpr int span_limit_years = 1000;

/// "10 years", "6 months", "30 days", "2 weeks", "36 hours". The error says what is wrong.
[[nodiscard]] std::expected<Span, std::string> parse_span(std::string_view text);
/// As it would be written.
[[nodiscard]] std::string text_of(const Span& span);

/// When a term that begins at `start` is over. In months and days: at 24:00 of its last day in the
/// zone, so that nothing dies early; where the last month has no such day, its last day is the last
/// (Code de procédure civile, art. 641 and the first paragraph of 642). In hours and less: to the
/// second. "0 days": at once. Beyond the years -30000 and 30000: counted from there.
[[nodiscard]] Timestamp end_of_term(Timestamp start, const Span& span, std::string_view zone);
/// The same for a term that begins with a day: "28 years" after a birth is over at 24:00 of the
/// 28th birthday. In hours and less: counted from 24:00 of the day.
[[nodiscard]] Timestamp end_of_term(std::chrono::sys_days start, const Span& span,
                                    std::string_view zone);

}  // namespace consign::policy
