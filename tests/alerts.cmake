consign_test(alerts_tests LABEL component
  SOURCES component/alerts_tests.cpp
  LINKS consign_workers)
target_include_directories(alerts_tests PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/component)
if(IS_DIRECTORY /dev/shm)
  set_property(TEST alerts_tests APPEND PROPERTY ENVIRONMENT TMPDIR=/dev/shm)
endif()
