# Deliveries to targets, and what is pulled from them.
consign_test(deliveries_tests LABEL component
  SOURCES component/deliveries_tests.cpp component/delivery_targets_tests.cpp component/folder_far_end_tests.cpp component/pulls_tests.cpp
  LINKS consign_workers)
target_include_directories(deliveries_tests PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
if(IS_DIRECTORY /dev/shm)
  set_property(TEST deliveries_tests APPEND PROPERTY ENVIRONMENT TMPDIR=/dev/shm)
endif()
consign_test(ftp_answers_tests LABEL unit
  SOURCES unit/ftp_answers_tests.cpp
  LINKS consign_far_ends)
