# The SSH transport: libssh on an Asio strand. libssh's headers stop at libssh_session.hpp.
consign_folder(consign_ssh ASIO
  SOURCES host_key.cpp key_blob.cpp libssh_session.cpp receive_window.cpp
          ssh_channel.cpp ssh_connection.cpp ssh_errc.cpp ssh_login.cpp ssh_server.cpp
          wide_reads.cpp
  LINKS consign_base consign_keepalive PkgConfig::libssh)

# For programs that let libssh's reads go through wide_reads.hpp; of the house, consignd alone.
add_library(consign_wide_reads OBJECT wide_reads_calls.cpp)
target_link_libraries(consign_wide_reads PUBLIC consign_flags)
target_link_options(consign_wide_reads INTERFACE
  -Wl,--export-dynamic-symbol=recv -Wl,--export-dynamic-symbol=poll)
