# The SFTP server: login, channels and requests, over the transport, the codec and the desk.
consign_folder(consign_sftp ASIO
  SOURCES handles.cpp peer_session.cpp sftp_extensions.cpp sftp_requests.cpp
          sftp_session.cpp status_of.cpp
  LINKS consign_listener consign_ls_line consign_ssh consign_sftp_codec consign_desk)
