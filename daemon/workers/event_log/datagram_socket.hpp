// A local socket that takes datagrams: /dev/log, the journal's.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.hpp"

namespace consign::daemon {

/// Connects at the first sending, and anew after one that failed. Not thread-safe.
class DatagramSocket {
  public:
    /// How long a reader that does not keep up is waited for.
    static constexpr long patience_seconds = 1;

    explicit DatagramSocket(std::filesystem::path path) : path_(std::move(path)) {}
    DatagramSocket(const DatagramSocket&) = delete;
    DatagramSocket& operator=(const DatagramSocket&) = delete;
    ~DatagramSocket() { close(); }

    /// Blocks. std::errc::resource_unavailable_try_again where nobody reads in time; what connect
    /// and send say.
    [[nodiscard]] Result<> send(std::string_view datagram);

  private:
    [[nodiscard]] Result<> connect();
    void close();

    const std::filesystem::path path_;
    int descriptor_ = -1;
};

}  // namespace consign::daemon
