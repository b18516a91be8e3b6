// Which field of a message: as the policy writes it, parsed once.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace consign::policy::content {

enum class Dictionary : std::uint8_t { hl7, hprim, dicom, xml, csv };
inline constexpr std::array dictionaries{Dictionary::hl7, Dictionary::hprim, Dictionary::dicom,
                                         Dictionary::xml, Dictionary::csv};
/// "hl7", "hprim", "dicom", "xml", "csv".
[[nodiscard]] std::string_view name_of(Dictionary dictionary);

/// HL7: `MSH-9`, `MSH-9.1`, `PID-3.4`, `FHS-4`, or a field of MSH by its name: `message_type`,
///   `sending_facility`, ... (HL7 v2.8.2 chapter 2.14.9), with a component too: `message_type.1`.
/// HPRIM: `H-5`, `H-5.1`, `P-3`, `OBR-5` (as HPRIM Santé counts: the segment's name is field 1), or
///   by name: `sender`, `receiver`, `context`, `version`, `patient_id`, ...; of HPRIM Médecin the
///   same names and numbers (dates as `YYYYMMDD`), and `L-1` to `L-12` for the lines of its header
///   as they are. H-4, a password, is never read.
/// DICOM: `Modality`, `InstitutionName`, ... (PS3.6), or the tag `0008,0060`.
/// XML: `root`, `namespace`. CSV: `columns`, `separator`.
class FieldName {
  public:
    static constexpr unsigned number_limit = 99;  // of fields and of components

    /// The error says what is wrong, and the nearest right name.
    [[nodiscard]] static std::expected<FieldName, std::string> parse(Dictionary dictionary,
                                                                     std::string_view text);
    /// A whole field, whose name is written canonically already.
    [[nodiscard]] static FieldName canonical(Dictionary dictionary, std::string field);

    [[nodiscard]] Dictionary dictionary() const { return dictionary_; }
    /// The canonical field: "MSH-9", "H-5", "0008,103E", "root".
    [[nodiscard]] std::string_view field() const { return field_; }
    /// From 1; 0: the whole field.
    [[nodiscard]] unsigned component() const { return component_; }

    auto operator<=>(const FieldName&) const = default;
    /// Asked for every route: names of one segment differ in their last character mostly.
    bool operator==(const FieldName& other) const {
        return component_ == other.component_ && field_.size() == other.field_.size() &&
               (field_.empty() || field_.back() == other.field_.back()) &&
               dictionary_ == other.dictionary_ && field_ == other.field_;
    }

  private:
    Dictionary dictionary_ = Dictionary::hl7;
    std::string field_;
    unsigned component_ = 0;
};

}  // namespace consign::policy::content
