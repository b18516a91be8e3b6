// The SSH algorithms of each profile: what a listener offers, and how old what a session agreed on
// is.
//
// modern: AEAD ciphers, counter mode only with encrypt-then-MAC, elliptic curves. OpenSSH since 6.7
// (2014) and every client that is still maintained.
// compatible: adds what maintained clients on old systems need and nothing that is broken:
// finite-field Diffie-Hellman (group14-sha256), nistp521, aes192-ctr, and HMAC-SHA-2 without
// encrypt-then-MAC (JSch, libssh2, WinSCP of ten years ago).
// legacy: adds SHA-1 (group14, group1, hmac-sha1, ssh-rsa signatures) and CBC (aes128, 3des). DSA,
// RC4, MD5 and RSA below 2048 bits are not here either.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/algorithm_profile.hpp"

namespace consign::ssh {

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

/// What a connection agreed on; each way may differ.
struct NegotiatedAlgorithms {
    std::string key_exchange;
    std::string host_key_type;  // what it signed with is not told by libssh 0.10
    std::string cipher_in, cipher_out;
    std::string mac_in, mac_out;  // of AEAD ciphers: "aead-gcm", "aead-poly1305"
};
/// As a session's row has it: "KEX HOSTKEY CIPHER/CIPHER MAC/MAC".
[[nodiscard]] std::string text_of(const NegotiatedAlgorithms& agreed);
/// Nothing where the text is none of text_of's.
[[nodiscard]] std::optional<NegotiatedAlgorithms> negotiated_from(std::string_view text);

/// Of what was agreed, all that no younger profile offers: each name once. `profile` is legacy or
/// compatible. A host key's type says nothing (an ssh-rsa key signs with SHA-2, too).
[[nodiscard]] std::vector<std::string> only_in(AlgorithmProfile profile,
                                               const NegotiatedAlgorithms& agreed);

}  // namespace consign::ssh
