consign_test(ledger_tests LABEL component
  SOURCES component/ledger_tests.cpp component/ledger_completeness_tests.cpp component/ledger_forgetting_tests.cpp component/ledger_tampering_tests.cpp
  LINKS consign_ledger)
if(IS_DIRECTORY /dev/shm)
  set_property(TEST ledger_tests APPEND PROPERTY ENVIRONMENT TMPDIR=/dev/shm)
endif()

consign_test(search_tests LABEL component
  SOURCES component/search_tests.cpp component/event_index_tests.cpp
  LINKS consign_ledger)

# The vectors are made by a script that shares nothing with the program, and kept in the repository.
# Debian's python3 by its path: it is the one that has Debian's python3-cryptography.
consign_test(ledger_vectors_tests LABEL vectors
  SOURCES vectors/ledger_vectors_tests.cpp
  LINKS consign_ledger consign_catalog Boost::json)
add_test(NAME ledger_vectors_are_what_the_script_makes
  COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/vectors/ledger_vectors.py
          --check ${CMAKE_CURRENT_SOURCE_DIR}/vectors/ledger.json)
set_tests_properties(ledger_vectors_are_what_the_script_makes PROPERTIES LABELS vectors)

consign_test(checkpoint_vectors_tests LABEL vectors
  SOURCES vectors/checkpoint_vectors_tests.cpp
  LINKS consign_desk Boost::json)
add_test(NAME checkpoint_vectors_are_what_the_script_makes
  COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/vectors/checkpoint_vectors.py
          --check ${CMAKE_CURRENT_SOURCE_DIR}/vectors/checkpoint.json)
set_tests_properties(checkpoint_vectors_are_what_the_script_makes PROPERTIES LABELS vectors)

# What leaves the site for an auditor, and the program that verifies it with none of our code.
consign_test(export_vectors_tests LABEL vectors
  SOURCES vectors/export_vectors_tests.cpp
  LINKS consign_desk Boost::json)
add_test(NAME export_vectors_are_what_the_script_makes
  COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/vectors/export_vectors.py
          --check ${CMAKE_CURRENT_SOURCE_DIR}/vectors/export.json)
set_tests_properties(export_vectors_are_what_the_script_makes PROPERTIES LABELS vectors)
add_test(NAME verify_ledger_tests
  COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/unit/verify_ledger_tests.py)
set_tests_properties(verify_ledger_tests PROPERTIES LABELS unit TIMEOUT 180)
consign_test(export_tampering_tests LABEL component TIMEOUT 300
  SOURCES component/export_tampering_tests.cpp
  LINKS consign_desk)
if(IS_DIRECTORY /dev/shm)
  set_property(TEST export_tampering_tests verify_ledger_tests APPEND PROPERTY ENVIRONMENT TMPDIR=/dev/shm)
endif()
