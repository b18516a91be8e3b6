#include "storage/database/question.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "storage/database/offered_module.hpp"
#include "storage/database/watched_functions.hpp"

namespace consign::database {

namespace {

using std::chrono::steady_clock;

/// SQLite looks whether it is to stop at jumps alone, and none of its steps is interrupted: so no
/// single value may be large, no pattern long, and few steps be written in a row. A path of the
/// ledger, each byte of it shown as four letters, is the longest text that is asked about.
constexpr int value_limit_bytes = 32 * 1024;
constexpr int pattern_limit_bytes = 200;
constexpr int steps_between_looks = 500;

constexpr auto limits = std::to_array<std::pair<int, int>>({
    {SQLITE_LIMIT_LENGTH, value_limit_bytes},
    {SQLITE_LIMIT_SQL_LENGTH, question_limit_bytes},
    {SQLITE_LIMIT_COLUMN, 200},
    {SQLITE_LIMIT_EXPR_DEPTH, 100},
    {SQLITE_LIMIT_COMPOUND_SELECT, 50},
    {SQLITE_LIMIT_VDBE_OP, 5000},
    {SQLITE_LIMIT_FUNCTION_ARG, 32},
    {SQLITE_LIMIT_ATTACHED, 0},
    {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, pattern_limit_bytes},
    {SQLITE_LIMIT_VARIABLE_NUMBER, 0},
    {SQLITE_LIMIT_TRIGGER_DEPTH, 0},
    {SQLITE_LIMIT_WORKER_THREADS, 0},
});

/// In order. What is not here is refused: a build of SQLite may have functions that reach further.
constexpr auto functions = std::to_array<std::string_view>({"abs",
                                                            "acos",
                                                            "avg",
                                                            "ceil",
                                                            "ceiling",
                                                            "char",
                                                            "coalesce",
                                                            "count",
                                                            "cume_dist",
                                                            "date",
                                                            "datetime",
                                                            "dense_rank",
                                                            "exp",
                                                            "first_value",
                                                            "floor",
                                                            "format",
                                                            "glob",
                                                            "group_concat",
                                                            "hex",
                                                            "ifnull",
                                                            "iif",
                                                            "instr",
                                                            "json",
                                                            "json_array",
                                                            "json_array_length",
                                                            "json_extract",
                                                            "json_group_array",
                                                            "json_group_object",
                                                            "json_object",
                                                            "json_quote",
                                                            "json_type",
                                                            "json_valid",
                                                            "julianday",
                                                            "lag",
                                                            "last_value",
                                                            "lead",
                                                            "length",
                                                            "like",
                                                            "ln",
                                                            "log",
                                                            "log10",
                                                            "log2",
                                                            "lower",
                                                            "ltrim",
                                                            "max",
                                                            "min",
                                                            "mod",
                                                            "nth_value",
                                                            "ntile",
                                                            "nullif",
                                                            "percent_rank",
                                                            "pow",
                                                            "power",
                                                            "printf",
                                                            "quote",
                                                            "rank",
                                                            "replace",
                                                            "round",
                                                            "row_number",
                                                            "rtrim",
                                                            "sign",
                                                            "sqrt",
                                                            "strftime",
                                                            "substr",
                                                            "substring",
                                                            "sum",
                                                            "time",
                                                            "total",
                                                            "trim",
                                                            "trunc",
                                                            "typeof",
                                                            "unicode",
                                                            "unixepoch",
                                                            "upper"});
static_assert(std::ranges::is_sorted(functions));

/// SQLite's own, which read what they are given.
constexpr std::array<std::string_view, 2> json_tables{"json_each", "json_tree"};

/// A table's columns are made known when it is first met, by means that nobody who asks may use.
bool meet(sqlite3* handle, std::string_view table) {
    const std::string sql = "SELECT 1 FROM " + std::string(table);
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(handle, sql.data(), static_cast<int>(sql.size()), 0,
                                        &statement, nullptr);
    sqlite3_finalize(statement);
    return code == SQLITE_OK;
}

/// SQLite's own tables, and those that its pragmas are.
bool is_reserved(std::string_view table) {
    const auto starts_with = [table](std::string_view start) {
        return sqlite3_strnicmp(table.data(), start.data(), static_cast<int>(start.size())) == 0;
    };
    return starts_with("sqlite_") || starts_with("pragma_");
}

class Asking {
  public:
    using Tables = std::span<const std::unique_ptr<OfferedTable>>;

    Asking(Tables tables, const QuestionBounds& bounds)
        : tables_(tables),
          bounds_(bounds),
          deadline_(steady_clock::now() + bounds.time),
          memory_limit_(sqlite3_memory_used() + static_cast<sqlite3_int64>(bounds.working_bytes)) {}

    std::expected<QuestionAnswer, std::string> ask(std::string_view sql);

  private:
    struct Close {
        void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    };
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };

    bool open();
    [[nodiscard]] std::string error() const;
    [[nodiscard]] std::expected<QuestionAnswer, std::string> read(sqlite3_stmt* statement);

    [[nodiscard]] bool may_read(std::string_view table) const {
        return std::ranges::find(json_tables, table) != json_tables.end() ||
               std::ranges::any_of(
                   tables_, [table](const auto& offered) { return offered->name() == table; });
    }
    static int authorize(void* self, int action, const char* first, const char* second, const char*,
                         const char*);
    static int look(void* self);
    static bool may_go_on(void* self) { return look(self) == 0; }

    Tables tables_;
    const QuestionBounds& bounds_;
    const steady_clock::time_point deadline_;
    const sqlite3_int64 memory_limit_;
    std::string stopped_;  // why look() did
    std::unique_ptr<WatchedFunctions> functions_;
    std::unique_ptr<sqlite3, Close> handle_;
};

/// Without a column's name: rows are counted, and nothing of them is read. There, a question's own
/// tables (WITH) are named, too.
int Asking::authorize(void* self, int action, const char* first, const char* second, const char*,
                      const char*) {
    switch (action) {
        case SQLITE_SELECT:
        case SQLITE_RECURSIVE:
            return SQLITE_OK;
        case SQLITE_READ:
            return static_cast<Asking*>(self)->may_read(first) ||
                           (std::string_view(second).empty() && !is_reserved(first))
                       ? SQLITE_OK
                       : SQLITE_DENY;
        case SQLITE_FUNCTION: {
            std::string name(second);
            std::ranges::transform(name, name.begin(), [](char letter) {
                return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a')
                                                      : letter;
            });
            return std::ranges::binary_search(functions, name) ? SQLITE_OK : SQLITE_DENY;
        }
        default:
            return SQLITE_DENY;
    }
}

int Asking::look(void* self) {
    auto& asking = *static_cast<Asking*>(self);
    if (asking.bounds_.stop.stop_requested())
        asking.stopped_ = "the daemon is stopping";
    else if (steady_clock::now() > asking.deadline_)
        asking.stopped_ = "it takes too long; narrow it by sequence, time, account or session";
    else if (sqlite3_memory_used() > asking.memory_limit_)
        asking.stopped_ = "it needs too much memory; ask for fewer rows or columns";
    return asking.stopped_.empty() ? 0 : 1;
}

bool Asking::open() {
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(
        ":memory:", &handle,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
        nullptr);
    handle_.reset(handle);
    if (code != SQLITE_OK) return false;
    for (const auto& [option, value] :
         {std::pair(SQLITE_DBCONFIG_DEFENSIVE, 1), std::pair(SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
          std::pair(SQLITE_DBCONFIG_DQS_DML, 0), std::pair(SQLITE_DBCONFIG_DQS_DDL, 0),
          std::pair(SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0),
          std::pair(SQLITE_DBCONFIG_ENABLE_TRIGGER, 0), std::pair(SQLITE_DBCONFIG_ENABLE_VIEW, 0)})
        if (sqlite3_db_config(handle, option, value, nullptr) != SQLITE_OK) return false;
    // Nothing may reach a temporary file, and nothing be written at all.
    if (sqlite3_exec(handle, "PRAGMA temp_store = MEMORY; PRAGMA query_only = ON", nullptr, nullptr,
                     nullptr) != SQLITE_OK)
        return false;
    for (const auto& [limit, value] : limits) sqlite3_limit(handle, limit, value);
    functions_ = WatchedFunctions::install(handle, may_go_on, this);
    if (!functions_) return false;
    for (const auto& table : tables_)
        if (!offer(handle, *table) || !meet(handle, table->name())) return false;
    for (const std::string_view table : json_tables)
        if (!meet(handle, table)) return false;
    sqlite3_set_authorizer(handle, authorize, this);
    sqlite3_progress_handler(handle, steps_between_looks, look, this);
    return true;
}

std::string Asking::error() const {
    return stopped_.empty() ? std::string(sqlite3_errmsg(handle_.get())) : stopped_;
}

std::size_t size_of(const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return sizeof(Value) + text->size();
    if (const auto* bytes = std::get_if<Bytes>(&value)) return sizeof(Value) + bytes->size();
    return sizeof(Value);
}

Value column_of(sqlite3_stmt* statement, int column) {
    switch (sqlite3_column_type(statement, column)) {
        case SQLITE_INTEGER:
            return std::int64_t{sqlite3_column_int64(statement, column)};
        case SQLITE_FLOAT:
            if (const double number = sqlite3_column_double(statement, column);
                std::isfinite(number))
                return number;
            [[fallthrough]];  // "Inf", as SQLite writes it: JSON has no number for it
        case SQLITE_TEXT: {
            const auto* text =
                reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
            return std::string(text,
                               static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
        }
        case SQLITE_BLOB: {
            const auto* bytes =
                static_cast<const std::uint8_t*>(sqlite3_column_blob(statement, column));
            return Bytes(bytes, bytes + sqlite3_column_bytes(statement, column));
        }
        default:
            return {};
    }
}

std::expected<QuestionAnswer, std::string> Asking::read(sqlite3_stmt* statement) {
    QuestionAnswer answer;
    const int columns = sqlite3_column_count(statement);
    for (int i = 0; i < columns; ++i) {
        const char* name = sqlite3_column_name(statement, i);
        answer.columns.emplace_back(name == nullptr ? "" : name);
    }
    std::size_t taken_bytes = 0;
    for (;;) {
        const int code = sqlite3_step(statement);
        if (code == SQLITE_DONE) return answer;
        if (code != SQLITE_ROW) {
            // Whoever reads a table for it is stopped for the same reasons.
            static_cast<void>(look(this));
            return std::unexpected(error());
        }
        std::vector<Value> row;
        for (int i = 0; i < columns; ++i) row.push_back(column_of(statement, i));
        taken_bytes +=
            std::transform_reduce(row.begin(), row.end(), std::size_t{0}, std::plus(), size_of);
        if (answer.rows.size() == bounds_.rows || taken_bytes > bounds_.answer_bytes) {
            answer.more = true;
            return answer;
        }
        answer.rows.push_back(std::move(row));
    }
}

std::expected<QuestionAnswer, std::string> Asking::ask(std::string_view sql) {
    if (!open()) return std::unexpected("SQLite cannot be set up for a question");
    sqlite3_stmt* made = nullptr;
    const char* rest = nullptr;
    const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()), 0,
                                        &made, &rest);
    const std::unique_ptr<sqlite3_stmt, Finalize> statement(made);
    if (code != SQLITE_OK) return std::unexpected(error());
    if (!statement) return std::unexpected("there is no statement in it");
    const std::string_view tail(rest, sql.data() + sql.size());
    if (tail.find_first_not_of(" \t\r\n;") != std::string_view::npos)
        return std::unexpected("there is more than one statement in it; ask one at a time");
    if (sqlite3_stmt_readonly(statement.get()) == 0 || sqlite3_column_count(statement.get()) == 0)
        return std::unexpected("it is no SELECT");
    return read(statement.get());
}

}  // namespace

std::expected<QuestionAnswer, std::string> ask(
    std::string_view sql, std::span<const std::unique_ptr<OfferedTable>> tables,
    const QuestionBounds& bounds) {
    return Asking(tables, bounds).ask(sql);
}

}  // namespace consign::database
