#include "base/random.hpp"

#include <algorithm>

#include "base/evp.hpp"

namespace consign {

namespace {

/// Keys, nonces, salts and ids are cut from a larger piece, for each request costs OpenSSL a
/// microsecond however little it asks for. What was given out is wiped. (Nothing here forks without
/// exec.)
class Piece {
  public:
    static constexpr std::size_t small_bytes = 64;

    void fill(ByteSpan out) {
        if (out.size() > bytes_.size() - used_) {
            evp::random_bytes(bytes_);
            used_ = 0;
        }
        const auto given = ByteSpan(bytes_).subspan(used_, out.size());
        std::ranges::copy(given, out.begin());
        std::ranges::fill(given, std::uint8_t{0});
        used_ += out.size();
    }

  private:
    std::array<std::uint8_t, 4096> bytes_{};
    std::size_t used_ = bytes_.size();
};

}  // namespace

void SystemRandom::fill(ByteSpan out) {
    thread_local Piece piece;
    if (out.size() <= Piece::small_bytes)
        piece.fill(out);
    else
        evp::random_bytes(out);
}

}  // namespace consign
