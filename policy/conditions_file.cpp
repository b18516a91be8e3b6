// `when:` of a route: what a deposit must be.
#include <fmt/format.h>

#include <array>

#include "policy/draft.hpp"
#include "policy/language/units.hpp"
#include "policy/reader.hpp"

namespace consign::policy {

using yaml::Entry;
using yaml::Node;

namespace {

constexpr std::size_t name_limit = 256;
constexpr std::size_t value_limit = 256;

// In the order of Format.
constexpr std::array<std::string_view, 8> format_names{
    "other", "hl7", "hprim-sante", "hprim-medecin", "dicom", "pdf", "xml", "csv"};
constexpr std::array<std::string_view, 3> packing_names{"none", "gzip", "zip"};

/// As `parse`, of a pattern whose case counts or not.
template <class Parse>
auto with_case(Parse parse, bool ignore_case) {
    return [parse, ignore_case](std::string_view text) { return parse(text, ignore_case); };
}

class ConditionsReader {
  public:
    ConditionsReader(const Reading& reading, RouteDraft& draft)
        : reading_(reading), in_(reading.in), draft_(draft), when_(draft.route.when) {}

    void read(const Node& node) {
        // It may stand after the patterns that it is about.
        if (const Node* written = node.value_of("ignore_case"))
            ignore_case_ = written->text == "true" && !written->quoted;
        draft_.ignores_case = ignore_case_;
        in_.mapping(
            node,
            {optional("path", "A pattern of paths, over the whole tree.",
                      [&](const Node& path) { read_path(path); }),
             optional("name", "A pattern of the file's name.",
                      [&](const Node& name) { read_name(name); }),
             optional("path_regex",
                      "A regular expression (RE2) of the whole path; templates have its captures.",
                      in_.parsed_into(when_.path_regex, text_form::any,
                                      with_case(Pattern::parse, ignore_case_))),
             optional("account", "The depositor, or one of several.",
                      names_into(Use::Of::account, when_.accounts)),
             optional("group", "The depositor's group, or one of several.",
                      names_into(Use::Of::group, when_.groups)),
             optional("size", "How large the file is.", [&](const Node& size) { read_size(size); }),
             optional("time", "Windows in which the deposit is complete.",
                      [&](const Node& time) { read_time(time); }),
             optional("format", "What the file is, or one of several.",
                      choices_into(when_.formats, format_names)),
             optional("packing", "What it is packed in, or one of several.",
                      choices_into(when_.packings, packing_names)),
             fields("hl7", "Fields of HL7 v2, by name or number, and the values they may have.",
                    content::Dictionary::hl7),
             fields("hprim", "Fields of HPRIM, by name or number, and the values they may have.",
                    content::Dictionary::hprim),
             fields("dicom", "DICOM attributes, by keyword or tag, and the values they may have.",
                    content::Dictionary::dicom),
             fields("xml", "The XML root and its namespace, and the values they may have.",
                    content::Dictionary::xml),
             fields("csv", "The CSV columns and separator, and the values they may have.",
                    content::Dictionary::csv),
             optional(
                 "ignore_case", "Whether A to Z are a to z, in all patterns here.",
                 [&](const Node& value) { static_cast<void>(in_.boolean(value)); }, "false")});
        if (node.kind == Node::Kind::mapping && node.entries.empty())
            in_.error(node.place, "no condition: write `path: /**` for every deposit");
    }

  private:
    void read_path(const Node& node) {
        draft_.path_place = node.place;
        when_.path = in_.parsed(node, text_form::path_glob, with_case(Glob::path, ignore_case_));
    }

    void read_name(const Node& node) {
        draft_.name_place = node.place;
        when_.file_name =
            in_.parsed(node, text_form::name_glob, with_case(Glob::name, ignore_case_));
    }

    [[nodiscard]] ReadNode names_into(Use::Of of, std::vector<std::string>& names) const {
        return [this, of, &names](const Node& node) {
            const auto read = [&](const Node& item) {
                std::string name;
                use_into(reading_, of, name)(item);
                if (!name.empty()) names.push_back(std::move(name));
            };
            in_.one_or_items(node, name_limit, read, if_empty);
        };
    }

    template <class Choice>
    [[nodiscard]] ReadNode choices_into(std::vector<Choice>& chosen,
                                        std::span<const std::string_view> names) const {
        return [this, &chosen, names](const Node& node) {
            const auto read = [&](const Node& item) {
                if (const auto index = in_.choice(item, names))
                    chosen.push_back(static_cast<Choice>(*index));
            };
            in_.one_or_items(node, names.size(), read, if_empty);
        };
    }

    void read_size(const Node& node) {
        in_.mapping(
            node,
            {optional("at_least", "In bytes, this size too.", in_.size_into(when_.at_least_bytes)),
             optional("at_most", "In bytes, this size too.", in_.size_into(when_.at_most_bytes))});
        if (node.kind == Node::Kind::mapping && node.entries.empty())
            in_.error(node.place, "no bound: write `at_least` or `at_most`");
        if (when_.at_least_bytes && when_.at_most_bytes &&
            *when_.at_least_bytes > *when_.at_most_bytes)
            in_.error(node.place, "no file is that size: `at_least` is above `at_most`");
    }

    void read_time(const Node& node) {
        for (Window& window : read_windows(in_, node, reading_.draft.policy.zone))
            when_.time.emplace_back(std::move(window));
    }

    [[nodiscard]] Key fields(std::string_view key, std::string_view about,
                             content::Dictionary dictionary) {
        return optional(key, about, [this, dictionary](const Node& node) {
            in_.named(
                node, [&](const Entry& entry) { read_field(dictionary, entry); }, text_form::field);
        });
    }

    void read_field(content::Dictionary dictionary, const Entry& entry) {
        FieldCondition condition{.field = {}, .any_of = {}, .rule = in_.rule(entry.place)};
        const auto read = [&](const Node& value) {
            if (auto pattern = in_.parsed(value, text_form::any,
                                          with_case(content::FieldPattern::parse, ignore_case_)))
                condition.any_of.push_back(std::move(*pattern));
        };
        in_.one_or_items(*entry.value, value_limit, read, if_empty);
        auto field = content::FieldName::parse(dictionary, entry.key);
        if (!field) return in_.error(entry.place, field.error());
        condition.field = std::move(*field);
        when_.fields.push_back(std::move(condition));
    }

    static constexpr std::string_view if_empty = "an empty list matches nothing: leave the key out";

    const Reading& reading_;
    const Reader& in_;
    RouteDraft& draft_;
    Conditions& when_;
    bool ignore_case_ = false;
};

}  // namespace

void read_conditions(const Reading& reading, const Node& node, RouteDraft& draft) {
    ConditionsReader(reading, draft).read(node);
}

}  // namespace consign::policy
