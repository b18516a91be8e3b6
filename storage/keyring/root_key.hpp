// The root key as a file: 64 hexadecimal digits and a newline. Whoever reads it reads everything,
// so a file that others can read is refused rather than used.
#pragma once

#include <filesystem>

#include "base/disk.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace consign::keyring {

/// keyring_errc::root_key_exposed where the group or others may do anything with the file,
/// keyring_errc::root_key_foreign where neither the effective user nor root owns it,
/// keyring_errc::root_key_malformed, or errno. A systemd credential, which root owns and whose
/// access list lets in the service's user alone, passes.
[[nodiscard]] Result<SecretKey> load_root_key(const std::filesystem::path& path);

/// A fresh key in a new file, mode 0600, durable when this returns. std::errc::file_exists where
/// the name is taken: a root key is never overwritten.
[[nodiscard]] Result<> generate_root_key(Disk& disk, const Disk::Path& path, RandomSource& random);

}  // namespace consign::keyring
