// OpenSSL's queue of errors belongs to the thread, and SSL_get_error misreads what an earlier call,
// of whatever connection, has left in it.
#pragma once

#include <openssl/err.h>

namespace consign::ftps {

/// The queue is empty when this comes, and when it goes. What stands in it is never shown: it may
/// quote files and peers.
class TlsErrorQueue {
  public:
    TlsErrorQueue() { ERR_clear_error(); }
    ~TlsErrorQueue() { ERR_clear_error(); }
    TlsErrorQueue(const TlsErrorQueue&) = delete;
    TlsErrorQueue& operator=(const TlsErrorQueue&) = delete;
};

}  // namespace consign::ftps
