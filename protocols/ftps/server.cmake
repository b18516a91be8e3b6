# The FTPS server: sessions and transfers, over TLS, the codec and the desk.
consign_folder(consign_ftps ASIO
  SOURCES control_connection.cpp data_connection.cpp data_port.cpp ftp_data_ports.cpp ftp_deposit.cpp
          ftp_hashes.cpp ftp_listings.cpp ftp_login.cpp ftp_names.cpp ftp_parameters.cpp ftp_retrieval.cpp
          ftp_session.cpp ftp_transfers.cpp ftp_verbs.cpp ftps_errc.cpp listing_text.cpp passive_ports.cpp
          peer_session.cpp reply_code.cpp
  LINKS consign_keepalive consign_listener consign_ls_line consign_ftps_tls consign_ftps_codec consign_desk)
