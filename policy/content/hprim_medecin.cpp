#include "policy/content/hprim_medecin.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "policy/content/message_date.hpp"
#include "policy/content/message_dictionary.hpp"
#include "policy/content/parties.hpp"
#include "policy/content/text_pieces.hpp"

namespace consign::policy::content {

namespace {

constexpr std::size_t line_limit_bytes = 160;
constexpr std::string_view end_of_message = "****FIN****";
constexpr std::string_view end_of_file = "****FINFICHIER****";
constexpr std::string_view results = "****LAB****";

using Header = std::span<const std::string_view, hprim_medecin_header_lines>;

/// Line `number`, from 1, without the blanks that fill it up.
std::string_view line(Header header, std::size_t number) {
    return trimmed(header[number - 1]);
}

bool has_letter(std::string_view text) {
    return std::ranges::any_of(text, [](char byte) {
        return is_letter(byte) || static_cast<unsigned char>(byte) >= 0x80;
    });
}

bool has_digit(std::string_view text) {
    return std::ranges::any_of(text, is_digit);
}

/// Of a person: letters, and no digits.
bool is_name(std::string_view text) {
    return has_letter(text) && !has_digit(text);
}

/// DD/MM/YY: enough to recognise the header by, too little to say when somebody was born.
bool is_short_date(std::string_view text) {
    if (text.size() != 8) return false;
    std::string full(text);
    full.insert(6, "20");
    return parse_french_date(full).has_value();
}

bool is_date(std::string_view text) {
    return parse_french_date(text) || is_short_date(text);
}

/// Digits and blanks, with the letters of Corsica's departments.
bool may_be_social_security_number(std::string_view text) {
    return std::ranges::all_of(text, [](char byte) {
        return is_digit(byte) || byte == ' ' || byte == 'A' || byte == 'B';
    });
}

/// Some systems leave the date of the examination out: then a mark of the format must follow.
bool has_mark(std::span<const std::string_view> lines) {
    return std::ranges::any_of(lines, [](std::string_view each) {
        const std::string_view text = trimmed(each);
        return text == end_of_message || text == end_of_file || text == results;
    });
}

/// Blank lines may follow the mark that ends the file.
bool is_text(std::string_view each) {
    const std::string_view text = trimmed(each);
    return !text.empty() && text != end_of_file;
}

/// Twelve lines that any text could have are no header: names where names must be, dates where
/// dates must be.
bool is_header(Header header, std::span<const std::string_view> following) {
    const auto is_line = [](std::string_view each) {
        return each.size() <= line_limit_bytes && printable(each) == each;
    };
    if (!std::ranges::all_of(header, is_line)) return false;
    const std::string_view born_text = line(header, 7);
    const std::string_view examined_text = line(header, 10);
    if (!is_name(line(header, 2)) || !is_name(line(header, 3)) || line(header, 11).empty())
        return false;
    if (!is_date(born_text) || !may_be_social_security_number(line(header, 8))) return false;
    if (examined_text.empty()) return has_mark(following);
    const auto born = parse_french_date(born_text);
    const auto examined = parse_french_date(examined_text);
    return is_date(examined_text) && !(born && examined && *examined < *born);
}

struct Party {
    std::string code;
    std::string name;

    [[nodiscard]] std::string text() const { return name.empty() ? code : code + "^" + name; }
};

/// Of lines 11 and 12: a code, blanks, a name.
Party party(std::string_view text) {
    const std::size_t blank = std::min(text.find(' '), text.size());
    return {.code = std::string(text.substr(0, blank)),
            .name = std::string(trimmed(text.substr(blank)))};
}

/// Line 1 is the patient's code; where it holds blanks or no digit, it is a title that some systems
/// write there.
std::string patient_code(Header header) {
    const std::string_view text = line(header, 1);
    const bool is_code = has_digit(text) && !text.contains(' ');
    return is_code ? std::string(text) : std::string();
}

std::string digits_of(std::string_view french_date) {
    const auto day = parse_french_date(french_date);
    if (!day) return {};
    const std::chrono::year_month_day date(*day);
    return fmt::format("{:04}{:02}{:02}", int(date.year()), unsigned(date.month()),
                       unsigned(date.day()));
}

/// The lines, and the same by the numbers that HPRIM Santé has for them.
void add_fields(Content& content, Header header) {
    const auto add = [&](std::string field, std::string value) {
        if (!value.empty())
            content.fields.push_back(
                {.name = FieldName::canonical(Dictionary::hprim, std::move(field)),
                 .value = std::move(value)});
    };
    for (unsigned number = 1; number <= hprim_medecin_header_lines; ++number)
        add(fmt::format("L-{}", number), std::string(line(header, number)));
    add("H-5", party(line(header, 11)).text());
    add("H-10", party(line(header, 12)).text());
    add("H-14", digits_of(line(header, 10)));
    add("P-3", patient_code(header));
    add("P-6", fmt::format("{}^{}", line(header, 2), line(header, 3)));
    add("P-8", digits_of(line(header, 7)));
}

void add_parties(Parties& parties, Header header) {
    const Party sender = party(line(header, 11));
    // Dots fill the place of a code that there is not.
    if (has_letter(sender.code) || has_digit(sender.code)) parties.add_sender(sender.code);
    parties.add_sender(sender.name);
    parties.add_subject(
        {.id = patient_code(header), .authority = {}, .born = parse_french_date(line(header, 7))});
}

std::optional<Content> read_lines(std::span<const std::string_view> lines) {
    Content content{.format = Format::hprim_medecin};
    Parties parties;
    std::size_t messages = 0;
    while (lines.size() >= hprim_medecin_header_lines) {
        const Header header = lines.first<hprim_medecin_header_lines>();
        if (!is_header(header, lines.subspan(hprim_medecin_header_lines))) {
            // A message all the same, where there is any text.
            if (std::ranges::any_of(lines, is_text)) parties.add_unreadable_header();
            break;
        }
        if (++messages == 1) add_fields(content, header);
        add_parties(parties, header);
        const auto end = std::ranges::find(lines, end_of_message, trimmed);
        if (end == lines.end()) break;
        lines = lines.subspan(static_cast<std::size_t>(end - lines.begin()) + 1);
    }
    if (messages == 0) return std::nullopt;
    content.is_batch = messages > 1;
    parties.move_into(content);
    return content;
}

}  // namespace

std::optional<Content> read_hprim_medecin(const Head& head) {
    if (head.charset == Charset::windows_1252 && looks_like_cp850(head.bytes)) {
        const std::string text = to_utf8(head.bytes, Charset::cp850);
        return read_lines(lines_of(text).ended);
    }
    return read_lines(lines_of(head.text).ended);
}

}  // namespace consign::policy::content
