// A file that holds a key: whoever reads it has the key, so one that others can read is refused
// rather than used.
#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace consign::keyring {

/// keyring_errc::key_exposed where the group or others may do anything with the file,
/// keyring_errc::key_foreign where neither the effective user nor root owns it,
/// std::errc::bad_message where it is longer or no regular file, or errno. A systemd credential,
/// which root owns and whose access list lets in the service's user alone, passes.
[[nodiscard]] Result<SecretBytes> read_key_file(const std::filesystem::path& path,
                                                std::size_t limit_bytes);

}  // namespace consign::keyring
