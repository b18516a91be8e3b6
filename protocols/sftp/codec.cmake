# The SFTP version 3 codec: bytes to requests and answers to bytes. Pure: no I/O, no clock, no Asio.
consign_folder(consign_sftp_codec
  SOURCES attributes.cpp codec_errc.cpp frame.cpp reply.cpp request.cpp
  LINKS consign_base)
# consign_base brings the precompiled Asio along, which nothing here includes.
set_target_properties(consign_sftp_codec PROPERTIES DISABLE_PRECOMPILE_HEADERS ON)
