# What desk/administration.cpp is made of, beside itself.
include_guard(GLOBAL)
target_sources(consign_desk PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/audit_rows.cpp ${CMAKE_CURRENT_LIST_DIR}/displayed_path.cpp
  ${CMAKE_CURRENT_LIST_DIR}/policy_versions.cpp
  ${CMAKE_CURRENT_LIST_DIR}/rfc3339.cpp ${CMAKE_CURRENT_LIST_DIR}/verb_arguments.cpp ${CMAKE_CURRENT_LIST_DIR}/verification.cpp
  ${CMAKE_CURRENT_LIST_DIR}/content_check.cpp ${CMAKE_CURRENT_LIST_DIR}/scrub_record.cpp
  ${CMAKE_CURRENT_LIST_DIR}/scrub_verbs.cpp)
