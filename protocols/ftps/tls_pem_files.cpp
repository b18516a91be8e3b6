#include "protocols/ftps/tls_pem_files.hpp"

#include <openssl/bio.h>
#include <openssl/pem.h>

#include <new>

#include "base/secret_file.hpp"
#include "protocols/ftps/tls_error_queue.hpp"

namespace consign::ftps {

namespace {

constexpr std::size_t file_limit_bytes = 1024 * 1024;

struct FreeBio {
    void operator()(BIO* bio) const { BIO_free(bio); }
};
using Reader = std::unique_ptr<BIO, FreeBio>;

/// Over `text`, which it does not copy.
Reader reader_of(const SecretBytes& text) {
    Reader reader(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    if (!reader) throw std::bad_alloc();
    return reader;
}

/// Without this, OpenSSL would ask on the terminal.
int note_encrypted(char*, int, int, void* encrypted) {
    *static_cast<bool*>(encrypted) = true;
    return -1;
}

}  // namespace

void FreePem::operator()(evp_pkey_st* key) const {
    EVP_PKEY_free(key);
}

void FreePem::operator()(x509_st* certificate) const {
    X509_free(certificate);
}

Result<std::vector<Certificate>> read_certificates(const std::filesystem::path& path,
                                                   tls_errc unreadable, tls_errc malformed) {
    const TlsErrorQueue queue;
    const auto file = read_secret_file(path, file_limit_bytes);
    if (!file) return failure(unreadable);

    const Reader reader = reader_of(file->content);
    std::vector<Certificate> certificates;
    while (X509* certificate = PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr))
        certificates.emplace_back(certificate);
    // The end of the file is told as an error, too: the one that this is.
    const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    if (!at_end || certificates.empty()) return failure(malformed);
    return certificates;
}

Result<PrivateKey> read_private_key(const std::filesystem::path& path) {
    const TlsErrorQueue queue;
    const auto file = read_secret_file(path, file_limit_bytes);
    if (!file) return failure(tls_errc::private_key_unreadable);
    if (file->open_to_others) return failure(tls_errc::private_key_open_to_others);

    bool encrypted = false;
    PrivateKey key(PEM_read_bio_PrivateKey(reader_of(file->content).get(), nullptr, note_encrypted,
                                           &encrypted));
    if (encrypted) return failure(tls_errc::private_key_encrypted);
    if (!key) return failure(tls_errc::private_key_malformed);
    return key;
}

}  // namespace consign::ftps
