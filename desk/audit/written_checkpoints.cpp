#include "desk/audit/written_checkpoints.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

#include "base/descriptor.hpp"
#include "base/last_error.hpp"
#include "desk/audit/checkpoint.hpp"

namespace consign::desk {

namespace {

constexpr std::size_t line_limit_bytes = 8192;  // none that we write is as long

void take_line(std::string_view line, std::span<const Ed25519PublicKey> witnesses,
               WrittenCheckpoints& written) {
    const auto checkpoint = from_checkpoint_line(line);
    if (!checkpoint || std::ranges::find(witnesses, checkpoint->signer) == witnesses.end()) {
        ++written.strange;
        return;
    }
    written.signers.insert(ssh_fingerprint(checkpoint->signer));
    written.markers.push_back({checkpoint->checkpoint.sequence, checkpoint->checkpoint.hash});
}

}  // namespace

Result<WrittenCheckpoints> read_written_checkpoints(const std::filesystem::path& path,
                                                    std::span<const Ed25519PublicKey> witnesses) {
    WrittenCheckpoints written;
    if (witnesses.empty()) return written;
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
    if (!file.is_open() && errno == ENOENT) return written;
    if (!file.is_open()) return last_error();
    written.is_there = true;
    std::string rest;
    bool is_too_long = false;
    std::array<char, 65536> piece{};
    for (;;) {
        const ssize_t got = ::read(file.get(), piece.data(), piece.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return last_error();
        if (got == 0) break;
        rest.append(piece.data(), static_cast<std::size_t>(got));
        std::size_t begin = 0;
        for (std::size_t end = 0; (end = rest.find('\n', begin)) != std::string::npos;
             begin = end + 1) {
            const auto line = std::string_view(rest).substr(begin, end - begin);
            take_line(is_too_long ? std::string_view() : line, witnesses, written);
            is_too_long = false;
        }
        rest.erase(0, begin);
        if (rest.size() <= line_limit_bytes) continue;
        is_too_long = true;
        rest.clear();
    }
    std::ranges::sort(written.markers, {}, &ledger::Marker::sequence);
    return written;
}

}  // namespace consign::desk
