# `consign audit export`, and the pages that stand in every bundle.
include_guard(GLOBAL)
set(BUNDLE_PAGES "")
foreach(page README.txt=tools/bundle-readme.txt verify-ledger.py=tools/verify-ledger.py
        export.md=docs/formats/export.md ledger.md=docs/formats/ledger.md
        checkpoint.md=docs/formats/checkpoint.md timestamp.md=docs/formats/timestamp.md)
  string(REPLACE "=" ";" page "${page}")
  list(GET page 0 bundle_file)
  list(GET page 1 source)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${source})
  file(READ ${PROJECT_SOURCE_DIR}/${source} text)
  string(APPEND BUNDLE_PAGES "        BundlePage{\"${bundle_file}\"sv, R\"page(${text})page\"sv},\n")
endforeach()
configure_file(${CMAKE_CURRENT_LIST_DIR}/bundle_pages.cpp.in ${CMAKE_CURRENT_BINARY_DIR}/bundle_pages.cpp @ONLY)
target_sources(consign_desk PRIVATE
  ${CMAKE_CURRENT_BINARY_DIR}/bundle_pages.cpp
  ${CMAKE_CURRENT_LIST_DIR}/export_bundle.cpp ${CMAKE_CURRENT_LIST_DIR}/export_lines.cpp
  ${CMAKE_CURRENT_LIST_DIR}/export_manifest.cpp ${CMAKE_CURRENT_LIST_DIR}/export_verbs.cpp)
