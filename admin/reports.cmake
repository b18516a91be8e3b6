# Reports, and the documents that they make.
include_guard(GLOBAL)
target_sources(consign_admin PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/blast_radius.cpp
  ${CMAKE_CURRENT_LIST_DIR}/blast_radius_document.cpp
  ${CMAKE_CURRENT_LIST_DIR}/document.cpp
  ${CMAKE_CURRENT_LIST_DIR}/event_words.cpp
  ${CMAKE_CURRENT_LIST_DIR}/register.cpp
  ${CMAKE_CURRENT_LIST_DIR}/register_document.cpp
  ${CMAKE_CURRENT_LIST_DIR}/register_measures.cpp
  ${CMAKE_CURRENT_LIST_DIR}/report.cpp
  ${CMAKE_CURRENT_LIST_DIR}/subject_report.cpp
  ${CMAKE_CURRENT_LIST_DIR}/unindexed.cpp
  ${CMAKE_CURRENT_LIST_DIR}/weak.cpp)
