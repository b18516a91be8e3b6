// A partner's SFTP server (version 3 of the protocol), with the extensions that it announces:
// fsync@openssh.com, check-file.
#pragma once

#include "daemon/workers/delivery/far_end.hpp"
#include "daemon/workers/delivery/ssh_client.hpp"

namespace consign::delivery {

/// `folder`: where paths begin: absolute, or empty for where the login leads.
[[nodiscard]] Result<std::unique_ptr<FarEnd>> open_sftp(std::unique_ptr<SshClient> ssh,
                                                        std::string folder, Stop& stop, Pace& pace);

}  // namespace consign::delivery
