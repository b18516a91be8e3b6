// An SSH connection to a partner's server, with its sftp subsystem open: what libssh's client does
// for us. Blocks; one thread at a time. Errors: delivery_errc.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "daemon/workers/delivery/stop.hpp"

namespace consign::delivery {

struct SshLogin {
    std::string host;
    std::uint16_t port = 22;
    std::string user;
    std::string host_key;                // "SHA256:...", the only one that is taken
    std::optional<SecretText> identity;  // a private key, as ssh-keygen writes it
    std::optional<SecretText> password;
};

class SshClient {
  public:
    /// For what a server says soon.
    static constexpr std::chrono::milliseconds answer_time{60'000};

    /// Tries one type of host key after the other until the pinned one is shown; nothing of the
    /// login leaves before that. An error that is_of_target(): wrong_host_key only where the server
    /// showed its keys, and none was it.
    [[nodiscard]] static Result<std::unique_ptr<SshClient>> connect(const SshLogin& login,
                                                                    Stop& stop);
    virtual ~SshClient() = default;

    /// All of it.
    [[nodiscard]] virtual Result<> send(ByteView bytes) = 0;
    /// Fills `out`; nothing may come for as long as `patience`.
    [[nodiscard]] virtual Result<> receive(ByteSpan out, std::chrono::milliseconds patience) = 0;
};

}  // namespace consign::delivery
