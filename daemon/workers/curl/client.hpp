// The door to libcurl. One client asks one thing after another, and keeps its connections open
// between them. TLS is always verified; no redirect is followed, no proxy of the environment taken,
// no scheme spoken but the request's own. What the servers say goes into no message: it may name
// files.
#pragma once

#include <atomic>
#include <memory>

#include "daemon/workers/curl/errc.hpp"
#include "daemon/workers/curl/request.hpp"

namespace consign::curl {

/// Set from any thread; a request that runs ends within a second or so with curl_errc::stopped.
using StopFlag = std::atomic<bool>;

/// On one thread at a time.
class Client {
  public:
    Client();
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Blocks: for pool threads. An answer of HTTP is a success whatever its code. Errors:
    /// curl_errc, or what `upload.read` or `received` said; what those throw comes through.
    [[nodiscard]] Result<Reply> perform(const Request& request, const StopFlag& stop);
    /// The code of the last answer, also of one that failed; 0: none.
    [[nodiscard]] long last_code() const;

  private:
    class Handle;
    std::unique_ptr<Handle> handle_;
};

}  // namespace consign::curl
