// Any bytes, as what an FTP client sends, under the rules that the mutation tests hold them to. An
// input that begins with a space is an argument, for every parser of arguments, since not every
// byte gets past the reader of lines; any other is the stream itself. The pieces follow from the
// input, so that a finding can be repeated.
#include <random>

#include "tests/unit/ftp_stream_check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const consign::ByteView input(data, size);
    if (size > 0 && data[0] == ' ') {
        ftp_stream_check::Answers answers;
        ftp_stream_check::check_argument(consign::as_text(input.subspan(1)), answers);
        return 0;
    }
    std::minstd_rand random(static_cast<std::uint32_t>(size));
    ftp_stream_check::check_stream(input, [&] { return random() % 97; });
    return 0;
}
