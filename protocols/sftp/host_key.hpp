// A private host key, as libssh holds it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"

struct ssh_key_struct;

namespace consign::ssh {

class HostKey {
  public:
    /// Reads an unencrypted private key: Ed25519 or ECDSA in PEM or OpenSSH format, RSA of at least
    /// 2048 bits in PEM. Refuses a file that group or others may read. Blocks; for start-up.
    /// Errors are ssh_errc::host_key_*.
    [[nodiscard]] static Result<HostKey> load(const std::filesystem::path& file);

    HostKey(HostKey&&) noexcept;
    HostKey& operator=(HostKey&&) noexcept;
    ~HostKey();

    /// "ssh-ed25519", "ssh-rsa", ...
    [[nodiscard]] const std::string& type() const { return type_; }
    /// RFC 4253 section 6.6.
    [[nodiscard]] ByteView public_blob() const { return public_blob_; }

  private:
    friend class Server;
    HostKey();

    struct Free {
        void operator()(ssh_key_struct* key) const;
    };
    std::unique_ptr<ssh_key_struct, Free> key_;
    std::string type_;
    Bytes public_blob_;
};

}  // namespace consign::ssh
