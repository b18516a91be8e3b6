include(${CMAKE_CURRENT_LIST_DIR}/daemon_admin.cmake)
