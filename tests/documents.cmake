consign_test(documents_tests LABEL component
  SOURCES component/documents_tests.cpp
  LINKS consign_documents)
if(IS_DIRECTORY /dev/shm)
  set_property(TEST documents_tests APPEND PROPERTY ENVIRONMENT TMPDIR=/dev/shm)
endif()
