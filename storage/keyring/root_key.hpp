// The root key as a file: 64 hexadecimal digits and a newline.
#pragma once

#include <filesystem>

#include "base/disk.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace consign::keyring {

/// As read_key_file() (storage/keyring/key_file.hpp); keyring_errc::root_key_malformed.
[[nodiscard]] Result<SecretKey> load_root_key(const std::filesystem::path& path);

/// A fresh key in a new file, mode 0600, durable when this returns. std::errc::file_exists where
/// the name is taken: a root key is never overwritten.
[[nodiscard]] Result<> generate_root_key(Disk& disk, const Disk::Path& path, RandomSource& random);

}  // namespace consign::keyring
