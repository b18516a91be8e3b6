// What the fields of HL7 and HPRIM are called, and which segments are read.
#pragma once

#include <span>
#include <string_view>

namespace consign::policy::content {

/// MSH-1 to MSH-25, as HL7 v2.8.2 chapter 2.14.9 names them.
[[nodiscard]] std::span<const std::string_view> names_of_msh();

/// The segments whose fields are read: of the file, and of its first message.
[[nodiscard]] std::span<const std::string_view> hl7_segments();
[[nodiscard]] std::span<const std::string_view> hprim_segments();

struct HprimName {
    std::string_view name;   // "sender"
    std::string_view field;  // "H-5"
};
[[nodiscard]] std::span<const HprimName> hprim_names();

inline constexpr unsigned hprim_medecin_header_lines = 12;

}  // namespace consign::policy::content
