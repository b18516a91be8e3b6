// A file of cases: `version: 1`, `cases:`.
#include <array>

#include "policy/cases.hpp"
#include "policy/reader.hpp"

namespace consign::policy {

using yaml::Node;

namespace {

constexpr std::size_t path_count_limit = 64;
constexpr std::size_t content_limit_bytes = content::head_limit_bytes;

constexpr std::array<std::string_view, 8> verb_names{"list",   "download", "upload", "overwrite",
                                                     "append", "rename",   "delete", "mkdir"};
constexpr std::array<std::string_view, 2> verdict_names{"allowed", "refused"};

class CasesReader {
  public:
    explicit CasesReader(const Reader& in) : in_(in) {}

    std::vector<Case> read(const Node& root) {
        std::vector<Case> cases;
        in_.mapping(
            root,
            {required("version", "Of the language", [&](const Node& node) { in_.version(node); }),
             required("cases", "What is given, and what must come of it", [&](const Node& node) {
                 in_.items(node, case_limit,
                           [&](const Node& item) { cases.push_back(read_case(item)); });
             })});
        return cases;
    }

  private:
    Case read_case(const Node& node) {
        Case one;
        one.rule = in_.rule(node.place);
        in_.mapping(
            node,
            {required("name", "What the case shows", in_.text_into(one.name)),
             required("given", "Who does what", [&](const Node& given) { read_given(given, one); }),
             required("expect", "What the policy must make of it",
                      [&](const Node& expect) { read_expected(expect, one.expected); })});
        return one;
    }

    void read_given(const Node& node, Case& one) {
        in_.mapping(
            node,
            {required("account", "Who", in_.text_into(one.account)),
             required("path", "Where, as the account sees it",
                      [&](const Node& path) {
                          if (auto read = in_.path(path)) one.path = *std::move(read);
                      }),
             optional("verb", "What it does", in_.choice_into(one.verb, verb_names), "upload"),
             optional(
                 "on", "The day, in the site's zone",
                 [&](const Node& day) { one.on = in_.date(day); }, "today"),
             optional("time", "The time of that day",
                      in_.parsed_into(one.time, text_form::time_of_day, parse_time_of_day),
                      "12:00"),
             optional("file", "What is deposited: a file beside this one", in_.text_into(one.file)),
             optional("content", "What is deposited, as a text",
                      [&](const Node& content) { read_content(content, one); })});
        if (!one.file.empty() && !one.content.empty())
            in_.error(node.place, "`file` and `content` exclude each other");
    }

    /// Unlike other texts, it has lines.
    void read_content(const Node& node, Case& one) {
        if (node.kind != Node::Kind::scalar || node.text.empty())
            return in_.error(node.place, "expected a text, such as a block after `|`");
        if (node.text.size() > content_limit_bytes)
            return in_.error(node.place, "a text of more than 64 KiB: use `file`");
        one.content = node.text;
    }

    void read_expected(const Node& node, Expected& expected) {
        in_.mapping(
            node,
            {optional("verdict", "May it",
                      [&](const Node& verdict) {
                          if (const auto index = in_.choice(verdict, verdict_names))
                              expected.allowed = *index == 0;
                      }),
             optional("temporary", "Is it no deposit yet, by its name", flag(expected.temporary)),
             optional("route", "The route that takes it, or `none`", text(expected.route)),
             optional("class", "Its class, or `none`", text(expected.retention_class)),
             optional("quarantine", "Does it go into quarantine", flag(expected.quarantined)),
             optional("waits_for", "What its route's `complete_when` misses",
                      texts(expected.waits_for)),
             optional("copy", "Where its copies go, in the whole tree", texts(expected.copies)),
             optional("move", "Where it moves to, in the whole tree", text(expected.move)),
             optional("deliver", "What it is delivered to: TARGET/path",
                      texts(expected.deliveries)),
             optional("acknowledge", "Where its acknowledgement lies", text(expected.acknowledge)),
             optional("tags", "Its tags", texts(expected.tags)),
             optional("kept_until", "The last day on which it is kept, or `unknown`",
                      [&](const Node& until) {
                          if (until.kind == Node::Kind::scalar && until.text == "unknown")
                              expected.kept_until = until.text;
                          else if (in_.date(until))
                              expected.kept_until = until.text;
                      })});
        if (node.kind == Node::Kind::mapping && node.entries.empty())
            in_.error(node.place, "a case that expects nothing always holds: say what must come");
    }

    [[nodiscard]] ReadNode flag(std::optional<bool>& field) const {
        return [this, &field](const Node& node) { field = in_.boolean(node); };
    }
    [[nodiscard]] ReadNode text(std::optional<std::string>& field) const {
        return [this, &field](const Node& node) { field = in_.text(node); };
    }
    [[nodiscard]] ReadNode texts(std::optional<std::vector<std::string>>& field) const {
        return [this, &field](const Node& node) {
            std::vector<std::string>& all = field.emplace();
            in_.one_or_items(node, path_count_limit, [&](const Node& item) {
                if (auto one = in_.text(item)) all.push_back(*std::move(one));
            });
        };
    }

    const Reader& in_;
};

}  // namespace

std::vector<Case> read_cases(std::string_view text, const std::string& file, Problems& problems) {
    const auto document = yaml::parse(text, file, problems);
    if (!document) return {};
    const Reader in(file, problems);
    return CasesReader(in).read(document->root());
}

}  // namespace consign::policy
