// One reader of a format, told by the build, over any head.
#include CONSIGN_READER_HEADER

#include "tests/unit/content_check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace consign::policy::content;
    const Head head(consign::ByteView(data, size));
    if (const auto content = CONSIGN_READER(head)) content_check::check(*content);
    return 0;
}
