// The PEM files of a TLS listener: certificates, and the private key.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "base/result.hpp"
#include "protocols/ftps/tls_errc.hpp"

struct evp_pkey_st;
struct x509_st;

namespace consign::ftps {

struct FreePem {
    void operator()(evp_pkey_st* key) const;
    void operator()(x509_st* certificate) const;
};
using Certificate = std::unique_ptr<x509_st, FreePem>;
using PrivateKey = std::unique_ptr<evp_pkey_st, FreePem>;

/// All certificates of the file, at least one. `unreadable` and `malformed` are the errors to give.
[[nodiscard]] Result<std::vector<Certificate>> read_certificates(const std::filesystem::path& file,
                                                                 tls_errc unreadable,
                                                                 tls_errc malformed);

/// Refuses a file that group or others may read. Errors are tls_errc::private_key_*.
[[nodiscard]] Result<PrivateKey> read_private_key(const std::filesystem::path& file);

}  // namespace consign::ftps
