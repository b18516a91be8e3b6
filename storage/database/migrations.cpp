#include "storage/database/migrations.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>

#include "storage/database/errc.hpp"
#include "storage/database/rows.hpp"
#include "storage/database/step_10.hpp"
#include "storage/database/step_11.hpp"
#include "storage/database/step_12.hpp"
#include "storage/database/step_13.hpp"
#include "storage/database/step_14.hpp"
#include "storage/database/step_15.hpp"
#include "storage/database/step_3.hpp"
#include "storage/database/step_4.hpp"
#include "storage/database/step_5.hpp"
#include "storage/database/step_6.hpp"
#include "storage/database/step_7.hpp"
#include "storage/database/step_8.hpp"
#include "storage/database/step_9.hpp"

namespace consign::database {

namespace {

/// "CNSG"
constexpr std::int64_t application_id = 0x434e5347;

// The header of a file: https://www.sqlite.org/fileformat.html, section 1.3.
constexpr std::size_t header_bytes = 100;
constexpr std::size_t user_version_offset = 60;
constexpr std::size_t application_id_offset = 68;
constexpr std::string_view header_magic("SQLite format 3\0", 16);
constexpr int not_a_database = 26;  // SQLITE_NOTADB

constexpr const char* step_1 = R"sql(
CREATE TABLE files (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    stream     BLOB    NOT NULL UNIQUE CHECK (length(stream) = 16),
    size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
    sha256     BLOB    NOT NULL,
    depositor  TEXT    NOT NULL,
    collected  INTEGER NOT NULL DEFAULT 0,
    doomed     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX files_doomed ON files (doomed) WHERE doomed = 1;

CREATE TABLE nodes (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    parent     INTEGER REFERENCES nodes (id),
    kind       INTEGER NOT NULL CHECK (kind IN (1, 2)),
    name_index BLOB    NOT NULL,
    name       BLOB    NOT NULL,
    file       INTEGER REFERENCES files (id),
    made_by    TEXT    NOT NULL,
    temporary  INTEGER NOT NULL,
    modified   INTEGER NOT NULL,
    accessed   INTEGER NOT NULL,
    created    INTEGER NOT NULL,
    tree_bytes INTEGER NOT NULL DEFAULT 0 CHECK (tree_bytes >= 0),
    tree_files INTEGER NOT NULL DEFAULT 0 CHECK (tree_files >= 0),
    UNIQUE (parent, name_index),
    CHECK ((kind = 2) = (file IS NOT NULL))
) STRICT;
CREATE INDEX nodes_by_parent ON nodes (parent);
CREATE INDEX nodes_by_file ON nodes (file);
INSERT INTO nodes (id, parent, kind, name_index, name, made_by, temporary, modified, accessed, created)
    VALUES (1, NULL, 1, x'', x'', '', 0, 0, 0, 0);

CREATE TABLE uploads (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    stream     BLOB    NOT NULL UNIQUE CHECK (length(stream) = 16),
    account    TEXT    NOT NULL,
    parent     INTEGER NOT NULL REFERENCES nodes (id),
    name_index BLOB    NOT NULL,
    name       BLOB    NOT NULL,
    size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
    opened     INTEGER NOT NULL,
    touched    INTEGER NOT NULL,
    base       BLOB    NOT NULL CHECK (length(base) = 16),
    origin     TEXT    NOT NULL,
    fixed_bytes INTEGER NOT NULL CHECK (fixed_bytes >= 0),
    UNIQUE (account, parent, name_index)
) STRICT;
CREATE INDEX uploads_by_parent ON uploads (parent);

CREATE TABLE chain (
    only       INTEGER PRIMARY KEY CHECK (only = 1),
    id         BLOB    NOT NULL CHECK (length(id) = 16)
) STRICT;

CREATE TABLE events (
    sequence    INTEGER PRIMARY KEY,
    time        INTEGER NOT NULL,
    action      INTEGER NOT NULL,
    outcome     INTEGER NOT NULL,
    session     BLOB    NOT NULL,
    account     TEXT    NOT NULL,
    protocol    TEXT    NOT NULL,
    rule        TEXT    NOT NULL,
    detail      TEXT    NOT NULL,
    stream      BLOB    NOT NULL,
    bytes       INTEGER NOT NULL,
    count       INTEGER NOT NULL,
    policy      BLOB    NOT NULL,
    commitments BLOB    NOT NULL,
    personal    BLOB,
    hash        BLOB    NOT NULL
) STRICT;
CREATE INDEX events_by_account ON events (account);
CREATE INDEX events_by_session ON events (session);
CREATE INDEX events_by_time ON events (time);

CREATE TABLE sessions (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    session       BLOB    NOT NULL UNIQUE,
    protocol      TEXT    NOT NULL,
    listener      TEXT    NOT NULL,
    address       BLOB    NOT NULL,
    client        TEXT    NOT NULL,
    algorithms    TEXT    NOT NULL,
    account       TEXT    NOT NULL,
    login_methods TEXT    NOT NULL,
    started       INTEGER NOT NULL,
    ended         INTEGER,
    end_reason    TEXT    NOT NULL,
    files_in      INTEGER NOT NULL,
    files_out     INTEGER NOT NULL,
    bytes_in      INTEGER NOT NULL,
    bytes_out     INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_account ON sessions (account);
CREATE INDEX sessions_by_start ON sessions (started);
CREATE INDEX sessions_open ON sessions (id) WHERE ended IS NULL;
)sql";

/// What a name is to others; classes, and what terms depend on.
constexpr const char* step_2 = R"sql(
ALTER TABLE nodes RENAME COLUMN temporary TO standing;
ALTER TABLE files ADD COLUMN last_pickup INTEGER;

CREATE TABLE file_classes (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    file       INTEGER NOT NULL REFERENCES files (id),
    class      TEXT    NOT NULL,
    rule       TEXT    NOT NULL,
    deposited  INTEGER NOT NULL,
    UNIQUE (file, class)
) STRICT;
CREATE INDEX file_classes_by_class ON file_classes (class);

CREATE TABLE recipients (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    file       INTEGER NOT NULL REFERENCES files (id),
    node       INTEGER,
    collected  INTEGER,
    UNIQUE (file, node)
) STRICT;

CREATE TABLE subjects (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    subject_index BLOB    NOT NULL UNIQUE CHECK (length(subject_index) = 16),
    facts         BLOB    NOT NULL
) STRICT;

CREATE TABLE class_subjects (
    life       INTEGER NOT NULL REFERENCES file_classes (id),
    subject    INTEGER NOT NULL REFERENCES subjects (id),
    PRIMARY KEY (life, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX class_subjects_by_subject ON class_subjects (subject);

CREATE TABLE subject_activity (
    subject    INTEGER NOT NULL REFERENCES subjects (id),
    class      TEXT    NOT NULL,
    last       INTEGER NOT NULL,
    PRIMARY KEY (subject, class)
) STRICT, WITHOUT ROWID;
)sql";

constexpr std::array all_steps{step_1, step_2,  step_3,  step_4,  step_5,  step_6,  step_7, step_8,
                               step_9, step_10, step_11, step_12, step_13, step_14, step_15};

Result<std::int64_t> number(Connection& connection, const char* pragma) {
    auto query = connection.query(pragma);
    const auto row = query.next();
    if (!row) return failure(row.error());
    return query.integer(0);
}

Result<> run_step(Connection& connection, const char* step, std::size_t version) {
    // A failure in the middle leaves the transaction open; it must not outlive this function.
    const std::string end = "PRAGMA application_id = " + std::to_string(application_id) +
                            "; PRAGMA user_version = " + std::to_string(version) + "; COMMIT;";
    for (const char* const part : {"BEGIN IMMEDIATE", step, end.c_str()}) {
        if (const auto done = connection.run_script(part); !done) {
            if (connection.in_transaction()) (void)connection.run_script("ROLLBACK");
            return done;
        }
    }
    return {};
}

/// A text for SQL, in quotes.
std::string in_quotes(std::string_view text) {
    std::string sql = "'";
    for (const char letter : text)
        sql += letter == '\'' ? std::string("''") : std::string(1, letter);
    return sql + "'";
}

/// For as long as it lives, SQLite sorts in files of the database's own folder. In memory it would
/// take some hundred megabytes for ten million events.
class SortingOnDisk {
  public:
    explicit SortingOnDisk(Connection& connection) : connection_(connection) {}
    SortingOnDisk(const SortingOnDisk&) = delete;
    SortingOnDisk& operator=(const SortingOnDisk&) = delete;
    ~SortingOnDisk() {
        (void)connection_.run_script(
            "PRAGMA temp_store = MEMORY; PRAGMA temp_store_directory = ''");
    }
    [[nodiscard]] Result<> begin() {
        std::filesystem::path file;
        {
            auto query = connection_.query("PRAGMA database_list");
            if (const auto row = query.next(); !row) return failure(row.error());
            file = query.text(2);
        }
        if (file.empty()) return {};  // it is in memory itself
        const std::string folder = file.parent_path().string();
        return connection_.run_script(
            ("PRAGMA temp_store = FILE; PRAGMA temp_store_directory = " + in_quotes(folder))
                .c_str());
    }

  private:
    Connection& connection_;
};

/// True where nobody has made a table in it.
Result<bool> is_empty(Connection& connection) {
    auto query = connection.query("SELECT 1 FROM sqlite_schema");
    const auto row = query.next();
    if (!row) return failure(row.error());
    return !*row;
}

}  // namespace

std::span<const char* const> migrations() {
    return all_steps;
}

Result<> check_header(Disk& disk, const std::filesystem::path& path) {
    const auto file = disk.open(path, Disk::Access::read);
    if (!file) return failure(file.error());
    std::array<std::uint8_t, header_bytes> header{};
    const auto count = (*file)->read_at(0, header);
    if (!count) return failure(count.error());
    const auto number_at = [&header](std::size_t offset) {
        return ByteReader(ByteView(header).subspan(offset, 4)).u32();
    };
    if (!std::ranges::equal(ByteView(header).first(header_magic.size()), as_bytes(header_magic)))
        return failure(std::error_code(not_a_database, sqlite_category()));
    if (const auto owner = number_at(application_id_offset); owner != application_id && owner != 0)
        return failure(database_errc::not_ours);
    if (number_at(user_version_offset) > all_steps.size()) return failure(database_errc::newer);
    return {};
}

Result<std::size_t> version_of(Connection& connection) {
    const auto version = number(connection, "PRAGMA user_version");
    if (!version) return failure(version.error());
    if (*version < 0) return failure(database_errc::not_ours);
    return static_cast<std::size_t>(*version);
}

Result<> migrate(Connection& connection, std::span<const char* const> steps) {
    const auto owner = number(connection, "PRAGMA application_id");
    if (!owner) return failure(owner.error());
    if (*owner != application_id) {
        const auto empty = is_empty(connection);
        if (!empty) return failure(empty.error());
        if (!*empty || *owner != 0) return failure(database_errc::not_ours);
    }
    const auto version = version_of(connection);
    if (!version) return failure(version.error());
    std::size_t done_steps = *version;
    if (done_steps > steps.size()) return failure(database_errc::newer);
    if (done_steps == steps.size()) return {};
    SortingOnDisk sorting(connection);
    // What is made anew has nothing to sort.
    if (done_steps > 0)
        if (auto begun = sorting.begin(); !begun) return begun;
    for (; done_steps < steps.size(); ++done_steps)
        if (const auto done = run_step(connection, steps[done_steps], done_steps + 1); !done)
            return done;
    return {};
}

namespace {

/// Every table, index, trigger and view, as it was written.
Result<std::vector<std::string>> schema_of(Connection& connection) {
    return rows_of(
        connection.query("SELECT type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, '')"
                         " FROM sqlite_schema ORDER BY type, name"),
        [](const Statement& row) { return std::string(row.text(0)); });
}

}  // namespace

Result<> check_schema(Connection& connection) {
    const auto fresh = Connection::open({}, Connection::Mode::in_memory);
    if (!fresh) return failure(fresh.error());
    if (const auto made = migrate(**fresh); !made) return made;
    const auto expected = schema_of(**fresh);
    if (!expected) return failure(expected.error());
    const auto found = schema_of(connection);
    if (!found) return failure(found.error());
    if (*found != *expected) return failure(database_errc::not_ours);
    return {};
}

}  // namespace consign::database
