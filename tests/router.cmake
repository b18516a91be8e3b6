# What becomes of deposits without a peer.
consign_test(router_tests LABEL component
  SOURCES component/router_tests.cpp component/quarantine_tests.cpp component/quarantine_terms_tests.cpp
          component/recovery_tests.cpp component/scan_tests.cpp
  LINKS consign_desk consign_workers)
if(IS_DIRECTORY /dev/shm)
  set_property(TEST router_tests APPEND PROPERTY ENVIRONMENT TMPDIR=/dev/shm)
endif()
target_include_directories(router_tests PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
