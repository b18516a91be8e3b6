# The control socket, server side: a target of its own, so that it is tested without the daemon.
include_guard(GLOBAL)
consign_folder(consign_control ASIO
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/control_session.cpp ${CMAKE_CURRENT_LIST_DIR}/control_socket.cpp
  LINKS consign_desk)
