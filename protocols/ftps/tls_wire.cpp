#include "protocols/ftps/tls_wire.hpp"

#include <openssl/bio.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <new>

namespace consign::ftps {

namespace {

TlsWire& wire_of(BIO* bio) {
    return *static_cast<TlsWire*>(BIO_get_data(bio));
}

int read_from(BIO* bio, char* into, std::size_t size, std::size_t* got) {
    TlsWire& wire = wire_of(bio);
    BIO_clear_retry_flags(bio);
    if (wire.budget_bytes == 0 || wire.outgoing.size() > TlsWire::outgoing_limit_bytes) {
        BIO_set_retry_read(bio);
        return 0;
    }
    size = std::min(size, wire.budget_bytes);
    ssize_t count = 0;
    do {
        count = ::recv(wire.descriptor, into, size, MSG_DONTWAIT);
    } while (count < 0 && errno == EINTR);
    if (count > 0) {
        *got = static_cast<std::size_t>(count);
        wire.budget_bytes -= *got;
        if (wire.carries_telnet)
            *got = wire.without_telnet({reinterpret_cast<std::uint8_t*>(into), *got});
        if (*got > 0) return 1;
        BIO_set_retry_read(bio);
        return 0;
    }
    if (count == 0)
        wire.ended = true;
    else if (errno == EAGAIN || errno == EWOULDBLOCK)
        BIO_set_retry_read(bio);
    else
        wire.error.assign(errno, std::system_category());
    return 0;
}

int write_to(BIO* bio, const char* from, std::size_t size, std::size_t* written) {
    Bytes& outgoing = wire_of(bio).outgoing;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(from);
    outgoing.insert(outgoing.end(), bytes, bytes + size);
    *written = size;
    return 1;
}

long control(BIO*, int command, long, void*) {
    // BIO_CTRL_EOF is answered with "no", also at the end: for a "yes" OpenSSL would raise a fatal
    // alert, and so drop the session from its cache, and the next data connection of a client whose
    // transfer was cut could not resume it. TlsWire::ended tells the end.
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

struct FreeMethod {
    void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
};
using Method = std::unique_ptr<BIO_METHOD, FreeMethod>;

Method make_method() {
    Method method(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "consign socket"));
    if (!method || BIO_meth_set_read_ex(method.get(), read_from) != 1 ||
        BIO_meth_set_write_ex(method.get(), write_to) != 1 ||
        BIO_meth_set_ctrl(method.get(), control) != 1)
        throw std::bad_alloc();
    return method;
}

}  // namespace

std::size_t TlsWire::without_telnet(ByteSpan bytes) {
    constexpr std::uint8_t first_telnet_command = 0xf0;
    constexpr std::size_t length_at = 3, header_size = 5;  // RFC 8446 section 5.1
    std::size_t kept = 0;
    for (std::size_t at = 0; at < bytes.size();) {
        if (to_come_bytes > 0) {
            const std::size_t run = std::min(to_come_bytes, bytes.size() - at);
            std::memmove(bytes.data() + kept, bytes.data() + at, run);
            to_come_bytes -= run;
            kept += run;
            at += run;
            continue;
        }
        const std::uint8_t byte = bytes[at++];
        if (header_bytes == 0 && byte >= first_telnet_command) continue;
        bytes[kept++] = byte;
        if (header_bytes == length_at) length_bytes = std::size_t{byte} << 8U;
        if (++header_bytes < header_size) continue;
        header_bytes = 0;
        to_come_bytes = length_bytes | byte;
    }
    return kept;
}

BIO* TlsWire::make_bio() {
    static const Method method = make_method();
    BIO* bio = BIO_new(method.get());
    if (bio == nullptr) throw std::bad_alloc();
    BIO_set_data(bio, this);
    BIO_set_init(bio, 1);
    return bio;
}

}  // namespace consign::ftps
