#include "base/ed25519.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <limits>
#include <stdexcept>

namespace consign {

namespace {

void require(bool done, const char* what) {
    if (!done) throw std::runtime_error(std::string("OpenSSL refused: ") + what);
}

using MemoryFile = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Signing = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

/// An encrypted key would have OpenSSL ask the terminal.
int no_passphrase(char*, int, int, void*) {
    return -1;
}

}  // namespace

void Ed25519Key::Free::operator()(evp_pkey_st* key) const {
    EVP_PKEY_free(key);
}

Ed25519Key::Ed25519Key(Handle key) : key_(std::move(key)) {
    std::size_t size = public_key_.size();
    require(EVP_PKEY_get_raw_public_key(key_.get(), public_key_.data(), &size) == 1 &&
                size == public_key_.size(),
            "a public key");
}

Ed25519Key Ed25519Key::generate() {
    Handle key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    require(key != nullptr, "an Ed25519 key");
    return Ed25519Key(std::move(key));
}

Result<Ed25519Key> Ed25519Key::from_pem(ByteView pem) {
    if (pem.empty() || pem.size() > std::size_t{std::numeric_limits<int>::max()})
        return failure(std::errc::bad_message);
    const MemoryFile file(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
    require(file != nullptr, "memory");
    Handle key(PEM_read_bio_PrivateKey(file.get(), nullptr, &no_passphrase, nullptr));
    if (!key || EVP_PKEY_is_a(key.get(), "ED25519") != 1) return failure(std::errc::bad_message);
    return Ed25519Key(std::move(key));
}

SecretBytes Ed25519Key::to_pem() const {
    const MemoryFile file(BIO_new(BIO_s_secmem()), &BIO_free);
    require(file && PEM_write_bio_PKCS8PrivateKey(file.get(), key_.get(), nullptr, nullptr, 0,
                                                  nullptr, nullptr) == 1,
            "a private key in PEM");
    char* text = nullptr;
    const long size = BIO_get_mem_data(file.get(), &text);
    const auto bytes = as_bytes({text, static_cast<std::size_t>(size)});
    return SecretBytes(bytes.begin(), bytes.end());
}

Ed25519Signature Ed25519Key::sign(ByteView message) const {
    const Signing context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    Ed25519Signature signature{};
    std::size_t size = signature.size();
    require(context &&
                EVP_DigestSignInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key_.get(),
                                      nullptr) == 1 &&
                EVP_DigestSign(context.get(), signature.data(), &size, message.data(),
                               message.size()) == 1 &&
                size == signature.size(),
            "a signature");
    return signature;
}

bool is_signed_by(const Ed25519PublicKey& key, ByteView message,
                  const Ed25519Signature& signature) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> handle(
        EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, key.data(), key.size()),
        &EVP_PKEY_free);
    const Signing context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    return handle && context &&
           EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, handle.get(),
                                   nullptr) == 1 &&
           EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                            message.size()) == 1;
}

}  // namespace consign
