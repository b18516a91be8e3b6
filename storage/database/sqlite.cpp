#include "storage/database/sqlite.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <stdexcept>
#include <utility>

#include "storage/database/errc.hpp"
#include "storage/database/gathering_vfs.hpp"

namespace consign::database {

namespace {

class SqliteCategory final : public std::error_category {
  public:
    const char* name() const noexcept override { return "sqlite"; }
    std::string message(int code) const override { return sqlite3_errstr(code); }
};

class ConditionCategory final : public std::error_category {
  public:
    const char* name() const noexcept override { return "sqlite condition"; }
    std::string message(int condition) const override {
        switch (static_cast<sqlite_errc>(condition)) {
            case sqlite_errc::locked:
                return "the database is locked";
            case sqlite_errc::corrupt:
                return "the database file is damaged, or is none";
            case sqlite_errc::constraint:
                return "a constraint of the database was broken";
            case sqlite_errc::not_unique:
                return "such a row is in the database already";
            case sqlite_errc::full:
                return "the disk is full";
            case sqlite_errc::input_output:
                return "the database file cannot be read or written";
        }
        return "unknown database condition";
    }
    bool equivalent(const std::error_code& error, int condition) const noexcept override {
        if (error.category() != sqlite_category()) return false;
        const int primary = error.value() & 0xff;
        switch (static_cast<sqlite_errc>(condition)) {
            case sqlite_errc::locked:
                return primary == SQLITE_BUSY || primary == SQLITE_LOCKED;
            case sqlite_errc::corrupt:
                return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB;
            case sqlite_errc::constraint:
                return primary == SQLITE_CONSTRAINT;
            case sqlite_errc::not_unique:
                return error.value() == SQLITE_CONSTRAINT_UNIQUE;
            case sqlite_errc::full:
                return primary == SQLITE_FULL;
            case sqlite_errc::input_output:
                return primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN;
        }
        return false;
    }
};

std::error_code sqlite_error(int code) {
    return {code, sqlite_category()};
}

Result<> checked(int code) {
    if (code != SQLITE_OK) return failure(sqlite_error(code));
    return {};
}

/// A log that is as long as it may be leaves room for the database, and for others.
int long_log_pages_on(const std::filesystem::path& file) {
    constexpr std::uintmax_t page_bytes = 4096;
    std::error_code error;
    const auto space = std::filesystem::space(file, error);
    if (error) return Connection::long_log_pages;
    return static_cast<int>(std::clamp<std::uintmax_t>(
        space.capacity / Connection::log_part_of_disk / page_bytes, 1, Connection::long_log_pages));
}

/// SQLite makes its files 0644 less the umask; the WAL takes the mode of the database file.
Result<> make_private_file(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) return failure(std::error_code(errno, std::generic_category()));
    ::close(descriptor);
    return {};
}

}  // namespace

const std::error_category& sqlite_category() {
    static const SqliteCategory category;
    return category;
}

std::error_condition make_error_condition(sqlite_errc condition) {
    static const ConditionCategory category;
    return {static_cast<int>(condition), category};
}

void Connection::Close::operator()(sqlite3* handle) const {
    sqlite3_close_v2(handle);
}
void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

Connection::~Connection() = default;

Result<std::unique_ptr<Connection>> Connection::open(const std::filesystem::path& path, Mode mode) {
    if (mode == Mode::read_write) {
        if (const auto made = make_private_file(path); !made) return failure(made.error());
    }
    const int access = mode == Mode::read        ? SQLITE_OPEN_READONLY
                       : mode == Mode::in_memory ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY
                                                 : SQLITE_OPEN_READWRITE;
    sqlite3* handle = nullptr;
    const int code =
        sqlite3_open_v2(path.c_str(), &handle,
                        access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE,
                        gathering_vfs());
    std::unique_ptr<Connection> connection(new Connection(handle));
    if (code != SQLITE_OK) return failure(sqlite_error(code));
    if (mode == Mode::read_write) connection->long_log_pages_ = long_log_pages_on(path);
    if (const auto done = connection->configure(mode); !done) return failure(done.error());
    return connection;
}

Result<> Connection::configure(Mode mode) {
    sqlite3* const handle = handle_.get();
    sqlite3_busy_timeout(handle, busy_timeout_milliseconds);
    sqlite3_rollback_hook(
        handle, [](void* self) { ++static_cast<Connection*>(self)->undone_; }, this);
    for (const auto& [option, value] :
         {std::pair(SQLITE_DBCONFIG_DEFENSIVE, 1), std::pair(SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
          std::pair(SQLITE_DBCONFIG_DQS_DML, 0), std::pair(SQLITE_DBCONFIG_DQS_DDL, 0),
          // Ours has neither; one that somebody put there could hide rows as they are written.
          std::pair(SQLITE_DBCONFIG_ENABLE_TRIGGER, 0), std::pair(SQLITE_DBCONFIG_ENABLE_VIEW, 0)})
        if (const auto done = checked(sqlite3_db_config(handle, option, value, nullptr)); !done)
            return done;
    // temp_store: nothing may reach a temporary file. secure_delete: what is deleted is
    // overwritten.
    if (const auto done = run_script("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;"
                                     "PRAGMA secure_delete = ON; PRAGMA cell_size_check = ON;");
        !done)
        return done;
    if (mode == Mode::read) return run_script("PRAGMA query_only = ON");
    sqlite3_wal_autocheckpoint(handle, long_log_pages_);
    if (mode == Mode::in_memory) return {};
    {
        auto journal = query("PRAGMA journal_mode = WAL");
        const auto answered = journal.next();
        if (!answered) return failure(answered.error());
        // Where the file system cannot share memory, SQLite keeps another journal, and says so here
        // alone.
        if (!*answered || journal.text(0) != "wal")
            return failure(database_errc::no_write_ahead_log);
    }
    return run_script("PRAGMA synchronous = FULL");
}

Result<> Connection::run_script(const char* sql) {
    return checked(sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr));
}

Result<> Connection::commit_ahead() {
    log_ = log_of(handle_.get());
    if (log_ == nullptr) return run("COMMIT");
    owe_syncs(log_, true);
    const auto committed = run("COMMIT");
    owe_syncs(log_, false);
    return committed;
}

Result<> Connection::sync_log() {
    return log_ == nullptr ? Result<>() : checked(sync_owed(log_));
}

void Connection::copy_log() {
    if (sqlite3_file* const log = log_of(handle_.get())) forget_lost(log);
    (void)sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr,
                                    nullptr);
    log_pages_ = 0;  // the next commit tells
}

void Connection::copy_log_by_hand() {
    sqlite3_wal_hook(
        handle_.get(),
        [](void* self, sqlite3* /*handle*/, const char* /*name*/, int pages) {
            static_cast<Connection*>(self)->log_pages_ = pages;
            return SQLITE_OK;
        },
        this);
}

Result<bool> Connection::truncate_log() {
    if (sqlite3_file* const log = log_of(handle_.get())) forget_lost(log);
    sqlite3_busy_timeout(handle_.get(), truncate_timeout_milliseconds);
    const int code = sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE,
                                               nullptr, nullptr);
    sqlite3_busy_timeout(handle_.get(), busy_timeout_milliseconds);
    if (const auto done = checked(code); !done) {
        if (done.error() == sqlite_errc::locked) return false;
        return failure(done.error());
    }
    return true;
}

std::int64_t Connection::all_changes() const {
    return sqlite3_total_changes64(handle_.get());
}

std::int64_t Connection::changes() const {
    return sqlite3_changes64(handle_.get());
}
void Connection::end_snapshot() {
    if (in_transaction()) (void)run("ROLLBACK");
    ++undone_;
}

bool Connection::in_transaction() const {
    return sqlite3_get_autocommit(handle_.get()) == 0;
}

Statement::Statement(Connection& home, std::string_view sql) {
    auto cached = home.cache_.find(sql);
    if (cached == home.cache_.end()) cached = home.cache_.try_emplace(std::string(sql)).first;
    at_rest_ = &cached->second;
    if (!at_rest_->empty()) {
        statement_ = std::move(at_rest_->back());
        at_rest_->pop_back();
        return;
    }
    sqlite3_stmt* prepared = nullptr;
    note(sqlite3_prepare_v3(home.handle_.get(), sql.data(), static_cast<int>(sql.size()),
                            SQLITE_PREPARE_PERSISTENT, &prepared, nullptr));
    statement_.reset(prepared);
}

Statement::Statement(Statement&& other) noexcept = default;

Statement::~Statement() {
    if (!statement_) return;
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
    at_rest_->push_back(std::move(statement_));
}

void Statement::note(int code) {
    if (code != SQLITE_OK && !error_) error_ = sqlite_error(code);
}

void Statement::bind(std::int64_t value) {
    note(sqlite3_bind_int64(statement_.get(), ++bound_, value));
}

void Statement::bind(std::uint64_t value) {
    if (value > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
        throw std::out_of_range("an integer too large for SQLite");
    bind(static_cast<std::int64_t>(value));
}

void Statement::bind(std::string_view text) {
    // An empty view may have no memory at all, which SQLite would take for NULL.
    note(sqlite3_bind_text64(statement_.get(), ++bound_, text.empty() ? "" : text.data(),
                             text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::bind(ByteView blob) {
    if (blob.empty())
        note(sqlite3_bind_zeroblob(statement_.get(), ++bound_, 0));
    else
        note(sqlite3_bind_blob64(statement_.get(), ++bound_, blob.data(), blob.size(),
                                 SQLITE_TRANSIENT));
}

void Statement::bind(std::nullopt_t) {
    note(sqlite3_bind_null(statement_.get(), ++bound_));
}

Result<bool> Statement::next() {
    if (error_) return failure(error_);
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    note(code);
    return failure(error_);
}

Result<> Statement::run() {
    for (;;) {
        const auto row = next();
        if (!row) return failure(row.error());
        if (!*row) return {};
    }
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

std::uint64_t Statement::natural(int column) const {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(integer(column), 0));
}

std::string_view Statement::text(int column) const {
    return as_text(blob(column));
}

ByteView Statement::blob(int column) const {
    // The blob call never converts, also where the column is text; it comes before the size.
    const auto* const data =
        static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

Id Statement::id(int column) const {
    return Id::from_bytes(blob(column)).value_or(Id{});
}

Digest32 Statement::digest(int column) const {
    Digest32 digest{};
    const ByteView bytes = blob(column);
    if (bytes.size() == digest.size()) std::ranges::copy(bytes, digest.begin());
    return digest;
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

Watch::Watch(Connection& connection, std::function<bool()> is_over)
    : connection_(connection), is_over_(std::move(is_over)) {
    constexpr int steps_between_looks = 2000;
    sqlite3_progress_handler(
        connection_.handle_.get(), steps_between_looks,
        [](void* self) { return static_cast<Watch*>(self)->is_over_() ? 1 : 0; }, this);
}

Watch::~Watch() {
    sqlite3_progress_handler(connection_.handle_.get(), 0, nullptr, nullptr);
}

Result<Savepoint> Savepoint::begin(Connection& connection) {
    if (const auto begun = connection.run("SAVEPOINT part"); !begun) return failure(begun.error());
    return Savepoint(connection);
}

Savepoint::Savepoint(Connection& connection)
    : connection_(&connection), changes_before_(connection.all_changes()) {}

Savepoint::Savepoint(Savepoint&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)),
      changes_before_(other.changes_before_) {}

Savepoint::~Savepoint() {
    // Where SQLite gave the whole transaction up, the savepoint went with it.
    if (connection_ == nullptr || !connection_->in_transaction()) return;
    if (connection_->all_changes() != changes_before_) ++connection_->undone_;
    (void)connection_->run("ROLLBACK TO part");
    (void)connection_->run("RELEASE part");
}

Result<> Savepoint::release() {
    const auto released = connection_->run("RELEASE part");
    if (released) connection_ = nullptr;
    return released;
}

}  // namespace consign::database
