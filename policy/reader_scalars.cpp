// The scalars: texts, numbers, dates, choices, paths and names.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "policy/language/spelling.hpp"
#include "policy/language/units.hpp"
#include "policy/reader.hpp"
#include "policy/recording.hpp"

namespace consign::policy {

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

}  // namespace

void Reader::wrong_kind(const Node& node, std::string_view expected, bool is_secret) const {
    error(node.place, fmt::format("expected {}, found {}", expected, described(node, is_secret)));
}

bool Reader::is_scalar(const Node& node, std::string_view expected, bool is_secret) const {
    if (node.kind == Node::Kind::scalar) return true;
    wrong_kind(node, expected, is_secret);
    return false;
}

std::optional<std::string> Reader::text(const Node& node, std::string_view form) const {
    if (recording_ != nullptr) return secret(node, form);
    if (!is_scalar(node, "a text")) return std::nullopt;
    if (node.text.empty()) {
        error(node.place, "expected a text, found an empty one");
        return std::nullopt;
    }
    return secret(node);
}

std::optional<std::string> Reader::secret(const Node& node, std::string_view form) const {
    if (recording_ != nullptr) {
        recording_->add(node, {.kind = Form::Kind::text, .pattern = std::string(form)});
        return std::nullopt;
    }
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
    if (recording_ != nullptr) recording_->add(node, {.kind = Form::Kind::boolean});
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
    if (recording_ != nullptr)
        recording_->add(node, {.kind = Form::Kind::count, .least = least, .most = most});
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

std::optional<std::chrono::seconds> Reader::duration(const Node& node,
                                                     std::chrono::seconds most) const {
    const auto duration = parsed(node, text_form::duration, parse_duration);
    if (!duration) return std::nullopt;
    if (duration->count() < 1 || *duration > most) {
        error(node.place, fmt::format("expected 1 second to {} seconds, found {}", most.count(),
                                      cited(node.text)));
        return std::nullopt;
    }
    return *duration;
}

std::optional<std::chrono::sys_days> Reader::date(const Node& node) const {
    constexpr std::string_view expected = "a date such as `2027-12-31`";
    const auto written = this->text(node, text_form::date);
    if (!written) return std::nullopt;
    const std::string_view text = *written;
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

std::optional<std::size_t> Reader::choice(const Node& node,
                                          std::span<const std::string_view> names) const {
    if (recording_ != nullptr) {
        recording_->add(node,
                        {.kind = Form::Kind::choice, .choices = {names.begin(), names.end()}});
        return std::nullopt;
    }
    const std::string expected = fmt::format("one of {}", listed(names));
    if (!is_scalar(node, expected)) return std::nullopt;
    const auto known = std::ranges::find(names, node.text);
    if (known == names.end()) {
        error(node.place, fmt::format("expected {}, found {}{}", expected, cited(node.text),
                                      suggestion(node.text, names)));
        return std::nullopt;
    }
    tell_awaited(*known, node.place);
    return static_cast<std::size_t>(known - names.begin());
}

std::optional<VirtualPath> Reader::path(const Node& node) const {
    const auto written = text(node, text_form::path);
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

std::optional<std::string> Reader::name(const Node& node) const {
    auto written = text(node, text_form::name);
    if (written && is_name(*written, node.place)) return written;
    return std::nullopt;
}

void Reader::version(const Node& node) const {
    if (recording_ != nullptr)
        recording_->add(node, {.kind = Form::Kind::count, .least = 1, .most = 1});
    if (node.kind != Node::Kind::scalar || node.text != "1" || node.quoted)
        wrong_kind(node, "`1`, the only version of the policy language");
}

ReadNode Reader::text_into(std::string& field, std::string_view form) const {
    return [this, &field, form](const Node& node) {
        if (auto read = text(node, form)) field = std::move(*read);
    };
}

ReadNode Reader::name_into(std::string& field) const {
    return [this, &field](const Node& node) {
        if (auto read = name(node)) field = std::move(*read);
    };
}

ReadNode Reader::boolean_into(bool& field) const {
    return [this, &field](const Node& node) { field = boolean(node).value_or(field); };
}

ReadNode Reader::size_into(std::optional<std::uint64_t>& field) const {
    return parsed_into(field, text_form::size, parse_size);
}

ReadNode Reader::rate_into(std::optional<std::uint64_t>& field) const {
    return parsed_into(field, text_form::rate, parse_rate);
}

ReadNode Reader::count_into(std::size_t& field, std::size_t most) const {
    return [this, &field, most](const Node& node) { field = count(node, 1, most).value_or(field); };
}

ReadNode Reader::duration_into(std::chrono::seconds& field, std::chrono::seconds most) const {
    return [this, &field, most](const Node& node) { field = duration(node, most).value_or(field); };
}

}  // namespace consign::policy
