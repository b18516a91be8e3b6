# How partners collect, and what is expected of whom.
include_guard(GLOBAL)
target_sources(consign_desk PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/after_pickup.cpp ${CMAKE_CURRENT_LIST_DIR}/expected.cpp
  ${CMAKE_CURRENT_LIST_DIR}/expected_verbs.cpp ${CMAKE_CURRENT_LIST_DIR}/lease.cpp
  ${CMAKE_CURRENT_LIST_DIR}/lease_end.cpp)
