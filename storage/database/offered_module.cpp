#include "storage/database/offered_module.hpp"

#include <sqlite3.h>

#include <exception>
#include <string>

#include "storage/database/sqlite.hpp"

namespace consign::database {

namespace {

/// What SQLite's planner is told: it compares, and knows nothing of the ledger.
constexpr double all_rows = 1'000'000;
constexpr double rows_of_one_value = 1'000;
constexpr int idx_descending = 1;

struct Table : sqlite3_vtab {
    explicit Table(OfferedTable& offered) : sqlite3_vtab{}, table(offered) {}
    OfferedTable& table;
};

struct Cursor : sqlite3_vtab_cursor {
    Cursor() : sqlite3_vtab_cursor{} {}
    std::unique_ptr<OfferedTable::Rows> rows;
    sqlite3_int64 number = 0;
    bool at_end = false;
};

Table& table_of(sqlite3_vtab* table) {
    return *static_cast<Table*>(table);
}
Cursor& cursor_of(sqlite3_vtab_cursor* cursor) {
    return *static_cast<Cursor*>(cursor);
}

int failed(sqlite3_vtab* table, const std::string& why) {
    sqlite3_free(table->zErrMsg);
    table->zErrMsg = sqlite3_mprintf("%s", why.c_str());
    return SQLITE_ERROR;
}

/// No exception may pass through SQLite.
template <class Work>
int guarded(sqlite3_vtab* table, Work work) {
    try {
        const Result<> done = work();
        return done ? SQLITE_OK : failed(table, done.error().message());
    } catch (const std::exception&) {
        return failed(table, "a fault of this program");
    }
}

int connect(sqlite3* connection, void* offered, int, const char* const*, sqlite3_vtab** made,
            char** why) {
    auto& table = *static_cast<OfferedTable*>(offered);
    std::string declared = "CREATE TABLE t (";
    for (const auto& column : table.columns()) {
        if (declared.back() != '(') declared += ", ";
        declared += std::string("\"") + column.name + "\" " + column.type;
    }
    if (const int code = sqlite3_declare_vtab(connection, (declared + ")").c_str());
        code != SQLITE_OK) {
        *why = sqlite3_mprintf("%s", sqlite3_errmsg(connection));
        return code;
    }
    sqlite3_vtab_config(connection, SQLITE_VTAB_DIRECTONLY);
    *made = new Table(table);
    return SQLITE_OK;
}

int disconnect(sqlite3_vtab* table) {
    delete static_cast<Table*>(table);
    return SQLITE_OK;
}

std::optional<Restriction::Is> restriction_of(unsigned char op) {
    switch (op) {
        case SQLITE_INDEX_CONSTRAINT_EQ:
            return Restriction::Is::equal;
        case SQLITE_INDEX_CONSTRAINT_GT:
            return Restriction::Is::more;
        case SQLITE_INDEX_CONSTRAINT_GE:
            return Restriction::Is::at_least;
        case SQLITE_INDEX_CONSTRAINT_LT:
            return Restriction::Is::less;
        case SQLITE_INDEX_CONSTRAINT_LE:
            return Restriction::Is::at_most;
        default:
            return std::nullopt;
    }
}

/// The plan is a text of two bytes for each value that open() will be handed: its column, counted
/// from 'A', and what it is to be, counted from 'a'.
int best_index(sqlite3_vtab* vtab, sqlite3_index_info* info) {
    const auto columns = table_of(vtab).table.columns();
    std::string plan;
    double rows = all_rows;
    for (int i = 0; i < info->nConstraint; ++i) {
        const auto& constraint = info->aConstraint[i];
        const auto is = restriction_of(constraint.op);
        if (!is || constraint.usable == 0 || constraint.iColumn < 0) continue;
        if (!columns[static_cast<std::size_t>(constraint.iColumn)].is_sought) continue;
        if (std::string_view(sqlite3_vtab_collation(info, i)) != "BINARY") continue;
        plan += static_cast<char>('A' + constraint.iColumn);
        plan += static_cast<char>('a' + static_cast<int>(*is));
        info->aConstraintUsage[i].argvIndex = static_cast<int>(plan.size() / 2);
        if (*is == Restriction::Is::equal)
            rows = std::min(rows, constraint.iColumn == 0 ? 1 : rows_of_one_value);
        else
            rows = std::min(rows, all_rows / 4);
    }
    info->estimatedCost = rows;
    info->estimatedRows = static_cast<sqlite3_int64>(rows);
    if (info->nOrderBy == 1 && info->aOrderBy[0].iColumn == 0) {
        info->orderByConsumed = 1;
        if (info->aOrderBy[0].desc != 0) info->idxNum = idx_descending;
    }
    info->idxStr = sqlite3_mprintf("%s", plan.c_str());
    info->needToFreeIdxStr = 1;
    return info->idxStr == nullptr ? SQLITE_NOMEM : SQLITE_OK;
}

int open_cursor(sqlite3_vtab*, sqlite3_vtab_cursor** made) {
    *made = new Cursor;
    return SQLITE_OK;
}

int close_cursor(sqlite3_vtab_cursor* cursor) {
    delete static_cast<Cursor*>(cursor);
    return SQLITE_OK;
}

Value value_of(sqlite3_value* value) {
    switch (sqlite3_value_type(value)) {
        case SQLITE_INTEGER:
            return std::int64_t{sqlite3_value_int64(value)};
        case SQLITE_FLOAT:
            return sqlite3_value_double(value);
        case SQLITE_TEXT: {
            const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
            return std::string(text, static_cast<std::size_t>(sqlite3_value_bytes(value)));
        }
        case SQLITE_BLOB: {
            const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_value_blob(value));
            return Bytes(bytes, bytes + sqlite3_value_bytes(value));
        }
        default:
            return {};
    }
}

Result<> step(Cursor& cursor) {
    const auto more = cursor.rows->next();
    if (!more) return failure(more.error());
    cursor.at_end = !*more;
    ++cursor.number;
    return {};
}

int filter(sqlite3_vtab_cursor* base, int descending, const char* plan, int count,
           sqlite3_value** values) {
    return guarded(base->pVtab, [&]() -> Result<> {
        std::vector<Restriction> restrictions;
        for (int i = 0; i < count; ++i)
            restrictions.push_back({.column = plan[2 * i] - 'A',
                                    .is = static_cast<Restriction::Is>(plan[2 * i + 1] - 'a'),
                                    .value = value_of(values[i])});
        auto rows = table_of(base->pVtab).table.open(restrictions, descending == idx_descending);
        if (!rows) return failure(rows.error());
        Cursor& cursor = cursor_of(base);
        cursor.rows = *std::move(rows);
        cursor.number = 0;
        return step(cursor);
    });
}

int next(sqlite3_vtab_cursor* cursor) {
    return guarded(cursor->pVtab, [cursor] { return step(cursor_of(cursor)); });
}

int at_end(sqlite3_vtab_cursor* cursor) {
    return cursor_of(cursor).at_end ? 1 : 0;
}

struct Give {
    sqlite3_context* context;

    void operator()(std::monostate) const { sqlite3_result_null(context); }
    void operator()(std::int64_t number) const { sqlite3_result_int64(context, number); }
    void operator()(double number) const { sqlite3_result_double(context, number); }
    void operator()(const std::string& text) const {
        sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    }
    void operator()(const Bytes& bytes) const {
        sqlite3_result_blob64(context, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
    }
};

int column(sqlite3_vtab_cursor* cursor, sqlite3_context* context, int number) {
    return guarded(cursor->pVtab, [&]() -> Result<> {
        const auto value = cursor_of(cursor).rows->value(number);
        if (!value) return failure(value.error());
        std::visit(Give{context}, *value);
        return {};
    });
}

int row_id(sqlite3_vtab_cursor* cursor, sqlite3_int64* id) {
    *id = cursor_of(cursor).number;
    return SQLITE_OK;
}

/// Without xCreate: a table that is there by its name alone, and can be made under no other.
sqlite3_module module_of_offered() {
    sqlite3_module module{};
    module.xConnect = connect;
    module.xBestIndex = best_index;
    module.xDisconnect = disconnect;
    module.xDestroy = disconnect;
    module.xOpen = open_cursor;
    module.xClose = close_cursor;
    module.xFilter = filter;
    module.xNext = next;
    module.xEof = at_end;
    module.xColumn = column;
    module.xRowid = row_id;
    return module;
}

}  // namespace

Result<> offer(sqlite3* connection, OfferedTable& table) {
    static const sqlite3_module module = module_of_offered();
    const int code = sqlite3_create_module_v2(connection, table.name(), &module, &table, nullptr);
    if (code != SQLITE_OK) return failure(std::error_code(code, sqlite_category()));
    return {};
}

}  // namespace consign::database
