// What all connections of one listener share: host keys and the algorithms on offer.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "base/result.hpp"
#include "base/ssh_algorithms.hpp"
#include "protocols/sftp/host_key.hpp"

struct ssh_bind_struct;
struct ssh_session_struct;

namespace consign::ssh {

/// May be used from any thread.
class Server {
  public:
    struct Options {
        /// At least one, at most one of each type (all ECDSA curves are one type).
        std::vector<HostKey> host_keys;
        AlgorithmProfile profile = AlgorithmProfile::modern;
        /// New keys after so many bytes in either direction; 0 leaves libssh's limits: 64 GiB for
        /// AES, 1 GiB for ChaCha20.
        std::uint64_t rekey_after_bytes = 0;
    };

    /// ssh_errc::host_key_missing or _twice, unknown_algorithm, unsupported_library.
    [[nodiscard]] static Result<std::shared_ptr<Server>> create(Options options);
    ~Server();

    /// Gives a session this listener's settings and keys; it owns the descriptor from then on,
    /// unless libssh failed before it took it: see LibsshSession::accept, the only caller.
    [[nodiscard]] bool adopt(ssh_session_struct* session, int descriptor);
    [[nodiscard]] std::uint64_t rekey_after_bytes() const { return rekey_after_bytes_; }

  private:
    Server();

    struct Free {
        void operator()(ssh_bind_struct* bind) const;
    };
    std::mutex mutex_;  // libssh does not lock an ssh_bind
    std::unique_ptr<ssh_bind_struct, Free> bind_;
    std::uint64_t rekey_after_bytes_ = 0;
};

}  // namespace consign::ssh
