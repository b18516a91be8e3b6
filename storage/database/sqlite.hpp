// The one door to SQLite: connections, cached prepared statements, savepoints, errors; nothing
// else. SQLite's extended result codes are values of sqlite_category(); the few that callers tell
// apart equal a condition of their own (`error == sqlite_errc::locked`). Error texts carry no path
// and no content. One thread at a time for a Connection and all that stems from it, but for
// sync_log().
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"

struct sqlite3;
struct sqlite3_file;
struct sqlite3_stmt;

namespace consign::database {

[[nodiscard]] const std::error_category& sqlite_category();

/// What callers tell apart; every extended code of the kind equals it. `not_unique` is one of
/// `constraint`: a row with these values is there.
enum class sqlite_errc { locked = 1, corrupt, constraint, not_unique, full, input_output };
[[nodiscard]] std::error_condition make_error_condition(sqlite_errc condition);

class Connection;

/// One run of a prepared statement. Goes back to its connection's cache when destroyed.
/// A failure to prepare or to bind is told by the first next() or run().
class Statement {
  public:
    Statement(Statement&& other) noexcept;
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement();

    /// The value of the next `?`, from left to right.
    void bind(std::int64_t value);
    void bind(
        std::uint64_t value);  // SQLite's integers are signed: at most 2^63 - 1, else it throws
    void bind(std::string_view text);
    void bind(ByteView blob);
    void bind(std::nullopt_t null);
    void bind(bool value) { bind(std::int64_t{value}); }
    void bind(const std::string& text) { bind(std::string_view(text)); }
    void bind(const char* text) { bind(std::string_view(text)); }
    void bind(const Bytes& blob) { bind(ByteView(blob)); }
    void bind(const Digest32& blob) { bind(ByteView(blob)); }
    void bind(const Id& id) { bind(ByteView(id.bytes())); }
    void bind(Timestamp time) { bind(to_microseconds(time)); }
    template <class T>
    void bind(const std::optional<T>& value) {
        if (value)
            bind(*value);
        else
            bind(std::nullopt);
    }

    /// True: a row is there to be read. False: there are no more.
    [[nodiscard]] Result<bool> next();
    /// To the end, passing over rows.
    [[nodiscard]] Result<> run();

    // Columns of the row, from 0. Views are valid until the next next().
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::uint64_t natural(int column) const;
    [[nodiscard]] std::string_view text(int column) const;
    [[nodiscard]] ByteView blob(int column) const;
    [[nodiscard]] Timestamp time(int column) const { return from_microseconds(integer(column)); }
    /// Nil where the blob is not 16 bytes.
    [[nodiscard]] Id id(int column) const;
    /// Zeros where the blob is not 32 bytes.
    [[nodiscard]] Digest32 digest(int column) const;
    [[nodiscard]] bool is_null(int column) const;

  private:
    friend class Connection;
    Statement(Connection& home, std::string_view sql);
    void note(int code);

    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    using Prepared = std::unique_ptr<sqlite3_stmt, Finalize>;

    std::vector<Prepared>* at_rest_;  // where it came from, and goes back to
    Prepared statement_;
    int bound_ = 0;
    std::error_code error_;
};

class Connection {
  public:
    enum class Mode {
        read_write,  // makes the file, mode 0600, where it is missing
        read,        // every change is refused by SQLite itself
        in_memory,   // no file: `path` is not looked at
    };
    /// WAL with synchronous=FULL, foreign keys, no temporary files, erased pages overwritten, and
    /// SQLite's defences on. sqlite_errc::corrupt where the file is no database.
    [[nodiscard]] static Result<std::unique_ptr<Connection>> open(const std::filesystem::path& path,
                                                                  Mode mode);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    /// A statement with its `?` bound in order. Prepared once, then cached by its text.
    template <class... Values>
    [[nodiscard]] Statement query(std::string_view sql, const Values&... values) {
        Statement statement(*this, sql);
        (statement.bind(values), ...);
        return statement;
    }
    /// query(...).run()
    template <class... Values>
    [[nodiscard]] Result<> run(std::string_view sql, const Values&... values) {
        return query(sql, values...).run();
    }
    /// Several statements without parameters.
    [[nodiscard]] Result<> run_script(const char* sql);

    /// COMMIT, and leaves the log's sync to sync_log(): others see the changes at once, and until
    /// then a power cut may take them. What SQLite syncs for other ends it syncs as ever.
    [[nodiscard]] Result<> commit_ahead();
    /// Makes durable what was committed ahead before this begins. From any thread, one at a time,
    /// also while the connection is in use. After an error nobody knows what of it is on the disk.
    [[nodiscard]] Result<> sync_log();
    /// After copy_log_by_hand(): copy_log() is due.
    [[nodiscard]] bool has_long_log() const { return log_pages_ >= long_log_pages_; }
    /// Copies the log into the file, so that the next commit begins it anew; where a reader needs
    /// it to stay, or the disk fails, it grows on until the next copy. Outside transactions, and by
    /// the one connection that writes: up to SQLite 3.51.2 a copy beside a writer can lose commits
    /// (https://www.sqlite.org/wal.html#walresetbug).
    void copy_log();
    /// From now on no COMMIT copies a long log by itself.
    void copy_log_by_hand();
    /// Copies the write-ahead log into the file, and cuts it to nothing: until then it holds pages
    /// as they were. False where a reader, or another writer, is still in the way after
    /// `truncate_timeout_milliseconds`. Outside transactions.
    [[nodiscard]] Result<bool> truncate_log();

    /// Rows changed by the last statement.
    [[nodiscard]] std::int64_t changes() const;
    /// False outside BEGIN ... COMMIT; also after SQLite itself gave a transaction up (disk full).
    [[nodiscard]] bool in_transaction() const;

    /// Grows whenever a change is undone, or a snapshot ends: what was learned from rows before
    /// may be so no longer.
    [[nodiscard]] std::uint64_t undone() const { return undone_; }
    /// Ends the transaction of a snapshot, if there is one still.
    void end_snapshot();

    /// How long a lock of another process is waited for.
    static constexpr int busy_timeout_milliseconds = 5000;
    /// How long the writer waits, so that the log can be cut.
    static constexpr int truncate_timeout_milliseconds = 250;
    /// Of 4 KiB each; on a small file system as many as make a part of it.
    static constexpr int long_log_pages = 8192;
    static constexpr int log_part_of_disk = 32;

  private:
    friend class Statement;
    friend class Savepoint;
    friend class Watch;
    struct Close {
        void operator()(sqlite3* handle) const;
    };
    struct HashText {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>()(text);
        }
    };

    explicit Connection(sqlite3* handle) : handle_(handle) {}
    /// Rows changed so far, undone or not.
    [[nodiscard]] std::int64_t all_changes() const;
    [[nodiscard]] Result<> configure(Mode mode);

    std::unique_ptr<sqlite3, Close> handle_;
    sqlite3_file* log_ = nullptr;  // what was committed ahead is there; guarded by its users' order
    int log_pages_ = 0;            // after this connection's last commit
    int long_log_pages_ = long_log_pages;
    std::uint64_t undone_ = 0;
    /// Statements at rest, by their text; a text in use twice at once has two.
    std::unordered_map<std::string, std::vector<Statement::Prepared>, HashText, std::equal_to<>>
        cache_;
};

/// While it lives, a statement of the connection fails soon after `is_over` says so: for work that
/// somebody else decides on. One at a time.
class Watch {
  public:
    Watch(Connection& connection, std::function<bool()> is_over);
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    ~Watch();

  private:
    Connection& connection_;
    std::function<bool()> is_over_;
};

/// A part of a transaction that can be undone alone. Undone when destroyed without release().
class Savepoint {
  public:
    [[nodiscard]] static Result<Savepoint> begin(Connection& connection);
    Savepoint(Savepoint&& other) noexcept;
    Savepoint(const Savepoint&) = delete;
    Savepoint& operator=(const Savepoint&) = delete;
    ~Savepoint();

    [[nodiscard]] Result<> release();

  private:
    explicit Savepoint(Connection& connection);

    Connection* connection_;
    std::int64_t changes_before_;
};

}  // namespace consign::database

template <>
struct std::is_error_condition_enum<consign::database::sqlite_errc> : std::true_type {};
