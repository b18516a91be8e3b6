#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "policy/content/dicom_dictionary.hpp"
#include "policy/content/field_name.hpp"
#include "policy/content/message_dictionary.hpp"

using namespace consign::policy::content;

BOOST_AUTO_TEST_SUITE(content_field_name)

struct Right {
    Dictionary dictionary;
    const char* text;
    const char* field;
    unsigned component;
};
std::ostream& operator<<(std::ostream& out, const Right& sample) {
    return out << name_of(sample.dictionary) << '.' << sample.text;
}
const std::vector<Right> right{
    {Dictionary::hl7, "MSH-9", "MSH-9", 0},
    {Dictionary::hl7, "MSH-9.1", "MSH-9", 1},
    {Dictionary::hl7, "MSH-25", "MSH-25", 0},
    {Dictionary::hl7, "message_type", "MSH-9", 0},
    {Dictionary::hl7, "message_type.2", "MSH-9", 2},
    {Dictionary::hl7, "field_separator", "MSH-1", 0},
    {Dictionary::hl7, "receiving_network_address", "MSH-25", 0},
    {Dictionary::hl7, "PID-3.4", "PID-3", 4},
    {Dictionary::hl7, "FHS-4", "FHS-4", 0},
    {Dictionary::hl7, "TXA-99.99", "TXA-99", 99},
    {Dictionary::hprim, "H-5.1", "H-5", 1},
    {Dictionary::hprim, "sender", "H-5", 0},
    {Dictionary::hprim, "sender.2", "H-5", 2},
    {Dictionary::hprim, "receiver", "H-10", 0},
    {Dictionary::hprim, "context", "H-7", 0},
    {Dictionary::hprim, "version.1", "H-13", 1},
    {Dictionary::hprim, "patient_id", "P-3", 0},
    {Dictionary::hprim, "L-12", "L-12", 0},
    {Dictionary::hprim, "OBR-5", "OBR-5", 0},
    {Dictionary::dicom, "Modality", "0008,0060", 0},
    {Dictionary::dicom, "0008,103e", "0008,103E", 0},
    {Dictionary::dicom, "PatientName.1", "0010,0010", 1},
    {Dictionary::xml, "root", "root", 0},
    {Dictionary::csv, "columns.3", "columns", 3},
};
BOOST_DATA_TEST_CASE(is_parsed_once, boost::unit_test::data::make(right)) {
    const auto name = FieldName::parse(sample.dictionary, sample.text);
    BOOST_REQUIRE(name.has_value());
    BOOST_TEST(name->field() == sample.field);
    BOOST_TEST(name->component() == sample.component);
    BOOST_TEST((name->dictionary() == sample.dictionary));
}

struct Wrong {
    Dictionary dictionary;
    const char* text;
    const char* message;
};
std::ostream& operator<<(std::ostream& out, const Wrong& sample) {
    return out << name_of(sample.dictionary) << '.' << sample.text;
}
const std::vector<Wrong> wrong{
    {Dictionary::hl7, "mesage_type",
     "unknown field `mesage_type`; did you mean `message_type`? (write a name of MSH's fields such "
     "as `message_type`, or a number such as `MSH-9` or `PID-3.1`)"},
    {Dictionary::hl7, "",
     "unknown field `` (write a name of MSH's fields such as `message_type`, or a number such as "
     "`MSH-9` or `PID-3.1`)"},
    {Dictionary::hl7, "MSH",
     "unknown field `MSH` (write a name of MSH's fields such as `message_type`, or a number such "
     "as `MSH-9` or `PID-3.1`)"},
    {Dictionary::hl7, "OBX-5",
     "segment `OBX` is not read; did you mean `OBR`? (known here: FHS, BHS, MSH, EVN, PID, PV1, "
     "ORC, OBR, TXA)"},
    {Dictionary::hl7, "msh-9",
     "segment `msh` is not read; did you mean `MSH`? (known here: FHS, BHS, MSH, EVN, PID, PV1, "
     "ORC, OBR, TXA)"},
    {Dictionary::hl7, "MSH-26", "MSH has 25 fields, found `MSH-26`"},
    {Dictionary::hl7, "MSH-0", "in `MSH-0`: a field's number is from 1 to 99"},
    {Dictionary::hl7, "MSH-09", "in `MSH-09`: a field's number is from 1 to 99"},
    {Dictionary::hl7, "MSH-", "in `MSH-`: a field's number is from 1 to 99"},
    {Dictionary::hl7, "PID-100", "in `PID-100`: a field's number is from 1 to 99"},
    {Dictionary::hl7, "PID-3x", "in `PID-3x`: a field's number is from 1 to 99"},
    {Dictionary::hl7, "PID-99999999999", "in `PID-99999999999`: a field's number is from 1 to 99"},
    {Dictionary::hl7, "PID-3.0", "in `PID-3.0`: a component's number is from 1 to 99"},
    {Dictionary::hl7, "PID-3.", "in `PID-3.`: a component's number is from 1 to 99"},
    {Dictionary::hl7, "PID-3.1.2", "in `PID-3.1.2`: a component's number is from 1 to 99"},
    {Dictionary::hl7, "MSH-2.1", "`MSH-2` has no components"},
    {Dictionary::hl7, "field_separator.1", "`field_separator` has no components"},
    {Dictionary::hprim, "H-4", "`H-4` is a password, and never read"},
    {Dictionary::hprim, "L-13", "the header of HPRIM Médecin has 12 lines, found `L-13`"},
    {Dictionary::hprim, "OBX-1",
     "segment `OBX` is not read; did you mean `OBR`? (known here: H, P, OBR, L)"},
    {Dictionary::hprim, "sendr",
     "unknown field `sendr`; did you mean `sender`? (known here: message_name, sender, "
     "sender_address, context, receiver, comment, processing_id, version, date, patient_id, "
     "laboratory_patient_id, patient_name, birth_date, sex, death_date, or a number such as `H-5` "
     "or `L-11`)"},
    {Dictionary::dicom, "modality",
     "unknown attribute `modality`; did you mean `Modality`? (write a keyword such as `Modality`, "
     "or a tag such as `0008,0060`)"},
    {Dictionary::dicom, "0008-0060",
     "unknown attribute `0008-0060` (write a keyword such as `Modality`, or a tag such as "
     "`0008,0060`)"},
    {Dictionary::dicom, "0028,0010",
     "the group of `0028,0010` is not read (known here: 0002, 0008, 0010, 0018, 0020, 0032, 0040)"},
    {Dictionary::xml, "roots",
     "unknown field `roots`; did you mean `root`? (known here: root, namespace)"},
    {Dictionary::xml, "root.1", "`root` has no components"},
    {Dictionary::csv, "column",
     "unknown field `column`; did you mean `columns`? (known here: columns, separator)"},
};
BOOST_DATA_TEST_CASE(says_what_is_wrong, boost::unit_test::data::make(wrong)) {
    const auto name = FieldName::parse(sample.dictionary, sample.text);
    BOOST_REQUIRE(!name.has_value());
    BOOST_TEST(name.error() == sample.message);
}

BOOST_AUTO_TEST_CASE(of_msh_has_a_name_for_each_number) {
    BOOST_REQUIRE(names_of_msh().size() == 25U);
    for (std::size_t index = 0; index < names_of_msh().size(); ++index)
        BOOST_TEST(FieldName::parse(Dictionary::hl7, names_of_msh()[index])->field() ==
                   "MSH-" + std::to_string(index + 1));
}

BOOST_AUTO_TEST_CASE(of_every_dictionary_is_known_under_its_name_and_its_number) {
    for (const HprimName& each : hprim_names()) {
        const auto named = FieldName::parse(Dictionary::hprim, each.name);
        BOOST_TEST((named == FieldName::parse(Dictionary::hprim, each.field)));
    }
    for (const DicomKeyword& each : dicom_keywords()) {
        const auto named = FieldName::parse(Dictionary::dicom, each.keyword);
        BOOST_REQUIRE(named.has_value());
        BOOST_TEST((named == FieldName::parse(Dictionary::dicom, dicom_field(each.tag))));
    }
    BOOST_TEST(dicom_keywords().size() >= 60U);
}

BOOST_AUTO_TEST_CASE(of_two_dictionaries_is_not_the_same) {
    BOOST_TEST((FieldName::parse(Dictionary::hl7, "OBR-4") !=
                FieldName::parse(Dictionary::hprim, "OBR-4")));
}

BOOST_AUTO_TEST_SUITE_END()
