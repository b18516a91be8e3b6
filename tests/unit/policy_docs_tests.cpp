// What the manual and the sample show is what the program takes.
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <sstream>

#include "policies/site_folder.hpp"

using namespace consign::policy;

namespace {

std::string file_text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    BOOST_REQUIRE(file);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The blocks between a line such as ```yaml and ```.
std::vector<std::string> blocks_of(const std::string& page, std::string_view opening) {
    std::vector<std::string> blocks;
    std::istringstream lines(page);
    std::string line;
    bool inside = false;
    while (std::getline(lines, line)) {
        if (line == opening) {
            inside = true;
            blocks.emplace_back();
        } else if (line == "```") {
            inside = false;
        } else if (inside) {
            blocks.back() += line + "\n";
        }
    }
    return blocks;
}

void require_sound(const Loaded& loaded, const std::string& what) {
    std::string said = what + "\n";
    for (const Problem& problem : loaded.problems) said += problem.text() + "\n";
    BOOST_TEST(loaded.problems.empty(), said);
    BOOST_TEST((loaded.policy != nullptr), said);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(policy_docs)

BOOST_AUTO_TEST_CASE(every_sample_of_the_manual_loads_without_a_word) {
    const std::filesystem::path source = CONSIGN_SOURCE_DIR;
    const auto blocks = blocks_of(file_text(source / "docs/policy.md"), "```yaml");
    BOOST_TEST(blocks.size() >= 6u);
    for (const std::string& block : blocks) {
        SiteFolder site;
        // Files that the samples name.
        site.write("keys/hopital-nord.pub", sample_key);
        const bool is_server_file = block.find("\nlisteners:") != std::string::npos;
        if (is_server_file) {
            site.write("consign.yaml", block);
            site.write("policy.d/a.yaml", "version: 1\naccounts:\n" + SiteFolder::account("a"));
        } else {
            // A sample's account may log in by certificate.
            std::string server = SiteFolder::sound_server();
            server.insert(server.rfind(']'),
                          ", {name: f, protocol: ftps, bind: \"127.0.0.1:0\", certificate: c, "
                          "private_key: k, client_ca: a}");
            site.write("consign.yaml", server);
            site.write("policy.d/a.yaml", block);
            if (block.find("\naccounts:") == std::string::npos)
                site.write(
                    "policy.d/b.yaml",
                    "version: 1\naccounts:\n  lab-biomed: {home: /labs/biomed, grants: [{path: "
                    "/**, may: [list]}], login: {any_of: [publickey], keys: "
                    "[keys/hopital-nord.pub]}}\n  hopital-nord: {home: "
                    "/partners/hopital-nord, grants: [{path: /**, may: "
                    "[list]}], login: {any_of: [publickey], keys: "
                    "[keys/hopital-nord.pub]}}\n");
        }
        require_sound(site.load(), block);
    }
}

/// What a fragment uses, other parts of a policy define: that alone may be told as a mistake.
BOOST_AUTO_TEST_CASE(every_fragment_of_the_manual_has_no_mistake_of_its_own) {
    const std::filesystem::path docs = std::filesystem::path(CONSIGN_SOURCE_DIR) / "docs";
    std::vector<std::string> blocks;
    for (const char* page : {"policy.md", "policy-recipes.md", "fr/prise-en-main.md"})
        for (std::string& block : blocks_of(file_text(docs / page), "```yaml fragment"))
            blocks.push_back(std::move(block));
    BOOST_TEST(blocks.size() >= 6u);
    for (const std::string& block : blocks) {
        SiteFolder site;
        site.write("policy.d/a.yaml", block);
        for (const Problem& problem : site.load().problems) {
            const bool is_elsewhere = problem.message.starts_with("no file defines the ") ||
                                      problem.message.starts_with("the key file ");
            BOOST_TEST((problem.severity == Problem::Severity::warning || is_elsewhere),
                       block + problem.text());
        }
    }
}

BOOST_AUTO_TEST_CASE(the_sample_site_loads_without_a_word) {
    const std::filesystem::path source = CONSIGN_SOURCE_DIR;
    require_sound(load(source / "etc/consign.yaml", some_day), "etc/consign.yaml");
}

BOOST_AUTO_TEST_SUITE_END()
