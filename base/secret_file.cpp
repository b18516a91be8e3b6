#include "base/secret_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>

#include "base/descriptor.hpp"

namespace consign {

std::optional<SecretFile> read_secret_file(const std::filesystem::path& path,
                                           std::size_t limit_bytes) {
    // A FIFO would be waited for.
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
    struct stat status{};
    if (file.get() < 0 || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode))
        return std::nullopt;
    SecretFile read{.content = SecretBytes(limit_bytes + 1),
                    .open_to_others = (status.st_mode & (S_IRWXG | S_IRWXO)) != 0};
    std::size_t size = 0;
    while (size < read.content.size()) {
        const auto got = ::read(file.get(), read.content.data() + size, read.content.size() - size);
        if (got < 0) return std::nullopt;
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    if (size > limit_bytes) return std::nullopt;
    read.content.resize(size);
    return read;
}

}  // namespace consign
