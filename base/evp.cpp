#include "base/evp.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>

namespace consign::evp {

namespace {

void require(bool done, const char* what) {
    if (!done) throw std::runtime_error(std::string("OpenSSL refused: ") + what);
}

int checked_length(std::size_t size) {
    require(size <= 0x7fffffff, "a length above 2 GiB");
    return static_cast<int>(size);
}

/// Algorithms are fetched once: an implicit fetch on every call costs more than a small seal.
const EVP_CIPHER* fetched_cipher(const char* name) {
    const EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, name, nullptr);
    require(cipher != nullptr, name);
    return cipher;
}

const EVP_CIPHER* aes_256_gcm() {
    static const EVP_CIPHER* const cipher = fetched_cipher("AES-256-GCM");
    return cipher;
}

const EVP_CIPHER* aes_256_wrap_pad() {
    static const EVP_CIPHER* const cipher = fetched_cipher("AES-256-WRAP-PAD");
    return cipher;
}

const EVP_MD* sha2_256() {
    static const EVP_MD* const digest = [] {
        const EVP_MD* fetched = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
        require(fetched != nullptr, "SHA2-256");
        return fetched;
    }();
    return digest;
}

std::unique_ptr<evp_cipher_ctx_st, FreeCipher> keyed_cipher(const EVP_CIPHER* cipher,
                                                            const SecretKey& key, bool encrypts) {
    std::unique_ptr<evp_cipher_ctx_st, FreeCipher> context(EVP_CIPHER_CTX_new());
    require(context != nullptr, "a cipher context");
    EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    require(EVP_CipherInit_ex2(context.get(), cipher, key.bytes().data(), nullptr, encrypts ? 1 : 0,
                               nullptr) == 1,
            "a cipher key");
    return context;
}

}  // namespace

void FreeDigest::operator()(evp_md_ctx_st* context) const {
    EVP_MD_CTX_free(context);
}
void FreeCipher::operator()(evp_cipher_ctx_st* context) const {
    EVP_CIPHER_CTX_free(context);
}

void random_bytes(ByteSpan out) {
    require(RAND_bytes(out.data(), checked_length(out.size())) == 1, "random bytes");
}

bool equal_in_constant_time(ByteView a, ByteView b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string base64(ByteView bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                       checked_length(bytes.size()));
    text.resize(static_cast<std::size_t>(length));
    return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
    Bytes bytes(text.size() / 4 * 3);
    if (text.size() % 4 != 0) return std::nullopt;
    const ByteView input = as_bytes(text);
    if (EVP_DecodeBlock(bytes.data(), input.data(), checked_length(input.size())) < 0)
        return std::nullopt;
    const auto padding =
        std::ranges::count(text.substr(text.size() - std::min<std::size_t>(text.size(), 2)), '=');
    bytes.resize(bytes.size() - static_cast<std::size_t>(padding));
    return bytes;
}

Digest::Digest(const char* name) : context_(EVP_MD_CTX_new()) {
    require(context_ != nullptr, "a digest context");
    const bool common = std::string_view(name) == "SHA2-256";
    const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> fetched(
        common ? nullptr : EVP_MD_fetch(nullptr, name, nullptr), &EVP_MD_free);
    require(EVP_DigestInit_ex2(context_.get(), common ? sha2_256() : fetched.get(), nullptr) == 1,
            name);
}

Digest::Digest(const Digest& other) : context_(EVP_MD_CTX_new()) {
    require(context_ && EVP_MD_CTX_copy_ex(context_.get(), other.context_.get()) == 1,
            "a digest copy");
}

void Digest::update(ByteView bytes) {
    require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1, "a digest update");
}

Bytes Digest::finish() {
    Bytes digest(EVP_MAX_MD_SIZE);
    unsigned length = 0;
    require(EVP_DigestFinal_ex(context_.get(), digest.data(), &length) == 1, "a digest's end");
    require(EVP_DigestInit_ex2(context_.get(), nullptr, nullptr) == 1, "a fresh digest");
    digest.resize(length);
    return digest;
}

Digest32 sha256(std::initializer_list<ByteView> parts) {
    Digest digest;
    for (const ByteView part : parts) digest.update(part);
    Digest32 value{};
    std::ranges::copy(digest.finish(), value.begin());
    return value;
}

namespace {

std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> hmac_sha256_context() {
    static EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    require(mac != nullptr, "HMAC");
    std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> context(EVP_MAC_CTX_new(mac),
                                                                      &EVP_MAC_CTX_free);
    std::array<char, 9> digest_name{"SHA2-256"};
    const std::array parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name.data(), 0),
        OSSL_PARAM_construct_end()};
    require(context && EVP_MAC_CTX_set_params(context.get(), parameters.data()) == 1, "HMAC");
    return context;
}

}  // namespace

Digest32 hmac_sha256(const SecretKey& key, std::initializer_list<ByteView> parts) {
    // To look the digest up costs more than a short text's HMAC.
    thread_local const auto context = hmac_sha256_context();
    require(EVP_MAC_init(context.get(), key.bytes().data(), SecretKey::size_bytes, nullptr) == 1,
            "an HMAC key");
    for (const ByteView part : parts)
        require(EVP_MAC_update(context.get(), part.data(), part.size()) == 1, "an HMAC update");
    Digest32 value{};
    std::size_t length = 0;
    require(EVP_MAC_final(context.get(), value.data(), &length, value.size()) == 1,
            "an HMAC's end");
    return value;
}

SecretKey hkdf_sha256(const SecretKey& key, ByteView salt, std::string_view info) {
    static EVP_KDF* const kdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
    require(kdf != nullptr, "HKDF");
    const std::unique_ptr<EVP_KDF_CTX, decltype(&EVP_KDF_CTX_free)> context(EVP_KDF_CTX_new(kdf),
                                                                            &EVP_KDF_CTX_free);
    std::array<char, 9> digest_name{"SHA2-256"};
    // OSSL_PARAM is shared with setters, so it takes mutable memory even where it only reads.
    SecretKey key_copy = key;
    // No salt is a salt of zeros (RFC 5869, section 2.2), which OpenSSL wants to be given.
    Bytes salt_copy = salt.empty() ? Bytes(SecretKey::size_bytes) : Bytes(salt.begin(), salt.end());
    std::string info_copy(info);
    const std::array parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest_name.data(), 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key_copy.mutable_bytes().data(),
                                          SecretKey::size_bytes),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salt_copy.data(), salt_copy.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info_copy.data(), info_copy.size()),
        OSSL_PARAM_construct_end()};
    SecretKey derived;
    require(context && EVP_KDF_derive(context.get(), derived.mutable_bytes().data(),
                                      SecretKey::size_bytes, parameters.data()) == 1,
            "HKDF");
    return derived;
}

Gcm::Gcm(const SecretKey& key)
    : seal_(keyed_cipher(aes_256_gcm(), key, true)),
      open_(keyed_cipher(aes_256_gcm(), key, false)) {}

Tag Gcm::seal(const Nonce& nonce, ByteView associated, ByteView plaintext, ByteSpan ciphertext) {
    require(plaintext.size() == ciphertext.size(), "a seal of two lengths");
    EVP_CIPHER_CTX* const context = seal_.get();
    int length = 0;
    require(EVP_EncryptInit_ex2(context, nullptr, nullptr, nonce.data(), nullptr) == 1, "a nonce");
    require(EVP_EncryptUpdate(context, nullptr, &length, associated.data(),
                              checked_length(associated.size())) == 1,
            "associated data");
    if (!plaintext.empty())
        require(EVP_EncryptUpdate(context, ciphertext.data(), &length, plaintext.data(),
                                  checked_length(plaintext.size())) == 1,
                "a plaintext");
    std::array<std::uint8_t, 16> unused{};
    require(EVP_EncryptFinal_ex(context, unused.data(), &length) == 1, "a seal's end");
    Tag tag{};
    require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, gcm_tag_bytes, tag.data()) == 1,
            "a tag");
    return tag;
}

Result<> Gcm::open(const Nonce& nonce, ByteView associated, ByteView ciphertext, const Tag& tag,
                   ByteSpan plaintext) {
    require(plaintext.size() == ciphertext.size(), "an opening of two lengths");
    EVP_CIPHER_CTX* const context = open_.get();
    int length = 0;
    require(EVP_DecryptInit_ex2(context, nullptr, nullptr, nonce.data(), nullptr) == 1, "a nonce");
    require(EVP_DecryptUpdate(context, nullptr, &length, associated.data(),
                              checked_length(associated.size())) == 1,
            "associated data");
    if (!ciphertext.empty())
        require(EVP_DecryptUpdate(context, plaintext.data(), &length, ciphertext.data(),
                                  checked_length(ciphertext.size())) == 1,
                "a ciphertext");
    Tag expected = tag;
    require(
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, gcm_tag_bytes, expected.data()) == 1,
        "a tag");
    std::array<std::uint8_t, 16> unused{};
    if (EVP_DecryptFinal_ex(context, unused.data(), &length) != 1) {
        OPENSSL_cleanse(plaintext.data(), plaintext.size());
        return failure(std::errc::bad_message);
    }
    return {};
}

WrappedKey wrap_key(const SecretKey& kek, const SecretKey& key) {
    const auto context = keyed_cipher(aes_256_wrap_pad(), kek, true);
    WrappedKey wrapped{};
    int length = 0;
    require(EVP_EncryptUpdate(context.get(), wrapped.data(), &length, key.bytes().data(),
                              SecretKey::size_bytes) == 1 &&
                length == int{wrapped_key_bytes},
            "a key wrap");
    return wrapped;
}

Result<SecretKey> unwrap_key(const SecretKey& kek, const WrappedKey& wrapped) {
    const auto context = keyed_cipher(aes_256_wrap_pad(), kek, false);
    SecretBytes plain(wrapped_key_bytes + 16);
    int length = 0;
    if (EVP_DecryptUpdate(context.get(), plain.data(), &length, wrapped.data(),
                          int{wrapped_key_bytes}) != 1 ||
        length != int{SecretKey::size_bytes})
        return failure(std::errc::bad_message);
    return SecretKey(std::span<const std::uint8_t>(plain).first<SecretKey::size_bytes>());
}

}  // namespace consign::evp
