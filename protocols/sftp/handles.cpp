#include "protocols/sftp/handles.hpp"

namespace consign::sftp {

namespace {

/// 0, which is never given out, for what cannot be a name of ours.
std::uint32_t number_of(ByteView name) {
    ByteReader fields(name);
    const std::uint32_t number = fields.u32();
    return fields.exhausted() ? number : 0;
}

}  // namespace

std::optional<Bytes> Handles::add(Handle handle) {
    if (is_full()) return std::nullopt;
    Bytes name;
    ByteWriter(name).u32(next_);
    open_.emplace(next_++, std::move(handle));
    return name;
}

Handle* Handles::find(ByteView name) {
    const auto found = open_.find(number_of(name));
    return found == open_.end() ? nullptr : &found->second;
}

std::optional<Handle> Handles::take(ByteView name) {
    auto node = open_.extract(number_of(name));
    if (node.empty()) return std::nullopt;
    return std::move(node.mapped());
}

std::optional<Handle> Handles::take_any() {
    if (open_.empty()) return std::nullopt;
    return std::move(open_.extract(open_.begin()).mapped());
}

}  // namespace consign::sftp
