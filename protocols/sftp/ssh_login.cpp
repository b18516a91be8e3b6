#include "protocols/sftp/ssh_login.hpp"

#include <cstring>
#include <stdexcept>
#include <string_view>

#include "protocols/sftp/key_blob.hpp"
#include "protocols/sftp/libssh_session.hpp"
#include "protocols/sftp/ssh_errc.hpp"

namespace consign::ssh {

namespace {

constexpr int requests_limit = 32;
constexpr std::size_t waiting_limit = 4;
// Also bounds what never becomes a request: SSH_MSG_IGNORE, and gssapi-with-mic, which libssh
// refuses by itself.
constexpr std::uint64_t packets_limit = 128;
constexpr std::uint64_t received_limit_bytes = 1024 * 1024;

int mask(LoginMethods methods) {
    unsigned bits = 0;
    if (methods.public_key) bits |= SSH_AUTH_METHOD_PUBLICKEY;
    if (methods.password) bits |= SSH_AUTH_METHOD_PASSWORD;
    if (methods.keyboard_interactive) bits |= SSH_AUTH_METHOD_INTERACTIVE;
    // libssh takes an empty set for "public key and password".
    if (bits == 0) throw std::logic_error("a refusal must name a method");
    return static_cast<int>(bits);
}

bool is_certificate(ssh_keytypes_e type) {
    switch (type) {
        case SSH_KEYTYPE_DSS_CERT01:
        case SSH_KEYTYPE_RSA_CERT01:
        case SSH_KEYTYPE_ECDSA_P256_CERT01:
        case SSH_KEYTYPE_ECDSA_P384_CERT01:
        case SSH_KEYTYPE_ECDSA_P521_CERT01:
        case SSH_KEYTYPE_ED25519_CERT01:
        case SSH_KEYTYPE_SK_ECDSA_CERT01:
        case SSH_KEYTYPE_SK_ED25519_CERT01:
            return true;
        default:
            return false;
    }
}

bool is_security_key(ssh_keytypes_e type) {
    return type == SSH_KEYTYPE_SK_ECDSA || type == SSH_KEYTYPE_SK_ED25519 ||
           type == SSH_KEYTYPE_SK_ECDSA_CERT01 || type == SSH_KEYTYPE_SK_ED25519_CERT01;
}

OfferedKey offered_key(ssh_message message) {
    const ssh_key key = ssh_message_auth_pubkey(message);
    const auto type = ssh_key_type(key);
    const char* name = ssh_key_type_to_char(type);
    return {.algorithm = name == nullptr ? "" : name,
            .blob = public_blob(key),
            .signature_verified =
                ssh_message_auth_publickey_state(message) == SSH_PUBLICKEY_STATE_VALID,
            .is_certificate = is_certificate(type),
            .is_security_key = is_security_key(type)};
}

/// Judged at the offer already: libssh says yes to any offer, and then drops the signature without
/// a word, which leaves the peer waiting.
bool is_acceptable(const OfferedKey& key) {
    if (key.blob.empty() || key.algorithm.contains("dss")) return false;
    if (!key.algorithm.contains("rsa")) return true;
    return rsa_modulus_bits(key.blob) >= std::size_t{rsa_limit_bits};
}

LoginMethod method_of(ssh_message message) {
    switch (ssh_message_subtype(message)) {
        case SSH_AUTH_METHOD_NONE:
            return LoginMethod::none;
        case SSH_AUTH_METHOD_PUBLICKEY:
            return LoginMethod::public_key;
        case SSH_AUTH_METHOD_PASSWORD:
            return LoginMethod::password;
        case SSH_AUTH_METHOD_INTERACTIVE:
            return LoginMethod::keyboard_interactive;
        default:
            return LoginMethod::other;
    }
}

std::string_view text_or_empty(const char* text) {
    return text == nullptr ? std::string_view() : std::string_view(text);
}

Result<LoginRequest> read_request(ssh_message message) {
    const auto user = text_or_empty(ssh_message_auth_user(message));
    const auto password = text_or_empty(ssh_message_auth_password(message));
    if (user.size() > LoginRequest::user_limit_bytes ||
        password.size() > LoginRequest::password_limit_bytes)
        return failure(ssh_errc::request_too_large);
    LoginRequest request{
        .method = method_of(message), .user = std::string(user), .key = {}, .password = {}};
    if (request.method == LoginMethod::public_key) request.key = offered_key(message);
    if (request.method == LoginMethod::password) request.password = SecretText(password);
    return request;
}

}  // namespace

struct LoginDialogue::Entry {
    MessageHandle message;
    LoginRequest request;
};

LoginDialogue::LoginDialogue(LibsshSession& session, LoginMethods methods,
                             std::function<void(Refused)> on_refused)
    : session_(session), methods_(methods), on_refused_(std::move(on_refused)) {
    ssh_set_auth_methods(session_.handle(), mask(methods));
}

LoginDialogue::~LoginDialogue() = default;

std::error_code LoginDialogue::take() {
    while (MessageHandle message{ssh_message_get(session_.handle())}) {
        switch (ssh_message_type(message.get())) {
            case SSH_REQUEST_SERVICE:
                // Paramiko asks anew before each attempt.
                if (text_or_empty(ssh_message_service_service(message.get())) != "ssh-userauth" ||
                    ++service_requests_ > requests_limit)
                    return ssh_errc::out_of_turn;
                ssh_message_service_reply_success(message.get());
                break;
            case SSH_REQUEST_AUTH: {
                if (service_requests_ == 0 || ++requests_ > requests_limit ||
                    waiting_.size() >= waiting_limit)
                    return ssh_errc::out_of_turn;
                auto request = read_request(message.get());
                if (!request) return request.error();
                auto entry = std::make_unique<Entry>();
                entry->message = std::move(message);
                entry->request = std::move(*request);
                waiting_.push_back(std::move(entry));
                break;
            }
            default:
                return ssh_errc::out_of_turn;
        }
    }
    if (session_.failed()) return session_.why_failed();
    if (session_.packet_counter().in_packets > packets_limit ||
        session_.socket_counter().in_bytes > received_limit_bytes)
        return ssh_errc::out_of_turn;
    // An error before login that did not end the session is a request that libssh has dropped.
    if (session_.has_error()) return session_.why_failed();
    refuse_unacceptable_keys();
    return {};
}

void LoginDialogue::refuse_unacceptable_keys() {
    while (has_request()) {
        const auto& entry = *waiting_.front();
        if (!entry.request.key || is_acceptable(*entry.request.key)) return;
        ssh_message_auth_set_methods(entry.message.get(), mask(methods_));
        ssh_message_reply_default(entry.message.get());
        waiting_.pop_front();
        on_refused_(Refused::login_key_type);
    }
}

LoginRequest LoginDialogue::hand_out() {
    handed_out_ = true;
    return std::move(waiting_.front()->request);
}

void LoginDialogue::finish() {
    handed_out_ = false;
    waiting_.pop_front();
    refuse_unacceptable_keys();
}

void LoginDialogue::accept_key() {
    ssh_message_auth_reply_pk_ok_simple(waiting_.front()->message.get());
    finish();
}

void LoginDialogue::succeed() {
    ssh_message_auth_reply_success(waiting_.front()->message.get(), 0);
    handed_out_ = false;
    waiting_.clear();  // RFC 4252 section 5.1: what follows a success is ignored
}

void LoginDialogue::partially_succeed(LoginMethods remaining) {
    methods_ = remaining;
    const ssh_message message = waiting_.front()->message.get();
    ssh_message_auth_set_methods(message, mask(methods_));
    ssh_message_auth_reply_success(message, 1);
    finish();
}

void LoginDialogue::refuse(LoginMethods remaining) {
    methods_ = remaining;
    const ssh_message message = waiting_.front()->message.get();
    ssh_message_auth_set_methods(message, mask(methods_));
    ssh_message_reply_default(message);
    finish();
}

}  // namespace consign::ssh
