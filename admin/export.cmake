# `consign audit export`.
include_guard(GLOBAL)
target_sources(consign_admin PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/audit_export.cpp ${CMAKE_CURRENT_LIST_DIR}/bundle_writer.cpp)
