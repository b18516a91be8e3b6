# Receipts and certificates, and what an administrator does with them.
include_guard(GLOBAL)
target_sources(consign_desk PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/chain_links.cpp
  ${CMAKE_CURRENT_LIST_DIR}/login_words.cpp
  ${CMAKE_CURRENT_LIST_DIR}/receipt.cpp
  ${CMAKE_CURRENT_LIST_DIR}/receipt_reading.cpp
  ${CMAKE_CURRENT_LIST_DIR}/receipt_text.cpp
  ${CMAKE_CURRENT_LIST_DIR}/receipt_verbs.cpp)
