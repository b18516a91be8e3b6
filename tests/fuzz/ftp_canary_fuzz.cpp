// A target that must fail: a crash planted behind the codec, which a fuzzer finds only if it is
// guided by coverage and comparisons through the reader of lines and a parser of arguments. If this
// one survives, a clean run of ftp_codec_fuzz means nothing.
#include <cstdio>

#include "protocols/ftps/command_reader.hpp"
#include "protocols/ftps/hash_arguments.hpp"

using namespace consign;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ftps::CommandReader reader;
    reader.feed(ByteView(data, size));
    while (const auto command = reader.next()) {
        if (!*command || (*command)->verb != "XCRC") continue;
        const auto asked = ftps::parse_hash_argument((*command)->argument);
        if (asked && asked->path.starts_with("BUG!")) {
            std::fputs("the planted crash was found\n", stderr);
            __builtin_trap();
        }
    }
    return 0;
}
