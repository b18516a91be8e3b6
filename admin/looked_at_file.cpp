#include "admin/looked_at_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <functional>

#include "base/evp.hpp"
#include "desk/deposits/sidecar.hpp"

namespace consign::admin {

namespace {

constexpr std::size_t read_bytes = std::size_t{256} * 1024;

/// Gives the whole file to `take`, piece by piece.
Outcome<> read_through(const std::filesystem::path& path,
                       const std::function<void(ByteView)>& take) {
    const auto unreadable = [&](int reason) {
        return failed(fmt::format("{} cannot be read: {}", path.string(), std::strerror(reason)));
    };
    std::error_code unknown;
    if (std::filesystem::is_directory(path, unknown)) return unreadable(EISDIR);
    std::ifstream file(path, std::ios::binary);
    if (!file) return unreadable(errno);
    Bytes piece(read_bytes);
    while (file) {
        file.read(reinterpret_cast<char*>(piece.data()),
                  static_cast<std::streamsize>(piece.size()));
        if (file.bad()) return unreadable(EIO);
        take(ByteView(piece).first(static_cast<std::size_t>(file.gcount())));
    }
    return {};
}

}  // namespace

Outcome<LookedAtFile> look_at(const std::filesystem::path& file) {
    using policy::content::head_limit_bytes;
    LookedAtFile looked;
    Bytes head;
    evp::Digest digest;
    const auto read = read_through(file, [&](ByteView piece) {
        const std::size_t wanted = std::min(head_limit_bytes - head.size(), piece.size());
        head.insert(head.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(wanted));
        digest.update(piece);
        looked.size_bytes += piece.size();
    });
    if (!read) return std::unexpected(read.error());
    std::ranges::copy(digest.finish(), looked.sha256.begin());
    looked.content = policy::content::read_content(head);
    return looked;
}

std::optional<policy::SpeaksOf> speaks_of(const VirtualPath& path) {
    auto sidecar = desk::sidecar_named(path.name());
    if (!sidecar) return std::nullopt;
    return policy::SpeaksOf{.kind = sidecar->kind, .of = std::move(sidecar->of)};
}

Outcome<std::vector<policy::content::Ending>> missing_endings(
    const std::filesystem::path& file, const policy::content::Content& content,
    const std::vector<policy::content::Ending>& endings) {
    std::vector<policy::content::Ending> missing;
    for (const auto ending : endings) {
        policy::content::EndingCheck check(ending, content);
        if (auto read = read_through(file, [&](ByteView piece) { check.add(piece); }); !read)
            return std::unexpected(read.error());
        if (!check.has_ended()) missing.push_back(ending);
    }
    return missing;
}

}  // namespace consign::admin
