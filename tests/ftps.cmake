include(${CMAKE_CURRENT_LIST_DIR}/ftps_codec.cmake OPTIONAL)
include(${CMAKE_CURRENT_LIST_DIR}/ftps_tls.cmake OPTIONAL)
include(${CMAKE_CURRENT_LIST_DIR}/ftps_server.cmake OPTIONAL)
