# A VFS that makes each sync cost what it costs on a real disk, and tells what SQLite asked of it.
add_library(consign_slow_sync_vfs STATIC fault/slow_sync_vfs.cpp)
target_link_libraries(consign_slow_sync_vfs PUBLIC consign_flags PkgConfig::sqlite3)

consign_test(database_tests LABEL component
  SOURCES component/database_tests.cpp component/database_writer_tests.cpp component/log_sync_tests.cpp
  LINKS consign_database consign_slow_sync_vfs)
consign_test(question_tests LABEL component
  SOURCES component/question_tests.cpp
  LINKS consign_database)
consign_test(store_tests LABEL component
  SOURCES component/store_tests.cpp
  LINKS consign_storage)
