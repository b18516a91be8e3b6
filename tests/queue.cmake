consign_test(queue_tests LABEL component
  SOURCES component/queue_tests.cpp
  LINKS consign_storage)
consign_test(queue_worker_tests LABEL component
  SOURCES component/queue_worker_tests.cpp
  LINKS consign_workers)
target_include_directories(queue_worker_tests PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
if(IS_DIRECTORY /dev/shm)
  set_property(TEST queue_tests queue_worker_tests APPEND PROPERTY ENVIRONMENT TMPDIR=/dev/shm)
endif()
