// The keyring as a file, version 1: docs/formats/keyring.md. JSON, so that people can look at it;
// each key wrapped under the root, and the whole authenticated, so that nobody without the root can
// edit it.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/evp.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "storage/keyring/key.hpp"

namespace consign::keyring {

/// What the root key is used for: it wraps, it authenticates, and it can be told from another.
struct RootKeys {
    explicit RootKeys(const SecretKey& root);
    SecretKey wrapping;
    SecretKey authentication;
    Digest32 check{};
};

struct StoredKey {
    KeyId id = 0;
    Purpose purpose{};
    std::string period;  // "2026-11" for a key of a month, else empty
    Timestamp created{};
    bool destroyed = false;
    evp::WrappedKey wrapped{};  // zeros once destroyed
};

struct KeyringFile {
    static constexpr std::size_t limit_bytes = 4 << 20;

    KeyId next_id = 1;
    std::vector<StoredKey> keys;  // in the order of their ids
};

[[nodiscard]] std::string encode(const KeyringFile& file, const RootKeys& root);

/// keyring_errc::damaged; keyring_errc::wrong_root_key where the file is whole for all that `root`
/// can tell, and made under another.
[[nodiscard]] Result<KeyringFile> decode(ByteView text, const RootKeys& root);

}  // namespace consign::keyring
