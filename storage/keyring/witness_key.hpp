// The witness key, which signs checkpoints, as a file: Ed25519, PKCS #8 in PEM.
#pragma once

#include <filesystem>

#include "base/disk.hpp"
#include "base/ed25519.hpp"
#include "base/result.hpp"

namespace consign::keyring {

/// As load_root_key() (storage/keyring/root_key.hpp); keyring_errc::witness_key_malformed.
[[nodiscard]] Result<Ed25519Key> load_witness_key(const std::filesystem::path& path);

/// A fresh key in a new file, mode 0600, durable when this returns. std::errc::file_exists where
/// the name is taken.
[[nodiscard]] Result<Ed25519Key> generate_witness_key(Disk& disk, const Disk::Path& path);

}  // namespace consign::keyring
