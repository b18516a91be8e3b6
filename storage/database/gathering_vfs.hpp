// SQLite's own VFS, but for the write-ahead log. A commit hands that log 24 bytes and a page, and
// again, for each page; here they reach the system in one call, before the sync that the commit
// asks for. Of a small commit, system calls were a fifth. One connection at a time may write: what
// a transaction that was given up had gathered is written by that connection's next call. And a
// commit may leave its sync to another thread.
// https://www.sqlite.org/vfs.html, https://www.sqlite.org/fileformat2.html#the_write_ahead_log
#pragma once

struct sqlite3;
struct sqlite3_file;

namespace consign::database {

/// Its name, for sqlite3_open_v2; registered at the first call. What is under it is the VFS that is
/// the process's default when a file is opened. Safe from several threads.
[[nodiscard]] const char* gathering_vfs();

/// The log of a connection that was opened by it; nullptr where it has none, or none yet. It lives
/// as long as the connection.
[[nodiscard]] sqlite3_file* log_of(sqlite3* connection);

/// Outside of transactions: what could not be written belonged to one that was undone.
void forget_lost(sqlite3_file* log);

/// While `on`, what a commit has written is owed its sync: xSync has written all that was gathered,
/// and returns. The sync of a log that begins anew is made nevertheless, as old frames may count
/// until then. For the time of a COMMIT alone: who copies the log relies on its syncs.
void owe_syncs(sqlite3_file* log, bool on);

/// The sync that is owed, an SQLite code: all that was written before is durable then. From any
/// thread, one at a time, also while the connection writes on.
[[nodiscard]] int sync_owed(sqlite3_file* log);

}  // namespace consign::database
