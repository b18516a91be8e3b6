// The TLS versions and cipher suites of each profile: what a listener offers, and how old what a
// session agreed on is.
//
// modern: TLS 1.2 and 1.3, forward secrecy and AEAD alone.
// compatible: the same versions; CBC suites with SHA-2 or SHA-1, and RSA key exchange, too.
// legacy: from TLS 1.0, whose handshakes are signed with SHA-1 and MD5.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/algorithm_profile.hpp"

namespace consign::tls {

enum class Version { tls_1_0, tls_1_2 };

struct Offer {
    Version oldest = Version::tls_1_2;  // the newest is TLS 1.3
    std::string_view suites;            // up to TLS 1.2, as OpenSSL's ciphers(1) selects them
};
[[nodiscard]] Offer offer_of(AlgorithmProfile profile);

/// As a session's row has it: "VERSION SUITE", in OpenSSL's names.
[[nodiscard]] std::string text_of(std::string_view version, std::string_view suite);

/// Of what a session agreed on (text_of), all that no younger profile offers. `profile` is legacy
/// or compatible.
[[nodiscard]] std::vector<std::string> only_in(AlgorithmProfile profile, std::string_view agreed);

}  // namespace consign::tls
