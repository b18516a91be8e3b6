#include "protocols/sftp/host_key.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.hpp"
#include "protocols/sftp/key_blob.hpp"
#include "protocols/sftp/libssh_session.hpp"
#include "protocols/sftp/ssh_algorithms.hpp"
#include "protocols/sftp/ssh_errc.hpp"

namespace consign::ssh {

namespace {

constexpr std::size_t key_file_limit_bytes = 64 * 1024;

struct Descriptor {
    int value;
    ~Descriptor() {
        if (value >= 0) ::close(value);
    }
};

/// The text with a NUL at its end, as libssh wants it.
Result<SecretBytes> read_private(const std::filesystem::path& file) {
    const Descriptor descriptor{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)};
    struct stat status{};
    if (descriptor.value < 0 || ::fstat(descriptor.value, &status) != 0 || !S_ISREG(status.st_mode))
        return failure(ssh_errc::host_key_unreadable);
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return failure(ssh_errc::host_key_open_to_others);

    SecretBytes text(key_file_limit_bytes);
    std::size_t size = 0;
    while (size < text.size()) {
        const auto got = ::read(descriptor.value, text.data() + size, text.size() - size);
        if (got < 0) return failure(ssh_errc::host_key_unreadable);
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    if (size == text.size()) return failure(ssh_errc::host_key_malformed);
    text.resize(size);
    text.push_back(0);
    return text;
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
