#include "storage/catalog/bound.hpp"

#include <utility>

namespace consign::catalog {

Bytes bound_to_node(NodeId parent, Kind kind, FileId file, Standing standing,
                    std::string_view made_by) {
    Bytes bytes;
    ByteWriter(bytes)
        .u64(static_cast<std::uint64_t>(parent))
        .u8(std::to_underlying(kind))
        .u64(static_cast<std::uint64_t>(file))
        .u8(std::to_underlying(standing))
        .string(made_by);
    return bytes;
}

Bytes bound_to_file(const Id& stream, std::uint64_t size_bytes, std::string_view depositor) {
    Bytes bytes;
    ByteWriter(bytes).raw(stream.bytes()).u64(size_bytes).string(depositor);
    return bytes;
}

Bytes bound_to_upload(const Upload& upload, NodeId parent) {
    Bytes bytes;
    ByteWriter(bytes)
        .raw(upload.stream.bytes())
        .string(upload.account)
        .u64(static_cast<std::uint64_t>(parent))
        .raw(upload.base.bytes())
        .string(upload.origin)
        .u64(upload.fixed_bytes);
    return bytes;
}

}  // namespace consign::catalog
