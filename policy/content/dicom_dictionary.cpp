#include "policy/content/dicom_dictionary.hpp"

#include <fmt/format.h>

#include <charconv>

namespace consign::policy::content {

namespace {

constexpr std::array keywords{
    DicomKeyword{"MediaStorageSOPClassUID", 0x00020002},
    DicomKeyword{"MediaStorageSOPInstanceUID", 0x00020003},
    DicomKeyword{"TransferSyntaxUID", 0x00020010},
    DicomKeyword{"ImplementationClassUID", 0x00020012},
    DicomKeyword{"ImplementationVersionName", 0x00020013},
    DicomKeyword{"SourceApplicationEntityTitle", 0x00020016},
    DicomKeyword{"SendingApplicationEntityTitle", 0x00020017},
    DicomKeyword{"ReceivingApplicationEntityTitle", 0x00020018},
    DicomKeyword{"SpecificCharacterSet", 0x00080005},
    DicomKeyword{"ImageType", 0x00080008},
    DicomKeyword{"InstanceCreationDate", 0x00080012},
    DicomKeyword{"SOPClassUID", 0x00080016},
    DicomKeyword{"SOPInstanceUID", 0x00080018},
    DicomKeyword{"StudyDate", 0x00080020},
    DicomKeyword{"SeriesDate", 0x00080021},
    DicomKeyword{"AcquisitionDate", 0x00080022},
    DicomKeyword{"ContentDate", 0x00080023},
    DicomKeyword{"StudyTime", 0x00080030},
    DicomKeyword{"SeriesTime", 0x00080031},
    DicomKeyword{"AccessionNumber", 0x00080050},
    DicomKeyword{"Modality", 0x00080060},
    DicomKeyword{"ModalitiesInStudy", 0x00080061},
    DicomKeyword{"ConversionType", 0x00080064},
    DicomKeyword{"PresentationIntentType", 0x00080068},
    DicomKeyword{"Manufacturer", 0x00080070},
    DicomKeyword{"InstitutionName", 0x00080080},
    DicomKeyword{"InstitutionAddress", 0x00080081},
    DicomKeyword{"ReferringPhysicianName", 0x00080090},
    DicomKeyword{"StationName", 0x00081010},
    DicomKeyword{"StudyDescription", 0x00081030},
    DicomKeyword{"SeriesDescription", 0x0008103E},
    DicomKeyword{"InstitutionalDepartmentName", 0x00081040},
    DicomKeyword{"PerformingPhysicianName", 0x00081050},
    DicomKeyword{"NameOfPhysiciansReadingStudy", 0x00081060},
    DicomKeyword{"OperatorsName", 0x00081070},
    DicomKeyword{"ManufacturerModelName", 0x00081090},
    DicomKeyword{"PatientName", 0x00100010},
    DicomKeyword{"PatientID", 0x00100020},
    DicomKeyword{"IssuerOfPatientID", 0x00100021},
    DicomKeyword{"TypeOfPatientID", 0x00100022},
    DicomKeyword{"PatientBirthDate", 0x00100030},
    DicomKeyword{"PatientSex", 0x00100040},
    DicomKeyword{"OtherPatientIDs", 0x00101000},
    DicomKeyword{"PatientAge", 0x00101010},
    DicomKeyword{"PatientComments", 0x00104000},
    DicomKeyword{"BodyPartExamined", 0x00180015},
    DicomKeyword{"DeviceSerialNumber", 0x00181000},
    DicomKeyword{"SoftwareVersions", 0x00181020},
    DicomKeyword{"ProtocolName", 0x00181030},
    DicomKeyword{"PatientPosition", 0x00185100},
    DicomKeyword{"StudyInstanceUID", 0x0020000D},
    DicomKeyword{"SeriesInstanceUID", 0x0020000E},
    DicomKeyword{"StudyID", 0x00200010},
    DicomKeyword{"SeriesNumber", 0x00200011},
    DicomKeyword{"AcquisitionNumber", 0x00200012},
    DicomKeyword{"InstanceNumber", 0x00200013},
    DicomKeyword{"Laterality", 0x00200060},
    DicomKeyword{"ImageComments", 0x00204000},
    DicomKeyword{"RequestingPhysician", 0x00321032},
    DicomKeyword{"RequestingService", 0x00321033},
    DicomKeyword{"RequestedProcedureDescription", 0x00321060},
    DicomKeyword{"ScheduledStationAETitle", 0x00400001},
    DicomKeyword{"PerformedStationAETitle", 0x00400241},
    DicomKeyword{"PerformedProcedureStepStartDate", 0x00400244},
    DicomKeyword{"PerformedProcedureStepDescription", 0x00400254},
    DicomKeyword{"RequestedProcedureID", 0x00401001},
};

std::optional<std::uint16_t> parse_half(std::string_view digits) {
    std::uint16_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value, 16);
    if (error != std::errc() || stop != end) return std::nullopt;
    return value;
}

}  // namespace

std::span<const DicomKeyword> dicom_keywords() {
    return keywords;
}

std::string dicom_field(DicomTag tag) {
    return fmt::format("{:04X},{:04X}", tag >> 16, tag & 0xffff);
}

std::optional<DicomTag> parse_dicom_tag(std::string_view text) {
    if (text.size() != 9 || text[4] != ',') return std::nullopt;
    const auto group = parse_half(text.substr(0, 4));
    const auto element = parse_half(text.substr(5));
    if (!group || !element) return std::nullopt;
    return DicomTag{*group} << 16 | *element;
}

}  // namespace consign::policy::content
