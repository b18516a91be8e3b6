add_library(consign_recording_disk STATIC fault/recording_disk.cpp)
target_include_directories(consign_recording_disk PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(consign_recording_disk PUBLIC consign_base)

consign_test(keyring_tests LABEL component
  SOURCES component/keyring_tests.cpp component/root_key_tests.cpp
  LINKS consign_keyring consign_vault consign_recording_disk)
consign_test(vault_tests LABEL component
  SOURCES component/sealed_file_tests.cpp component/sealed_file_alteration_tests.cpp
          component/vault_tests.cpp
  LINKS consign_vault consign_recording_disk)
consign_test(vault_durability_tests LABEL fault
  SOURCES fault/vault_durability_tests.cpp fault/journal_durability_tests.cpp
  LINKS consign_vault consign_recording_disk)
consign_test(sealed_file_vector_tests LABEL vectors
  SOURCES vectors/sealed_file_vector_tests.cpp
  LINKS consign_vault consign_recording_disk)
# The committed vectors are what the independent script makes of the formats' pages.
add_test(NAME sealed_file_vectors_are_current
  COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/vectors/sealed_file_vectors.py --check)
set_tests_properties(sealed_file_vectors_are_current PROPERTIES LABELS vectors)
