// What the vault says of an unfinished upload of which there is nothing.
#pragma once

#include <system_error>

#include "storage/keyring/errc.hpp"
#include "storage/vault/errc.hpp"

namespace consign::desk {

/// Nothing of it can be verified: it never had a file, or a power cut or a full disk took its name
/// or its header. Nobody had an answer for any of it: it has 0 bytes, and begins anew.
[[nodiscard]] inline bool is_lost_upload(std::error_code why) {
    return why == vault::vault_errc::altered || why == keyring::keyring_errc::refused ||
           why == std::errc::no_such_file_or_directory;
}

}  // namespace consign::desk
