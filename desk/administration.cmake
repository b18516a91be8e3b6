# What desk/administration.cpp is made of, beside itself.
include_guard(GLOBAL)
target_sources(consign_desk PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/audit_rows.cpp ${CMAKE_CURRENT_LIST_DIR}/displayed_path.cpp
  ${CMAKE_CURRENT_LIST_DIR}/policy_versions.cpp
  ${CMAKE_CURRENT_LIST_DIR}/rfc3339.cpp ${CMAKE_CURRENT_LIST_DIR}/verb_arguments.cpp ${CMAKE_CURRENT_LIST_DIR}/verification.cpp ${CMAKE_CURRENT_LIST_DIR}/written_checkpoints.cpp
  ${CMAKE_CURRENT_LIST_DIR}/content_check.cpp ${CMAKE_CURRENT_LIST_DIR}/scrub_record.cpp
  ${CMAKE_CURRENT_LIST_DIR}/timestamp_verbs.cpp ${CMAKE_CURRENT_LIST_DIR}/scrub_verbs.cpp
  ${CMAKE_CURRENT_LIST_DIR}/contents_about.cpp
  ${CMAKE_CURRENT_LIST_DIR}/event_question.cpp ${CMAKE_CURRENT_LIST_DIR}/follows.cpp
  ${CMAKE_CURRENT_LIST_DIR}/known_account.cpp ${CMAKE_CURRENT_LIST_DIR}/unindexed.cpp
  ${CMAKE_CURRENT_LIST_DIR}/search_verbs.cpp)
