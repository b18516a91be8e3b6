# What every protocol's server shares: accepting connections, owning their sessions, and the limits of those.
consign_folder(consign_listener ASIO
  SOURCES listener.cpp peer.cpp session_errc.cpp session_limits.cpp
  LINKS consign_desk)
