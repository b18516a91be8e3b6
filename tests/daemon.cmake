include(${CMAKE_CURRENT_LIST_DIR}/daemon_admin.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/alerts.cmake)
consign_test(policy_watch_tests LABEL component
  SOURCES component/policy_watch_tests.cpp
  LINKS consign_policy_watch)
