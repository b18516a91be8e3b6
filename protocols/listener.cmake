# What every protocol's server shares: accepting connections, and owning their sessions.
consign_folder(consign_listener ASIO
  SOURCES listener.cpp peer.cpp
  LINKS consign_base)
