# The FTP codec: bytes to commands and arguments, and answers to bytes. Pure: no I/O, no clock.
consign_folder(consign_ftps_codec
  SOURCES codec_errc.cpp command.cpp command_reader.cpp decimal.cpp endpoint.cpp fact_arguments.cpp
          facts.cpp hash_arguments.cpp hash_names.cpp host_argument.cpp list_arguments.cpp
          numbers.cpp reply.cpp time_val.cpp
  LINKS consign_base)
# Of Asio there is nothing here but its addresses.
set_target_properties(consign_ftps_codec PROPERTIES DISABLE_PRECOMPILE_HEADERS ON)
