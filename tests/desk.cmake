consign_test(desk_unit_tests LABEL unit
  SOURCES unit/refusals_tests.cpp unit/peer_network_tests.cpp unit/visibility_tests.cpp unit/occupancy_tests.cpp unit/deposit_tests.cpp
          unit/content_digest_tests.cpp unit/sidecar_tests.cpp unit/lives_tests.cpp unit/moved_names_tests.cpp unit/receipt_path_tests.cpp unit/wire_name_tests.cpp
  LINKS consign_desk)
consign_test(desk_tests LABEL component
  SOURCES component/desk_uploads_tests.cpp component/desk_grants_tests.cpp component/desk_ways_around_tests.cpp component/desk_stumps_tests.cpp component/desk_quota_tests.cpp
          component/desk_events_tests.cpp component/desk_alteration_tests.cpp component/desk_recovery_tests.cpp
          component/desk_routes_tests.cpp component/desk_login_tests.cpp component/desk_completeness_tests.cpp
          component/desk_moves_tests.cpp component/desk_classes_tests.cpp component/desk_receipts_tests.cpp
  LINKS consign_desk consign_slow_sync_vfs)
consign_test(desk_durability_tests LABEL fault
  SOURCES fault/desk_durability_tests.cpp
  LINKS consign_desk consign_recording_disk consign_slow_sync_vfs)
# Hundreds of stores are made and dropped: where there is a file system in memory, syncs cost nothing.
if(IS_DIRECTORY /dev/shm)
  set_property(TEST desk_tests desk_durability_tests APPEND PROPERTY ENVIRONMENT TMPDIR=/dev/shm)
endif()
foreach(program desk_tests desk_durability_tests)
  target_include_directories(${program} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
endforeach()
include(${CMAKE_CURRENT_LIST_DIR}/desk_policy.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/desk_retention.cmake)
