// The part of DICOM's data dictionary (PS3.6) that routing asks for.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace consign::policy::content {

/// Group in the upper half, element in the lower.
using DicomTag = std::uint32_t;

struct DicomKeyword {
    std::string_view keyword;  // "Modality"
    DicomTag tag;
};
[[nodiscard]] std::span<const DicomKeyword> dicom_keywords();

/// The groups that are read.
inline constexpr std::array<std::uint16_t, 7> dicom_groups{0x0002, 0x0008, 0x0010, 0x0018,
                                                           0x0020, 0x0032, 0x0040};

/// "0008,103E".
[[nodiscard]] std::string dicom_field(DicomTag tag);
/// Of `gggg,eeee`, in letters of either case; nothing where `text` is no tag.
[[nodiscard]] std::optional<DicomTag> parse_dicom_tag(std::string_view text);

}  // namespace consign::policy::content
