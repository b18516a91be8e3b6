// Why the vault refuses.
#pragma once

#include <system_error>

namespace consign::vault {

enum class vault_errc {
    altered = 1,      // bytes on the disk are not those that were sealed, or not this file's
    too_large,        // past content_limit_bytes
    hole_too_large,   // further past the end than hole_limit_bytes
    finished,         // the upload was committed; it takes nothing more
    foreign_journal,  // what a crash left in the journal was sealed with another keyring
};

[[nodiscard]] std::error_code make_error_code(vault_errc code);

}  // namespace consign::vault

template <>
struct std::is_error_code_enum<consign::vault::vault_errc> : std::true_type {};
