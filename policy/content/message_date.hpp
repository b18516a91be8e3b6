// The dates that messages give.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace consign::policy::content {

/// `YYYY[MM[DD[HH[MM[SS[.S...]]]]]][+ZZZZ]` (HL7 v2.8.2 chapter 2A.3.21; DICOM's and HPRIM's
/// likewise, and DICOM's old `YYYY.MM.DD`). A part that is missing makes it the last day that it
/// can be. Nothing where there is no such day, or a year that nobody alive or dead in a file has.
[[nodiscard]] std::optional<std::chrono::sys_days> parse_message_date(std::string_view text);

/// `DD/MM/YYYY`, of HPRIM Médecin.
[[nodiscard]] std::optional<std::chrono::sys_days> parse_french_date(std::string_view text);

}  // namespace consign::policy::content
