#include "policy/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "policy/spelling.hpp"
#include "policy/units.hpp"

namespace consign::policy {

using yaml::Entry;
using yaml::Node;

namespace {

constexpr std::size_t name_limit_bytes = 64;

bool is_control(char byte) {
    const auto value = static_cast<unsigned char>(byte);
    return value < 0x20 || value == 0x7f;
}

std::string described(const Node& node, bool is_secret) {
    switch (node.kind) {
        case Node::Kind::null:
            return "nothing";
        case Node::Kind::scalar:
            return is_secret ? "something else" : cited(node.text);
        case Node::Kind::sequence:
            return "a list";
        case Node::Kind::mapping:
            return "a mapping";
    }
    return {};
}

template <class Number>
std::optional<Number> digits(std::string_view text) {
    Number number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isdigit(text.front()))
        return std::nullopt;
    return number;
}

/// What YAML 1.1 took for a boolean; empty where it took it for none.
std::string_view boolean_of_yaml_1_1(std::string_view text) {
    constexpr std::array<std::string_view, 5> yes{"yes", "on", "y", "true", "1"};
    constexpr std::array<std::string_view, 5> no{"no", "off", "n", "false", "0"};
    const auto is = [&](std::string_view word) { return edit_distance(text, word) == 0; };
    if (std::ranges::any_of(yes, is)) return "true";
    if (std::ranges::any_of(no, is)) return "false";
    return {};
}

/// What may be written.
std::vector<std::string_view> names_here(std::initializer_list<Key> keys) {
    std::vector<std::string_view> names;
    for (const Key& key : keys)
        if (key.kind == Key::Kind::optional || key.kind == Key::Kind::required)
            names.push_back(key.name);
    return names;
}

}  // namespace

Key optional(std::string_view name, ReadNode read) {
    return {name, Key::Kind::optional, std::move(read)};
}
Key required(std::string_view name, ReadNode read) {
    return {name, Key::Kind::required, std::move(read)};
}
Key later(std::string_view name) {
    return {name, Key::Kind::later, {}};
}
Key misplaced(std::string_view name, std::string_view owner) {
    return {name, Key::Kind::misplaced, {}, owner};
}

void Reader::error(Place at, std::string message) const {
    problems_.error(file_, at, std::move(message));
}
void Reader::warning(Place at, std::string message) const {
    problems_.warning(file_, at, std::move(message));
}

void Reader::wrong_kind(const Node& node, std::string_view expected, bool is_secret) const {
    error(node.place, fmt::format("expected {}, found {}", expected, described(node, is_secret)));
}

bool Reader::is_scalar(const Node& node, std::string_view expected, bool is_secret) const {
    if (node.kind == Node::Kind::scalar) return true;
    wrong_kind(node, expected, is_secret);
    return false;
}

void Reader::unknown_key(const Entry& entry, std::initializer_list<Key> keys) const {
    const auto known = names_here(keys);
    error(entry.place, fmt::format("unknown key {}{} (known here: {})", cited(entry.key),
                                   suggestion(entry.key, known), listed(known)));
}

void Reader::mapping(const Node& node, std::initializer_list<Key> keys,
                     std::optional<Place> owner) const {
    if (node.kind != Node::Kind::mapping) {
        wrong_kind(node, fmt::format("a mapping of {}", listed(names_here(keys))));
        return;
    }
    for (const Entry& entry : node.entries) {
        const auto key = std::ranges::find(keys, entry.key, &Key::name);
        if (key == keys.end())
            unknown_key(entry, keys);
        else if (key->kind == Key::Kind::later)
            error(entry.place, not_carried_out(key->name));
        else if (key->kind == Key::Kind::misplaced)
            error(entry.place, fmt::format("`{}` belongs to {}", key->name, key->owner));
        else
            key->read(*entry.value);
    }
    for (const Key& key : keys) {
        const bool is_missing = key.kind == Key::Kind::required &&
                                std::ranges::count(node.entries, key.name, &Entry::key) == 0;
        if (is_missing) error(owner.value_or(node.place), fmt::format("`{}` is missing", key.name));
    }
}

void Reader::named(const Node& node, const ReadEntry& read) const {
    if (node.kind != Node::Kind::mapping) {
        wrong_kind(node, "a mapping by name");
        return;
    }
    for (const Entry& entry : node.entries) read(entry);
}

void Reader::items(const Node& node, std::size_t limit, const ReadNode& read) const {
    if (node.kind != Node::Kind::sequence) {
        wrong_kind(node, "a list, such as `[a, b]`");
        return;
    }
    if (node.items.size() > limit) {
        error(node.place,
              fmt::format("a list of {}: at most {} are accepted here", node.items.size(), limit));
        return;
    }
    for (const Node* item : node.items) read(*item);
}

std::optional<std::string> Reader::text(const Node& node) const {
    if (!is_scalar(node, "a text")) return std::nullopt;
    if (node.text.empty()) {
        error(node.place, "expected a text, found an empty one");
        return std::nullopt;
    }
    return secret(node);
}

std::optional<std::string> Reader::secret(const Node& node) const {
    if (!is_scalar(node, "a text", true)) return std::nullopt;
    if (node.text.size() > text_limit_bytes) {
        error(node.place, fmt::format("a text of more than {} bytes", text_limit_bytes));
        return std::nullopt;
    }
    if (std::ranges::any_of(node.text, is_control)) {
        error(node.place, "a control character, or a line break, in a text");
        return std::nullopt;
    }
    return node.text;
}

std::optional<bool> Reader::boolean(const Node& node) const {
    constexpr std::string_view expected = "`true` or `false`";
    if (!is_scalar(node, expected)) return std::nullopt;
    if (!node.quoted && node.text == "true") return true;
    if (!node.quoted && node.text == "false") return false;
    const std::string_view meant = boolean_of_yaml_1_1(node.text);
    if (meant.empty())
        wrong_kind(node, expected);
    else
        error(node.place, fmt::format("expected {}, found {}{}: write `{}`", expected,
                                      node.quoted ? "the text " : "", cited(node.text), meant));
    return std::nullopt;
}

std::optional<std::uint64_t> Reader::count(const Node& node, std::uint64_t least,
                                           std::uint64_t most) const {
    const std::string expected = fmt::format("a whole number from {} to {}", least, most);
    if (!is_scalar(node, expected)) return std::nullopt;
    const auto number = node.text.empty() ? std::nullopt : digits<std::uint64_t>(node.text);
    if (number && node.quoted) {
        error(node.place, fmt::format("expected {}, found the text {}: write it without quotes",
                                      expected, cited(node.text)));
        return std::nullopt;
    }
    if (number && *number >= least && *number <= most) return number;
    wrong_kind(node, expected);
    return std::nullopt;
}

std::optional<std::uint64_t> Reader::size(const Node& node) const {
    if (!is_scalar(node, "a size such as `4 GiB`")) return std::nullopt;
    const auto size = parse_size(node.text);
    if (size) return *size;
    error(node.place, size.error());
    return std::nullopt;
}

std::optional<std::chrono::seconds> Reader::duration(const Node& node,
                                                     std::chrono::seconds most) const {
    if (!is_scalar(node, "a duration such as `30 seconds`")) return std::nullopt;
    const auto duration = parse_duration(node.text);
    if (!duration) {
        error(node.place, duration.error());
        return std::nullopt;
    }
    if (duration->count() < 1 || *duration > most) {
        error(node.place, fmt::format("expected 1 second to {} seconds, found {}", most.count(),
                                      cited(node.text)));
        return std::nullopt;
    }
    return *duration;
}

std::optional<std::chrono::sys_days> Reader::date(const Node& node) const {
    constexpr std::string_view expected = "a date such as `2027-12-31`";
    if (!is_scalar(node, expected)) return std::nullopt;
    const std::string_view text = node.text;
    if (text.size() == 10 && text[4] == '-' && text[7] == '-') {
        const auto year = digits<int>(text.substr(0, 4));
        const auto month = digits<unsigned>(text.substr(5, 2));
        const auto day = digits<unsigned>(text.substr(8, 2));
        if (year && month && day) {
            const std::chrono::year_month_day date{
                std::chrono::year(*year), std::chrono::month(*month), std::chrono::day(*day)};
            if (date.ok()) return std::chrono::sys_days(date);
        }
    }
    wrong_kind(node, expected);
    return std::nullopt;
}

std::optional<std::size_t> Reader::choice(const Node& node, std::span<const std::string_view> names,
                                          std::span<const std::string_view> later_names) const {
    const std::string expected = fmt::format("one of {}", listed(names));
    if (!is_scalar(node, expected)) return std::nullopt;
    const auto known = std::ranges::find(names, node.text);
    if (known != names.end()) return static_cast<std::size_t>(known - names.begin());
    if (std::ranges::count(later_names, node.text) > 0)
        error(node.place, not_carried_out(node.text));
    else
        error(node.place, fmt::format("expected {}, found {}{}", expected, cited(node.text),
                                      suggestion(node.text, names)));
    return std::nullopt;
}

std::optional<VirtualPath> Reader::path(const Node& node) const {
    const auto written = text(node);
    if (!written) return std::nullopt;
    auto path = VirtualPath::parse(*written);
    if (!path) {
        error(node.place, fmt::format("{} is too long for a path", cited(*written)));
        return std::nullopt;
    }
    if (path->text() != *written) {
        error(node.place, fmt::format("expected an absolute, normal path, found {}: write `{}`",
                                      cited(*written), path->display()));
        return std::nullopt;
    }
    return *path;
}

bool Reader::is_name(std::string_view name, Place at) const {
    const auto is_letter_or_digit = [](char byte) {
        return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
    };
    const bool is_right =
        !name.empty() && name.size() <= name_limit_bytes && is_letter_or_digit(name.front()) &&
        std::ranges::all_of(name, [&](char byte) {
            return is_letter_or_digit(byte) || byte == '.' || byte == '_' || byte == '-';
        });
    if (!is_right)
        error(at, fmt::format("the name {}: expected small letters, digits, `.`, `_` and `-`, a "
                              "letter or digit first, {} at most",
                              cited(name), name_limit_bytes));
    return is_right;
}

void Reader::version(const Node& node) const {
    if (node.kind != Node::Kind::scalar || node.text != "1" || node.quoted)
        wrong_kind(node, "`1`, the only version of the policy language");
}

ReadNode Reader::text_into(std::string& field) const {
    return [this, &field](const Node& node) {
        if (auto read = text(node)) field = std::move(*read);
    };
}

ReadNode Reader::size_into(std::optional<std::uint64_t>& field) const {
    return [this, &field](const Node& node) { field = size(node); };
}

ReadNode Reader::count_into(std::size_t& field, std::size_t most) const {
    return [this, &field, most](const Node& node) { field = count(node, 1, most).value_or(field); };
}

ReadNode Reader::duration_into(std::chrono::seconds& field, std::chrono::seconds most) const {
    return [this, &field, most](const Node& node) { field = duration(node, most).value_or(field); };
}

}  // namespace consign::policy
