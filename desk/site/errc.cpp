#include "desk/site/errc.hpp"

namespace consign::desk {

namespace {

class Category final : public std::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "desk"; }
    [[nodiscard]] std::string message(int code) const override {
        switch (static_cast<desk_errc>(code)) {
            case desk_errc::may_not_list:
                return "this account may not list here";
            case desk_errc::may_not_download:
                return "this account may not download here";
            case desk_errc::may_not_upload:
                return "this account may not upload here";
            case desk_errc::may_not_overwrite:
                return "a file of this name is there, and this account may not overwrite it";
            case desk_errc::may_not_append:
                return "this account may not append here";
            case desk_errc::may_not_rename:
                return "this account may not rename here";
            case desk_errc::may_not_delete:
                return "this account may not delete here";
            case desk_errc::may_not_mkdir:
                return "this account may not make folders here";
            case desk_errc::may_not_hash_parts:
                return "this account may not read it at will: only all of it may be hashed";
            case desk_errc::outside_pickup_window:
                return "this is not collected at this hour";
            case desk_errc::downloads_used_up:
                return "this file was downloaded as often as it may be";
            case desk_errc::being_downloaded:
                return "another session is downloading this file, which may be done only so "
                       "often: try again later";
            case desk_errc::receipts_read_only:
                return "receipts can be read, and nothing else: nothing can be made, changed or "
                       "removed here";
            case desk_errc::may_not_set_times:
                return "this account may not set times here";
            case desk_errc::folder_of_policy:
                return "this folder is one that the site has for its accounts: it stays where it "
                       "is";
            case desk_errc::no_such_name:
                return "no such file or folder";
            case desk_errc::already_there:
                return "the name is taken already";
            case desk_errc::not_a_directory:
                return "not a folder";
            case desk_errc::is_a_directory:
                return "a folder, not a file";
            case desk_errc::names_a_directory:
                return "what ends in \"/\" names a folder, not a file";
            case desk_errc::unfinished:
                return "this upload is not finished: go on with it, or remove it";
            case desk_errc::not_empty:
                return "the folder is not empty";
            case desk_errc::into_itself:
                return "a folder cannot be moved into itself";
            case desk_errc::bad_name:
                return "the name has a control character";
            case desk_errc::name_too_long:
                return "the name is too long: at most 255 bytes a name, 1024 a path";
            case desk_errc::quota_bytes_exceeded:
                return "the account's quota of bytes is used up";
            case desk_errc::quota_files_exceeded:
                return "the account's quota of files is used up";
            case desk_errc::file_too_large:
                return "the file is larger than a file may be here";
            case desk_errc::hole_too_large:
                return "too much of the file would be holes";
            case desk_errc::disk_full:
                return "the server has no room left";
            case desk_errc::in_use:
                return "another session is just about to open or complete this file: try again";
            case desk_errc::superseded:
                return "this upload is over: another session goes on with it, or its name was "
                       "removed";
            case desk_errc::altered:
                return "the stored file was altered, and is not served";
            case desk_errc::download_lapsed:
                return "nothing was read for too long, and another session is downloading this "
                       "file now";
            case desk_errc::too_scattered:
                return "downloads of this file are limited: read it in larger pieces";
            case desk_errc::unsupported_hash:
                return "none of these hash algorithms is available";
            case desk_errc::too_many_blocks:
                return "that many hashes do not fit into one answer: ask for larger blocks";
            case desk_errc::too_many_failed_logins:
                return "too many failed logins";
            case desk_errc::too_many_sessions:
                return "as many sessions are open as may be";
            case desk_errc::too_many_open_files:
                return "the account has too many files open: close some of them first";
            case desk_errc::account_withdrawn:
                return "the account is no longer in the policy";
            case desk_errc::no_longer_admitted:
                return "the account is not admitted any more at this time, or from this address";
            case desk_errc::overloaded:
                return "the server is too busy: try again later";
            case desk_errc::storage_failed:
                return "the server could not do this; its log tells why";
        }
        return "unknown";
    }
};

}  // namespace

std::error_code make_error_code(desk_errc code) {
    static const Category category;
    return {static_cast<int>(code), category};
}

bool is_refusal(std::error_code code) {
    return code.category() == make_error_code(desk_errc::may_not_list).category() &&
           (code.value() <= static_cast<int>(desk_errc::folder_of_policy) ||
            code == desk_errc::account_withdrawn);
}

}  // namespace consign::desk
