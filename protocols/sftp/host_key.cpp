#include "protocols/sftp/host_key.hpp"

#include "base/secret_file.hpp"
#include "base/ssh_algorithms.hpp"
#include "protocols/sftp/key_blob.hpp"
#include "protocols/sftp/libssh_session.hpp"
#include "protocols/sftp/ssh_errc.hpp"

namespace consign::ssh {

namespace {

constexpr std::size_t key_file_limit_bytes = 64 * 1024;

/// The text with a NUL at its end, as libssh wants it.
Result<SecretBytes> read_private(const std::filesystem::path& path) {
    auto file = read_secret_file(path, key_file_limit_bytes);
    if (!file) return failure(ssh_errc::host_key_unreadable);
    if (file->open_to_others) return failure(ssh_errc::host_key_open_to_others);
    file->content.push_back(0);
    return std::move(file->content);
}

}  // namespace

HostKey::HostKey() = default;
HostKey::HostKey(HostKey&&) noexcept = default;
HostKey& HostKey::operator=(HostKey&&) noexcept = default;
HostKey::~HostKey() = default;

void HostKey::Free::operator()(ssh_key_struct* key) const {
    ssh_key_free(key);
}

Result<HostKey> HostKey::load(const std::filesystem::path& file) {
    const auto text = read_private(file);
    if (!text) return failure(text.error());
    const auto* characters = reinterpret_cast<const char*>(text->data());

    ssh_key imported = nullptr;
    if (ssh_pki_import_privkey_base64(characters, nullptr, nullptr, nullptr, &imported) != SSH_OK)
        return failure(ssh_errc::host_key_malformed);
    HostKey key;
    key.key_.reset(imported);
    key.type_ = ssh_key_type_to_char(ssh_key_type(imported));

    KeyHandle half;
    if (ssh_key public_key = nullptr;
        ssh_pki_export_privkey_to_pubkey(imported, &public_key) == SSH_OK)
        half.reset(public_key);
    if (!half) return failure(ssh_errc::host_key_malformed);
    key.public_blob_ = ssh::public_blob(half.get());

    switch (ssh_key_type(imported)) {
        case SSH_KEYTYPE_ED25519:
        case SSH_KEYTYPE_ECDSA_P256:
        case SSH_KEYTYPE_ECDSA_P384:
        case SSH_KEYTYPE_ECDSA_P521:
            return key;
        case SSH_KEYTYPE_RSA:
            if (rsa_modulus_bits(key.public_blob_) < std::size_t{rsa_limit_bits})
                return failure(ssh_errc::host_key_too_weak);
            // libssh drops the CRT parameters of this format, and signs with the slow formula.
            if (std::string_view(characters).contains("BEGIN OPENSSH PRIVATE KEY"))
                return failure(ssh_errc::host_key_in_slow_format);
            return key;
        default:
            return failure(ssh_errc::host_key_malformed);
    }
}

}  // namespace consign::ssh
