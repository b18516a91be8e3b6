# The SSH transport: libssh on an Asio strand. libssh's headers stop at libssh_session.hpp.
consign_folder(consign_ssh ASIO
  SOURCES host_key.cpp key_blob.cpp libssh_session.cpp receive_window.cpp
          ssh_channel.cpp ssh_connection.cpp ssh_errc.cpp ssh_login.cpp ssh_server.cpp
  LINKS consign_base PkgConfig::libssh)
