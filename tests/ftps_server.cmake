consign_test(ftps_parts_tests LABEL component
  SOURCES component/ftps_byte_ring_tests.cpp component/ftps_passive_ports_tests.cpp component/ftps_data_port_tests.cpp
          component/ftps_control_connection_tests.cpp
          unit/ftp_host_argument_tests.cpp unit/ftps_reply_code_tests.cpp
  LINKS consign_ftps)
