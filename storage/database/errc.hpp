// What can go wrong in the database that SQLite itself has no code for. SQLite's own codes have the
// category of storage/database/sqlite.hpp.
#pragma once

#include <system_error>

namespace consign::database {

enum class database_errc {
    bug = 1,             // a job threw: it was undone
    overloaded,          // too many jobs wait already
    newer,               // made by a newer version of this program
    not_ours,            // an SQLite file, but of another program
    altered_cell,        // a sealed cell does not open: changed, or moved from its row
    no_write_ahead_log,  // the file system cannot carry one
    undone,  // the group's transaction was lost under the job; another job's error caused it
    in_use,  // another program reads in it, so that its log cannot be copied
};

[[nodiscard]] std::error_code make_error_code(database_errc code);

}  // namespace consign::database

template <>
struct std::is_error_code_enum<consign::database::database_errc> : std::true_type {};
