// Which algorithms a listener offers. A profile is chosen per listener, because algorithms are
// agreed before the account is known.
#pragma once

#include <string>

namespace consign::ssh {

enum class AlgorithmProfile {
    /// AEAD ciphers, counter mode only with encrypt-then-MAC, elliptic curves. OpenSSH since 6.7
    /// (2014) and every client that is still maintained.
    modern,
    /// Adds what maintained clients on old systems need and nothing that is broken: finite-field
    /// Diffie-Hellman (group14-sha256), nistp521, aes192-ctr, and HMAC-SHA-2 without
    /// encrypt-then-MAC (JSch, libssh2, WinSCP of ten years ago).
    compatible,
    /// Adds SHA-1 (group14, group1, hmac-sha1, ssh-rsa signatures) and CBC (aes128, 3des). Only
    /// for accounts with a live exception. DSA, RC4, MD5 and RSA below 2048 bits are not here
    /// either.
    legacy,
};

/// Comma-separated lists in order of preference, in the names of the IANA registry.
struct AlgorithmLists {
    std::string key_exchange;
    std::string ciphers;
    std::string macs;
    std::string host_key_signatures;
    std::string user_signatures;
};

inline constexpr int rsa_limit_bits = 2048;

/// No list has diffie-hellman-group-exchange (libssh reads /etc/ssh/moduli, blocking, at each
/// handshake) nor group16 and group18 (13 ms and more of CPU for anyone who connects).
[[nodiscard]] AlgorithmLists algorithms_of(AlgorithmProfile profile);

}  // namespace consign::ssh
