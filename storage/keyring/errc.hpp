// Why the keyring refuses.
#pragma once

#include <system_error>

namespace consign::keyring {

enum class keyring_errc {
    no_such_key = 1,        // unknown, of another purpose, or destroyed
    refused,                // a wrapped key that does not fit its KEK
    in_use,                 // the key is the current one of its purpose
    damaged,                // the file was cut, edited, or is not a keyring
    wrong_root_key,         // the file is another root key's
    key_exposed,            // a key's file can be read by others
    key_foreign,            // a key's file belongs to neither the effective user nor root
    root_key_malformed,     // the root key's file is not 64 hexadecimal digits
    witness_key_malformed,  // the witness key's file is no Ed25519 key in PEM
};

[[nodiscard]] std::error_code make_error_code(keyring_errc code);

}  // namespace consign::keyring

template <>
struct std::is_error_code_enum<consign::keyring::keyring_errc> : std::true_type {};
