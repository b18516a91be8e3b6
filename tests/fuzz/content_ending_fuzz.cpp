// Any file, under each ending, as what it is and as what it is not, in pieces that follow from the
// input, so that a finding can be repeated.
#include <array>

#include "tests/unit/content_check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace consign::policy::content;
    if (size == 0) return 0;
    const consign::ByteView bytes = consign::ByteView(data, size).subspan(1);
    constexpr std::array formats{Format::hl7, Format::hprim_sante, Format::hprim_medecin,
                                 Format::pdf};
    constexpr std::array packings{Packing::none, Packing::gzip, Packing::zip};
    const std::size_t piece = 1 + data[0];
    content_check::check_endings(bytes, read_content(bytes), piece);
    const Content other{.format = formats[data[0] % formats.size()],
                        .packing = packings[data[0] / formats.size() % packings.size()],
                        .is_batch = true};
    content_check::check_endings(bytes, other, piece);
    return 0;
}
