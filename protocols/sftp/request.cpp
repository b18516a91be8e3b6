#include "protocols/sftp/request.hpp"

#include <algorithm>

#include "protocols/sftp/field_reader.hpp"

namespace consign::sftp {

namespace {

enum OpenBit : std::uint32_t {
    open_read = 0x01,
    open_write = 0x02,
    open_append = 0x04,
    open_create = 0x08,
    open_truncate = 0x10,
    open_exclusive = 0x20,
};

constexpr std::uint32_t hash_block_least_bytes = 256;

// How each request's fields follow on its id, or on the extension's name.

void read(FieldReader& fields, Init& init) {
    init.version = fields.u32();
    while (!fields.at_end()) {
        fields.string();
        fields.string();
    }
}

OpenFlags read_open_flags(FieldReader& fields) {
    const std::uint32_t bits = fields.u32();
    const OpenFlags flags{.read = (bits & open_read) != 0,
                          .write = (bits & open_write) != 0,
                          .append = (bits & open_append) != 0,
                          .create = (bits & open_create) != 0,
                          .truncate = (bits & open_truncate) != 0,
                          .exclusive = (bits & open_exclusive) != 0};
    const bool opens_for_nothing = !flags.read && !flags.write;
    const bool writes_read_only = (flags.append || flags.truncate) && !flags.write;
    if (opens_for_nothing || writes_read_only || (flags.exclusive && !flags.create))
        fields.refuse();
    return flags;
}

void read(FieldReader& fields, Open& open) {
    open.path = fields.text();
    open.flags = read_open_flags(fields);
    open.attributes = read_attributes(fields);
}

void read(FieldReader& fields, Read& request) {
    request.handle = fields.handle();
    request.offset = fields.offset();
    request.length_bytes = fields.u32();
}

void read(FieldReader& fields, Write& write) {
    write.handle = fields.handle();
    write.offset = fields.offset();
    write.data = fields.string();
    if (write.data.size() > offset_limit_bytes - std::min(write.offset, offset_limit_bytes))
        fields.refuse();
    fields.skip_rest();
}

void read(FieldReader& fields, Rename& rename) {
    rename.from = fields.text();
    rename.to = fields.text();
}

void read(FieldReader& fields, PosixRename& rename) {
    rename.from = fields.text();
    rename.to = fields.text();
}

void read(FieldReader& fields, Symlink& symlink) {
    symlink.target = fields.text();
    symlink.link = fields.text();
}

void read(FieldReader& fields, Hardlink& hardlink) {
    hardlink.target = fields.text();
    hardlink.link = fields.text();
}

void read(FieldReader&, Limits&) {}

void read(FieldReader& fields, CopyData& copy) {
    copy.from = fields.handle();
    copy.from_offset = fields.offset();
    copy.length_bytes = fields.offset();
    copy.to = fields.handle();
    copy.to_offset = fields.offset();
}

void read(FieldReader& fields, HomeDirectory& home) {
    home.user = fields.text();
}

HashRange read_hash_range(FieldReader& fields) {
    HashRange range;
    range.algorithms = fields.text();
    range.offset = fields.offset();
    range.length_bytes = fields.offset();
    range.block_size_bytes = fields.u32();
    if (range.block_size_bytes != 0 && range.block_size_bytes < hash_block_least_bytes)
        fields.refuse();
    return range;
}

NumberList read_number_list(FieldReader& fields) {
    const ByteView encoded = fields.string();
    if (encoded.size() % sizeof(std::uint32_t) != 0) fields.refuse();
    const NumberList list(encoded);
    if (list.size() > number_list_limit) fields.refuse();
    return list;
}

void read(FieldReader& fields, UsersGroupsById& request) {
    request.users = read_number_list(fields);
    request.groups = read_number_list(fields);
}

/// The other requests begin with a path or a handle, and some go on with attributes or a range.
template <class Body>
void read(FieldReader& fields, Body& body) {
    if constexpr (requires { body.path; })
        body.path = fields.text();
    else
        body.handle = fields.handle();
    if constexpr (requires { body.attributes; }) body.attributes = read_attributes(fields);
    if constexpr (requires { body.range; }) body.range = read_hash_range(fields);
}

template <class Body>
Table::Body read_body(FieldReader& fields) {
    Body body;
    read(fields, body);
    return body;
}

using ReadBody = Table::Body (*)(FieldReader&);

/// One reader for each row of the table of verbs, in its order.
template <class... Bodies>
constexpr std::array<ReadBody, sizeof...(Bodies)> readers_of(VerbTable<Bodies...>) {
    return {&read_body<Bodies>...};
}

constexpr auto readers = readers_of(Table{});

Table::Body read_body_of(std::uint8_t opcode, FieldReader& fields) {
    const std::string_view extension =
        opcode == extended_opcode ? fields.text() : std::string_view();
    const auto* const verb = std::ranges::find_if(verbs, [&](const Verb& candidate) {
        return candidate.opcode == opcode && candidate.extension == extension;
    });
    if (verb != verbs.end())
        return readers.at(static_cast<std::size_t>(verb - verbs.begin()))(fields);
    fields.skip_rest();
    return Unsupported{.opcode = opcode, .extension = extension};
}

}  // namespace

const Verb& Request::verb() const {
    return std::visit([](const auto& of) -> const Verb& { return of.verb; }, body);
}

bool Request::changes() const {
    if (const auto* open = std::get_if<Open>(&body)) return open->flags.write || open->flags.create;
    return verb().changes;
}

std::expected<Request, Refusal> parse_request(ByteView packet) {
    FieldReader fields(packet);
    Refusal refusal{.why = codec_errc::truncated, .opcode = fields.u8(), .id = std::nullopt};
    if (refusal.opcode != Init::verb.opcode) {
        const std::uint32_t id = fields.u32();
        if (fields.truncated()) return std::unexpected(refusal);
        refusal.id = id;
    }
    Request request{.id = refusal.id.value_or(0), .body = read_body_of(refusal.opcode, fields)};
    if (const auto why = fields.verdict()) {
        refusal.why = *why;
        return std::unexpected(refusal);
    }
    return request;
}

}  // namespace consign::sftp
