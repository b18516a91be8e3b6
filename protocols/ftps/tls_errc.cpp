#include "protocols/ftps/tls_errc.hpp"

#include <string>

namespace consign::ftps {

namespace {

class TlsCategory final : public std::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "tls"; }
    [[nodiscard]] std::string message(int code) const override;
};

std::string TlsCategory::message(int code) const {
    switch (static_cast<tls_errc>(code)) {
        case tls_errc::certificate_unreadable:
            return "the certificate file cannot be read";
        case tls_errc::certificate_malformed:
            return "the certificate file does not hold a certificate, then its chain, in PEM";
        case tls_errc::certificate_too_weak:
            return "the certificate's key or signature is too weak: RSA from 2048 bits or ECDSA "
                   "from 256, signed with SHA-2";
        case tls_errc::private_key_unreadable:
            return "the private key cannot be read";
        case tls_errc::private_key_open_to_others:
            return "the private key can be read by others: it must belong to the user that "
                   "consignd runs "
                   "as, with mode 600 (install -o consign -m 600)";
        case tls_errc::private_key_encrypted:
            return "the private key is encrypted, and nobody is there to type its password: "
                   "convert it with openssl pkey -in FILE -out NEW";
        case tls_errc::private_key_malformed:
            return "the private key is not in PEM";
        case tls_errc::private_key_of_another:
            return "the private key does not belong to the certificate";
        case tls_errc::client_ca_unreadable:
            return "the file of the clients' certificate authority cannot be read";
        case tls_errc::client_ca_malformed:
            return "the file of the clients' certificate authority does not hold certificates in "
                   "PEM";
        case tls_errc::handshake_failed:
            return "the TLS handshake failed: no version or cipher suite in common";
        case tls_errc::not_tls:
            return "what came is not TLS";
        case tls_errc::refused_by_client:
            return "the client refused the TLS handshake: most often because it does not trust the "
                   "certificate, or its name";
        case tls_errc::wrong_protocol:
            return "the client means another protocol than ftp (ALPN)";
        case tls_errc::session_not_resumed:
            return "the data connection must resume the TLS session of its control connection";
        case tls_errc::truncated:
            return "the connection ended without TLS close_notify";
        case tls_errc::bad_record:
            return "what came is not this session's TLS";
    }
    return "unknown TLS error";
}

}  // namespace

const std::error_category& tls_category() {
    static const TlsCategory category;
    return category;
}

}  // namespace consign::ftps
