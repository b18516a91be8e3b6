// The tables, as a list of steps that is only ever added to: docs/formats/database.md.
#pragma once

#include <filesystem>
#include <span>

#include "base/disk.hpp"
#include "base/result.hpp"
#include "storage/database/sqlite.hpp"

namespace consign::database {

/// Step n takes a database from version n to n + 1 (PRAGMA user_version).
[[nodiscard]] std::span<const char* const> migrations();

/// Runs the steps that the database lacks, each in a transaction with its number.
/// database_errc::newer where the database has more steps than there are here,
/// database_errc::not_ours where it is another program's (PRAGMA application_id).
/// What a long ledger's indexes are sorted in goes to nameless files beside the database, a little
/// memory at a time: all of it stands in the database as well, and sealed where it is there.
[[nodiscard]] Result<> migrate(Connection& connection,
                               std::span<const char* const> steps = migrations());

/// What migrate() refuses of the file, and that it is one of SQLite's, as its header tells without
/// SQLite (https://www.sqlite.org/fileformat.html, section 1.3). Changes nothing; a daemon may have
/// the file open, whose log may have a later header.
[[nodiscard]] Result<> check_header(Disk& disk, const std::filesystem::path& path);

/// 0: nothing was made in it yet.
[[nodiscard]] Result<std::size_t> version_of(Connection& connection);

/// Are the tables, indexes, triggers and views those that the migrations make, and no other?
/// database_errc::not_ours where one was added, or written anew: it could hide rows as they come.
[[nodiscard]] Result<> check_schema(Connection& connection);

}  // namespace consign::database
