// Is a text the hash of a password, in a form that can be verified here? It is not verified, and
// nothing of it is ever quoted: it may be the password itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace consign::policy {

// What one login may cost: a hash that asks for more is refused when the policy loads.
inline constexpr unsigned argon2_memory_limit_kib = 1024 * 1024;
inline constexpr unsigned argon2_passes_limit = 64;
inline constexpr unsigned scrypt_memory_limit_kib = 256 * 1024;  // and yescrypt
inline constexpr unsigned bcrypt_cost_limit = 14;                // the logarithm of its rounds
inline constexpr unsigned sha_crypt_rounds_limit = 1'000'000;

/// Nothing where `text` is argon2id ($argon2id$v=19$m=...) or of crypt(5)'s yescrypt,
/// gost-yescrypt, scrypt, bcrypt, sha512crypt or sha256crypt, and within these bounds; else what is
/// wrong with it.
[[nodiscard]] std::optional<std::string> wrong_password_hash(std::string_view text);

}  // namespace consign::policy
