// The one door to zlib: deflated bytes (RFC 1951) become what they stand for, a piece at a time.
#pragma once

#include <cstdint>
#include <memory>

#include "base/bytes.hpp"

struct z_stream_s;

namespace consign::policy::content {

class Inflater {
  public:
    enum class Wrapping : std::uint8_t {
        raw,  // as in a zip
        gzip  // RFC 1952, one member; its CRC and length are checked
    };
    enum class State : std::uint8_t { going_on, ended, broken };
    struct Step {
        std::size_t taken = 0;  // of the input
        std::size_t given = 0;  // to the output
        State state = State::going_on;
    };

    /// std::bad_alloc, as any object that takes memory.
    explicit Inflater(Wrapping wrapping);

    /// Goes on until the input is used up, the output is full, or the end is there. Call no more
    /// once it has ended or is broken, but for restart().
    [[nodiscard]] Step inflate(ByteView packed, ByteSpan room);
    /// Ready for another stream.
    void restart();

  private:
    struct End {
        void operator()(z_stream_s* stream) const;
    };
    std::unique_ptr<z_stream_s, End> stream_;  // zlib's state points back at it: it never moves
};

}  // namespace consign::policy::content
