#pragma once

#include <system_error>

namespace consign::catalog {

enum class catalog_errc {
    no_such_name = 1,  // also: a folder on the way to it is missing
    not_a_directory,
    is_a_directory,
    already_there,
    not_empty,
    into_itself,  // a folder cannot be moved below itself
    is_the_root,  // the root has no name that could be changed
    no_such_upload,
    no_such_file,  // no file row, or one that is doomed
};

[[nodiscard]] std::error_code make_error_code(catalog_errc code);

}  // namespace consign::catalog

template <>
struct std::is_error_code_enum<consign::catalog::catalog_errc> : std::true_type {};
