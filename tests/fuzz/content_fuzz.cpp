// Any head of a file, packed ones too.
#include "tests/unit/content_check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static_cast<void>(content_check::read(consign::ByteView(data, size)));
    return 0;
}
