// What lies under OpenSSL: it reads from the socket itself, many records with one call, and what it
// writes waits here until the stream sends it. So no call of OpenSSL ever blocks for writing, and
// none can raise SIGPIPE.
#pragma once

#include <system_error>

#include "base/bytes.hpp"

struct bio_st;

namespace consign::ftps {

struct TlsWire {
    explicit TlsWire(int descriptor) : descriptor(descriptor) {}

    /// A new BIO on this wire, which must outlive it. The caller owns it. Throws std::bad_alloc.
    [[nodiscard]] bio_st* make_bio();

    /// Beyond this nothing more is read until it is sent: what OpenSSL answers by itself, to key
    /// updates above all, is the peer's to provoke.
    static constexpr std::size_t outgoing_limit_bytes = std::size_t{512} * 1024;

    const int descriptor;          // of the socket; not owned
    std::size_t budget_bytes = 0;  // that may still be read before others have their turn
    Bytes outgoing;                // sealed, not sent
    bool ended = false;            // the peer's FIN was read
    std::error_code error;         // what the socket said
};

}  // namespace consign::ftps
