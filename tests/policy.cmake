consign_test(calendar_tests LABEL unit
  SOURCES unit/cron_tests.cpp unit/deadline_tests.cpp unit/holidays_tests.cpp unit/schedule_tests.cpp
          unit/span_tests.cpp unit/weekdays_tests.cpp unit/window_tests.cpp unit/zone_tests.cpp
  LINKS consign_calendar)
consign_test(retention_tests LABEL unit
  SOURCES unit/retention_tests.cpp
  LINKS consign_policy)
include(${CMAKE_CURRENT_LIST_DIR}/content.cmake OPTIONAL)
include(${CMAKE_CURRENT_LIST_DIR}/decisions.cmake)

consign_test(policy_tests LABEL unit
  SOURCES unit/glob_tests.cpp unit/yaml_tests.cpp unit/units_tests.cpp unit/spelling_tests.cpp
          unit/public_key_tests.cpp unit/client_certificate_tests.cpp unit/password_hash_tests.cpp unit/network_tests.cpp
          unit/path_template_tests.cpp unit/decide_tests.cpp
          unit/glob_cover_tests.cpp unit/url_tests.cpp unit/problem_tests.cpp
          unit/policy_load_tests.cpp unit/policy_mistakes_tests.cpp unit/policy_rule_mistakes_tests.cpp unit/policy_warnings_tests.cpp
          unit/policy_docs_tests.cpp unit/policy_example_tests.cpp unit/policy_schema_tests.cpp
  LINKS consign_policy)

find_program(CONSIGN_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)
add_test(NAME policy_schema_samples
  COMMAND ${CONSIGN_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/unit/policy_schema_tests.py ${PROJECT_SOURCE_DIR})
set_tests_properties(policy_schema_samples PROPERTIES LABELS unit TIMEOUT 60)

if(CONSIGN_FUZZ)
  add_executable(policy_fuzz fuzz/policy_fuzz.cpp)
  target_link_libraries(policy_fuzz PRIVATE consign_policy)
  target_link_options(policy_fuzz PRIVATE -fsanitize=fuzzer)
endif()
