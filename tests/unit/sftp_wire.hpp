// SFTP packets as the drafts lay them out, written without the codec's own writer, so that the two
// can disagree.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/sftp/request.hpp"

namespace wire {

class Packet {
  public:
    explicit Packet(std::uint8_t type) { bytes_.push_back(type); }
    Packet(std::uint8_t type, std::uint32_t id) : Packet(type) { u32(id); }
    /// SSH_FXP_EXTENDED
    Packet(std::string_view extension, std::uint32_t id) : Packet(200, id) { text(extension); }

    Packet& u32(std::uint32_t value) { return big_endian(value, 4); }
    Packet& u64(std::uint64_t value) { return big_endian(value, 8); }
    Packet& raw(std::string_view bytes) {
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
        return *this;
    }
    Packet& text(std::string_view bytes) {
        return u32(static_cast<std::uint32_t>(bytes.size())).raw(bytes);
    }
    Packet& bytes(consign::ByteView view) { return text(consign::as_text(view)); }
    Packet& attributes(const consign::sftp::Attributes& of) {
        u32((of.size_bytes ? 1U : 0U) | (of.owner ? 2U : 0U) | (of.permissions ? 4U : 0U) |
            (of.times ? 8U : 0U));
        if (of.size_bytes) u64(*of.size_bytes);
        if (of.owner) u32(of.owner->uid).u32(of.owner->gid);
        if (of.permissions) u32(*of.permissions);
        if (of.times) u32(of.times->accessed).u32(of.times->modified);
        return *this;
    }

    [[nodiscard]] const consign::Bytes& body() const { return bytes_; }
    [[nodiscard]] consign::Bytes framed() const {
        Packet frame(0);
        frame.bytes_.clear();
        frame.bytes(bytes_);
        return frame.bytes_;
    }

  private:
    Packet& big_endian(std::uint64_t value, unsigned size) {
        for (unsigned left = size; left > 0; --left)
            bytes_.push_back(static_cast<std::uint8_t>(value >> (8 * (left - 1))));
        return *this;
    }

    consign::Bytes bytes_;
};

struct Sample {
    std::string name;
    consign::Bytes body;
};

inline std::ostream& operator<<(std::ostream& out, const Sample& sample) {
    return out << sample.name;
}

inline const consign::sftp::Attributes all_attributes{
    .size_bytes = 0x0102030405060708,
    .owner = consign::sftp::Attributes::Owner{.uid = 1000, .gid = 1001},
    .permissions = 0100640,
    .times =
        consign::sftp::Attributes::Times{.accessed = 1'700'000'000, .modified = 1'700'000'001}};

/// One well-formed packet of each request.
inline std::vector<Sample> every_request() {
    const std::string numbers("\0\0\3\xe8\0\0\0\0", 8);
    const auto hash_range = [](Packet packet) {
        return packet.text("sha256,sha1").u64(4096).u64(0).u32(256);
    };
    std::vector<Sample> samples;
    const auto add = [&](std::string name, const Packet& packet) {
        samples.push_back({std::move(name), packet.body()});
    };
    add("init", Packet(1).u32(3).text("newline").text("\n"));
    add("open", Packet(3, 1).text("/in/a.hl7").u32(0x1a).attributes(all_attributes));
    add("close", Packet(4, 2).text("h1"));
    add("read", Packet(5, 3).text("h1").u64(65536).u32(32768));
    add("write", Packet(6, 4).text("h1").u64(65536).text("MSH|^~\\&|LAB\r"));
    add("lstat", Packet(7, 5).text("/in"));
    add("fstat", Packet(8, 6).text("h1"));
    add("setstat", Packet(9, 7).text("/in/a.hl7").attributes(all_attributes));
    add("fsetstat", Packet(10, 8).text("h1").attributes(all_attributes));
    add("opendir", Packet(11, 9).text("/in"));
    add("readdir", Packet(12, 10).text("h2"));
    add("remove", Packet(13, 11).text("/in/a.hl7"));
    add("mkdir", Packet(14, 12).text("/in/new").attributes({}));
    add("rmdir", Packet(15, 13).text("/in/new"));
    add("realpath", Packet(16, 14).text("."));
    add("stat", Packet(17, 15).text("/in"));
    add("rename", Packet(18, 16).text("/in/a.tmp").text("/in/a.hl7"));
    add("readlink", Packet(19, 17).text("/link"));
    add("symlink", Packet(20, 18).text("/target").text("/link"));
    add("posix-rename", Packet("posix-rename@openssh.com", 19).text("/a").text("/b"));
    add("statvfs", Packet("statvfs@openssh.com", 20).text("/"));
    add("fstatvfs", Packet("fstatvfs@openssh.com", 21).text("h1"));
    add("hardlink", Packet("hardlink@openssh.com", 22).text("/target").text("/link"));
    add("fsync", Packet("fsync@openssh.com", 23).text("h1"));
    add("lsetstat", Packet("lsetstat@openssh.com", 24).text("/a").attributes(all_attributes));
    add("limits", Packet("limits@openssh.com", 25));
    add("expand-path", Packet("expand-path@openssh.com", 26).text("~/in"));
    add("copy-data", Packet("copy-data", 27).text("h1").u64(1).u64(0).text("h2").u64(2));
    add("home-directory", Packet("home-directory", 28).text("lab"));
    add("check-file-name", hash_range(Packet("check-file-name", 29).text("/in/a.hl7")));
    add("check-file-handle", hash_range(Packet("check-file-handle", 30).text("h1")));
    add("check-file", hash_range(Packet("check-file", 31).text("h1")));
    add("users-groups-by-id",
        Packet("users-groups-by-id@openssh.com", 32).text(numbers).text(numbers));
    return samples;
}

}  // namespace wire
