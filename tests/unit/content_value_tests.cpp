#include <boost/test/unit_test.hpp>

#include "policy/content/content.hpp"

using namespace consign;
using namespace consign::policy::content;

namespace {

FieldName name(std::string_view text) {
    return FieldName::parse(Dictionary::hl7, text).value();
}

Content with(std::string field, std::string value) {
    Content content;
    content.fields.push_back({.name = FieldName::canonical(Dictionary::hl7, std::move(field)),
                              .value = std::move(value)});
    return content;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(content_value)

BOOST_AUTO_TEST_CASE(is_the_whole_field_or_a_component_of_its_first_repetition) {
    const Content content = with("PID-3", "1^^M^A&9&ISO~2^x");
    BOOST_TEST(content.value(name("PID-3")).value() == "1^^M^A&9&ISO~2^x");
    BOOST_TEST(content.value(name("PID-3.1")).value() == "1");
    BOOST_TEST(content.value(name("PID-3.4")).value() == "A&9&ISO");
    BOOST_TEST(!content.value(name("PID-3.2")).has_value());
    BOOST_TEST(!content.value(name("PID-3.5")).has_value());
    BOOST_TEST(!content.value(name("PID-3.99")).has_value());
    BOOST_TEST(!content.value(name("PID-4")).has_value());
}

BOOST_AUTO_TEST_CASE(of_each_repetition_is_parted_as_the_field_is) {
    const Content content = with("PID-3", "1^^M^A~2^^^B~3~^^^C");
    BOOST_TEST(content.values(name("PID-3")).value() == "1^^M^A~2^^^B~3~^^^C");
    BOOST_TEST(content.values(name("PID-3.1")).value() == "1~2~3");
    BOOST_TEST(content.values(name("PID-3.4")).value() == "A~B~C");
    BOOST_TEST(!content.values(name("PID-3.2")).has_value());
    BOOST_TEST(!content.values(name("PID-4")).has_value());
}

BOOST_AUTO_TEST_CASE(of_another_dictionary_is_none) {
    const Content content = with("OBR-4", "x");
    BOOST_TEST(!content.value(FieldName::parse(Dictionary::hprim, "OBR-4").value()).has_value());
}

BOOST_AUTO_TEST_CASE(is_bounded_where_a_message_is_hostile) {
    const std::string begin = "MSH|^~\\&|A|F\r";
    std::string message = begin + "PID";
    while (message.size() < head_limit_bytes) message += "|x";
    const Content wide = read_content(as_bytes(message));
    BOOST_TEST(wide.fields.size() <= 4U + FieldName::number_limit);

    message = begin;
    while (message.size() < head_limit_bytes) message += "PID|||1\r";
    const Content repeated = read_content(as_bytes(message));
    BOOST_TEST(repeated.subjects.size() == 1U);
    BOOST_TEST(repeated.fields.size() == 5U);

    message = begin;
    for (int id = 0; message.size() < head_limit_bytes; ++id)
        message += "PID|||" + std::to_string(id) + "\r";
    BOOST_TEST(read_content(as_bytes(message)).subjects.size() > 4'000U);
}

BOOST_AUTO_TEST_CASE(is_read_from_the_head_alone) {
    std::string message = "MSH|^~\\&|A|F\rPID|||1\r";
    message.resize(head_limit_bytes, ' ');
    message += "\rPID|||2\r";
    BOOST_TEST(read_content(as_bytes(message)).subjects.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
