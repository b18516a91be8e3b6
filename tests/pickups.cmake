# What `pickups:` and `deposits:` do.
consign_test(pickup_tests LABEL component
  SOURCES component/desk_pickups_tests.cpp component/expectations_tests.cpp
  LINKS consign_workers)
if(IS_DIRECTORY /dev/shm)
  set_property(TEST pickup_tests APPEND PROPERTY ENVIRONMENT TMPDIR=/dev/shm)
endif()
target_include_directories(pickup_tests PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
