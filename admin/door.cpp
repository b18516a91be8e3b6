#include "admin/door.hpp"

#include <fmt/format.h>

#include "admin/control_client.hpp"
#include "admin/offline_store.hpp"
#include "admin/site.hpp"

namespace consign::admin {

Outcome<std::unique_ptr<Door>> open_door(const Command& command) {
    const auto folder = data_folder(command);
    if (!folder) return std::unexpected(folder.error());
    auto client = ControlClient::connect(*folder);
    if (!client) return std::unexpected(std::move(client).error());
    if (*client) return *std::move(client);
    return open_offline_store(command);
}

Outcome<std::unique_ptr<Door>> open_daemon_door(const Command& command) {
    const auto folder = data_folder(command);
    if (!folder) return std::unexpected(folder.error());
    auto client = ControlClient::connect(*folder);
    if (!client) return std::unexpected(std::move(client).error());
    if (*client) return *std::move(client);
    return failed(fmt::format("no daemon is running on {}; `systemctl start consignd`, or, as the "
                              "user whom that folder belongs to, `consignd -c {}`",
                              folder->string(), command.config.string()),
                  exit_no_daemon);
}

}  // namespace consign::admin
