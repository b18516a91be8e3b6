// The one door to OpenSSL's EVP: digests, AES-256-GCM, HMAC, HKDF, key wrap, random bytes.
// An authentication that fails is std::errc::bad_message; whatever else OpenSSL refuses is a bug or
// an empty memory, and throws.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

struct evp_cipher_ctx_st;
struct evp_md_ctx_st;

namespace consign::evp {

void random_bytes(ByteSpan out);
[[nodiscard]] bool equal_in_constant_time(ByteView a, ByteView b);
[[nodiscard]] std::string base64(ByteView bytes);
/// Nothing where `text` is not padded base64.
[[nodiscard]] std::optional<Bytes> from_base64(std::string_view text);

struct FreeDigest {
    void operator()(evp_md_ctx_st* context) const;
};
struct FreeCipher {
    void operator()(evp_cipher_ctx_st* context) const;
};

/// A running digest. Copies are independent.
class Digest {
  public:
    /// `name` as OpenSSL knows it: "SHA2-256", "SHA1", "MD5", ... Throws where it does not.
    explicit Digest(const char* name = "SHA2-256");
    Digest(const Digest& other);
    Digest(Digest&&) noexcept = default;
    Digest& operator=(Digest&&) noexcept = default;

    void update(ByteView bytes);
    /// The digest of all updates; the object starts afresh.
    [[nodiscard]] Bytes finish();

  private:
    std::unique_ptr<evp_md_ctx_st, FreeDigest> context_;
};

[[nodiscard]] Digest32 sha256(std::initializer_list<ByteView> parts);
[[nodiscard]] Digest32 hmac_sha256(const SecretKey& key, std::initializer_list<ByteView> parts);
/// RFC 5869, with SHA-256.
[[nodiscard]] SecretKey hkdf_sha256(const SecretKey& key, ByteView salt, std::string_view info);

inline constexpr std::size_t gcm_nonce_bytes = 12;
inline constexpr std::size_t gcm_tag_bytes = 16;
using Nonce = std::array<std::uint8_t, gcm_nonce_bytes>;
using Tag = std::array<std::uint8_t, gcm_tag_bytes>;

/// AES-256-GCM (NIST SP 800-38D) under one key; the key schedule is kept between calls.
/// One thread at a time.
class Gcm {
  public:
    explicit Gcm(const SecretKey& key);

    /// ciphertext.size() == plaintext.size(); the two may be the same memory.
    [[nodiscard]] Tag seal(const Nonce& nonce, ByteView associated, ByteView plaintext,
                           ByteSpan ciphertext);
    /// On std::errc::bad_message `plaintext` is zeroed: unauthenticated bytes never leave.
    [[nodiscard]] Result<> open(const Nonce& nonce, ByteView associated, ByteView ciphertext,
                                const Tag& tag, ByteSpan plaintext);

  private:
    std::unique_ptr<evp_cipher_ctx_st, FreeCipher> seal_;
    std::unique_ptr<evp_cipher_ctx_st, FreeCipher> open_;
};

inline constexpr std::size_t wrapped_key_bytes = 40;
using WrappedKey = std::array<std::uint8_t, wrapped_key_bytes>;

/// AES-256 key wrap with padding (RFC 5649) of a 256-bit key.
[[nodiscard]] WrappedKey wrap_key(const SecretKey& kek, const SecretKey& key);
/// std::errc::bad_message where it was not wrapped under `kek`, or was altered.
[[nodiscard]] Result<SecretKey> unwrap_key(const SecretKey& kek, const WrappedKey& wrapped);

}  // namespace consign::evp
