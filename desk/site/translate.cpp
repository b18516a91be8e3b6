#include "desk/site/translate.hpp"

#include <array>

#include "storage/catalog/errc.hpp"
#include "storage/database/errc.hpp"
#include "storage/keyring/errc.hpp"
#include "storage/vault/errc.hpp"

namespace consign::desk {

std::error_code told(const Session& session, std::error_code from_below) {
    static const std::error_code ours = desk_errc::storage_failed;
    static const std::array<std::pair<std::error_code, desk_errc>, 18> meanings{{
        {catalog::catalog_errc::no_such_name, desk_errc::no_such_name},
        {catalog::catalog_errc::already_there, desk_errc::already_there},
        {catalog::catalog_errc::not_a_directory, desk_errc::not_a_directory},
        {catalog::catalog_errc::is_a_directory, desk_errc::is_a_directory},
        {catalog::catalog_errc::not_empty, desk_errc::not_empty},
        {catalog::catalog_errc::into_itself, desk_errc::into_itself},
        {vault::vault_errc::altered, desk_errc::altered},
        {vault::vault_errc::finished, desk_errc::superseded},
        {keyring::keyring_errc::refused, desk_errc::altered},
        {keyring::keyring_errc::no_such_key, desk_errc::altered},
        {vault::vault_errc::too_large, desk_errc::file_too_large},
        {vault::vault_errc::hole_too_large, desk_errc::hole_too_large},
        {make_error_code(std::errc::device_or_resource_busy), desk_errc::in_use},
        {database::database_errc::overloaded, desk_errc::overloaded},
        {make_error_code(std::errc::filename_too_long), desk_errc::name_too_long},
        {make_error_code(std::errc::invalid_argument), desk_errc::bad_name},
        {make_error_code(std::errc::no_space_on_device), desk_errc::disk_full},
        {make_error_code(std::errc::operation_canceled), desk_errc::overloaded},  // at a stop
    }};
    if (from_below.category() == ours.category()) return from_below;
    for (const auto& [below, here] : meanings)
        if (from_below == below) return here;
    session.site().log.error("storage failed", {{"session", session.id()}, {"why", from_below}});
    return ours;
}

}  // namespace consign::desk
