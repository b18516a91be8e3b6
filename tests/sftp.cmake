include(${CMAKE_CURRENT_LIST_DIR}/sftp_codec.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/sftp_ssh.cmake)
