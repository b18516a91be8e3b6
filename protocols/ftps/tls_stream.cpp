#include "protocols/ftps/tls_stream.hpp"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <new>

#include "base/evp.hpp"
#include "base/tls_algorithms.hpp"
#include "protocols/ftps/tls_errc.hpp"
#include "protocols/ftps/tls_error_queue.hpp"

namespace consign::ftps {

namespace asio = boost::asio;

namespace {

/// What is sealed at once, and sent with one call.
constexpr std::size_t seal_batch_bytes = 256 * 1024;
/// What a record holds, and what stands around that at most: header, nonce, tag, padding, MAC
/// (RFC 5246 section 6.2, RFC 8446 section 5.2).
constexpr std::size_t record_limit_bytes = 16 * 1024;
constexpr std::size_t record_overhead_bytes = 5 + 256;
/// What one recv() may bring of a data connection: eight records as TLS 1.3 makes them, header,
/// content type and tag included, and OpenSSL's alignment. Where the last of them does not fit, its
/// end takes a recv() of its own.
constexpr std::size_t read_ahead_bytes = 8 * (record_limit_bytes + 5 + 1 + 16) + 8;
/// A peer that asks for more answers to its key updates than this, and takes none, is read no more.
constexpr std::size_t answers_limit_bytes = 64 * 1024;

/// What one step of a handshake may read.
constexpr std::size_t handshake_step_bytes = 64 * 1024;

constexpr std::string_view protocol_name = "ftp";  // IANA's ALPN protocol id
/// The session id context of sessions that a data connection began. It is shorter than an Id, so
/// that none equals it.
constexpr std::string_view data_session_context = "data";

/// For people who look for the reason: the three that there are in practice.
tls_errc why_handshake_failed() {
    const int reason = ERR_GET_REASON(ERR_peek_error());
    if (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST)
        return tls_errc::not_tls;
    // Alerts of the peer have numbers of their own; in TLS 1.3, OpenSSL finds them unexpected.
    if (reason >= SSL_AD_REASON_OFFSET || reason == SSL_R_UNEXPECTED_MESSAGE)
        return tls_errc::refused_by_client;
    return tls_errc::handshake_failed;
}

}  // namespace

void TlsStream::Free::operator()(ssl_st* ssl) const {
    SSL_free(ssl);
}

TlsStream::TlsStream(std::shared_ptr<const TlsContext> context, asio::ip::tcp::socket socket,
                     const Options& options)
    : context_(std::move(context)),
      socket_(std::move(socket)),
      kind_(options.kind),
      must_resume_(options.must_resume),
      wire_(socket_.native_handle()),
      ssl_(SSL_new(context_->context_.get())),
      flushed_(socket_.get_executor()) {
    if (!ssl_) throw std::bad_alloc();
    // Each send is whole, and one that waits for the acknowledgement of the handshake costs 40 ms.
    boost::system::error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    socket_.non_blocking(true, ignored);

    SSL* ssl = ssl_.get();
    BIO* bio = wire_.make_bio();
    SSL_set_bio(ssl, bio, bio);
    SSL_set_app_data(ssl, this);
    SSL_set_accept_state(ssl);
    const auto session = options.control_session.bytes();
    SSL_set_session_id_context(ssl, session.data(), static_cast<unsigned>(session.size()));

    if (kind_ == Kind::control) {
        wire_.carries_telnet = true;
        SSL_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS);
        if (context_->asks_for_client_certificates_) SSL_set_verify(ssl, SSL_VERIFY_PEER, nullptr);
    } else {
        SSL_set_num_tickets(ssl, 0);
        SSL_set_default_read_buffer_len(ssl, read_ahead_bytes);
        SSL_set_cert_cb(ssl, refuse_full_handshake, this);
    }
}

TlsStream::~TlsStream() {
    const TlsErrorQueue queue;
    // A session ends with the connection that began it, and with no other: SSL_free would drop it
    // from the cache where a data connection that resumed it was cut off.
    if (!SSL_session_reused(ssl_.get()))
        SSL_CTX_remove_session(context_->context_.get(), SSL_get_session(ssl_.get()));
    SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

/// OpenSSL asks for the certificate where no session is resumed, in TLS 1.3 as before, and does so
/// ahead of the first byte that the client could take a session from.
int TlsStream::refuse_full_handshake(SSL* ssl, void* self) {
    auto& stream = *static_cast<TlsStream*>(self);
    if (stream.must_resume_) {
        stream.refused_ = make_error_code(tls_errc::session_not_resumed);
        return 0;
    }
    // Whoever connects here has proved nothing yet, and TLS 1.2 hands out its ticket in the
    // handshake itself: it must not pass for the control connection's.
    const auto context = as_bytes(data_session_context);
    return SSL_SESSION_set1_id_context(SSL_get_session(ssl), context.data(),
                                       static_cast<unsigned>(context.size()));
}

/// RFC 7301 section 3.2. Asked only where the client offers something.
int TlsStream::choose_protocol(SSL* ssl, const unsigned char** chosen, unsigned char* chosen_size,
                               const unsigned char* offered, unsigned int offered_size, void*) {
    ByteReader reader(ByteView(offered, offered_size));
    while (!reader.rest().empty()) {
        const ByteView name = reader.take(reader.u8());
        if (as_text(name) != protocol_name) continue;
        *chosen = name.data();
        *chosen_size = static_cast<unsigned char>(name.size());
        return SSL_TLSEXT_ERR_OK;
    }
    auto& stream = *static_cast<TlsStream*>(SSL_get_app_data(ssl));
    stream.refused_ = make_error_code(tls_errc::wrong_protocol);
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

asio::awaitable<Result<>> TlsStream::handshake() {
    for (;;) {
        if (closed_) co_return failure(std::make_error_code(std::errc::operation_canceled));
        const Step step = advance_handshake();
        if (step == Step::failed) {
            send_at_once();
            co_return failure(refused_);
        }
        if (auto sent = co_await flush(); !sent) co_return sent;
        if (step == Step::done) co_return Result<>();
        if (auto error = co_await readable()) co_return failure(error);
    }
}

TlsStream::Step TlsStream::advance_handshake() {
    const TlsErrorQueue queue;
    wire_.budget_bytes = handshake_step_bytes;
    const int done = SSL_do_handshake(ssl_.get());
    if (done == 1) return Step::done;
    if (SSL_get_error(ssl_.get(), done) == SSL_ERROR_WANT_READ) return Step::wants_more;
    if (!refused_) refused_ = why_ended(why_handshake_failed());
    return Step::failed;
}

asio::awaitable<Result<std::size_t>> TlsStream::read(ByteSpan into) {
    for (;;) {
        if (closed_) co_return failure(std::make_error_code(std::errc::operation_canceled));
        const std::size_t count = last_read_ ? 0 : open_records(into);
        send_at_once();
        if (wire_.outgoing.size() > answers_limit_bytes)
            if (auto sent = co_await flush(); !sent) co_return failure(sent.error());
        if (count > 0) co_return count;
        if (last_read_) co_return *last_read_;
        if (auto error = co_await readable()) co_return failure(error);
    }
}

/// All that is there and fits; where the connection has ended, `last_read_` says how.
std::size_t TlsStream::open_records(ByteSpan into) {
    const TlsErrorQueue queue;
    // OpenSSL would go on for as long as the peer sends what holds no data, and nobody else on this
    // thread would have a turn.
    wire_.budget_bytes = into.size() + read_ahead_bytes;
    const std::size_t before = wire_.outgoing.size();
    std::size_t count = 0;
    while (count < into.size()) {
        const ByteSpan rest = into.subspan(count);
        std::size_t got = 0;
        const int read = SSL_read_ex(ssl_.get(), rest.data(), rest.size(), &got);
        if (read == 1) {
            count += got;
            continue;
        }
        const int reason = SSL_get_error(ssl_.get(), read);
        if (reason == SSL_ERROR_ZERO_RETURN)
            last_read_ = std::size_t{0};
        else if (reason != SSL_ERROR_WANT_READ)
            last_read_ = failure(why_ended(tls_errc::bad_record));
        break;
    }
    answered_bytes_ = count > 0 ? 0 : answered_bytes_ + wire_.outgoing.size() - before;
    if (answered_bytes_ > answers_limit_bytes) last_read_ = failure(tls_errc::bad_record);
    return count;
}

std::error_code TlsStream::why_ended(std::error_code otherwise) const {
    if (wire_.error) return wire_.error;
    return wire_.ended ? make_error_code(tls_errc::truncated) : otherwise;
}

asio::awaitable<Result<>> TlsStream::write(ByteView bytes) {
    while (!bytes.empty()) {
        const ByteView batch = bytes.first(std::min(bytes.size(), seal_batch_bytes));
        if (auto sealed = seal(batch); !sealed) co_return sealed;
        if (auto sent = co_await flush(); !sent) co_return sent;
        bytes = bytes.subspan(batch.size());
    }
    co_return Result<>();
}

Result<> TlsStream::seal(ByteView bytes) {
    if (closed_) return failure(std::make_error_code(std::errc::operation_canceled));
    if (send_error_) return failure(send_error_);
    const TlsErrorQueue queue;
    const std::size_t records = bytes.size() / record_limit_bytes + 1;
    wire_.outgoing.reserve(wire_.outgoing.size() + bytes.size() + records * record_overhead_bytes);
    std::size_t written = 0;
    if (SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written) == 1) return {};
    // The wire takes all, so the connection itself is at its end: a bad record came in, or
    // close_notify has gone out.
    return failure(last_read_ && !*last_read_ ? last_read_->error()
                                              : std::make_error_code(std::errc::broken_pipe));
}

asio::awaitable<Result<>> TlsStream::shut_down() {
    if (closed_) co_return failure(std::make_error_code(std::errc::operation_canceled));
    {
        const TlsErrorQueue queue;
        SSL_shutdown(ssl_.get());
    }
    if (auto sent = co_await flush(); !sent) co_return sent;
    boost::system::error_code error;
    socket_.shutdown(asio::socket_base::shutdown_send, error);
    if (error) co_return failure(std::error_code(error));
    co_return Result<>();
}

/// Sends all that is sealed. The writer comes here, and the reader may: the second waits for the
/// first, then sends what that has left.
asio::awaitable<Result<>> TlsStream::flush() {
    while (flushing_) co_await flushed_.wait();
    flushing_ = true;
    while (!wire_.outgoing.empty() && !send_error_ && !closed_) {
        sending_.swap(wire_.outgoing);
        boost::system::error_code error;
        co_await asio::async_write(socket_, asio::buffer(sending_),
                                   asio::redirect_error(asio::use_awaitable, error));
        send_error_ = error;
        sending_.clear();
        // One large buffer serves every batch; an idle control connection has none.
        if (kind_ == Kind::control)
            sending_.shrink_to_fit();
        else if (wire_.outgoing.empty())
            sending_.swap(wire_.outgoing);
    }
    flushing_ = false;
    flushed_.notify();
    if (closed_) co_return failure(std::make_error_code(std::errc::operation_canceled));
    if (send_error_) co_return failure(send_error_);
    co_return Result<>();
}

/// What OpenSSL itself had to say while it read: an alert, the answer to a key update. Who reads
/// does not wait for the socket to take it, since the peer may wait for us to read; what is left
/// goes with the next flush.
void TlsStream::send_at_once() {
    if (flushing_ || send_error_ || closed_ || wire_.outgoing.empty()) return;
    boost::system::error_code error;
    const std::size_t sent = socket_.write_some(asio::buffer(wire_.outgoing), error);
    wire_.outgoing.erase(wire_.outgoing.begin(),
                         wire_.outgoing.begin() + static_cast<std::ptrdiff_t>(sent));
    if (error && error != asio::error::would_block) send_error_ = error;
    if (kind_ == Kind::control) wire_.outgoing.shrink_to_fit();
}

asio::awaitable<std::error_code> TlsStream::readable() {
    boost::system::error_code error;
    co_await socket_.async_wait(asio::socket_base::wait_read,
                                asio::redirect_error(asio::use_awaitable, error));
    if (closed_) co_return std::make_error_code(std::errc::operation_canceled);
    co_return std::error_code(error);
}

void TlsStream::close() {
    closed_ = true;
    boost::system::error_code ignored;
    socket_.close(ignored);
}

void TlsStream::renew_ticket() {
    if (closed_ || kind_ != Kind::control || SSL_version(ssl_.get()) != TLS1_3_VERSION) return;
    const TlsErrorQueue queue;
    if (SSL_new_session_ticket(ssl_.get()) == 1) SSL_do_handshake(ssl_.get());
}

bool TlsStream::is_resumed() const {
    return SSL_session_reused(ssl_.get()) == 1;
}

std::string TlsStream::algorithms() const {
    return tls::text_of(SSL_get_version(ssl_.get()), SSL_get_cipher_name(ssl_.get()));
}

std::optional<PeerCertificate> TlsStream::peer_certificate() const {
    const TlsErrorQueue queue;
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        SSL_get1_peer_certificate(ssl_.get()), X509_free);
    if (!certificate || SSL_get_verify_result(ssl_.get()) != X509_V_OK) return std::nullopt;

    PeerCertificate peer;
    unsigned size = 0;
    X509_digest(certificate.get(), EVP_sha256(), peer.fingerprint.data(), &size);
    const std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new(BIO_s_mem()), BIO_free);
    // UTF-8 as it is, and everything else that is not printable escaped.
    X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate.get()), 0,
                       XN_FLAG_RFC2253 & ~unsigned{ASN1_STRFLGS_ESC_MSB});
    const char* characters = nullptr;
    const long length = BIO_get_mem_data(text.get(), &characters);
    peer.subject.assign(characters, static_cast<std::size_t>(length));
    return peer;
}

}  // namespace consign::ftps
