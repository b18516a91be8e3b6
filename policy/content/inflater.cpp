#include "policy/content/inflater.hpp"

#define ZLIB_CONST
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

namespace consign::policy::content {

namespace {

// windowBits of inflateInit2: the largest window; negative: raw; 16 more: gzip alone.
constexpr int raw_window_bits = -MAX_WBITS;
constexpr int gzip_window_bits = MAX_WBITS + 16;

uInt bounded(std::size_t size) {
    return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

}  // namespace

void Inflater::End::operator()(z_stream_s* stream) const {
    inflateEnd(stream);
    delete stream;
}

Inflater::Inflater(Wrapping wrapping) : stream_(new z_stream_s{}) {
    const int window_bits = wrapping == Wrapping::raw ? raw_window_bits : gzip_window_bits;
    if (inflateInit2(stream_.get(), window_bits) != Z_OK) throw std::bad_alloc();
}

Inflater::Step Inflater::inflate(ByteView packed, ByteSpan room) {
    stream_->next_in = packed.data();
    stream_->avail_in = bounded(packed.size());
    stream_->next_out = room.data();
    stream_->avail_out = bounded(room.size());
    const uInt offered = stream_->avail_in;
    const uInt free = stream_->avail_out;
    const int result = ::inflate(stream_.get(), Z_NO_FLUSH);
    Step step{.taken = offered - stream_->avail_in, .given = free - stream_->avail_out};
    if (result == Z_STREAM_END)
        step.state = State::ended;
    else if (result != Z_OK && result != Z_BUF_ERROR)  // Z_BUF_ERROR: nothing to do for now
        step.state = State::broken;
    return step;
}

void Inflater::restart() {
    inflateReset(stream_.get());
}

}  // namespace consign::policy::content
