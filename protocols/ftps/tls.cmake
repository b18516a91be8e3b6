# TLS on an Asio socket. OpenSSL's SSL stops at tls_context.hpp and tls_stream.hpp.
consign_folder(consign_ftps_tls ASIO
  SOURCES tls_context.cpp tls_errc.cpp tls_pem_files.cpp tls_stream.cpp tls_wire.cpp
  LINKS consign_base OpenSSL::SSL)
