// Ed25519 (RFC 8032): the witness key, and whoever checks what it signed.
#pragma once

#include <array>
#include <memory>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

struct evp_pkey_st;

namespace consign {

using Ed25519PublicKey = std::array<std::uint8_t, 32>;
using Ed25519Signature = std::array<std::uint8_t, 64>;

/// From any thread: signing changes nothing in it.
class Ed25519Key {
  public:
    [[nodiscard]] static Ed25519Key generate();
    /// PKCS #8 in PEM, not encrypted, as `openssl genpkey -algorithm ed25519` writes it.
    /// std::errc::bad_message where it is anything else.
    [[nodiscard]] static Result<Ed25519Key> from_pem(ByteView pem);

    [[nodiscard]] SecretBytes to_pem() const;
    [[nodiscard]] const Ed25519PublicKey& public_key() const { return public_key_; }
    [[nodiscard]] Ed25519Signature sign(ByteView message) const;

  private:
    struct Free {
        void operator()(evp_pkey_st* key) const;
    };
    using Handle = std::unique_ptr<evp_pkey_st, Free>;
    explicit Ed25519Key(Handle key);

    Handle key_;
    Ed25519PublicKey public_key_{};
};

[[nodiscard]] bool is_signed_by(const Ed25519PublicKey& key, ByteView message,
                                const Ed25519Signature& signature);

}  // namespace consign
