// SQLite's own VFS, but for the write-ahead log: a commit hands that log 24 bytes and a page, and
// again, for each page; here they reach the system in one call, before the sync that the commit
// asks for. Of a small commit, system calls were a fifth. One connection at a time may write: what
// a transaction that was given up had gathered is written by that connection's next call.
// https://www.sqlite.org/vfs.html
#pragma once

namespace consign::database {

/// Its name, for sqlite3_open_v2; registered at the first call. What is under it is the VFS that is
/// the process's default when a file is opened. Safe from several threads.
[[nodiscard]] const char* gathering_vfs();

}  // namespace consign::database
