#include "base/random.hpp"

#include "base/evp.hpp"

namespace consign {

void SystemRandom::fill(ByteSpan out) {
    evp::random_bytes(out);
}

}  // namespace consign
