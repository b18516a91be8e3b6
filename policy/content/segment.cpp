#include "policy/content/segment.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "policy/content/charset.hpp"
#include "policy/content/text_pieces.hpp"
#include "policy/language/utf8.hpp"

namespace consign::policy::content {

namespace {

constexpr std::size_t encoding_characters_limit = 5;

bool may_delimit(char byte) {
    return byte > ' ' && byte < '\x7f' && !is_letter(byte) && !is_digit(byte);
}

/// What the hexadecimal digits of \X..\ stand for; nothing where they are not pairs of digits.
std::optional<std::string> from_hexadecimal(std::string_view digits) {
    const auto bytes = from_hex(digits);
    if (!bytes) return std::nullopt;
    const bool is_utf8 = find_malformed_utf8(as_text(*bytes)) == std::string_view::npos;
    return to_utf8(*bytes, is_utf8 ? Charset::utf_8 : Charset::windows_1252);
}

/// What stands between two escape characters; nothing where that is no escape.
std::optional<std::string> unescaped(std::string_view sequence, const Delimiters& delimiters) {
    if (sequence == "F") return std::string(1, delimiters.field);
    if (sequence == "S") return "^";
    if (sequence == "T") return "&";
    if (sequence == "R") return "~";
    if (sequence == "E") return std::string(1, delimiters.escape);
    if (sequence == "H" || sequence == "N") return "";
    if (sequence.starts_with('.')) return " ";
    if (sequence.starts_with('X')) return from_hexadecimal(sequence.substr(1));
    return std::nullopt;
}

char normalised(char byte, const Delimiters& delimiters) {
    if (byte == 0) return byte;  // a delimiter that the message has not
    if (byte == delimiters.component) return '^';
    if (byte == delimiters.repetition) return '~';
    if (byte == delimiters.subcomponent) return '&';
    return byte;
}

}  // namespace

std::optional<Delimiters> delimiters_of(std::string_view segment, std::size_t name_length) {
    if (segment.size() < name_length + 2) return std::nullopt;
    const char field = segment[name_length];
    const std::string_view after = segment.substr(name_length + 1);
    const std::string_view encoding = after.substr(0, after.find(field));
    if (encoding.empty() || encoding.size() > encoding_characters_limit) return std::nullopt;
    const std::string_view all = segment.substr(name_length, 1 + encoding.size());
    for (std::size_t index = 0; index < all.size(); ++index)
        if (!may_delimit(all[index]) || all.find(all[index], index + 1) != std::string_view::npos)
            return std::nullopt;
    const auto at = [&](std::size_t index) {
        return index < encoding.size() ? encoding[index] : '\0';
    };
    return Delimiters{.field = field,
                      .component = at(0),
                      .repetition = at(1),
                      .escape = at(2),
                      .subcomponent = at(3)};
}

std::vector<std::string_view> segments_of(std::string_view text) {
    const Lines lines = lines_of(text);
    std::vector<std::string_view> segments;
    for (const std::string_view line : lines.ended)
        if (const std::string_view segment = trimmed(line); !segment.empty())
            segments.push_back(segment);
    if (const std::string_view segment = trimmed(lines.rest); !segment.empty())
        segments.push_back(segment);
    return segments;
}

std::string_view segment_name(std::string_view segment, const Delimiters& delimiters) {
    return segment.substr(0, segment.find(delimiters.field));
}

std::string_view component(std::string_view repetition, std::size_t number,
                           const Delimiters& delimiters) {
    if (delimiters.component == 0) return number == 1 ? repetition : std::string_view();
    return part(repetition, delimiters.component, number);
}

std::vector<std::string_view> repetitions(std::string_view field, const Delimiters& delimiters) {
    if (delimiters.repetition == 0) return {field};
    return split(field, delimiters.repetition);
}

std::string plain(std::string_view raw, const Delimiters& delimiters) {
    if (raw == R"("")") return {};
    std::string value;
    value.reserve(raw.size());
    while (!raw.empty()) {
        if (raw[0] == delimiters.escape && delimiters.escape != 0) {
            const std::size_t end = raw.find(delimiters.escape, 1);
            const auto text = end == std::string_view::npos
                                  ? std::nullopt
                                  : unescaped(raw.substr(1, end - 1), delimiters);
            if (text) {
                value += *text;
                raw.remove_prefix(end + 1);
                continue;
            }
        }
        value.push_back(normalised(raw[0], delimiters));
        raw.remove_prefix(1);
    }
    return printable(value);
}

void add_fields(Content& content, Dictionary dictionary, std::string_view segment,
                const Delimiters& delimiters, unsigned first) {
    const std::string_view name = segment_name(segment, delimiters);
    std::string_view rest = segment.substr(name.size());
    for (unsigned number = first; !rest.empty() && number <= FieldName::number_limit; ++number) {
        rest.remove_prefix(1);
        const std::string_view raw = rest.substr(0, rest.find(delimiters.field));
        rest.remove_prefix(raw.size());
        std::string value = plain(trimmed(raw), delimiters);
        if (value.empty()) continue;
        content.fields.push_back(
            {.name = FieldName::canonical(dictionary, fmt::format("{}-{}", name, number)),
             .value = std::move(value)});
    }
}

}  // namespace consign::policy::content
