# The folder in which an account finds its receipts.
include_guard(GLOBAL)
target_sources(consign_desk PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/desk_receipts.cpp ${CMAKE_CURRENT_LIST_DIR}/hash_blocks.cpp
  ${CMAKE_CURRENT_LIST_DIR}/receipt_download.cpp ${CMAKE_CURRENT_LIST_DIR}/receipt_folder.cpp
  ${CMAKE_CURRENT_LIST_DIR}/receipt_listing.cpp ${CMAKE_CURRENT_LIST_DIR}/receipt_path.cpp
  ${CMAKE_CURRENT_LIST_DIR}/receipts_readme.cpp
  ${CMAKE_CURRENT_LIST_DIR}/shadowed_folders.cpp)
