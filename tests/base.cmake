consign_test(base_tests LABEL unit
  SOURCES unit/id_tests.cpp unit/virtual_path_tests.cpp unit/evp_tests.cpp unit/log_tests.cpp unit/no_core_tests.cpp unit/ssh_signature_tests.cpp unit/rfc3161_tests.cpp component/offload_tests.cpp
          component/wakeup_tests.cpp
  LINKS consign_base Boost::json)

# Made with `openssl ts`, which draws new nonces and times: what is kept is held against `openssl ts -verify`.
add_test(NAME timestamp_vectors_are_what_openssl_says
  COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/vectors/timestamp_vectors.py
          --check ${CMAKE_CURRENT_SOURCE_DIR}/vectors/timestamp.json)
set_tests_properties(timestamp_vectors_are_what_openssl_says PROPERTIES LABELS vectors TIMEOUT 60)
