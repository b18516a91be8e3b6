# How partners collect.
include_guard(GLOBAL)
target_sources(consign_desk PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/after_pickup.cpp ${CMAKE_CURRENT_LIST_DIR}/lease.cpp)
