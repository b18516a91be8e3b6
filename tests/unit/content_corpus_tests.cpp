// Every file of the corpus is read as the file beside it says.
#include <fmt/format.h>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <sstream>

#include "policy/content/content.hpp"
#include "tests/unit/content_corpus.hpp"

using namespace consign;
using namespace consign::policy::content;

namespace {

std::string text_of(const std::optional<std::chrono::sys_days>& day) {
    if (!day) return {};
    const std::chrono::year_month_day date(*day);
    return fmt::format("{:04}-{:02}-{:02}", int(date.year()), unsigned(date.month()),
                       unsigned(date.day()));
}

std::string trimmed_right(std::string text) {
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

std::string text_of(const Subject& subject) {
    return trimmed_right(fmt::format("{} | {} | {} | {}", subject.id, subject.authority,
                                     text_of(subject.born), text_of(subject.died)));
}

/// `1 | X | |` and `1 | X |  |` are the same.
std::string without_blanks(std::string text) {
    std::erase(text, ' ');
    while (text.ends_with('|')) text.pop_back();
    return text;
}

Dictionary dictionary_of(Format format) {
    switch (format) {
        case Format::hprim_sante:
        case Format::hprim_medecin:
            return Dictionary::hprim;
        case Format::dicom:
            return Dictionary::dicom;
        case Format::xml:
            return Dictionary::xml;
        case Format::csv:
            return Dictionary::csv;
        case Format::hl7:
        case Format::pdf:
        case Format::other:
            return Dictionary::hl7;
    }
    __builtin_unreachable();
}

struct Expected {
    std::string format, packing = "none", batch = "no";
    std::vector<std::string> senders, subjects, absent;
    std::vector<std::pair<std::string, std::string>> fields;
};

Expected expected_of(const std::string& name) {
    Expected expected;
    std::istringstream lines(content_corpus::content_of(name + ".expected"));
    for (std::string line; std::getline(lines, line);) {
        const std::size_t colon = line.find(": ");
        BOOST_REQUIRE(colon != std::string::npos);
        const std::string key = line.substr(0, colon);
        const std::string value = line.substr(colon + 2);
        if (key == "format")
            expected.format = value;
        else if (key == "packing")
            expected.packing = value;
        else if (key == "batch")
            expected.batch = value;
        else if (key == "from")
            expected.senders.push_back(value);
        else if (key == "subject")
            expected.subjects.push_back(without_blanks(value));
        else if (key == "absent")
            expected.absent.push_back(value);
        else
            expected.fields.emplace_back(key, value);
    }
    return expected;
}

void check_fields(const Content& content, const Expected& expected) {
    for (const auto& [field, value] : expected.fields) {
        const auto name = FieldName::parse(dictionary_of(content.format), field);
        BOOST_REQUIRE_MESSAGE(name.has_value(), field);
        BOOST_TEST_CONTEXT(field) {
            BOOST_TEST(content.value(*name).value_or("-") == value);
        }
    }
    for (const std::string& text : expected.absent)
        for (const Field& field : content.fields) BOOST_TEST(!field.value.contains(text));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(content_corpus_files)

BOOST_AUTO_TEST_CASE(are_many) {
    BOOST_TEST(content_corpus::names().size() >= 160U);
}

BOOST_DATA_TEST_CASE(are_read_as_expected, boost::unit_test::data::make(content_corpus::names())) {
    const std::string bytes = content_corpus::content_of(sample);
    const Expected expected = expected_of(sample);
    const Content content = read_content(as_bytes(bytes));
    BOOST_TEST(name_of(content.format) == expected.format);
    BOOST_TEST(name_of(content.packing) == expected.packing);
    BOOST_TEST((content.is_batch ? "yes" : "no") == expected.batch);
    check_fields(content, expected);
    BOOST_TEST(content.senders == expected.senders, boost::test_tools::per_element());
    std::vector<std::string> subjects;
    for (const Subject& subject : content.subjects)
        subjects.push_back(without_blanks(text_of(subject)));
    BOOST_TEST(subjects == expected.subjects, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
