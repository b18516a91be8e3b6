// `consign audit sql`: one question in SQL.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <memory>
#include <set>

#include "admin/asking.hpp"
#include "admin/audit.hpp"
#include "admin/door.hpp"
#include "admin/row_printer.hpp"

namespace consign::admin {

namespace {

namespace json = boost::json;

struct Query {
    std::string sql;
    bool schema = false;
    Format format = Format::table;
};

/// A name for each column, also where two have the same.
std::vector<std::string> names_of(const json::array& columns) {
    std::vector<std::string> names;
    std::set<std::string> taken;
    for (const auto& column : columns) {
        const std::string given(column.as_string());
        std::string name = given;
        for (int other = 2; !taken.insert(name).second; ++other)
            name = fmt::format("{}_{}", given, other);
        names.push_back(std::move(name));
    }
    return names;
}

/// The columns are known once the first row has come, which names them.
class AnswerPrinter {
  public:
    explicit AnswerPrinter(Format format) : format_(format) {}

    void print(const json::object& row) {
        if (const auto* columns = row.if_contains("columns")) return begin(columns->as_array());
        const json::array& values = row.at("values").as_array();
        json::object named;
        for (std::size_t i = 0; i < names_.size(); ++i) named.emplace(names_[i], values.at(i));
        printer_->print(named);
    }
    void finish() {
        if (printer_) printer_->finish();
    }

  private:
    void begin(const json::array& given) {
        names_ = names_of(given);
        std::vector<Column> columns;
        for (const auto& name : names_) columns.push_back(field_column(name, name));
        printer_ = make_row_printer(format_, names_, std::move(columns), stdout);
    }

    Format format_;
    std::vector<std::string> names_;
    std::unique_ptr<RowPrinter> printer_;
};

Outcome<> show_schema(const Command& command, Format format) {
    auto door = open_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    const auto printer =
        make_row_printer(format, {"table", "column", "type", "meaning"},
                         {field_column("TABLE", "table"), field_column("COLUMN", "column"),
                          field_column("TYPE", "type"), field_column("MEANING", "meaning")},
                         stdout);
    const auto answered = show_rows(**door, "audit.schema", {}, *printer);
    if (!answered) return std::unexpected(answered.error());
    return {};
}

Outcome<> ask(const Command& command, const Query& query) {
    if (query.schema) return show_schema(command, query.format);
    if (query.sql.empty())
        return failed("what is asked? give a SELECT, or --schema to see what there is to ask about",
                      exit_bad_command_line);
    auto door = open_door(command);
    if (!door) return std::unexpected(std::move(door).error());
    AnswerPrinter printer(query.format);
    const auto answered = (*door)->ask("audit.sql", {{"sql", query.sql}},
                                       [&](const json::object& row) { printer.print(row); });
    printer.finish();
    if (!answered) return std::unexpected(answered.error());
    if (const auto* more = answered->if_contains("more"); more && *more == true)
        fmt::print(stderr,
                   "consign: this is not all of it: an answer ends at {} rows, or 32 MiB; narrow "
                   "the question\n",
                   field_text(*answered, "rows"));
    else if (query.format == Format::table && field_text(*answered, "rows") == "0")
        fmt::print(stderr, "consign: no rows\n");
    return {};
}

}  // namespace

void add_audit_sql(CLI::App& audit, Command& command) {
    auto* verb = audit.add_subcommand(
        "sql", "One question in SQL to read-only tables, whose sealed fields are opened");
    const auto query = std::make_shared<Query>();
    verb->add_option("question", query->sql,
                     "A SELECT, e.g. \"SELECT account, sum(count) FROM event WHERE action = "
                     "'login_failed' GROUP BY account\"");
    verb->add_flag("--schema", query->schema, "List the tables and columns instead");
    add_format_flags(*verb, query->format);
    verb->callback(
        [&command, query] { command.verb = [&command, query] { return ask(command, *query); }; });
}

}  // namespace consign::admin
