#include "policy/content/field_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <vector>

#include "policy/content/dicom_dictionary.hpp"
#include "policy/content/message_dictionary.hpp"
#include "policy/language/spelling.hpp"

namespace consign::policy::content {

namespace {

using Parsed = std::expected<std::string, std::string>;  // the canonical field, or what is wrong

constexpr std::array<std::string_view, 2> xml_names{"root", "namespace"};
constexpr std::array<std::string_view, 2> csv_names{"columns", "separator"};

/// A decimal number from 1 to FieldName::number_limit, written as people count.
std::optional<unsigned> number_in(std::string_view digits) {
    unsigned number = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, number);
    const bool is_plain = error == std::errc() && stop == end && digits[0] != '0';
    if (!is_plain || number > FieldName::number_limit) return std::nullopt;
    return number;
}

struct Numbered {
    std::string_view segment;
    unsigned number = 0;  // 0: what follows the dash is no number of a field
};

/// Of `SEG-n`; nothing where `text` is not of this form, so that it may be a name.
std::optional<Numbered> numbered(std::string_view text) {
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    return Numbered{.segment = text.substr(0, dash),
                    .number = number_in(text.substr(dash + 1)).value_or(0)};
}

std::unexpected<std::string> unread_segment(std::string_view segment,
                                            std::span<const std::string_view> read) {
    return std::unexpected(fmt::format("segment {} is not read{} (known here: {})", cited(segment),
                                       suggestion(segment, read), listed(read)));
}

std::unexpected<std::string> no_number(std::string_view text) {
    return std::unexpected(fmt::format("in {}: a field's number is from 1 to {}", cited(text),
                                       FieldName::number_limit));
}

Parsed hl7_field(std::string_view text) {
    const auto names = names_of_msh();
    const auto by_number = numbered(text);
    if (!by_number) {
        const auto found = std::ranges::find(names, text);
        if (found == names.end())
            return std::unexpected(
                fmt::format("unknown field {}{} (write a name of MSH's fields such as "
                            "`message_type`, or a number such as `MSH-9` or `PID-3.1`)",
                            cited(text), suggestion(text, names)));
        return fmt::format("MSH-{}", found - names.begin() + 1);
    }
    if (std::ranges::find(hl7_segments(), by_number->segment) == hl7_segments().end())
        return unread_segment(by_number->segment, hl7_segments());
    if (by_number->number == 0) return no_number(text);
    if (by_number->segment == "MSH" && by_number->number > names.size())
        return std::unexpected(
            fmt::format("MSH has {} fields, found {}", names.size(), cited(text)));
    return std::string(text);
}

Parsed hprim_field(std::string_view text) {
    const auto by_number = numbered(text);
    if (!by_number) {
        const auto found = std::ranges::find(hprim_names(), text, &HprimName::name);
        if (found != hprim_names().end()) return std::string(found->field);
        std::vector<std::string_view> known;
        for (const HprimName& each : hprim_names()) known.push_back(each.name);
        return std::unexpected(
            fmt::format("unknown field {}{} (known here: {}, or a number such as `H-5` or `L-11`)",
                        cited(text), suggestion(text, known), listed(known)));
    }
    std::vector<std::string_view> segments(hprim_segments().begin(), hprim_segments().end());
    segments.emplace_back("L");
    if (std::ranges::find(segments, by_number->segment) == segments.end())
        return unread_segment(by_number->segment, segments);
    if (by_number->number == 0) return no_number(text);
    if (text == "H-4") return std::unexpected("`H-4` is a password, and never read");
    if (by_number->segment == "L" && by_number->number > hprim_medecin_header_lines)
        return std::unexpected(fmt::format("the header of HPRIM Médecin has {} lines, found {}",
                                           hprim_medecin_header_lines, cited(text)));
    return std::string(text);
}

Parsed dicom_tag_field(std::string_view text, DicomTag tag) {
    if (std::ranges::find(dicom_groups, tag >> 16) != dicom_groups.end()) return dicom_field(tag);
    std::string groups;
    for (const std::uint16_t group : dicom_groups)
        groups += fmt::format("{}{:04X}", groups.empty() ? "" : ", ", group);
    return std::unexpected(
        fmt::format("the group of {} is not read (known here: {})", cited(text), groups));
}

Parsed dicom_name_field(std::string_view text) {
    if (const auto tag = parse_dicom_tag(text)) return dicom_tag_field(text, *tag);
    const auto found = std::ranges::find(dicom_keywords(), text, &DicomKeyword::keyword);
    if (found != dicom_keywords().end()) return dicom_field(found->tag);
    std::vector<std::string_view> known;
    for (const DicomKeyword& each : dicom_keywords()) known.push_back(each.keyword);
    return std::unexpected(
        fmt::format("unknown attribute {}{} (write a keyword such as `Modality`, or a tag such as "
                    "`0008,0060`)",
                    cited(text), suggestion(text, known)));
}

Parsed listed_field(std::string_view text, std::span<const std::string_view> known) {
    if (std::ranges::find(known, text) != known.end()) return std::string(text);
    return std::unexpected(fmt::format("unknown field {}{} (known here: {})", cited(text),
                                       suggestion(text, known), listed(known)));
}

Parsed field_in(Dictionary dictionary, std::string_view text) {
    switch (dictionary) {
        case Dictionary::hl7:
            return hl7_field(text);
        case Dictionary::hprim:
            return hprim_field(text);
        case Dictionary::dicom:
            return dicom_name_field(text);
        case Dictionary::xml:
            return listed_field(text, xml_names);
        case Dictionary::csv:
            return listed_field(text, csv_names);
    }
    __builtin_unreachable();
}

/// The delimiters themselves are no value that could have components.
bool has_components(std::string_view field) {
    constexpr std::array<std::string_view, 10> whole{"MSH-1",     "MSH-2",    "FHS-1", "FHS-2",
                                                     "BHS-1",     "BHS-2",    "H-2",   "root",
                                                     "namespace", "separator"};
    return std::ranges::find(whole, field) == whole.end();
}

}  // namespace

std::string_view name_of(Dictionary dictionary) {
    switch (dictionary) {
        case Dictionary::hl7:
            return "hl7";
        case Dictionary::hprim:
            return "hprim";
        case Dictionary::dicom:
            return "dicom";
        case Dictionary::xml:
            return "xml";
        case Dictionary::csv:
            return "csv";
    }
    __builtin_unreachable();
}

std::expected<FieldName, std::string> FieldName::parse(Dictionary dictionary,
                                                       std::string_view text) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    auto field = field_in(dictionary, text.substr(0, dot));
    if (!field) return std::unexpected(std::move(field.error()));
    FieldName name = canonical(dictionary, std::move(*field));
    if (dot == text.size()) return name;
    if (!has_components(name.field_))
        return std::unexpected(fmt::format("{} has no components", cited(text.substr(0, dot))));
    const auto component = number_in(text.substr(dot + 1));
    if (!component)
        return std::unexpected(
            fmt::format("in {}: a component's number is from 1 to {}", cited(text), number_limit));
    name.component_ = *component;
    return name;
}

FieldName FieldName::canonical(Dictionary dictionary, std::string field) {
    FieldName name;
    name.dictionary_ = dictionary;
    name.field_ = std::move(field);
    return name;
}

}  // namespace consign::policy::content
