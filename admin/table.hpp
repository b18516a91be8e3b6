// A table for people: columns aligned, two spaces between them, the last one ragged.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace consign::admin {

/// Columns are as wide as the first rows need; those rows are held back for that, later ones
/// stream, and push a column out of line where they are wider.
class Table {
  public:
    static constexpr std::size_t measured_rows = 500;

    struct Heading {
        std::string title;
        bool right_aligned = false;
    };

    Table(std::vector<Heading> headings, std::FILE* out);

    /// As many cells as there are headings. An empty one is shown as "-".
    void add(std::vector<std::string> cells);
    /// After the last row. Without rows, nothing is printed: no heading stands over nothing.
    void finish();

  private:
    void measure_and_print_held();
    void print(const std::vector<std::string>& cells);

    std::vector<Heading> headings_;
    std::FILE* out_;
    std::vector<std::vector<std::string>> held_;
    std::vector<std::size_t> widths_;  // empty: still measuring
};

/// `text` as a terminal may have it: control characters, those of U+0080 to U+009F among them, and
/// the marks that turn the direction of writing stand as \u{HHHH}. `text` is UTF-8.
[[nodiscard]] std::string safe_for_terminal(std::string_view text);

/// The same, of several lines: a line break stays one.
[[nodiscard]] std::string safe_lines_for_terminal(std::string_view text);

/// How many characters `text` (UTF-8) has; each is taken to be one column wide.
[[nodiscard]] std::size_t width_of(std::string_view text);

}  // namespace consign::admin
