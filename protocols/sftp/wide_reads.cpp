#include "protocols/sftp/wide_reads.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace consign::ssh {

namespace {

thread_local WideReads* reads_of_turn = nullptr;
thread_local int descriptor_of_turn = -1;

}  // namespace

WideReads::Turn::Turn(WideReads& reads, int descriptor) {
    if (!reads.bytes_) reads.bytes_ = std::make_unique_for_overwrite<std::byte[]>(buffer_bytes);
    reads_of_turn = &reads;
    descriptor_of_turn = descriptor;
}

WideReads::Turn::~Turn() {
    reads_of_turn->forget();  // nothing of this peer's is ever another's
    reads_of_turn = nullptr;
}

WideReads* WideReads::of(int descriptor) {
    return reads_of_turn != nullptr && descriptor_of_turn == descriptor ? reads_of_turn : nullptr;
}

std::ptrdiff_t WideReads::take(int descriptor, void* to, std::size_t size) {
    if (empty()) {
        const auto got =
            ::syscall(SYS_recvfrom, descriptor, bytes_.get(), buffer_bytes, 0, nullptr, nullptr);
        if (got <= 0) return got;
        begin_ = 0;
        end_ = static_cast<std::size_t>(got);
    }
    const std::size_t taken = std::min(size, end_ - begin_);
    std::memcpy(to, bytes_.get() + begin_, taken);
    begin_ += taken;
    return static_cast<std::ptrdiff_t>(taken);
}

}  // namespace consign::ssh
