#include "policy/content/message_dictionary.hpp"

#include <array>

namespace consign::policy::content {

namespace {

constexpr std::array<std::string_view, 25> msh_names{"field_separator",
                                                     "encoding_characters",
                                                     "sending_application",
                                                     "sending_facility",
                                                     "receiving_application",
                                                     "receiving_facility",
                                                     "date_time_of_message",
                                                     "security",
                                                     "message_type",
                                                     "message_control_id",
                                                     "processing_id",
                                                     "version_id",
                                                     "sequence_number",
                                                     "continuation_pointer",
                                                     "accept_acknowledgment_type",
                                                     "application_acknowledgment_type",
                                                     "country_code",
                                                     "character_set",
                                                     "principal_language_of_message",
                                                     "alternate_character_set_handling_scheme",
                                                     "message_profile_identifier",
                                                     "sending_responsible_organization",
                                                     "receiving_responsible_organization",
                                                     "sending_network_address",
                                                     "receiving_network_address"};

constexpr std::array<std::string_view, 9> segments_of_hl7{"FHS", "BHS", "MSH", "EVN", "PID",
                                                          "PV1", "ORC", "OBR", "TXA"};
constexpr std::array<std::string_view, 3> segments_of_hprim{"H", "P", "OBR"};

constexpr std::array<HprimName, 15> names_of_hprim{{{"message_name", "H-3"},
                                                    {"sender", "H-5"},
                                                    {"sender_address", "H-6"},
                                                    {"context", "H-7"},
                                                    {"receiver", "H-10"},
                                                    {"comment", "H-11"},
                                                    {"processing_id", "H-12"},
                                                    {"version", "H-13"},
                                                    {"date", "H-14"},
                                                    {"patient_id", "P-3"},
                                                    {"laboratory_patient_id", "P-4"},
                                                    {"patient_name", "P-6"},
                                                    {"birth_date", "P-8"},
                                                    {"sex", "P-9"},
                                                    {"death_date", "P-34"}}};

}  // namespace

std::span<const std::string_view> names_of_msh() {
    return msh_names;
}
std::span<const std::string_view> hl7_segments() {
    return segments_of_hl7;
}
std::span<const std::string_view> hprim_segments() {
    return segments_of_hprim;
}
std::span<const HprimName> hprim_names() {
    return names_of_hprim;
}

}  // namespace consign::policy::content
