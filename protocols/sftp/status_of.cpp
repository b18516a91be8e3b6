#include "protocols/sftp/status_of.hpp"

#include "desk/site/errc.hpp"

namespace consign::sftp {

Status status_of(std::error_code error) {
    using desk::desk_errc;
    if (error.category() != desk::make_error_code(desk_errc::no_such_name).category())
        return Status::failure;
    if (desk::is_refusal(error)) return Status::permission_denied;
    switch (static_cast<desk_errc>(error.value())) {
        case desk_errc::no_such_name:
        case desk_errc::not_a_directory:  // as sftp-server answers ENOTDIR
        case desk_errc::names_a_directory:
            return Status::no_such_file;
        case desk_errc::account_withdrawn:
            return Status::permission_denied;
        case desk_errc::unsupported_hash:
            return Status::op_unsupported;
        default:
            return Status::failure;
    }
}

}  // namespace consign::sftp
