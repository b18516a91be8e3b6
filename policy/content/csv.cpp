#include "policy/content/csv.hpp"

#include <algorithm>
#include <array>

#include "policy/content/text_pieces.hpp"

namespace consign::policy::content {

namespace {

constexpr std::size_t column_name_limit_bytes = 128;
constexpr std::size_t column_limit = 1024;
constexpr std::size_t records_compared = 8;

using Record = std::vector<std::string>;

bool ends_record(char byte) {
    return byte == '\r' || byte == '\n';
}

/// Takes the records of a text off its front (RFC 4180, any separator).
class Records {
  public:
    Records(std::string_view text, char separator) : rest_(text), separator_(separator) {}

    /// Nothing where the record is not formed rightly, or not ended: it may be cut.
    std::optional<Record> next() {
        Record record;
        for (;;) {
            auto cell = rest_.starts_with('"') ? quoted() : bare();
            if (!cell || rest_.empty() || record.size() == column_limit) return std::nullopt;
            record.push_back(std::move(*cell));
            if (ends_record(rest_.front())) {
                rest_.remove_prefix(rest_.starts_with("\r\n") ? 2 : 1);
                return record;
            }
            if (rest_.front() != separator_) return std::nullopt;
            rest_.remove_prefix(1);
        }
    }

    [[nodiscard]] bool at_end() const { return rest_.empty(); }

  private:
    std::optional<std::string> quoted() {
        std::string cell;
        for (;;) {
            const std::size_t end = rest_.find('"', 1);
            if (end == std::string_view::npos) return std::nullopt;
            cell += rest_.substr(1, end - 1);
            rest_.remove_prefix(end + 1);
            if (!rest_.starts_with('"')) return cell;
            cell.push_back('"');
        }
    }

    std::optional<std::string> bare() {
        const auto* const end = std::ranges::find_if(rest_, [&](char byte) {
            return byte == separator_ || byte == '"' || ends_record(byte);
        });
        std::string cell(rest_.begin(), end);
        rest_.remove_prefix(cell.size());
        return cell;
    }

    std::string_view rest_;
    char separator_;
};

/// Prose has blanks after its commas, and ends in a stop.
bool is_column_name(std::string_view cell) {
    return !cell.empty() && cell.size() <= column_name_limit_bytes && cell == trimmed(cell) &&
           cell == printable(cell) && !cell.ends_with('.') &&
           std::ranges::any_of(cell, [](char byte) {
               return is_letter(byte) || static_cast<unsigned char>(byte) >= 0x80;
           });
}

bool is_header(const Record& record) {
    if (record.size() < 2 || !std::ranges::all_of(record, is_column_name)) return false;
    Record sorted = record;
    std::ranges::sort(sorted);
    return std::ranges::adjacent_find(sorted) == sorted.end();
}

/// The header's names; nothing where the text is no such table.
std::optional<Record> columns(std::string_view text, char separator) {
    Records records(text, separator);
    auto header = records.next();
    if (!header || !is_header(*header)) return std::nullopt;
    std::size_t alike = 0;
    for (; alike < records_compared && !records.at_end(); ++alike) {
        const auto record = records.next();
        if (!record) break;  // the last one, cut
        if (record->size() != header->size()) return std::nullopt;
    }
    return alike > 0 ? header : std::nullopt;
}

/// Text holds no control bytes but those of its layout.
bool is_text(std::string_view text) {
    return std::ranges::none_of(text, [](char byte) {
        return static_cast<unsigned char>(byte) < ' ' && byte != '\t' && !ends_record(byte);
    });
}

std::string joined(const Record& record) {
    std::string names;
    for (const std::string& name : record) names.append(names.empty() ? "" : "^").append(name);
    return names;
}

}  // namespace

std::optional<Content> read_csv(const Head& head) {
    struct Separator {
        char byte;
        const char* name;
    };
    constexpr std::array separators{Separator{';', ";"}, Separator{'\t', "tab"},
                                    Separator{'|', "|"}, Separator{',', ","}};
    if (!is_text(head.text)) return std::nullopt;
    for (const Separator& separator : separators) {
        const auto names = columns(head.text, separator.byte);
        if (!names) continue;
        Content content{.format = Format::csv};
        const auto add = [&](const char* field, std::string value) {
            content.fields.push_back(
                {.name = FieldName::canonical(Dictionary::csv, field), .value = std::move(value)});
        };
        add("columns", joined(*names));
        add("separator", separator.name);
        return content;
    }
    return std::nullopt;
}

}  // namespace consign::policy::content
