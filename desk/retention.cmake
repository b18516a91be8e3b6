# Terms, holds, what ends, and what an administrator does about them.
include_guard(GLOBAL)
target_sources(consign_desk PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/clock_guard.cpp
  ${CMAKE_CURRENT_LIST_DIR}/content_argument.cpp
  ${CMAKE_CURRENT_LIST_DIR}/content_row.cpp
  ${CMAKE_CURRENT_LIST_DIR}/forgetting.cpp
  ${CMAKE_CURRENT_LIST_DIR}/hold_binding.cpp
  ${CMAKE_CURRENT_LIST_DIR}/hold_verbs.cpp
  ${CMAKE_CURRENT_LIST_DIR}/keeping.cpp
  ${CMAKE_CURRENT_LIST_DIR}/period_verbs.cpp
  ${CMAKE_CURRENT_LIST_DIR}/retention.cpp
  ${CMAKE_CURRENT_LIST_DIR}/retention_verbs.cpp
  ${CMAKE_CURRENT_LIST_DIR}/subject_verbs.cpp
  ${CMAKE_CURRENT_LIST_DIR}/term_settling.cpp)
