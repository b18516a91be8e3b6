// A target that must fail: a crash planted behind the codec, which a fuzzer finds only if it is
// guided by coverage and comparisons through frame and parser. If this one survives, a clean run of
// sftp_codec_fuzz means nothing.
#include <cstdio>

#include "protocols/sftp/frame.hpp"
#include "protocols/sftp/request.hpp"

using namespace consign;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ByteView rest(data, size);
    for (;;) {
        const auto packet = sftp::take_packet(rest);
        if (!packet || !*packet) return 0;
        const auto request = sftp::parse_request(**packet);
        if (!request) continue;
        if (const auto* write = std::get_if<sftp::Write>(&request->body);
            write && as_text(write->data).starts_with("BUG!")) {
            std::fputs("the planted crash was found\n", stderr);
            __builtin_trap();
        }
    }
}
