#include "storage/database/watched_functions.hpp"

#include <sqlite3.h>

#include <array>
#include <string_view>
#include <vector>

namespace consign::database {

namespace {

struct Named {
    const char* name;
    int arguments;
    std::string_view itself;  // SQLite's own, as it is asked
    bool trims = false;
};
constexpr auto named = std::to_array<Named>({{"instr", 2, "SELECT instr(?, ?)"},
                                             {"replace", 3, "SELECT replace(?, ?, ?)"},
                                             {"trim", 2, "SELECT trim(?, ?)", true},
                                             {"ltrim", 2, "SELECT ltrim(?, ?)", true},
                                             {"rtrim", 2, "SELECT rtrim(?, ?)", true},
                                             {"like", 2, "SELECT like(?, ?)"},
                                             {"like", 3, "SELECT like(?, ?, ?)"},
                                             {"glob", 2, "SELECT glob(?, ?)"}});

struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

}  // namespace

struct WatchedFunctions::Function {
    Rest* home = nullptr;
    const Named* named = nullptr;
    std::unique_ptr<sqlite3_stmt, Finalize> statement{};

    static void call(sqlite3_context* context, int count, sqlite3_value** values);
};

struct WatchedFunctions::Rest {
    bool (*may_go_on)(void*);
    void* self;
    std::unique_ptr<sqlite3, Close> handle{};  // a database with nothing in it
    std::array<Function, named.size()> functions{};
};

void WatchedFunctions::Function::call(sqlite3_context* context, int count, sqlite3_value** values) {
    const auto& function = *static_cast<Function*>(sqlite3_user_data(context));
    const Rest& rest = *function.home;
    if (!rest.may_go_on(rest.self)) return sqlite3_result_error(context, "interrupted", -1);
    if (function.named->trims && sqlite3_value_bytes(values[1]) > trimmed_limit_bytes)
        return sqlite3_result_error(context, "too many characters to trim", -1);
    sqlite3_stmt* const statement = function.statement.get();
    for (int i = 0; i < count; ++i)
        if (sqlite3_bind_value(statement, i + 1, values[i]) != SQLITE_OK)
            return sqlite3_result_error(context, sqlite3_errmsg(rest.handle.get()), -1);
    if (sqlite3_step(statement) == SQLITE_ROW)
        sqlite3_result_value(context, sqlite3_column_value(statement, 0));
    else
        sqlite3_result_error(context, sqlite3_errmsg(rest.handle.get()), -1);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
}

WatchedFunctions::WatchedFunctions(std::unique_ptr<Rest> rest) : rest_(std::move(rest)) {}

WatchedFunctions::~WatchedFunctions() = default;

std::unique_ptr<WatchedFunctions> WatchedFunctions::install(sqlite3* handle,
                                                            bool (*may_go_on)(void*), void* self) {
    auto rest = std::make_unique<Rest>(may_go_on, self);
    sqlite3* own = nullptr;
    const int code =
        sqlite3_open_v2(":memory:", &own,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX, nullptr);
    rest->handle.reset(own);
    if (code != SQLITE_OK) return nullptr;
    for (const int limit : {SQLITE_LIMIT_LENGTH, SQLITE_LIMIT_LIKE_PATTERN_LENGTH})
        sqlite3_limit(own, limit, sqlite3_limit(handle, limit, -1));
    for (std::size_t i = 0; i < named.size(); ++i) {
        const Named& one = named[i];
        Function& function = rest->functions[i];
        function.home = rest.get();
        function.named = &one;
        sqlite3_stmt* statement = nullptr;
        const int prepared =
            sqlite3_prepare_v3(own, one.itself.data(), static_cast<int>(one.itself.size()),
                               SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
        function.statement.reset(statement);
        if (prepared != SQLITE_OK ||
            sqlite3_create_function_v2(handle, one.name, one.arguments,
                                       SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                                       &function, Function::call, nullptr, nullptr,
                                       nullptr) != SQLITE_OK)
            return nullptr;
    }
    return std::unique_ptr<WatchedFunctions>(new WatchedFunctions(std::move(rest)));
}

}  // namespace consign::database
