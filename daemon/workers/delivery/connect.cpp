// From a target of the policy to a connection.
#include <cstdlib>

#include "base/secret_file.hpp"
#include "daemon/workers/delivery/errc.hpp"
#include "daemon/workers/delivery/far_end.hpp"
#include "daemon/workers/delivery/folder_far_end.hpp"
#include "daemon/workers/delivery/ftps_far_end.hpp"
#include "daemon/workers/delivery/sftp_far_end.hpp"

namespace consign::delivery {

namespace {

constexpr std::size_t secret_limit_bytes = 64 * 1024;

/// Without the line's end that editors leave behind a password.
Result<SecretText> secret_of(const policy::KeyReference& reference, bool is_line) {
    std::filesystem::path file = reference.value;
    if (reference.kind == policy::KeyReference::Kind::credential) {
        const char* const folder = std::getenv("CREDENTIALS_DIRECTORY");
        if (!folder) return failure(delivery_errc::no_credential);
        file = std::filesystem::path(folder) / file;
    }
    const auto read = read_secret_file(file, secret_limit_bytes);
    if (!read) return failure(delivery_errc::no_credential);
    std::string_view text(reinterpret_cast<const char*>(read->content.data()),
                          read->content.size());
    while (is_line && (text.ends_with('\n') || text.ends_with('\r'))) text.remove_suffix(1);
    return SecretText(text);
}

Result<std::unique_ptr<FarEnd>> connect_sftp(const policy::Target& target, Stop& stop, Pace& pace) {
    SshLogin login{.host = target.host,
                   .port = target.port,
                   .user = target.user,
                   .host_key = target.host_key,
                   .identity = {},
                   .password = {}};
    if (target.identity) {
        auto identity = secret_of(*target.identity, false);
        if (!identity) return failure(identity.error());
        login.identity = *std::move(identity);
    }
    if (target.password) {
        auto password = secret_of(*target.password, true);
        if (!password) return failure(password.error());
        login.password = *std::move(password);
    }
    auto ssh = SshClient::connect(login, stop);
    if (!ssh) return failure(ssh.error());
    return open_sftp(*std::move(ssh), target.folder, stop, pace);
}

Result<std::unique_ptr<FarEnd>> connect_ftps(const policy::Target& target, Stop& stop, Pace& pace) {
    SecretText password;
    if (target.password) {
        auto read = secret_of(*target.password, true);
        if (!read) return failure(read.error());
        password = *std::move(read);
    }
    return open_ftps(target, std::move(password), stop, pace);
}

}  // namespace

Result<std::unique_ptr<FarEnd>> connect(const policy::Target& target, Stop& stop, Pace& pace) {
    if (target.scheme == "file") return open_folder(target.folder, stop, pace);
    if (target.scheme == "sftp") return connect_sftp(target, stop, pace);
    if (target.scheme == "ftps") return connect_ftps(target, stop, pace);
    return failure(delivery_errc::not_carried_out);
}

}  // namespace consign::delivery
