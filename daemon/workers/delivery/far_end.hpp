// Where files are delivered to, and pulled from: one connection to one target. Everything blocks,
// with a timeout: call it on a thread of the far ends' own pool, one thread at a time. Paths are
// below the target's folder. Errors: delivery_errc, or std::errc; after one that is
// is_of_connection() the object is only fit to be destroyed.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/virtual_path.hpp"
#include "daemon/workers/delivery/pace.hpp"
#include "policy/policy.hpp"

namespace consign::delivery {

/// Fills `out` with what is sent from `offset`; fewer bytes than asked only at the end.
using Content = std::function<Result<std::size_t>(std::uint64_t offset, ByteSpan out)>;
/// Takes what was fetched, in order.
using Taker = std::function<Result<>(std::uint64_t offset, ByteView bytes)>;

/// As a listing tells of it.
struct FarFile {
    std::string name;
    std::uint64_t size_bytes = 0;
    std::int64_t modified = 0;  // seconds since 1970; 0 where it is not told

    bool operator==(const FarFile&) const = default;
};

/// So long a far end may take to tell the digest of so many bytes: it reads them all before it says
/// a word. Few disks are slower than 20 MB a second.
[[nodiscard]] constexpr std::chrono::milliseconds digest_time(std::uint64_t size_bytes) {
    constexpr std::uint64_t bytes_per_millisecond = 20'000;
    return std::chrono::seconds(60) + std::chrono::milliseconds(size_bytes / bytes_per_millisecond);
}

class FarEnd {
  public:
    virtual ~FarEnd() = default;

    /// Nothing where no such name is there for certain. Of what is no file: 0.
    [[nodiscard]] virtual Result<std::optional<std::uint64_t>> size_of(const VirtualPath& path) = 0;
    /// Of `there` bytes that an attempt which was cut short has left, so many are as they were sent
    /// for certain: writes that were under way may have left holes.
    [[nodiscard]] virtual std::uint64_t certain(std::uint64_t there) const { return there; }
    /// Goes on from byte `from` with a file of as many bytes, or of which so many are certain (0:
    /// begins it, whatever was there), up to `size_bytes`; makes the folders above it that are
    /// missing. True: the far end vouches that all of it survives a power cut.
    [[nodiscard]] virtual Result<bool> send(const VirtualPath& path, std::uint64_t from,
                                            std::uint64_t size_bytes, const Content& content) = 0;
    /// Of all that is there under the name, which should be `size_bytes`; nothing where the far end
    /// tells no digests.
    [[nodiscard]] virtual Result<std::optional<Digest32>> sha256(const VirtualPath& path,
                                                                 std::uint64_t size_bytes) = 0;
    /// Replaces nothing: delivery_errc::taken; no_such_name where `from` is not there.
    [[nodiscard]] virtual Result<> rename(const VirtualPath& from, const VirtualPath& to) = 0;
    /// A file. Succeeds where it is gone.
    [[nodiscard]] virtual Result<> remove(const VirtualPath& path) = 0;

    /// The same as a listing tells. Nothing where no such file is there for certain.
    [[nodiscard]] virtual Result<std::optional<FarFile>> look(const VirtualPath& path) = 0;
    /// The files (no folders) of a folder, unordered; delivery_errc::too_many_names.
    [[nodiscard]] virtual Result<std::vector<FarFile>> list(const VirtualPath& folder,
                                                            std::size_t limit) = 0;
    /// From `from` up to `size_bytes`. delivery_errc::changed where it ends before that.
    [[nodiscard]] virtual Result<> fetch(const VirtualPath& path, std::uint64_t from,
                                         std::uint64_t size_bytes, const Taker& taker) = 0;
};

/// `stop` and `pace` outlive what it returns.
using Connect = std::function<Result<std::unique_ptr<FarEnd>>(const policy::Target&, Stop&, Pace&)>;

/// To a target of any scheme. An error that is_of_target().
[[nodiscard]] Result<std::unique_ptr<FarEnd>> connect(const policy::Target& target, Stop& stop,
                                                      Pace& pace);

}  // namespace consign::delivery
