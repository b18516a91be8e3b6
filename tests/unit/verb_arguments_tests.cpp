#include <boost/json.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "desk/verbs/verb_arguments.hpp"

using namespace consign;

namespace {

struct Wrong {
    const char* given;
    const char* named;  // stands in the complaint
};
std::ostream& operator<<(std::ostream& out, const Wrong& wrong) {
    return out << wrong.given;
}

/// One argument of each kind.
std::optional<std::string> complaint_about(const char* given) {
    const auto object = boost::json::parse(given).as_object();
    desk::VerbArguments arguments(object);
    static_cast<void>(arguments.text("text"));
    static_cast<void>(arguments.time("time"));
    static_cast<void>(arguments.number("number", 100));
    static_cast<void>(arguments.flag("flag"));
    static_cast<void>(arguments.texts("texts"));
    return arguments.complaint();
}

const Wrong wrong[]{
    {R"({"text": 1})", "`text`"},
    {R"({"text": null})", "`text`"},
    {R"({"time": "yesterday"})", "2026-"},
    {R"({"time": 0})", "`time`"},
    {R"({"number": 101})", "0 to 100"},
    {R"({"number": -1})", "0 to 100"},
    {R"({"number": "1"})", "`number`"},
    {R"({"number": 1.5})", "`number`"},
    {R"({"number": 1e300})", "`number`"},
    {R"({"flag": 1})", "true or false"},
    {R"({"texts": "a"})", "a list of texts"},
    {R"({"texts": ["a", 1]})", "a list of texts"},
    {R"({"texts": [["a"]]})", "`texts`"},
    {R"({"flga": true})", "flag, number, text, texts, time"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(verb_arguments)

BOOST_AUTO_TEST_CASE(are_read_by_name) {
    const boost::json::object given{{"text", "a"},
                                    {"time", "1970-01-01T00:00:01Z"},
                                    {"number", 7},
                                    {"flag", true},
                                    {"texts", {"b", "a", "b"}}};
    desk::VerbArguments arguments(given);
    BOOST_TEST(arguments.text("text").value() == "a");
    BOOST_TEST(to_microseconds(arguments.time("time").value()) == 1'000'000);
    BOOST_TEST(arguments.number("number", 7).value() == 7U);
    BOOST_TEST(arguments.flag("flag"));
    BOOST_TEST((arguments.texts("texts") == std::set<std::string, std::less<>>{"a", "b"}));
    BOOST_TEST(!arguments.complaint().has_value());
}

BOOST_AUTO_TEST_CASE(that_are_missing_are_nothing_and_no_fault) {
    BOOST_TEST(!complaint_about("{}").has_value());
}

BOOST_DATA_TEST_CASE(that_are_wrong_are_named, boost::unit_test::data::make(wrong), one) {
    const auto complaint = complaint_about(one.given);
    BOOST_REQUIRE(complaint.has_value());
    BOOST_TEST(complaint->find(one.named) != std::string::npos, *complaint);
}

BOOST_AUTO_TEST_CASE(that_are_no_utf_8_are_nothing_and_named) {
    const char* const latin = "caf\xe9";
    const boost::json::object given{{"text", latin}, {"texts", {"a", latin}}, {"either", latin}};
    using Take = void (*)(desk::VerbArguments&);
    for (const Take take :
         {Take([](desk::VerbArguments& arguments) {
              BOOST_TEST(!arguments.text("text").has_value());
          }),
          Take([](desk::VerbArguments& arguments) { static_cast<void>(arguments.texts("texts")); }),
          Take([](desk::VerbArguments& arguments) {
              BOOST_TEST(arguments.one_or_more_texts("either").empty());
          })}) {
        desk::VerbArguments arguments(given);
        take(arguments);
        BOOST_TEST(arguments.complaint().value_or("").contains("give a text in UTF-8"));
    }
}

BOOST_AUTO_TEST_SUITE_END()
