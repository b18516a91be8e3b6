// The detail of a login's event: by which methods, and with which key or certificate; then what the
// peer says of itself. Read back for receipts. A public key's fingerprint names a key that the
// policy names, too, and stays: it is no personal field. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace consign::desk {

struct LoginWords {
    std::string methods;                       // "publickey+password"
    std::optional<std::string> key{};          // "SHA256:...", as ssh-keygen -l prints it
    std::optional<std::string> certificate{};  // "SHA256:" and 64 digits, as the policy has it
};

/// "METHODS; key K; certificate C; client NAME; ALGORITHMS"
[[nodiscard]] std::string login_detail(const LoginWords& words, std::string_view client,
                                       std::string_view algorithms);
/// Of such a detail, whatever the client called itself; older rows tell the methods alone.
[[nodiscard]] LoginWords login_words_in(std::string_view detail);

}  // namespace consign::desk
