// File attributes (draft-ietf-secsh-filexfer-02, section 5).
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/clock.hpp"

namespace consign::sftp {

class FieldReader;

/// The type of a file, as POSIX has it in the upper bits of the permissions (S_IFMT).
inline constexpr std::uint32_t file_type_mask = 0170000;
inline constexpr std::uint32_t directory_type = 0040000;
inline constexpr std::uint32_t regular_file_type = 0100000;

/// A peer that sends more extended pairs in one block than this is refused.
inline constexpr std::uint32_t extended_pairs_limit = 32;

/// Each part is there or not, as the flags on the wire say. Extended pairs are checked and dropped:
/// version 3 defines none.
struct Attributes {
    struct Owner {
        std::uint32_t uid = 0;
        std::uint32_t gid = 0;
        bool operator==(const Owner&) const = default;
    };
    struct Times {  // seconds since 1970 in UTC
        std::uint32_t accessed = 0;
        std::uint32_t modified = 0;
        bool operator==(const Times&) const = default;
    };

    std::optional<std::uint64_t> size_bytes = std::nullopt;
    std::optional<Owner> owner = std::nullopt;
    std::optional<std::uint32_t> permissions = std::nullopt;
    std::optional<Times> times = std::nullopt;

    bool operator==(const Attributes&) const = default;
};

/// Flags that version 3 does not define are passed over, as OpenSSH does; what they would have
/// brought along is then refused as trailing bytes.
[[nodiscard]] Attributes read_attributes(FieldReader& fields);
void append_attributes(Bytes& out, const Attributes& attributes);
[[nodiscard]] std::size_t encoded_bytes(const Attributes& attributes);

/// Clamped to what 32 bits hold: 1970 to 2106.
[[nodiscard]] std::uint32_t to_wire_seconds(Timestamp time);
[[nodiscard]] Timestamp from_wire_seconds(std::uint32_t seconds);

}  // namespace consign::sftp
