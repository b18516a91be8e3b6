# `consign receipt`.
include_guard(GLOBAL)
target_sources(consign_admin PRIVATE
  ${CMAKE_CURRENT_LIST_DIR}/qr_code.cpp
  ${CMAKE_CURRENT_LIST_DIR}/receipt.cpp
  ${CMAKE_CURRENT_LIST_DIR}/receipt_file.cpp
  ${CMAKE_CURRENT_LIST_DIR}/receipt_page.cpp)
target_link_libraries(consign_admin PRIVATE PkgConfig::libqrencode)
