#include "bench/peers/sftp_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace consign::bench {

namespace {

constexpr std::size_t reply_limit_bytes = std::size_t{512} << 10;
constexpr std::uint32_t protocol_version = 3;

std::uint32_t number_at(const char* bytes) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes, sizeof value);
    return __builtin_bswap32(value);
}

void append(std::string& to, std::uint32_t value) {
    value = __builtin_bswap32(value);
    to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void option(ssh_session session, ssh_options_e which, const void* value) {
    if (ssh_options_set(session, which, value) != SSH_OK)
        throw std::runtime_error(
            fmt::format("libssh's option {}: {}", static_cast<int>(which), ssh_get_error(session)));
}

}  // namespace

Frames& Frames::begin(Verb verb, std::uint32_t id, std::size_t more) {
    begun_ = bytes_.size();
    more_ = more;
    append(bytes_, 0);
    bytes_.push_back(static_cast<char>(verb));
    return number(id);
}

Frames& Frames::number(std::uint32_t value) {
    append(bytes_, value);
    return *this;
}

Frames& Frames::offset(std::uint64_t value) {
    append(bytes_, static_cast<std::uint32_t>(value >> 32));
    append(bytes_, static_cast<std::uint32_t>(value));
    return *this;
}

Frames& Frames::text(std::string_view value) {
    append(bytes_, static_cast<std::uint32_t>(value.size()));
    bytes_.append(value);
    return *this;
}

Frames& Frames::end() {
    const auto length =
        __builtin_bswap32(static_cast<std::uint32_t>(bytes_.size() - begun_ - 4 + more_));
    std::memcpy(bytes_.data() + begun_, &length, sizeof length);
    return *this;
}

SftpSession::SftpSession(const Server& server, bool wide_reads) : session_(ssh_new()) {
    connect(server);
    if (wide_reads) wide_.emplace(reads_, ssh_get_fd(session_));
    callbacks_.userdata = this;
    callbacks_.channel_data_function = on_data;
    ssh_callbacks_init(&callbacks_);
    ssh_set_channel_callbacks(channel_, &callbacks_);
    event_ = ssh_event_new();
    ssh_event_add_session(event_, session_);
    init();
}

SftpSession::~SftpSession() {
    ssh_event_remove_session(event_, session_);
    ssh_event_free(event_);
    ssh_disconnect(session_);
    ssh_free(session_);
}

void SftpSession::connect(const Server& server) {
    const bool no = false;
    const int yes = 1;
    option(session_, SSH_OPTIONS_PROCESS_CONFIG, &no);
    option(session_, SSH_OPTIONS_HOST, server.host.c_str());
    option(session_, SSH_OPTIONS_PORT, &server.port);
    option(session_, SSH_OPTIONS_USER, server.user.c_str());
    option(session_, SSH_OPTIONS_NODELAY, &yes);
    option(session_, SSH_OPTIONS_COMPRESSION, "no");
    option(session_, SSH_OPTIONS_KEY_EXCHANGE, "curve25519-sha256,curve25519-sha256@libssh.org");
    option(session_, SSH_OPTIONS_HOSTKEYS, "ssh-ed25519");
    option(session_, SSH_OPTIONS_CIPHERS_C_S, server.cipher.c_str());
    option(session_, SSH_OPTIONS_CIPHERS_S_C, server.cipher.c_str());
    ssh_key key = nullptr;
    if (ssh_pki_import_privkey_file(server.key.c_str(), nullptr, nullptr, nullptr, &key) != SSH_OK)
        throw std::runtime_error("no key in " + server.key);
    const bool in = ssh_connect(session_) == SSH_OK &&
                    ssh_userauth_publickey(session_, nullptr, key) == SSH_AUTH_SUCCESS;
    ssh_key_free(key);
    channel_ = in ? ssh_channel_new(session_) : nullptr;
    if (channel_ == nullptr || ssh_channel_open_session(channel_) != SSH_OK ||
        ssh_channel_request_sftp(channel_) != SSH_OK)
        throw std::runtime_error(
            fmt::format("login at port {}: {}", server.port, ssh_get_error(session_)));
    if (ssh_get_cipher_out(session_) != server.cipher)
        throw std::runtime_error("not the cipher that was asked for");
}

void SftpSession::init() {
    Frames frames;
    // INIT has a version in the place of an id.
    send(frames.begin(Verb::init, protocol_version).end());
    need(4);
    const std::size_t length = number_at(in_.data() + begin_);
    need(4 + length);
    const std::string_view extensions(in_.data() + begin_ + 4, length);
    const bool tells_limits = extensions.contains("limits@openssh.com");
    skip(4 + length);
    if (!tells_limits) return;
    const Reply limits = ask(frames.begin(Verb::extended, 1).text("limits@openssh.com").end());
    // Packet, read and write lengths of 64 bits; the first half of the packet's is `number`.
    const std::uint32_t read = number_at(limits.body.data() + 8);
    const std::uint32_t write = number_at(limits.body.data() + 16);
    block_bytes_ = std::clamp(std::min(read, write), 32768U, 255U << 10);
}

void SftpSession::send(Frames& frames) {
    const auto& bytes = frames.bytes();
    for (std::size_t sent = 0; sent < bytes.size();) {
        const int wrote = ssh_channel_write(channel_, bytes.data() + sent,
                                            static_cast<std::uint32_t>(bytes.size() - sent));
        if (wrote <= 0)
            throw std::runtime_error(fmt::format("sending: {}", ssh_get_error(session_)));
        sent += static_cast<std::size_t>(wrote);
    }
    frames.clear();
}

int SftpSession::on_data(ssh_session, ssh_channel, void* data, std::uint32_t size, int,
                         void* self) {
    auto& session = *static_cast<SftpSession*>(self);
    const auto* const bytes = static_cast<const char*>(data);
    const std::size_t skipped = std::min<std::size_t>(size, session.skip_);
    session.skip_ -= skipped;
    session.consumed_ += size;
    session.in_.insert(session.in_.end(), bytes + skipped, bytes + size);
    return static_cast<int>(size);
}

void SftpSession::pump(int timeout_ms) {
    if (ssh_event_dopoll(event_, timeout_ms) == SSH_ERROR || ssh_channel_is_eof(channel_) != 0)
        throw std::runtime_error(fmt::format("the server hung up: {}", ssh_get_error(session_)));
    if (consumed_ >= window_bytes / 4) open_window();
}

void SftpSession::open_window() {
    // Asked to read this much, libssh offers room for it; there is nothing to read, as on_data
    // takes all.
    static thread_local std::vector<char> nothing(window_bytes);
    consumed_ = 0;
    ssh_channel_read_timeout(channel_, nothing.data(), window_bytes, 0, 0);
}

void SftpSession::need(std::size_t bytes) {
    // What was taken goes from time to time also where enough is there: a buffer that grew with the
    // file would be the client's to pay for.
    const bool has_grown = begin_ > window_bytes / 4;
    if (in_.size() - begin_ >= bytes && !has_grown) return;
    in_.erase(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(begin_));
    begin_ = 0;
    while (in_.size() < bytes) pump(-1);
}

void SftpSession::skip(std::size_t bytes) {
    const std::size_t here = std::min(bytes, in_.size() - begin_);
    begin_ += here;
    skip_ = bytes - here;
    while (skip_ > 0) pump(-1);
}

bool SftpSession::has_reply() {
    if (begin_ == in_.size()) pump(0);
    return begin_ != in_.size();
}

Reply SftpSession::receive() {
    constexpr std::size_t head_bytes = 13;
    need(head_bytes);
    const char* head = in_.data() + begin_;
    const std::size_t length = number_at(head);
    Reply reply{static_cast<Answer>(head[4]), number_at(head + 5), number_at(head + 9), {}};
    if (length > reply_limit_bytes || length + 4 < head_bytes)
        throw std::runtime_error("a reply of no length that was to be expected");
    begin_ += head_bytes;
    const std::size_t rest = length + 4 - head_bytes;
    if (reply.type == Answer::data) {
        skip(rest);
        return reply;
    }
    need(rest);
    reply.body = {in_.data() + begin_, rest};
    begin_ += rest;
    return reply;
}

Reply SftpSession::ask(Frames& frames) {
    send(frames);
    const Reply reply = receive();
    if (reply.type == Answer::status && reply.number != status_ok)
        throw std::runtime_error(
            fmt::format("refused, with status {}: {}", reply.number,
                        std::string_view(reply.body.data() + 4, reply.body.size() - 4)));
    return reply;
}

}  // namespace consign::bench
