// How the rows of an answer are shown: a table for people, JSON and CSV for programs.
#pragma once

#include <boost/json/object.hpp>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace consign::admin {

enum class Format { table, json, csv };

/// A column of the table.
struct Column {
    std::string title;
    std::function<std::string(const boost::json::object&)> cell;
    bool right_aligned = false;
};

class RowPrinter {
  public:
    virtual ~RowPrinter() = default;
    virtual void print(const boost::json::object& row) = 0;
    /// After the last row.
    virtual void finish() {}
};

/// JSON: one object a line, as it came. CSV: RFC 4180, a header line, then `fields` of each row.
/// Table: `columns`.
[[nodiscard]] std::unique_ptr<RowPrinter> make_row_printer(Format format,
                                                           std::vector<std::string> fields,
                                                           std::vector<Column> columns,
                                                           std::FILE* out);

/// A field of a row as text: a text as it is, a number in digits, null as nothing.
[[nodiscard]] std::string field_text(const boost::json::object& row, std::string_view field);
/// The column that shows one field.
[[nodiscard]] Column field_column(std::string title, std::string field, bool right_aligned = false);
/// The column that shows a moment to the second: "2026-11-24 06:17:00" (UTC).
[[nodiscard]] Column time_column(std::string title, std::string field);

/// --json and --csv, which exclude each other.
void add_format_flags(CLI::App& verb, Format& format);

}  // namespace consign::admin
