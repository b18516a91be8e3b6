// The JSON Schemas that editors use are made by the parser's own tables. What they say of samples
// is tested by policy_schema_tests.py.
#include <boost/test/unit_test.hpp>
#include <sstream>

#include "policies/site_folder.hpp"
#include "policy/draft.hpp"
#include "policy/reader.hpp"
#include "policy/schema.hpp"

using namespace consign::policy;

namespace {

std::string file_text(const std::filesystem::path& path) {
    std::ifstream file(std::filesystem::path(CONSIGN_SOURCE_DIR) / path, std::ios::binary);
    BOOST_REQUIRE(file);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Every key says in one sentence what it is.
void require_abouts(const Shape& shape, const std::string& where) {
    for (const Form& form : shape.forms) {
        for (const Member& member : form.members) {
            const std::string key = where + "." + member.name;
            BOOST_TEST(member.about.size() > 5, key);
            BOOST_TEST(!member.shape.forms.empty(), key);
            require_abouts(member.shape, key);
        }
        require_abouts(form.items, where + "[]");
    }
}

struct Mistake {
    bool is_server_file = false;
    std::string text;
};

std::vector<Mistake> mistakes() {
    std::vector<Mistake> all;
    std::istringstream lines(file_text("tests/unit/policies/mistakes.txt"));
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("== "))
            all.push_back({line == "== server", {}});
        else if (!all.empty())
            all.back().text += line + "\n";
    }
    return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(policy_schema)

BOOST_AUTO_TEST_CASE(the_schemas_in_etc_are_those_of_the_parser) {
    BOOST_TEST(file_text("etc/policy.schema.json") == consign::policy::policy_schema(),
               "write it anew: consign policy schema policy > etc/policy.schema.json");
    BOOST_TEST(file_text("etc/consign.schema.json") == consign::policy::server_schema(),
               "write it anew: consign policy schema server > etc/consign.schema.json");
}

BOOST_AUTO_TEST_CASE(every_key_says_what_it_is) {
    require_abouts(Reader::describe([](const Reader& in, const yaml::Node& root) {
                       Draft draft;
                       read_server_file(in, root, "/", draft);
                   }),
                   "server");
    require_abouts(Reader::describe([](const Reader& in, const yaml::Node& root) {
                       Draft draft;
                       const std::filesystem::path folder = "/";
                       const ReadNamedFile nothing = [](const std::string&) {
                           return std::string();
                       };
                       read_policy_file({in, folder, nothing, draft}, root);
                   }),
                   "policy");
}

BOOST_AUTO_TEST_CASE(the_parser_refuses_each_mistake_that_the_schema_must_refuse) {
    const auto all = mistakes();
    BOOST_TEST(all.size() >= 40u);
    for (const Mistake& mistake : all) {
        SiteFolder site;
        site.write(mistake.is_server_file ? "consign.yaml" : "policy.d/a.yaml", mistake.text);
        if (mistake.is_server_file)
            site.write("policy.d/a.yaml", "version: 1\naccounts:\n" + SiteFolder::account("a"));
        BOOST_TEST(site.load().policy == nullptr, mistake.text);
    }
}

BOOST_AUTO_TEST_SUITE_END()
