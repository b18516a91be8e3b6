// A file that may hold a key: read into memory that is wiped, and nowhere else.
#pragma once

#include <filesystem>
#include <optional>

#include "base/secret.hpp"

namespace consign {

struct SecretFile {
    SecretBytes content;
    bool open_to_others = false;  // its group or all may do something with it
};

/// Blocks. Nothing where it is no regular file, cannot be read, or is larger than `limit_bytes`.
[[nodiscard]] std::optional<SecretFile> read_secret_file(const std::filesystem::path& path,
                                                         std::size_t limit_bytes);

}  // namespace consign
