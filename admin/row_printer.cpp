#include "admin/row_printer.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>

#include "admin/csv.hpp"
#include "admin/table.hpp"

namespace consign::admin {

namespace {

namespace json = boost::json;

class JsonPrinter final : public RowPrinter {
  public:
    explicit JsonPrinter(std::FILE* out) : out_(out) {}
    void print(const json::object& row) override { fmt::print(out_, "{}\n", json::serialize(row)); }

  private:
    std::FILE* out_;
};

class CsvPrinter final : public RowPrinter {
  public:
    CsvPrinter(std::vector<std::string> fields, std::FILE* out)
        : fields_(std::move(fields)), out_(out) {
        fmt::print(out_, "{}", csv_record(fields_));
    }
    void print(const json::object& row) override {
        std::vector<std::string> record;
        for (const auto& field : fields_) record.push_back(field_text(row, field));
        fmt::print(out_, "{}", csv_record(record));
    }

  private:
    std::vector<std::string> fields_;
    std::FILE* out_;
};

class TablePrinter final : public RowPrinter {
  public:
    TablePrinter(std::vector<Column> columns, std::FILE* out)
        : columns_(std::move(columns)), table_(headings(columns_), out) {}
    void print(const json::object& row) override {
        std::vector<std::string> cells;
        for (const auto& column : columns_) cells.push_back(column.cell(row));
        table_.add(std::move(cells));
    }
    void finish() override { table_.finish(); }

  private:
    static std::vector<Table::Heading> headings(const std::vector<Column>& columns) {
        std::vector<Table::Heading> headings;
        for (const auto& column : columns) headings.push_back({column.title, column.right_aligned});
        return headings;
    }

    std::vector<Column> columns_;
    Table table_;
};

}  // namespace

std::unique_ptr<RowPrinter> make_row_printer(Format format, std::vector<std::string> fields,
                                             std::vector<Column> columns, std::FILE* out) {
    switch (format) {
        case Format::json:
            return std::make_unique<JsonPrinter>(out);
        case Format::csv:
            return std::make_unique<CsvPrinter>(std::move(fields), out);
        case Format::table:
            break;
    }
    return std::make_unique<TablePrinter>(std::move(columns), out);
}

std::string field_text(const json::object& row, std::string_view field) {
    const auto* value = row.if_contains(field);
    if (!value || value->is_null()) return {};
    if (const auto* text = value->if_string()) return std::string(*text);
    // For people: 0.3, where JSON has 3.0000000000000004E-1.
    if (const auto* real = value->if_double()) return fmt::format("{:.15g}", *real);
    return json::serialize(*value);
}

Column field_column(std::string title, std::string field, bool right_aligned) {
    return {std::move(title),
            [field = std::move(field)](const json::object& row) { return field_text(row, field); },
            right_aligned};
}

Column time_column(std::string title, std::string field) {
    return {std::move(title), [field = std::move(field)](const json::object& row) {
                constexpr std::size_t to_the_second = 19;
                std::string text = field_text(row, field).substr(0, to_the_second);
                if (const auto letter = text.find('T'); letter != std::string::npos)
                    text[letter] = ' ';
                return text;
            }};
}

void add_format_flags(CLI::App& verb, Format& format) {
    auto* as_json = verb.add_flag_callback(
        "--json", [&format] { format = Format::json; }, "One JSON object a line, with every field");
    auto* as_csv = verb.add_flag_callback(
        "--csv", [&format] { format = Format::csv; },
        "RFC 4180, with every field. Names may begin with = + - or @: import them as text");
    as_json->excludes(as_csv);
}

}  // namespace consign::admin
