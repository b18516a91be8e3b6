#include "daemon/workers/delivery/ssh_client.hpp"

#include <fcntl.h>
#include <libssh/libssh.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "daemon/workers/delivery/connected_socket.hpp"
#include "daemon/workers/delivery/errc.hpp"

namespace consign::delivery {

namespace {

/// For each answer of the server, until sftp is open.
constexpr long answer_timeout_seconds = 30;
constexpr std::chrono::milliseconds longest_read = std::chrono::days(7);
constexpr int attempts_at_key_limit = 5;
constexpr int prompts_limit = 8;

// One at a time: the server shows the key of the type that is asked for.
constexpr std::array host_key_types{"ssh-ed25519", "ecdsa-sha2-nistp256",
                                    "rsa-sha2-512,rsa-sha2-256", "ecdsa-sha2-nistp384",
                                    "ecdsa-sha2-nistp521"};
constexpr auto ciphers =
    "aes256-gcm@openssh.com,aes128-gcm@openssh.com,chacha20-poly1305@openssh.com,aes256-ctr,"
    "aes128-ctr";

struct FreeLibssh {
    void operator()(ssh_session_struct* session) const { ssh_free(session); }
    void operator()(ssh_key_struct* key) const { ssh_key_free(key); }
};
using Session = std::unique_ptr<ssh_session_struct, FreeLibssh>;
using Key = std::unique_ptr<ssh_key_struct, FreeLibssh>;

/// A secret as C wants it.
class ZeroEnded {
  public:
    explicit ZeroEnded(std::string_view text) : bytes_(text.begin(), text.end()) {
        bytes_.push_back(0);
    }
    [[nodiscard]] const char* get() const { return reinterpret_cast<const char*>(bytes_.data()); }

  private:
    SecretBytes bytes_;
};

bool says(ssh_session session, const char* words) {
    const char* const error = ssh_get_error(session);
    return error && std::strstr(error, words);
}

class LibsshClient final : public SshClient {
  public:
    explicit LibsshClient(Stop& stop) : stop_(stop) {}
    ~LibsshClient() override {
        watch_.reset();
        if (session_ && channel_) ssh_channel_free(channel_);
        // ssh_disconnect() leaves a socket open that it was given, and so does ssh_free() after it.
        if (session_) ssh_silent_disconnect(session_.get());
    }

    enum class Shown { pinned, other, no_such_type };

    /// Connects anew, and looks at the server's key of one type.
    Result<Shown> shake_hands(const SshLogin& login, const char* host_key_type) {
        watch_.reset();
        session_.reset();
        auto socket = connected_socket(login.host, login.port, stop_);
        if (!socket) return failure(socket.error());
        // libssh waits by itself, on a socket that blocks.
        ::fcntl(socket->get(), F_SETFL, ::fcntl(socket->get(), F_GETFL) & ~O_NONBLOCK);
        watched_ = Descriptor(::fcntl(socket->get(), F_DUPFD_CLOEXEC, 0));
        watch_ = std::make_unique<Stop::Watch>(stop_, watched_.get());
        session_.reset(ssh_new());
        if (!session_) return failure(delivery_errc::unreachable);
        int descriptor = socket->get();
        const int no = 0;
        const bool no_config = false;
        const long timeout = answer_timeout_seconds;
        const bool is_set =
            ssh_options_set(session_.get(), SSH_OPTIONS_PROCESS_CONFIG, &no_config) == 0 &&
            ssh_options_set(session_.get(), SSH_OPTIONS_HOST, login.host.c_str()) == 0 &&
            ssh_options_set(session_.get(), SSH_OPTIONS_USER, login.user.c_str()) == 0 &&
            ssh_options_set(session_.get(), SSH_OPTIONS_HOSTKEYS, host_key_type) == 0 &&
            ssh_options_set(session_.get(), SSH_OPTIONS_CIPHERS_C_S, ciphers) == 0 &&
            ssh_options_set(session_.get(), SSH_OPTIONS_CIPHERS_S_C, ciphers) == 0 &&
            ssh_options_set(session_.get(), SSH_OPTIONS_COMPRESSION, "no") == 0 &&
            ssh_options_set(session_.get(), SSH_OPTIONS_GSSAPI_DELEGATE_CREDENTIALS, &no) == 0 &&
            ssh_options_set(session_.get(), SSH_OPTIONS_TIMEOUT, &timeout) == 0 &&
            ssh_options_set(session_.get(), SSH_OPTIONS_FD, &descriptor) == 0;
        if (!is_set) return failure(delivery_errc::unreachable);
        static_cast<void>(socket->release());  // the session's from now on
        if (ssh_connect(session_.get()) != SSH_OK) {
            if (says(session_.get(), "no match for method server host key"))
                return Shown::no_such_type;
            return failure(lost(delivery_errc::unreachable));
        }
        ssh_key raw = nullptr;
        if (ssh_get_server_publickey(session_.get(), &raw) != SSH_OK)
            return failure(delivery_errc::unreachable);
        const Key key(raw);
        unsigned char* hash = nullptr;
        std::size_t length = 0;
        if (ssh_get_publickey_hash(key.get(), SSH_PUBLICKEY_HASH_SHA256, &hash, &length) != SSH_OK)
            return failure(delivery_errc::unreachable);
        char* const text = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, length);
        ssh_clean_pubkey_hash(&hash);
        const bool is_pinned = text && login.host_key == text;
        ssh_string_free_char(text);
        return is_pinned ? Shown::pinned : Shown::other;
    }

    Result<> log_in(const SshLogin& login) {
        int came = ssh_userauth_none(session_.get(), nullptr);
        if (came == SSH_AUTH_ERROR) return failure(lost(delivery_errc::unreachable));
        if (came != SSH_AUTH_SUCCESS && login.identity) {
            ssh_key raw = nullptr;
            const ZeroEnded text(login.identity->view());
            if (ssh_pki_import_privkey_base64(text.get(), nullptr, nullptr, nullptr, &raw) !=
                SSH_OK)
                return failure(delivery_errc::no_credential);
            const Key key(raw);
            // libssh 0.10 now and then has not read yet which signatures the server takes.
            for (int attempt = 0; attempt < attempts_at_key_limit; ++attempt) {
                came = ssh_userauth_publickey(session_.get(), nullptr, key.get());
                if (came != SSH_AUTH_ERROR || !says(session_.get(), "not allowed")) break;
            }
        }
        if (came != SSH_AUTH_SUCCESS && came != SSH_AUTH_ERROR && login.password)
            came = give_password(*login.password);
        if (came == SSH_AUTH_SUCCESS) return {};
        if (came == SSH_AUTH_ERROR && ssh_is_connected(session_.get()) == 0)
            return failure(lost(delivery_errc::login_refused));
        return failure(stop_.asked() ? delivery_errc::stopped : delivery_errc::login_refused);
    }

    Result<> open_sftp() {
        channel_ = ssh_channel_new(session_.get());
        if (!channel_ || ssh_channel_open_session(channel_) != SSH_OK ||
            ssh_channel_request_sftp(channel_) != SSH_OK)
            return failure(lost(delivery_errc::unreachable));
        return {};
    }

    Result<> send(ByteView bytes) override {
        while (!bytes.empty()) {
            const auto part = static_cast<std::uint32_t>(bytes.size());
            const int count = ssh_channel_write(channel_, bytes.data(), part);
            if (count < 0) return failure(lost(delivery_errc::connection_lost));
            if (count == 0) return failure(lost(delivery_errc::timed_out));
            bytes = bytes.subspan(static_cast<std::size_t>(count));
        }
        return {};
    }

    Result<> receive(ByteSpan out, std::chrono::milliseconds patience) override {
        const auto timeout = static_cast<int>(std::min(patience, longest_read).count());
        while (!out.empty()) {
            const int count = ssh_channel_read_timeout(
                channel_, out.data(), static_cast<std::uint32_t>(out.size()), 0, timeout);
            if (count < 0 || (count == 0 && ssh_channel_is_eof(channel_) != 0))
                return failure(lost(delivery_errc::connection_lost));
            if (count == 0) return failure(lost(delivery_errc::timed_out));
            out = out.subspan(static_cast<std::size_t>(count));
        }
        return {};
    }

  private:
    delivery_errc lost(delivery_errc why) const {
        return stop_.asked() ? delivery_errc::stopped : why;
    }

    int give_password(const SecretText& password) {
        const ZeroEnded text(password.view());
        int came = ssh_userauth_password(session_.get(), nullptr, text.get());
        if (came != SSH_AUTH_DENIED) return came;
        // The same, as servers with PAM ask for it.
        const auto methods = static_cast<unsigned>(ssh_userauth_list(session_.get(), nullptr));
        if ((methods & SSH_AUTH_METHOD_INTERACTIVE) == 0) return came;
        came = ssh_userauth_kbdint(session_.get(), nullptr, nullptr);
        for (int round = 0; came == SSH_AUTH_INFO && round < prompts_limit; ++round) {
            const int prompts = ssh_userauth_kbdint_getnprompts(session_.get());
            for (int prompt = 0; prompt < prompts; ++prompt) {
                char echo = 0;
                static_cast<void>(ssh_userauth_kbdint_getprompt(
                    session_.get(), static_cast<unsigned>(prompt), &echo));
                // What may be seen is no question for a password.
                if (echo != 0) return SSH_AUTH_DENIED;
                if (ssh_userauth_kbdint_setanswer(session_.get(), static_cast<unsigned>(prompt),
                                                  text.get()) < 0)
                    return SSH_AUTH_ERROR;
            }
            came = ssh_userauth_kbdint(session_.get(), nullptr, nullptr);
        }
        return came == SSH_AUTH_INFO ? SSH_AUTH_DENIED : came;
    }

    Stop& stop_;
    Descriptor watched_;  // the same socket, so that it can be shut down at any moment
    std::unique_ptr<Stop::Watch> watch_;
    Session session_;
    ssh_channel channel_ = nullptr;
};

}  // namespace

Result<std::unique_ptr<SshClient>> SshClient::connect(const SshLogin& login, Stop& stop) {
    auto client = std::make_unique<LibsshClient>(stop);
    bool was_other = false;
    for (const char* const type : host_key_types) {
        const auto shown = client->shake_hands(login, type);
        // A connection that breaks off says nothing of the server's keys.
        if (!shown) return failure(shown.error());
        was_other = was_other || *shown == LibsshClient::Shown::other;
        if (*shown != LibsshClient::Shown::pinned) continue;
        if (auto done = client->log_in(login); !done) return failure(done.error());
        if (auto done = client->open_sftp(); !done) return failure(done.error());
        return client;
    }
    return failure(was_other ? delivery_errc::wrong_host_key : delivery_errc::unreachable);
}

}  // namespace consign::delivery
