// What a client may ask (draft-ietf-secsh-filexfer-02, sections 4 to 6 and 8; OpenSSH's PROTOCOL,
// section 4; draft-ietf-secsh-filexfer-extensions-00). Every path, handle and payload is a view
// into the packet, and lives no longer than its memory.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>
#include <variant>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "protocols/sftp/attributes.hpp"
#include "protocols/sftp/codec_errc.hpp"

namespace consign::sftp {

inline constexpr std::uint8_t extended_opcode = 200;

/// One row of the table of what can be asked.
struct Verb {
    std::uint8_t opcode;
    Literal name;  // as OpenSSH logs it
    bool changes;  // where it succeeds, something is not what it was; for "open" see changes()
    std::string_view extension = {};  // the name on the wire, where the opcode is extended_opcode
    std::string_view version = {};    // the extension's, for the VERSION packet
};

struct Init {  // no request id; extension pairs are checked and dropped
    static constexpr Verb verb{1, "init", false};
    std::uint32_t version = 0;
};

struct OpenFlags {
    bool read = false;
    bool write = false;
    bool append = false;
    bool create = false;
    bool truncate = false;
    bool exclusive = false;
    bool operator==(const OpenFlags&) const = default;
};

/// Refused: neither read nor write; append or truncate without write; exclusive without create.
/// Truncate without create is let through, though the draft forbids it, because sshfs sends it.
struct Open {
    static constexpr Verb verb{3, "open", false};
    std::string_view path;
    OpenFlags flags;
    Attributes attributes;
};

struct Close {
    static constexpr Verb verb{4, "close", false};
    ByteView handle;
};

struct Read {
    static constexpr Verb verb{5, "read", false};
    ByteView handle;
    std::uint64_t offset = 0;
    std::uint32_t length_bytes = 0;  // as asked: any number; a shorter answer is allowed
};

/// What follows the payload is passed over: rclone 1.60 frames the last, shorter WRITE of a file at
/// the full size of its buffer, and leaves old bytes there.
struct Write {
    static constexpr Verb verb{6, "write", true};
    ByteView handle;
    std::uint64_t offset = 0;  // offset + data.size() does not pass offset_limit_bytes
    ByteView data;
};

struct Lstat {
    static constexpr Verb verb{7, "lstat", false};
    std::string_view path;
};

struct Fstat {
    static constexpr Verb verb{8, "fstat", false};
    ByteView handle;
};

struct Setstat {
    static constexpr Verb verb{9, "setstat", true};
    std::string_view path;
    Attributes attributes;
};

struct Fsetstat {
    static constexpr Verb verb{10, "fsetstat", true};
    ByteView handle;
    Attributes attributes;
};

struct Opendir {
    static constexpr Verb verb{11, "opendir", false};
    std::string_view path;
};

struct Readdir {
    static constexpr Verb verb{12, "readdir", false};
    ByteView handle;
};

struct Remove {
    static constexpr Verb verb{13, "remove", true};
    std::string_view path;
};

struct Mkdir {
    static constexpr Verb verb{14, "mkdir", true};
    std::string_view path;
    Attributes attributes;
};

struct Rmdir {
    static constexpr Verb verb{15, "rmdir", true};
    std::string_view path;
};

struct Realpath {
    static constexpr Verb verb{16, "realpath", false};
    std::string_view path;
};

struct Stat {
    static constexpr Verb verb{17, "stat", false};
    std::string_view path;
};

/// Fails where `to` is there; PosixRename replaces it.
struct Rename {
    static constexpr Verb verb{18, "rename", true};
    std::string_view from;
    std::string_view to;
};

struct Readlink {
    static constexpr Verb verb{19, "readlink", false};
    std::string_view path;
};

/// In the order that OpenSSH reads them, which is not the draft's, and which all clients follow.
struct Symlink {
    static constexpr Verb verb{20, "symlink", true};
    std::string_view target;
    std::string_view link;
};

struct PosixRename {
    static constexpr Verb verb{extended_opcode, "posix-rename", true, "posix-rename@openssh.com",
                               "1"};
    std::string_view from;
    std::string_view to;
};

struct Statvfs {
    static constexpr Verb verb{extended_opcode, "statvfs", false, "statvfs@openssh.com", "2"};
    std::string_view path;
};

struct Fstatvfs {
    static constexpr Verb verb{extended_opcode, "fstatvfs", false, "fstatvfs@openssh.com", "2"};
    ByteView handle;
};

struct Hardlink {
    static constexpr Verb verb{extended_opcode, "hardlink", true, "hardlink@openssh.com", "1"};
    std::string_view target;
    std::string_view link;
};

struct Fsync {
    static constexpr Verb verb{extended_opcode, "fsync", true, "fsync@openssh.com", "1"};
    ByteView handle;
};

struct Lsetstat {
    static constexpr Verb verb{extended_opcode, "lsetstat", true, "lsetstat@openssh.com", "1"};
    std::string_view path;
    Attributes attributes;
};

struct Limits {
    static constexpr Verb verb{extended_opcode, "limits", false, "limits@openssh.com", "1"};
};

struct ExpandPath {
    static constexpr Verb verb{extended_opcode, "expand-path", false, "expand-path@openssh.com",
                               "1"};
    std::string_view path;
};

struct CopyData {
    static constexpr Verb verb{extended_opcode, "copy-data", true, "copy-data", "1"};
    ByteView from;
    std::uint64_t from_offset = 0;
    std::uint64_t length_bytes = 0;  // 0: to the end of the file
    ByteView to;
    std::uint64_t to_offset = 0;
};

struct HomeDirectory {
    static constexpr Verb verb{extended_opcode, "home-directory", false, "home-directory", "1"};
    std::string_view user;  // empty: whoever asks
};

/// What is to be hashed. No hash of a block of 1 to 255 bytes may be asked for.
struct HashRange {
    std::string_view algorithms;  // names with commas between, the best loved first
    std::uint64_t offset = 0;
    std::uint64_t length_bytes = 0;      // 0: to the end of the file
    std::uint32_t block_size_bytes = 0;  // 0: one hash over the whole range
};

struct CheckFileName {
    static constexpr Verb verb{extended_opcode, "check-file-name", false, "check-file-name"};
    std::string_view path;
    HashRange range;
};

struct CheckFileHandle {
    static constexpr Verb verb{extended_opcode, "check-file-handle", false, "check-file-handle"};
    ByteView handle;
    HashRange range;
};

/// paramiko's: CheckFileHandle under the name that only announces it; its answer has a form of its
/// own (CheckFileForm).
struct CheckFile {
    static constexpr Verb verb{extended_opcode, "check-file", false, "check-file"};
    ByteView handle;
    HashRange range;
};

/// Numbers of users or groups, in place.
class NumberList {
  public:
    NumberList() = default;
    explicit NumberList(ByteView encoded) : encoded_(encoded) {}
    [[nodiscard]] std::size_t size() const { return encoded_.size() / sizeof(std::uint32_t); }
    [[nodiscard]] std::uint32_t operator[](std::size_t index) const {
        return ByteReader(encoded_.subspan(index * sizeof(std::uint32_t))).u32();
    }

  private:
    ByteView encoded_;
};

/// Of users, and of groups, in one request.
inline constexpr std::size_t number_list_limit = 1024;

struct UsersGroupsById {
    static constexpr Verb verb{extended_opcode, "users-groups-by-id", false,
                               "users-groups-by-id@openssh.com", "1"};
    NumberList users;
    NumberList groups;
};

/// Not in the table: to be answered with SSH_FX_OP_UNSUPPORTED.
struct Unsupported {
    static constexpr Verb verb{0, "unsupported", false};
    std::uint8_t opcode = 0;
    std::string_view extension;
};

template <class... Bodies>
struct VerbTable {
    using Body = std::variant<Bodies..., Unsupported>;
    static constexpr std::array verbs{Bodies::verb...};
};

/// The table: what is not in it has no way to the disk.
using Table =
    VerbTable<Init, Open, Close, Read, Write, Lstat, Fstat, Setstat, Fsetstat, Opendir, Readdir,
              Remove, Mkdir, Rmdir, Realpath, Stat, Rename, Readlink, Symlink, PosixRename, Statvfs,
              Fstatvfs, Hardlink, Fsync, Lsetstat, Limits, ExpandPath, CopyData, HomeDirectory,
              CheckFileName, CheckFileHandle, CheckFile, UsersGroupsById>;

inline constexpr auto& verbs = Table::verbs;

struct Request {
    std::uint32_t id = 0;  // 0 for Init, which has none
    Table::Body body;

    [[nodiscard]] const Verb& verb() const;
    /// False for what a read-only account may ask.
    [[nodiscard]] bool changes() const;
};

/// Where there is an id, SSH_FX_BAD_MESSAGE can be answered; where there is none, or the request
/// was an INIT, the session must end.
struct Refusal {
    codec_errc why;
    std::uint8_t opcode = 0;
    std::optional<std::uint32_t> id;
};

/// Reads one packet, as take_packet gives it. Nothing may follow the last field of a request, but
/// for Write and Unsupported.
[[nodiscard]] std::expected<Request, Refusal> parse_request(ByteView packet);

}  // namespace consign::sftp
