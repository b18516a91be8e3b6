// The manual of the language tells all of it, and nothing else: its tables are held against the
// tables that the parser runs on, and its samples are run.
#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <map>
#include <ranges>
#include <set>
#include <sstream>

#include "base/evp.hpp"
#include "policies/site_folder.hpp"
#include "policy/awaited.hpp"
#include "policy/calendar/zone.hpp"
#include "policy/cases.hpp"
#include "policy/draft.hpp"

using namespace consign;
using namespace consign::policy;

namespace {

namespace fs = std::filesystem;

const fs::path source = CONSIGN_SOURCE_DIR;
const fs::path reference = source / "docs/policy.md";
const fs::path recipes = source / "docs/policy-recipes.md";
const fs::path quick_start = source / "docs/fr/prise-en-main.md";

/// When the samples' own dates are neither over nor near.
const Timestamp now =
    instant("UTC", wall_time(std::chrono::sys_days{std::chrono::year{2026} / 11 / 24},
                             std::chrono::minutes{12 * 60}));

std::string content_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    BOOST_REQUIRE_MESSAGE(file, path);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> lines_of(const std::string& page) {
    std::vector<std::string> lines;
    std::istringstream text(page);
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
}

std::string trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) return {};
    return std::string(text.substr(begin, text.find_last_not_of(' ') + 1 - begin));
}

/// Of a line `| a | b |`.
std::vector<std::string> cells_of(const std::string& line) {
    std::vector<std::string> cells;
    std::size_t begin = 1;
    for (std::size_t bar = 0; (bar = line.find('|', begin)) != std::string::npos; begin = bar + 1)
        cells.push_back(trimmed(std::string_view(line).substr(begin, bar - begin)));
    return cells;
}

/// What stands first between backticks; empty where nothing does.
std::string code_in(const std::string& cell) {
    const std::size_t begin = cell.find('`');
    if (begin == std::string::npos) return {};
    const std::size_t end = cell.find('`', begin + 1);
    return cell.substr(begin + 1, end - begin - 1);
}

/// A table of the manual, by the key that stands in each row's first cell.
struct Table {
    std::vector<std::string> columns;
    std::map<std::string, std::vector<std::string>> rows;

    [[nodiscard]] std::string cell(const std::string& key, const std::string& column) const {
        const auto row = rows.find(key);
        const auto at = std::ranges::find(columns, column);
        if (row == rows.end() || at == columns.end()) return {};
        return row->second.at(static_cast<std::size_t>(at - columns.begin()));
    }
};

/// Those whose first column is `key of X`, by X.
std::map<std::string, Table> key_tables(const std::string& page) {
    std::map<std::string, Table> tables;
    Table* table = nullptr;
    for (const std::string& line : lines_of(page)) {
        if (!line.starts_with("| ")) {
            table = nullptr;
            continue;
        }
        const auto cells = cells_of(line);
        if (cells.front().starts_with("key of")) {
            const auto [entry, is_new] = tables.try_emplace(code_in(cells.front()));
            BOOST_TEST(is_new, "two tables of " << entry->first);
            table = &entry->second;
            table->columns = cells;
        } else if (table != nullptr && !cells.front().starts_with("---")) {
            BOOST_REQUIRE_EQUAL(cells.size(), table->columns.size());
            table->rows.emplace(code_in(cells.front()), cells);
        }
    }
    return tables;
}

/// The mappings of the language, by where they stand: `routes[].when`, `accounts.NAME`. Where a
/// mapping has several forms, a key is one of all of them.
class Mappings {
  public:
    void add(const std::string& where, const Shape& shape) {
        for (const Form& form : shape.forms) {
            if (form.kind == Form::Kind::list) add(where + "[]", form.items);
            if (form.kind == Form::Kind::named) add(where + ".NAME", form.items);
            choices_.insert(form.choices.begin(), form.choices.end());
            if (form.kind != Form::Kind::mapping) continue;
            for (const Member& member : form.members) {
                Member& known = all_[where].try_emplace(member.name, member).first->second;
                known.need = std::max(known.need, member.need);
                const bool is_file = where == "consign.yaml" || where == "policy.d";
                add(is_file ? member.name : where + "." + member.name, member.shape);
            }
        }
    }
    [[nodiscard]] const std::map<std::string, std::map<std::string, Member>>& all() const {
        return all_;
    }
    /// Of every choice.
    [[nodiscard]] const std::set<std::string>& choices() const { return choices_; }

  private:
    std::map<std::string, std::map<std::string, Member>> all_;
    std::set<std::string> choices_;
};

const Mappings& language() {
    static const Mappings mappings = [] {
        Mappings all;
        all.add("consign.yaml", Reader::describe([](const Reader& in, const yaml::Node& root) {
                    Draft draft;
                    read_server_file(in, root, "/", draft);
                }));
        all.add("policy.d", Reader::describe([](const Reader& in, const yaml::Node& root) {
                    Draft draft;
                    const fs::path folder = "/";
                    const ReadNamedFile nothing = [](const std::string&) { return std::string(); };
                    read_policy_file({in, folder, nothing, draft}, root);
                }));
        return all;
    }();
    return mappings;
}

/// What a group may say is told of the account, with a column of its own.
bool is_of_group(const std::string& where) {
    return where.starts_with("groups.NAME");
}
std::string told_at(const std::string& where) {
    return is_of_group(where) ? "accounts" + where.substr(std::string_view("groups").size())
                              : where;
}

/// A block between ```KIND and ```.
std::vector<std::string> blocks(const std::string& page, std::string_view kind) {
    std::vector<std::string> found;
    bool inside = false;
    for (const std::string& line : lines_of(page)) {
        if (line == "```" + std::string(kind)) {
            inside = true;
            found.emplace_back();
        } else if (line == "```") {
            inside = false;
        } else if (inside) {
            found.back() += line + "\n";
        }
    }
    return found;
}

bool is_of_an_awaited_word(const Problem& problem) {
    return problem.severity == Problem::Severity::warning &&
           problem.message.ends_with(
               "is checked and explained, and not carried out by this version");
}

/// A copy of etc/, for samples that belong to it.
void write_sample_site(SiteFolder& site) {
    site.write("consign.yaml", content_of(source / "etc/consign.yaml"));
    for (const char* file : {"policy.d/10-classes.yaml", "policy.d/20-accounts.yaml"})
        site.write(file, content_of(source / "etc" / file));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(policy_reference)

BOOST_AUTO_TEST_CASE(every_key_stands_in_the_table_of_its_mapping) {
    const auto tables = key_tables(content_of(reference));
    for (const auto& [where, members] : language().all()) {
        const auto table = tables.find(told_at(where));
        BOOST_TEST((table != tables.end()), "no table tells of `" << where << "`");
        if (table == tables.end()) continue;
        for (const auto& [name, member] : members)
            BOOST_TEST(table->second.rows.contains(name), where << " has `" << name << "`");
    }
}

BOOST_AUTO_TEST_CASE(no_table_tells_of_a_key_that_is_none) {
    for (const auto& [where, table] : key_tables(content_of(reference))) {
        const auto mapping = language().all().find(where);
        BOOST_TEST((mapping != language().all().end()), "there is no `" << where << "`");
        if (mapping == language().all().end()) continue;
        for (const auto& [name, row] : table.rows)
            BOOST_TEST(mapping->second.contains(name), where << " has no `" << name << "`");
    }
}

BOOST_AUTO_TEST_CASE(every_default_is_the_parsers_own) {
    const auto tables = key_tables(content_of(reference));
    for (const auto& [where, members] : language().all()) {
        const auto table = tables.find(told_at(where));
        if (table == tables.end()) continue;
        for (const auto& [name, member] : members) {
            const std::string told = table->second.cell(name, "default");
            const std::string row = where + ": " + name + ": " + told;
            BOOST_TEST(told.starts_with("required") == (member.need == Member::Need::required),
                       row);
            BOOST_TEST(
                told.starts_with("one of these") == (member.need == Member::Need::alternative),
                row);
            if (!member.by_default.empty()) BOOST_TEST(code_in(told) == member.by_default, row);
            if (told.starts_with('`') && !told.starts_with("`limits."))
                BOOST_TEST(!member.by_default.empty(), row);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_a_group_may_say_is_told) {
    const auto tables = key_tables(content_of(reference));
    const auto& of_group = language().all().at("groups.NAME");
    for (const auto& [name, row] : tables.at("accounts.NAME").rows)
        BOOST_TEST((tables.at("accounts.NAME").cell(name, "in a group") == "yes") ==
                       of_group.contains(name),
                   name);
}

BOOST_AUTO_TEST_CASE(every_word_that_can_be_chosen_is_told) {
    const std::string page = content_of(reference);
    for (const std::string& choice : language().choices())
        BOOST_TEST(page.contains("`" + choice + "`"), choice);
}

BOOST_AUTO_TEST_CASE(what_is_not_carried_out_is_told_word_for_word) {
    std::set<std::string> told;
    bool inside = false;
    for (const std::string& line : lines_of(content_of(reference))) {
        if (line.starts_with("## ")) inside = line.contains("not carried out");
        if (inside && line.starts_with("| `")) told.insert(code_in(line));
    }
    BOOST_TEST(told == std::set<std::string>(awaited_words.begin(), awaited_words.end()),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(every_fragment_fits_into_the_sample_site) {
    std::size_t fragments = 0;
    for (const fs::path& page : {reference, recipes})
        for (const std::string& block : blocks(content_of(page), "yaml fragment")) {
            ++fragments;
            SiteFolder site;
            write_sample_site(site);
            site.write("policy.d/25-fragment.yaml", block);
            for (const Problem& problem : load(site.path("consign.yaml"), now).problems)
                // What the sample site's own routes would use is left over.
                if (problem.file == "policy.d/25-fragment.yaml")
                    BOOST_TEST(is_of_an_awaited_word(problem), problem.text()
                                                                   << "\n"
                                                                   << problem.excerpt() << block);
        }
    BOOST_TEST(fragments >= 7u);
}

BOOST_AUTO_TEST_CASE(every_other_sample_loads_without_a_word) {
    for (const fs::path& page : {recipes, quick_start}) {
        const auto samples = blocks(content_of(page), "yaml");
        BOOST_TEST(!samples.empty(), page);
        for (const std::string& block : samples) {
            SiteFolder site;
            site.write("policy.d/a.yaml", block);
            for (const Problem& problem : load(site.path("consign.yaml"), now).problems)
                BOOST_TEST(false, page << ": " << problem.text() << "\n" << problem.excerpt());
        }
    }
}

BOOST_AUTO_TEST_CASE(the_presets_load_and_every_class_can_be_used) {
    SiteFolder site;
    std::string routes = "version: 1\naccounts:\n" + SiteFolder::account("a") + "routes:\n";
    const std::string presets = content_of(source / "etc/presets/france.yaml");
    std::size_t classes = 0;
    for (const std::string& line : lines_of(presets))
        if (line.starts_with("  ") && line[2] != ' ' && line.ends_with(':')) {
            const std::string name = line.substr(2, line.size() - 3);
            routes += "  - {name: for-" + name + ", when: {path: /homes/a/" + name +
                      "/**}, class: " + name + "}\n";
            ++classes;
        }
    BOOST_TEST(classes >= 4u);
    site.write("policy.d/a.yaml", routes).write("policy.d/france.yaml", presets);
    for (const Problem& problem : load(site.path("consign.yaml"), now).problems)
        BOOST_TEST(is_of_an_awaited_word(problem), problem.text());
}

// Cases are run as `consign test` runs them.

namespace {

Question question_with_file(const Case& one, const Policy& policy, const fs::path& folder) {
    Question question = question_of(one, policy, now);
    if (one.file.empty()) return question;
    const std::string text = content_of(folder / one.file);
    const ByteView bytes = as_bytes(text);
    BOOST_REQUIRE(bytes.size() <= content::head_limit_bytes);
    evp::Digest digest;
    digest.update(bytes);
    std::ranges::copy(digest.finish(), question.sha256.begin());
    question.size_bytes = bytes.size();
    question.content = content::read_content(bytes);
    return question;
}

/// How many there were.
std::size_t run_cases(const std::string& text, const std::string& name) {
    const auto site = load(source / "etc/consign.yaml", now).policy;
    BOOST_REQUIRE(site);
    Problems problems;
    const auto cases = read_cases(text, name, problems);
    const std::vector<SourceFile> sources{{name, text}};
    for (const Problem& problem : problems.sorted(sources)) BOOST_TEST(false, problem.text());
    for (const Case& one : cases)
        for (const std::string& why :
             unmet(one, *site, question_with_file(one, *site, source / "etc/cases")))
            BOOST_TEST(false, one.rule.text() << ": " << one.name << ": " << why);
    return cases.size();
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_sample_sites_cases_hold) {
    std::size_t cases = 0;
    for (const auto& file : fs::directory_iterator(source / "etc/cases"))
        if (file.path().extension() == ".yaml")
            cases += run_cases(content_of(file.path()), file.path().filename().string());
    BOOST_TEST(cases >= 20u);
}

BOOST_AUTO_TEST_CASE(the_manuals_cases_hold) {
    const auto found = blocks(content_of(reference), "yaml cases");
    BOOST_TEST(found.size() == 1u);
    for (const std::string& block : found) BOOST_TEST(run_cases(block, "manual") >= 2u);
}

BOOST_AUTO_TEST_CASE(every_key_of_a_case_is_told) {
    // A mistake in each mapping makes the reader name its keys.
    Problems problems;
    const std::string text =
        "version: 1\ncases:\n  - {name: a, given: {zzzzzzzz: 1}, expect: {zzzzzzzz: 1}}\n";
    static_cast<void>(read_cases(text, "cases.yaml", problems));
    const std::vector<SourceFile> sources{{"cases.yaml", text}};
    const std::string page = content_of(reference);
    std::size_t keys = 0;
    for (const Problem& problem : problems.sorted(sources)) {
        constexpr std::string_view known = "(known here: ";
        const std::size_t begin = problem.message.find(known);
        if (begin == std::string::npos) continue;
        const std::string list = problem.message.substr(begin + known.size());
        for (const auto part : std::views::split(std::string_view(list), std::string_view(", "))) {
            const std::string_view words(part.begin(), part.end());
            const std::string key(words.substr(0, words.find(')')));
            ++keys;
            BOOST_TEST((page.contains("| `" + key + "`") || page.contains("`" + key + "`, `") ||
                        page.contains(", `" + key + "`")),
                       key);
        }
    }
    BOOST_TEST(keys >= 17u);
}

BOOST_AUTO_TEST_SUITE_END()
