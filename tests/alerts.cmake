foreach(program alerts scrub event_log stamper)
  consign_test(${program}_tests LABEL component
    SOURCES component/${program}_tests.cpp
    LINKS consign_workers)
  target_include_directories(${program}_tests PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/component)
  if(IS_DIRECTORY /dev/shm)
    set_property(TEST ${program}_tests APPEND PROPERTY ENVIRONMENT TMPDIR=/dev/shm)
  endif()
endforeach()
