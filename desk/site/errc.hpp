// Why the desk said no. Each message may be shown to the peer: it names the permission or the
// limit, and never a path, a name, or another account.
#pragma once

#include <system_error>

namespace consign::desk {

enum class desk_errc {
    may_not_list = 1,
    may_not_download,
    may_not_upload,
    may_not_overwrite,
    may_not_append,
    may_not_rename,
    may_not_delete,
    may_not_mkdir,
    may_not_hash_parts,
    outside_pickup_window,
    downloads_used_up,
    being_downloaded,
    receipts_read_only,
    may_not_set_times,
    folder_of_policy,
    no_such_name,
    already_there,
    not_a_directory,
    is_a_directory,
    names_a_directory,
    unfinished,
    not_empty,
    into_itself,
    bad_name,
    name_too_long,
    quota_bytes_exceeded,
    quota_files_exceeded,
    file_too_large,
    hole_too_large,
    disk_full,
    in_use,
    superseded,
    altered,
    download_lapsed,
    too_scattered,
    unsupported_hash,
    too_many_blocks,
    too_many_failed_logins,
    too_many_sessions,
    too_many_open_files,
    account_withdrawn,
    no_longer_admitted,
    overloaded,
    storage_failed,
};

[[nodiscard]] std::error_code make_error_code(desk_errc code);

/// Is this one of the refusals that the policy (not the state of the tree) gave?
[[nodiscard]] bool is_refusal(std::error_code code);

}  // namespace consign::desk

template <>
struct std::is_error_code_enum<consign::desk::desk_errc> : std::true_type {};
