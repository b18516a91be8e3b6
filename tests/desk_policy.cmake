# The policy in force: how it is replaced, and what of it counts while a session lasts.
consign_test(desk_policy_unit_tests LABEL unit
  SOURCES unit/rate_tests.cpp unit/restart_needed_tests.cpp
  LINKS consign_desk)
consign_test(desk_policy_tests LABEL component
  SOURCES component/policy_reload_tests.cpp component/session_tests.cpp component/session_limits_tests.cpp
  LINKS consign_desk consign_listener)
if(IS_DIRECTORY /dev/shm)
  set_property(TEST desk_policy_tests APPEND PROPERTY ENVIRONMENT TMPDIR=/dev/shm)
endif()
target_include_directories(desk_policy_tests PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
