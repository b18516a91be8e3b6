consign_test(policy_tests LABEL unit
  SOURCES unit/glob_tests.cpp unit/yaml_tests.cpp unit/units_tests.cpp unit/spelling_tests.cpp
          unit/public_key_tests.cpp unit/client_certificate_tests.cpp unit/password_hash_tests.cpp unit/network_tests.cpp
          unit/copy_template_tests.cpp unit/zone_tests.cpp unit/decide_tests.cpp
          unit/policy_load_tests.cpp unit/policy_mistakes_tests.cpp unit/policy_docs_tests.cpp
  LINKS consign_policy)

if(CONSIGN_FUZZ)
  add_executable(policy_fuzz fuzz/policy_fuzz.cpp)
  target_link_libraries(policy_fuzz PRIVATE consign_policy)
  target_link_options(policy_fuzz PRIVATE -fsanitize=fuzzer)
endif()
