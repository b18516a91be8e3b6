# What reports tell.
consign_test(reports_tests LABEL component
  SOURCES component/blast_radius_tests.cpp component/register_verbs_tests.cpp component/weak_verbs_tests.cpp
  LINKS consign_workers)
if(IS_DIRECTORY /dev/shm)
  set_property(TEST reports_tests APPEND PROPERTY ENVIRONMENT TMPDIR=/dev/shm)
endif()
target_include_directories(reports_tests PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
