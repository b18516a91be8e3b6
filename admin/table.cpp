#include "admin/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace consign::admin {

namespace {

bool continues_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
}

/// The character at the front, whose bytes are well-formed or at least counted.
char32_t decoded(std::string_view character) {
    const auto lead = static_cast<unsigned char>(character[0]);
    if (character.size() == 1) return lead;
    char32_t code = lead & (0x7fU >> character.size());
    for (const char byte : character.substr(1))
        code = (code << 6U) | (static_cast<unsigned char>(byte) & 0x3fU);
    return code;
}

bool deceives_a_terminal(char32_t code) {
    const bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
    const bool turns_direction = code == 0x061c || code == 0x200e || code == 0x200f ||
                                 (code >= 0x202a && code <= 0x202e) ||
                                 (code >= 0x2066 && code <= 0x2069);
    const bool breaks_line = code == 0x2028 || code == 0x2029;
    return control || turns_direction || breaks_line;
}

}  // namespace

std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char byte) { return !continues_character(byte); }));
}

std::string safe_for_terminal(std::string_view text) {
    std::string safe;
    while (!text.empty()) {
        std::size_t length = 1;
        while (length < std::min<std::size_t>(text.size(), 4) && continues_character(text[length]))
            ++length;
        const std::string_view character = text.substr(0, length);
        if (const char32_t code = decoded(character); deceives_a_terminal(code))
            safe += fmt::format("\\u{{{:04x}}}", static_cast<std::uint32_t>(code));
        else
            safe += character;
        text.remove_prefix(length);
    }
    return safe;
}

std::string safe_lines_for_terminal(std::string_view text) {
    std::string safe;
    for (std::size_t end = 0; (end = text.find('\n')) != std::string_view::npos;
         text.remove_prefix(end + 1))
        safe += safe_for_terminal(text.substr(0, end)) + "\n";
    return safe + safe_for_terminal(text);
}

Table::Table(std::vector<Heading> headings, std::FILE* out)
    : headings_(std::move(headings)), out_(out) {}

void Table::add(std::vector<std::string> cells) {
    for (auto& cell : cells) cell = cell.empty() ? "-" : safe_for_terminal(cell);
    if (!widths_.empty()) return print(cells);
    held_.push_back(std::move(cells));
    if (held_.size() == measured_rows) measure_and_print_held();
}

void Table::finish() {
    if (widths_.empty() && !held_.empty()) measure_and_print_held();
}

void Table::measure_and_print_held() {
    std::vector<std::string> titles;
    for (const auto& heading : headings_) titles.push_back(heading.title);
    held_.insert(held_.begin(), std::move(titles));
    widths_.assign(headings_.size(), 0);
    for (const auto& row : held_)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths_[i] = std::max(widths_[i], width_of(row[i]));
    for (const auto& row : held_) print(row);
    held_.clear();
}

void Table::print(const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const std::size_t width = width_of(cells[i]);
        const std::string padding(width < widths_[i] ? widths_[i] - width : 0, ' ');
        const bool last = i + 1 == cells.size();
        if (headings_[i].right_aligned) line += padding;
        line += cells[i];
        if (!headings_[i].right_aligned && !last) line += padding;
        if (!last) line += "  ";
    }
    fmt::print(out_, "{}\n", line);
}

}  // namespace consign::admin
