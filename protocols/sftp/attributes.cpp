#include "protocols/sftp/attributes.hpp"

#include <algorithm>
#include <limits>

#include "protocols/sftp/field_reader.hpp"

namespace consign::sftp {

namespace {

enum Flag : std::uint32_t {
    has_size = 0x00000001,
    has_owner = 0x00000002,
    has_permissions = 0x00000004,
    has_times = 0x00000008,
    has_extended = 0x80000000,
};

void skip_extended_pairs(FieldReader& fields) {
    const std::uint32_t count = fields.u32();
    if (count > extended_pairs_limit) return fields.refuse();
    for (std::uint32_t pair = 0; pair < count; ++pair) {
        fields.string();
        fields.string();
    }
}

}  // namespace

Attributes read_attributes(FieldReader& fields) {
    Attributes attributes;
    const std::uint32_t flags = fields.u32();
    if (flags & has_size) attributes.size_bytes = fields.offset();
    if (flags & has_owner) {
        const std::uint32_t uid = fields.u32();
        attributes.owner = Attributes::Owner{.uid = uid, .gid = fields.u32()};
    }
    if (flags & has_permissions) attributes.permissions = fields.u32();
    if (flags & has_times) {
        const std::uint32_t accessed = fields.u32();
        attributes.times = Attributes::Times{.accessed = accessed, .modified = fields.u32()};
    }
    if (flags & has_extended) skip_extended_pairs(fields);
    return attributes;
}

void append_attributes(Bytes& out, const Attributes& attributes) {
    ByteWriter writer(out);
    writer.u32((attributes.size_bytes ? has_size : 0U) | (attributes.owner ? has_owner : 0U) |
               (attributes.permissions ? has_permissions : 0U) |
               (attributes.times ? has_times : 0U));
    if (attributes.size_bytes) writer.u64(*attributes.size_bytes);
    if (attributes.owner) writer.u32(attributes.owner->uid).u32(attributes.owner->gid);
    if (attributes.permissions) writer.u32(*attributes.permissions);
    if (attributes.times) writer.u32(attributes.times->accessed).u32(attributes.times->modified);
}

std::size_t encoded_bytes(const Attributes& attributes) {
    return 4U + (attributes.size_bytes ? 8U : 0U) + (attributes.owner ? 8U : 0U) +
           (attributes.permissions ? 4U : 0U) + (attributes.times ? 8U : 0U);
}

std::uint32_t to_wire_seconds(Timestamp time) {
    const std::int64_t seconds =
        std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    return static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(seconds, 0, std::numeric_limits<std::uint32_t>::max()));
}

Timestamp from_wire_seconds(std::uint32_t seconds) {
    return Timestamp{std::chrono::seconds{seconds}};
}

}  // namespace consign::sftp
