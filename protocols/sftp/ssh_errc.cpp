#include "protocols/sftp/ssh_errc.hpp"

namespace consign::ssh {

namespace {

class SshCategory final : public std::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "ssh"; }
    [[nodiscard]] std::string message(int code) const override;
};

std::string SshCategory::message(int code) const {
    switch (static_cast<ssh_errc>(code)) {
        case ssh_errc::unsupported_library:
            return "this version of libssh is not known to be safe: 0.10.6 or later is needed";
        case ssh_errc::unknown_algorithm:
            return "libssh does not know an algorithm of the profile";
        case ssh_errc::host_key_unreadable:
            return "the host key cannot be read";
        case ssh_errc::host_key_open_to_others:
            return "the host key can be read by others: chmod 600 it";
        case ssh_errc::host_key_malformed:
            return "the host key is not an unencrypted private key (Ed25519, ECDSA or RSA) in PEM "
                   "or OpenSSH format";
        case ssh_errc::host_key_too_weak:
            return "the RSA host key has fewer than 2048 bits";
        case ssh_errc::host_key_in_slow_format:
            return "an RSA host key in OpenSSH format makes each handshake 2.5 times as dear: "
                   "convert it with ssh-keygen -p -m PEM -N '' -f FILE";
        case ssh_errc::host_key_missing:
            return "there is no host key";
        case ssh_errc::host_key_twice:
            return "there are two host keys of one type";
        case ssh_errc::cannot_start:
            return "the connection could not be set up";
        case ssh_errc::peer_closed:
            return "the peer closed the connection";
        case ssh_errc::negotiation_failed:
            return "the peer and this server have no algorithm in common";
        case ssh_errc::protocol_error:
            return "the peer broke the SSH protocol";
        case ssh_errc::out_of_turn:
            return "a message out of turn";
        case ssh_errc::request_too_large:
            return "a login request with a field that is too long";
        case ssh_errc::signature_refused:
            return "the signature algorithm or the size of the key is not accepted here";
        case ssh_errc::window_overrun:
            return "more data than the channel's window allows";
        case ssh_errc::too_many_refusals:
            return "too many requests for services that are not offered here";
        case ssh_errc::failed_inside:
            return "the server failed inside";
        case ssh_errc::channel_closed:
            return "the channel is closed";
    }
    return "unknown SSH error";
}

}  // namespace

const std::error_category& ssh_category() {
    static const SshCategory category;
    return category;
}

}  // namespace consign::ssh
