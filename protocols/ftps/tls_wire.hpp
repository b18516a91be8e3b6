// What lies under OpenSSL: it reads from the socket itself, many records with one call, and what it
// writes waits here until the stream sends it. So no call of OpenSSL ever blocks for writing, and
// none can raise SIGPIPE.
#pragma once

#include <system_error>

#include "base/bytes.hpp"

struct bio_st;

namespace consign::ftps {

struct TlsWire {
    /// Beyond this nothing more is read until it is sent: what OpenSSL answers by itself, to key
    /// updates above all, is the peer's to provoke.
    static constexpr std::size_t outgoing_limit_bytes = std::size_t{512} * 1024;

    explicit TlsWire(int descriptor) : descriptor(descriptor) {}

    /// A new BIO on this wire, which must outlive it. The caller owns it. Throws std::bad_alloc.
    [[nodiscard]] bio_st* make_bio();

    /// Takes Telnet's command bytes (0xF0 to 0xFF) out from between records, where no record begins
    /// so: a client that sends "IAC IP IAC DM" as urgent data before ABOR (RFC 959 section 4.1.3)
    /// may send it past its TLS library. How much of `bytes` is left.
    [[nodiscard]] std::size_t without_telnet(ByteSpan bytes);

    const int descriptor;           // of the socket; not owned
    bool carries_telnet = false;    // it is a control connection
    std::size_t budget_bytes = 0;   // that may still be read before others have their turn
    Bytes outgoing;                 // sealed, not sent
    bool ended = false;             // the peer's FIN was read
    std::error_code error;          // what the socket said
    std::size_t header_bytes = 0;   // of the header of the record that is coming, so far
    std::size_t length_bytes = 0;   // that the header tells, as far as it came
    std::size_t to_come_bytes = 0;  // of the record's body
};

}  // namespace consign::ftps
