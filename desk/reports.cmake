# What reports are made of.
include_guard(GLOBAL)
target_sources(consign_desk PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/account_versions.cpp
  ${CMAKE_CURRENT_LIST_DIR}/blast_radius.cpp
  ${CMAKE_CURRENT_LIST_DIR}/blast_radius_verbs.cpp
  ${CMAKE_CURRENT_LIST_DIR}/measures.cpp
  ${CMAKE_CURRENT_LIST_DIR}/register_verbs.cpp
  ${CMAKE_CURRENT_LIST_DIR}/subject_report.cpp
  ${CMAKE_CURRENT_LIST_DIR}/tree_walk.cpp
  ${CMAKE_CURRENT_LIST_DIR}/weak_verbs.cpp)
