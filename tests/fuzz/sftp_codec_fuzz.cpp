// Any bytes, as a stream of SFTP packets, under the rules that the mutation tests hold them to. An
// input is the stream itself: the seeds are what real clients sent to OpenSSH's server (sftp, scp,
// lftp, psftp, paramiko, sshfs, curl), and one packet of each request. The pieces follow from the
// input, so that a finding can be repeated.
#include <random>

#include "tests/unit/sftp_stream_check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::minstd_rand random(static_cast<std::uint32_t>(size));
    stream_check::check_stream({data, size}, [&] { return random() % 97; });
    return 0;
}
