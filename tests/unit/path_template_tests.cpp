#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <random>

#include "policy/errc.hpp"
#include "policy/path_template.hpp"

using namespace consign;
using namespace consign::policy;

namespace {

struct Values final : TemplateValues {
    std::string name = "result.hl7", account = "lab-biomed", home = "/labs/biomed";
    std::string date = "2026-03-01", time = "235959", sha256 = "00ff";

    [[nodiscard]] std::string value(Placeholder placeholder) const override {
        switch (placeholder) {
            case Placeholder::account:
                return account;
            case Placeholder::home:
                return home;
            case Placeholder::date:
                return date;
            case Placeholder::time:
                return time;
            case Placeholder::name:
                return name;
            case Placeholder::stem:
                return std::string(parts_of(name).stem);
            case Placeholder::ext:
                return std::string(parts_of(name).ext);
            case Placeholder::sha256:
                return sha256;
        }
        return {};
    }
    [[nodiscard]] std::optional<std::string> value(const content::FieldName& field) const override {
        if (field.field() == "MSH-10") return "a/b\nc";
        return std::nullopt;
    }
    [[nodiscard]] std::optional<std::string> value(const Capture& capture) const override {
        if (capture.group == "1") return "x/../y";
        return std::nullopt;
    }
};

Values values(std::string_view name = "result.hl7") {
    Values all;
    all.name = name;
    return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(path_template)

struct Case {
    const char* text;
    const char* name;
    const char* path;  // "" where it is refused
};
std::ostream& operator<<(std::ostream& out, const Case& sample) {
    return out << sample.text << " for " << sample.name;
}
const std::vector<Case> cases{
    {"/p/out/{date}/{name}", "a.hl7", "/p/out/2026-03-01/a.hl7"},
    {"/p/{account}/{time}-{stem}.{ext}", "a.hl7", "/p/lab-biomed/235959-a.hl7"},
    {"{home}/done/{name}", "a", "/labs/biomed/done/a"},
    {"/p/{sha256}", "a", "/p/00ff"},
    {"/p/{stem}", "a.hl7.gz", "/p/a.hl7"},
    {"/p/x{ext}", "a.hl7.gz", "/p/xgz"},
    {"/p/x{ext}", "plain", "/p/x"},
    {"/p/{stem}", ".bashrc", "/p/.bashrc"},
    {"/p/x{ext}", "ends.", "/p/x"},
    {"/p/{ext}", "plain", ""},  // an empty segment
    {"/p/{stem}", "..x", ""},   // "."
    {"/p/.{stem}", "..x", ""},  // ".."
    {"/p/{name}", "..", ""},
    {"/p/{name}", "a/b", ""},
    {"/p/{name}", "a\nb", ""},
    {"/p/{name}{name}", "fine", "/p/finefine"},
};
BOOST_DATA_TEST_CASE(fills_its_places, boost::unit_test::data::make(cases)) {
    const auto path = PathTemplate::parse(sample.text).value().expand(values(sample.name));
    BOOST_TEST((path ? path->text() : std::string_view()) == sample.path);
}

BOOST_AUTO_TEST_CASE(refuses_a_name_that_comes_out_too_long) {
    const auto twice = PathTemplate::parse("/p/{name}{name}").value();
    BOOST_TEST(
        (twice.expand(values(std::string(200, 'a'))).error() == std::errc::filename_too_long));
}

BOOST_AUTO_TEST_CASE(what_a_file_says_of_itself_is_made_to_fit) {
    const auto filled = [](std::string_view text) {
        return PathTemplate::parse(text).value().expand(values());
    };
    BOOST_TEST(filled("/p/{hl7.MSH-10}").value().text() == "/p/a_b_c");
    BOOST_TEST(filled("/p/{capture.1}").value().text() == "/p/x_.._y");
    BOOST_TEST((filled("/p/{hl7.MSH-4}").error() == make_error_code(policy_errc::value_missing)));
    BOOST_TEST((filled("/p/{capture.2}").error() == make_error_code(policy_errc::value_missing)));
}

struct Wrong {
    const char* text;
    const char* message;
};
std::ostream& operator<<(std::ostream& out, const Wrong& sample) {
    return out << sample.text;
}
const std::vector<Wrong> wrong{
    {"p/{name}", "`p/{name}` does not start with `/` or `{home}/`"},
    {"", "`` does not start with `/` or `{home}/`"},
    {"{home}", "`{home}` does not start with `/` or `{home}/`"},
    {"{home}x/{name}", "`{home}x/{name}` does not start with `/` or `{home}/`"},
    {"/p/", "`/p/` names a folder: add the file's name, such as `{name}`"},
    {"/", "`/` names a folder: add the file's name, such as `{name}`"},
    {"/p//{name}", "`/p//{name}` is not a normal path: it holds `//`"},
    {"/p/../{name}", "`/p/../{name}` is not a normal path: it holds `..`"},
    {"/p/{nmae}",
     "unknown placeholder `{nmae}`; did you mean `name`? (known here: account, home, date, time, "
     "name, stem, ext, sha256, and fields such as `hl7.MSH-10` and `capture.1`)"},
    {"/p/{}",
     "unknown placeholder `{}` (known here: account, home, date, time, name, stem, ext, sha256, "
     "and "
     "fields such as `hl7.MSH-10` and `capture.1`)"},
    {"/p/{name", "a `{` or `}` without its other half"},
    {"/p/name}", "a `{` or `}` without its other half"},
    {"/p/{home}/{name}", "`{home}` is a whole path: it can only stand at the front"},
};
BOOST_DATA_TEST_CASE(says_what_is_wrong, boost::unit_test::data::make(wrong)) {
    const auto parsed = PathTemplate::parse(sample.text);
    BOOST_REQUIRE(!parsed.has_value());
    BOOST_TEST(parsed.error() == sample.message);
}

BOOST_AUTO_TEST_CASE(knows_the_folder_that_it_names_literally) {
    BOOST_TEST(PathTemplate::parse("/p/out/{date}/{name}")->literal_folder().text() == "/p/out");
    BOOST_TEST(PathTemplate::parse("/p/out/x")->literal_folder().text() == "/p/out");
    BOOST_TEST(PathTemplate::parse("/p/out/{name}")->has_literal_folder());
    BOOST_TEST(!PathTemplate::parse("/p/{date}/{name}")->has_literal_folder());
    BOOST_TEST(PathTemplate::parse("{home}/{name}")->literal_folder().is_root());
    BOOST_TEST(PathTemplate::parse("{home}/{name}")->starts_at_home());
}

BOOST_AUTO_TEST_CASE(never_leaves_what_it_names_whatever_the_values) {
    std::mt19937 random(42);
    const std::string bytes = "./.a/\\\xe9 \n~-{}";
    const auto any = [&] {
        std::string text;
        for (std::size_t length = random() % 6; length > 0; --length)
            text += bytes[random() % bytes.size()];
        return text;
    };
    const VirtualPath root = VirtualPath::parse("/p/out").value();
    int filled = 0;
    for (const char* text : {"/p/out/{account}/{name}", "/p/out/.{stem}", "/p/out/{ext}{ext}/x",
                             "/p/out/{date}.{time}/{stem}.{ext}", "/p/out/{sha256}"}) {
        const auto parsed = PathTemplate::parse(text).value();
        for (int round = 0; round < 5'000; ++round) {
            Values all = values(any());
            for (std::string* part : {&all.account, &all.date, &all.time, &all.sha256})
                *part = any();
            const auto path = parsed.expand(all);
            if (!path) continue;
            ++filled;
            BOOST_TEST_REQUIRE(root.contains(*path));
            BOOST_TEST_REQUIRE(path->segments().size() >= 3u);
        }
    }
    BOOST_TEST(filled > 1000);
}

BOOST_AUTO_TEST_SUITE_END()
