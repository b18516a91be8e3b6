// The line for people that comes with each name of a listing (draft-ietf-secsh-filexfer-02, section
// 7): as "ls -l" of OpenSSH's server makes it, since some clients read its columns.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "protocols/sftp/attributes.hpp"

namespace consign::sftp {

/// "-rw-------    1 consign  consign     12345 Nov 24 12:00 name", in UTC. A time that is more than
/// half a year ago, or still to come, shows its year instead of its hour. Attributes that are not
/// there show as 0, or a type of '?'. The name stands as it is.
[[nodiscard]] std::string long_name(std::string_view name, const Attributes& attributes,
                                    std::string_view owner, std::string_view group, Timestamp now);

}  // namespace consign::sftp
