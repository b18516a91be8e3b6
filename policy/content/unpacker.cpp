#include "policy/content/unpacker.hpp"

#include <array>
#include <string_view>

#include "policy/content/zip_member.hpp"

namespace consign::policy::content {

namespace {

constexpr std::string_view gzip_magic = "\x1f\x8b\x08";  // RFC 1952 section 2.3.1, with deflate
constexpr std::string_view zip_magic = "PK\x03\x04";     // APPNOTE 4.3.7

}  // namespace

Packing packing_of(ByteView head) {
    if (as_text(head).starts_with(gzip_magic)) return Packing::gzip;
    if (as_text(head).starts_with(zip_magic)) return Packing::zip;
    return Packing::none;
}

Unpacking inflate_into(Inflater& inflater, ByteView& packed, const UnpackedSink& sink) {
    std::array<std::uint8_t, Unpacker::piece_bytes> room;
    for (;;) {
        const Inflater::Step step = inflater.inflate(packed, room);
        packed = packed.subspan(step.taken);
        if (step.given > 0 && !sink(ByteView(room).first(step.given))) return Unpacking::enough;
        if (step.state == Inflater::State::broken) return Unpacking::broken;
        if (step.state == Inflater::State::ended) return Unpacking::ended;
        // Output may be left where all input is taken, unless there was room for more of it.
        if (step.given < room.size()) return Unpacking::going_on;
    }
}

Unpacker::Unpacker(Packing packing) : packing_(packing) {
    if (packing == Packing::gzip) inflater_.emplace(Inflater::Wrapping::gzip);
    if (packing == Packing::zip) zip_member_ = std::make_unique<ZipMember>();
}

Unpacker::~Unpacker() = default;
Unpacker::Unpacker(Unpacker&&) noexcept = default;
Unpacker& Unpacker::operator=(Unpacker&&) noexcept = default;

void Unpacker::add(ByteView packed, const UnpackedSink& sink) {
    switch (packing_) {
        case Packing::none:
            if (state_ == Unpacking::going_on && !packed.empty() && !sink(packed))
                state_ = Unpacking::enough;
            return;
        case Packing::gzip:
            add_gzip(packed, sink);
            return;
        case Packing::zip:
            zip_member_->add(packed, sink);
            return;
    }
}

void Unpacker::add_gzip(ByteView packed, const UnpackedSink& sink) {
    while (!packed.empty() && state_ != Unpacking::enough && state_ != Unpacking::broken) {
        if (state_ == Unpacking::ended) {
            // Another member may follow, or the zeros that fill up a tape's block.
            in_padding_ = in_padding_ || packed.front() == 0;
            if (in_padding_ && packed.front() != 0) state_ = Unpacking::broken;
            if (in_padding_) {
                packed = packed.subspan(1);
                continue;
            }
            inflater_->restart();
        }
        state_ = inflate_into(*inflater_, packed, sink);
    }
}

Unpacking Unpacker::state() const {
    return zip_member_ ? zip_member_->state() : state_;
}

}  // namespace consign::policy::content
