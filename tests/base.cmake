consign_test(base_tests LABEL unit
  SOURCES unit/virtual_path_tests.cpp unit/evp_tests.cpp unit/log_tests.cpp unit/ssh_signature_tests.cpp component/offload_tests.cpp
  LINKS consign_base)
