#include "policy/content/zip_member.hpp"

#include <algorithm>
#include <string_view>

#include "policy/content/little_endian.hpp"

namespace consign::policy::content {

namespace {

constexpr std::string_view header_signature = "PK\x03\x04";
constexpr std::string_view descriptor_signature = "PK\x07\x08";
constexpr std::size_t header_bytes = 30;
constexpr std::size_t descriptor_bytes = 16;       // with its signature
constexpr std::size_t long_descriptor_bytes = 24;  // of zip64
constexpr std::uint16_t told_behind = 1U << 3;
constexpr std::uint16_t encrypted = 1U << 0 | 1U << 6 | 1U << 13;
constexpr std::uint16_t stored_method = 0;
constexpr std::uint16_t deflate_method = 8;
constexpr std::uint32_t in_extra_field = 0xffffffff;
constexpr std::uint16_t zip64_field = 1;

/// The packed length of the zip64 extra field (4.5.3); nothing where it is not there.
std::optional<std::uint64_t> long_packed_bytes(ByteView extra) {
    while (extra.size() >= 4) {
        const std::size_t length = little_endian<std::uint16_t>(extra, 2);
        if (extra.size() < 4 + length) return std::nullopt;
        if (little_endian<std::uint16_t>(extra, 0) == zip64_field && length >= 16)
            return little_endian<std::uint64_t>(extra, 12);  // after the unpacked length
        extra = extra.subspan(4 + length);
    }
    return std::nullopt;
}

}  // namespace

void ZipMember::add(ByteView bytes, const UnpackedSink& sink) {
    while (!bytes.empty() && state_ == Unpacking::going_on) {
        switch (part_) {
            case Part::header:
                if (collect(bytes, header_bytes)) read_header();
                break;
            case Part::names:
                if (collect(bytes, name_bytes_ + extra_bytes_)) read_names();
                break;
            case Part::stored:
                add_stored(bytes, sink);
                break;
            case Part::stored_to_end:
                add_stored_to_end(bytes, sink);
                break;
            case Part::deflated:
                add_deflated(bytes, sink);
                break;
            case Part::between:
                look_for_header(bytes);
                break;
        }
    }
}

bool ZipMember::collect(ByteView& bytes, std::size_t count) {
    const std::size_t missing = std::min(count - collected_.size(), bytes.size());
    collected_.insert(collected_.end(), bytes.begin(),
                      bytes.begin() + static_cast<std::ptrdiff_t>(missing));
    bytes = bytes.subspan(missing);
    return collected_.size() == count;
}

void ZipMember::read_header() {
    const ByteView header(collected_);
    flags_ = little_endian<std::uint16_t>(header, 6);
    method_ = little_endian<std::uint16_t>(header, 8);
    packed_bytes_ = little_endian<std::uint32_t>(header, 18);
    name_bytes_ = little_endian<std::uint16_t>(header, 26);
    extra_bytes_ = little_endian<std::uint16_t>(header, 28);
    const bool is_known = method_ == stored_method || method_ == deflate_method;
    const bool is_header = as_text(header).starts_with(header_signature);
    collected_.clear();
    part_ = Part::names;
    if (!is_header || !is_known || (flags_ & encrypted) != 0 || name_bytes_ == 0)
        state_ = Unpacking::broken;
}

void ZipMember::read_names() {
    is_folder_ = collected_[name_bytes_ - 1] == '/';
    if (packed_bytes_ == in_extra_field)
        packed_bytes_ = long_packed_bytes(ByteView(collected_).subspan(name_bytes_)).value_or(0);
    collected_.clear();
    begin_data();
}

void ZipMember::begin_data() {
    given_bytes_ = 0;
    if (method_ == deflate_method) {
        inflater_.emplace(Inflater::Wrapping::raw);
        part_ = Part::deflated;
    } else if ((flags_ & told_behind) != 0 && packed_bytes_ == 0 && !is_folder_) {
        part_ = Part::stored_to_end;
    } else {
        part_ = Part::stored;
        if (packed_bytes_ == 0) end_data();
    }
}

void ZipMember::end_data() {
    collected_.clear();
    if (!is_folder_) {
        state_ = Unpacking::ended;
        return;
    }
    part_ = Part::between;
    passed_bytes_ = 0;
}

void ZipMember::give(ByteView bytes, const UnpackedSink& sink) {
    given_bytes_ += bytes.size();
    if (!is_folder_ && !bytes.empty() && !sink(bytes)) state_ = Unpacking::enough;
}

void ZipMember::add_stored(ByteView& bytes, const UnpackedSink& sink) {
    const std::uint64_t missing = packed_bytes_ - given_bytes_;
    const ByteView piece =
        bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(missing, bytes.size())));
    bytes = bytes.subspan(piece.size());
    give(piece, sink);
    if (given_bytes_ == packed_bytes_ && state_ == Unpacking::going_on) end_data();
}

void ZipMember::add_stored_to_end(ByteView& bytes, const UnpackedSink& sink) {
    const ByteView piece = bytes.first(std::min(bytes.size(), Unpacker::piece_bytes));
    collected_.insert(collected_.end(), piece.begin(), piece.end());
    bytes = bytes.subspan(piece.size());
    const ByteView held(collected_);
    std::size_t at = 0;
    bool is_end = false;
    for (; !is_end && held.size() - at >= descriptor_bytes; ++at)
        is_end = as_text(held.subspan(at)).starts_with(descriptor_signature) &&
                 little_endian<std::uint32_t>(held, at + 8) == given_bytes_ + at;
    if (is_end) --at;
    give(held.first(at), sink);
    collected_.erase(collected_.begin(), collected_.begin() + static_cast<std::ptrdiff_t>(at));
    if (is_end && state_ == Unpacking::going_on) end_data();
}

void ZipMember::add_deflated(ByteView& bytes, const UnpackedSink& sink) {
    const UnpackedSink wanted = [&](ByteView piece) { return is_folder_ || sink(piece); };
    const Unpacking unpacking = inflate_into(*inflater_, bytes, wanted);
    if (unpacking == Unpacking::ended)
        end_data();
    else
        state_ = unpacking;
}

void ZipMember::look_for_header(ByteView& bytes) {
    collected_.push_back(bytes.front());
    bytes = bytes.subspan(1);
    if (collected_.size() < header_signature.size()) return;
    if (as_text(collected_) == header_signature) {
        part_ = Part::header;
        return;
    }
    collected_.erase(collected_.begin());
    if (++passed_bytes_ > long_descriptor_bytes) state_ = Unpacking::broken;
}

}  // namespace consign::policy::content
