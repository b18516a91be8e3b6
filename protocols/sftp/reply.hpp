// Answers (draft-ietf-secsh-filexfer-02, sections 4 and 7; OpenSSH's PROTOCOL, section 4), each
// appended as one whole packet, with its length prefix, to a buffer that the caller owns.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "protocols/sftp/attributes.hpp"
#include "protocols/sftp/status.hpp"

namespace consign::sftp {

inline constexpr std::uint32_t protocol_version = 3;

/// What every peer must be able to take (section 3 of the draft); for answers whose size the client
/// did not choose.
inline constexpr std::size_t portable_packet_limit_bytes = 34'000;

struct ExtensionPair {
    std::string_view name;
    std::string_view data;
};

/// limits@openssh.com; 0 is "no limit".
struct ServerLimits {
    std::uint64_t packet_bytes = 0;
    std::uint64_t read_bytes = 0;
    std::uint64_t write_bytes = 0;
    std::uint64_t open_handles = 0;
};

/// statvfs@openssh.com, with the names of statvfs(3).
struct FileSystem {
    std::uint64_t block_bytes = 0;
    std::uint64_t fragment_bytes = 0;  // the unit of the three below
    std::uint64_t blocks = 0;
    std::uint64_t blocks_free = 0;
    std::uint64_t blocks_available = 0;
    std::uint64_t files = 0;
    std::uint64_t files_free = 0;
    std::uint64_t files_available = 0;
    std::uint64_t id = 0;
    std::uint64_t flags = 0;  // 1: read-only, 2: no setuid
    std::uint64_t name_limit_bytes = 0;
};

/// The draft's answer to check-file-name and check-file-handle, or paramiko's to check-file, which
/// repeats that name before the algorithm.
enum class CheckFileForm { draft, paramiko };

void append_version(Bytes& out, std::span<const ExtensionPair> extensions);
void append_status(Bytes& out, std::uint32_t id, Status status);
/// `message` is in UTF-8 and for the peer's eyes.
void append_status(Bytes& out, std::uint32_t id, Status status, std::string_view message);
void append_handle(Bytes& out, std::uint32_t id, ByteView handle);
void append_attributes_reply(Bytes& out, std::uint32_t id, const Attributes& attributes);
/// The one path that REALPATH, READLINK, expand-path and home-directory answer, with no attributes.
void append_path(Bytes& out, std::uint32_t id, std::string_view path);
void append_limits(Bytes& out, std::uint32_t id, const ServerLimits& limits);
void append_file_system(Bytes& out, std::uint32_t id, const FileSystem& system);
/// `digests`: of each block in turn, one after the other. The caller keeps the packet within
/// packet_limit_bytes.
void append_check_file(Bytes& out, std::uint32_t id, CheckFileForm form, std::string_view algorithm,
                       ByteView digests);
/// As many names as numbers were asked, in the same order; empty where one is not known.
void append_users_groups(Bytes& out, std::uint32_t id, std::span<const std::string_view> users,
                         std::span<const std::string_view> groups);

/// DATA, filled in place: the content is read straight into the packet. Until finish() the buffer
/// is this object's alone; what is destroyed unfinished leaves the buffer as it was.
class DataReply {
  public:
    DataReply(Bytes& out, std::uint32_t id, std::size_t capacity_bytes);
    /// The packet is all of the buffer, which may hold an earlier one: that is written over, as far
    /// as it goes, and not zeroed before. What is destroyed unfinished leaves it empty.
    struct Anew {};
    DataReply(Anew, Bytes& out, std::uint32_t id, std::size_t capacity_bytes);
    DataReply(const DataReply&) = delete;
    DataReply& operator=(const DataReply&) = delete;
    ~DataReply();

    /// capacity_bytes long.
    [[nodiscard]] ByteSpan space();
    /// The first `size_bytes` of the space are the content. Once only.
    void finish(std::size_t size_bytes);

  private:
    Bytes& out_;
    std::size_t begin_;
    bool finished_ = false;
};

/// NAME with many entries, kept within `limit_bytes`. Until finish() the buffer is this object's
/// alone; what is destroyed unfinished leaves the buffer as it was.
class NamesReply {
  public:
    NamesReply(Bytes& out, std::uint32_t id, std::size_t limit_bytes = portable_packet_limit_bytes);
    NamesReply(const NamesReply&) = delete;
    NamesReply& operator=(const NamesReply&) = delete;
    ~NamesReply();

    /// False, and nothing added, where the packet would pass its limit: finish, and begin the next
    /// answer with this entry. One entry always fits whose name VirtualPath allows.
    [[nodiscard]] bool add(std::string_view name, std::string_view long_name,
                           const Attributes& attributes);
    [[nodiscard]] std::uint32_t count() const { return count_; }
    /// Once only. Where nothing was added, answer SSH_FX_EOF instead.
    void finish();

  private:
    Bytes& out_;
    std::size_t begin_;
    std::size_t limit_bytes_;
    std::uint32_t count_ = 0;
    bool finished_ = false;
};

}  // namespace consign::sftp
