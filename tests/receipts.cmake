# Receipts and certificates: desk/receipts/receipt*, admin/receipt*.
consign_test(receipts_tests LABEL component
  SOURCES component/receipts_tests.cpp component/receipt_verbs_tests.cpp
  LINKS consign_desk)
if(IS_DIRECTORY /dev/shm)
  set_property(TEST receipts_tests APPEND PROPERTY ENVIRONMENT TMPDIR=/dev/shm)
endif()
target_include_directories(receipts_tests PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
consign_test(receipt_page_tests LABEL unit
  SOURCES unit/receipt_page_tests.cpp unit/login_words_tests.cpp
  LINKS consign_admin)

consign_test(receipt_vectors_tests LABEL vectors
  SOURCES vectors/receipt_vectors_tests.cpp
  LINKS consign_desk Boost::json)
add_test(NAME receipt_vectors_are_what_the_script_makes
  COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/vectors/receipt_vectors.py
          --check ${CMAKE_CURRENT_SOURCE_DIR}/vectors/receipt.json)
set_tests_properties(receipt_vectors_are_what_the_script_makes PROPERTIES LABELS vectors)
