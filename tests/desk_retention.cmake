# What content is kept for, and what ends.
consign_test(desk_retention_tests LABEL component
  SOURCES component/desk_retention_tests.cpp component/clock_guard_tests.cpp component/forgetting_tests.cpp component/holds_tests.cpp component/subject_verbs_tests.cpp
  LINKS consign_workers)
if(IS_DIRECTORY /dev/shm)
  set_property(TEST desk_retention_tests APPEND PROPERTY ENVIRONMENT TMPDIR=/dev/shm)
endif()
target_include_directories(desk_retention_tests PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
