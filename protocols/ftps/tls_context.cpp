#include "protocols/ftps/tls_context.hpp"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <ctime>
#include <new>
#include <stdexcept>
#include <string>

#include "base/tls_algorithms.hpp"
#include "protocols/ftps/tls_errc.hpp"
#include "protocols/ftps/tls_error_queue.hpp"
#include "protocols/ftps/tls_pem_files.hpp"
#include "protocols/ftps/tls_stream.hpp"

namespace consign::ftps {

namespace {

/// For clients that resume without tickets; a stream takes its session out of the cache when it
/// goes, so this bounds the sessions at a time, not those of a week.
constexpr long session_cache_limit = 10'000;
/// A control session may last this long, and its data connections resume it to the end: servers
/// that forget sessions after minutes leave files of 0 bytes behind long transfers. RFC 8446
/// section 4.6.1 allows no more.
constexpr long session_lifetime_seconds = 7 * 24 * 3600;

constexpr std::string_view sha2_signatures =
    "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:"
    "RSA+SHA256:RSA+SHA384:RSA+SHA512";

struct Profile {
    int oldest_version;
    int security_level;  // SSL_CTX_set_security_level(3)
    std::string suites;  // up to TLS 1.2
    std::string groups;  // of key exchange
    std::string signatures;
};

Profile settings_of(AlgorithmProfile profile) {
    const tls::Offer offer = tls::offer_of(profile);
    Profile settings{.oldest_version = TLS1_2_VERSION,
                     .security_level = 2,
                     .suites = std::string(offer.suites),
                     .groups = "X25519:P-256:P-384",
                     .signatures = std::string(sha2_signatures)};
    if (profile != AlgorithmProfile::modern) settings.groups += ":P-521";
    if (offer.oldest == tls::Version::tls_1_2) return settings;

    // Level 0 is what TLS 1.0 and 1.1 need, whose handshakes are signed with SHA-1 and MD5.
    settings.oldest_version = TLS1_VERSION;
    settings.security_level = 0;
    settings.signatures += ":ECDSA+SHA1:RSA+SHA1";
    return settings;
}

void must(long done) {
    if (done != 1) throw std::logic_error("OpenSSL does not know a setting of the TLS profile");
}

/// Everything that openssl.cnf could have set is set again.
void apply(Profile profile, SSL_CTX* context) {
    SSL_CTX_clear_options(context, SSL_CTX_get_options(context));
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    must(SSL_CTX_set_min_proto_version(context, profile.oldest_version));
    must(SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION));
    must(SSL_CTX_set_cipher_list(context, profile.suites.c_str()));
    must(SSL_CTX_set_ciphersuites(
        context, "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256"));
    must(SSL_CTX_set1_groups_list(context, profile.groups.data()));
    must(SSL_CTX_set1_sigalgs_list(context, profile.signatures.data()));
    SSL_CTX_set_security_level(context, profile.security_level);
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
}

void keep_sessions(SSL_CTX* context) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_SERVER);
    SSL_CTX_sess_set_cache_size(context, session_cache_limit);
    SSL_CTX_set_timeout(context, session_lifetime_seconds);
}

/// A client without a certificate, or with one that is not good, may still log in by password; the
/// verdict stays in SSL_get_verify_result.
int verify_and_go_on(X509_STORE_CTX* chain, void*) {
    if (X509_verify_cert(chain) <= 0 && X509_STORE_CTX_get_error(chain) == X509_V_OK)
        X509_STORE_CTX_set_error(chain, X509_V_ERR_UNSPECIFIED);
    return 1;
}

Timestamp expiry_of(const X509* certificate) {
    std::tm time{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) != 1) return {};
    return Timestamp(std::chrono::seconds(::timegm(&time)));
}

}  // namespace

void TlsContext::Free::operator()(SSL_CTX* context) const {
    SSL_CTX_free(context);
}

TlsContext::TlsContext(const Options& options)
    : context_(SSL_CTX_new(TLS_server_method())),
      asks_for_client_certificates_(options.client_ca.has_value()) {
    if (!context_) throw std::bad_alloc();
    apply(settings_of(options.profile), context_.get());
    keep_sessions(context_.get());
    SSL_CTX_set_read_ahead(context_.get(), 1);
    SSL_CTX_set_alpn_select_cb(context_.get(), TlsStream::choose_protocol, nullptr);
    // Else the clients' authorities would be sent as the server's chain.
    SSL_CTX_set_mode(context_.get(), SSL_MODE_NO_AUTO_CHAIN);
}

TlsContext::~TlsContext() = default;

Result<std::shared_ptr<const TlsContext>> TlsContext::load(const Options& options) {
    const TlsErrorQueue queue;
    const std::shared_ptr<TlsContext> context(new TlsContext(options));
    if (auto used = context->use_certificate(options.certificate); !used)
        return failure(used.error());
    if (auto used = context->use_private_key(options.private_key); !used)
        return failure(used.error());
    if (options.client_ca)
        if (auto used = context->use_client_ca(*options.client_ca); !used)
            return failure(used.error());
    return context;
}

Result<> TlsContext::use_certificate(const std::filesystem::path& file) {
    auto chain =
        read_certificates(file, tls_errc::certificate_unreadable, tls_errc::certificate_malformed);
    if (!chain) return failure(chain.error());
    if (SSL_CTX_use_certificate(context_.get(), chain->front().get()) != 1)
        return failure(tls_errc::certificate_too_weak);
    not_after_ = expiry_of(chain->front().get());
    chain->erase(chain->begin());
    for (const Certificate& issuer : *chain)
        if (SSL_CTX_add1_chain_cert(context_.get(), issuer.get()) != 1)
            return failure(tls_errc::certificate_too_weak);
    return {};
}

Result<> TlsContext::use_private_key(const std::filesystem::path& file) {
    const auto key = read_private_key(file);
    if (!key) return failure(key.error());
    if (SSL_CTX_use_PrivateKey(context_.get(), key->get()) != 1 ||
        SSL_CTX_check_private_key(context_.get()) != 1)
        return failure(tls_errc::private_key_of_another);
    return {};
}

Result<> TlsContext::use_client_ca(const std::filesystem::path& file) {
    const auto authorities =
        read_certificates(file, tls_errc::client_ca_unreadable, tls_errc::client_ca_malformed);
    if (!authorities) return failure(authorities.error());
    // The authority that issues the certificates is often not a root.
    X509_STORE_set_flags(SSL_CTX_get_cert_store(context_.get()), X509_V_FLAG_PARTIAL_CHAIN);
    for (const Certificate& authority : *authorities)
        if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), authority.get()) != 1 ||
            SSL_CTX_add_client_CA(context_.get(), authority.get()) != 1)
            return failure(tls_errc::client_ca_malformed);
    SSL_CTX_set_cert_verify_callback(context_.get(), verify_and_go_on, nullptr);
    return {};
}

}  // namespace consign::ftps
