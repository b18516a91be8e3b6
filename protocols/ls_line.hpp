// A line of a listing for people, as "ls -l" makes it: SFTP's long name
// (draft-ietf-secsh-filexfer-02, section 7) and FTP's LIST. Some clients read its columns, so that
// it is that of OpenSSH's server.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace consign::protocols {

struct LsEntry {
    std::string_view name;
    bool directory = false;
    std::uint32_t mode = 0;  // the nine permission bits
    std::uint64_t size_bytes = 0;
    Timestamp modified = {};
    std::string_view owner = {}, group = {};
};

/// "-rw-------    1 consign  consign     12345 Nov 24 12:00 name", in UTC. A time that is more than
/// half a year ago, or still to come, shows its year instead of its hour. The name stands as it is.
[[nodiscard]] std::string ls_line(const LsEntry& entry, Timestamp now);

}  // namespace consign::protocols
