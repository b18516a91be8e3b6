// An SFTP server (version 3; fstatvfs@openssh.com and check-file-name of the extensions) that lives
// in memory and carries out writes as they come: one that is refused, or lost with the line, leaves
// a hole.
#pragma once

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/evp.hpp"
#include "daemon/workers/delivery/errc.hpp"
#include "daemon/workers/delivery/far_end.hpp"
#include "daemon/workers/delivery/sftp_far_end.hpp"

namespace consign::testing {

/// What all connections share. Writes are counted from 1 over all of them; 0: none.
struct SftpFolder {
    std::map<std::string, Bytes, std::less<>> files;
    int refuses_write = 0;
    int loses_write = 0;    // its answer does not come
    int dies_at_write = 0;  // after it was carried out
    int writes = 0;
    std::uint64_t written_bytes = 0;
    bool dies_at_rename = false;               // before it was carried out
    std::optional<std::uint64_t> free_blocks;  // of 4 KiB; absent: not told
    // A digest takes so long; absent: none is told.
    std::optional<std::chrono::milliseconds> digest_time;
};

class FakeSftpServer final : public delivery::SshClient {
  public:
    explicit FakeSftpServer(SftpFolder& folder) : folder_(folder) {}

    /// One packet at a time, as SftpClient sends them.
    Result<> send(ByteView bytes) override {
        if (is_dead_) return failure(delivery::delivery_errc::connection_lost);
        ByteReader reader(bytes);
        reader.u32();
        answer(reader);
        return {};
    }
    Result<> receive(ByteSpan out, std::chrono::milliseconds patience) override {
        if (std::exchange(busy_, {}) > patience) return failure(delivery::delivery_errc::timed_out);
        if (answers_.size() < out.size()) return failure(delivery::delivery_errc::connection_lost);
        std::copy_n(answers_.begin(), out.size(), out.begin());
        answers_.erase(answers_.begin(),
                       answers_.begin() + static_cast<std::ptrdiff_t>(out.size()));
        return {};
    }

  private:
    enum : std::uint8_t { ok = 0, no_such_file = 2, failed = 4 };

    void answer(ByteReader& reader) {
        const auto type = reader.u8();
        const auto id = reader.u32();
        if (type == 1) return give_version();
        const std::string name(as_text(reader.string()));
        const bool is_there = folder_.files.contains(name);
        switch (type) {
            case 3:  // OPEN; handles are names
                open(id, name, reader.u32());
                break;
            case 6:  // WRITE
                write(id, name, reader);
                break;
            case 7:  // LSTAT
            case 8:  // FSTAT
                if (!is_there) return say(id, no_such_file);
                attributes(id, folder_.files[name].size());
                break;
            case 13:  // REMOVE
                say(id, folder_.files.erase(name) > 0 ? ok : no_such_file);
                break;
            case 18: {  // RENAME; it replaces what is there
                is_dead_ = std::exchange(folder_.dies_at_rename, false);
                if (is_dead_) return;
                auto file = folder_.files.extract(name);
                if (file.empty()) return say(id, no_such_file);
                folder_.files[std::string(as_text(reader.string()))] = std::move(file.mapped());
                say(id, ok);
                break;
            }
            case 200: {
                Bytes body;
                if (name == "check-file-name") {
                    busy_ = *folder_.digest_time;
                    ByteWriter(body).string(std::string_view("sha256"));
                    const Digest32 digest =
                        evp::sha256({folder_.files.at(std::string(as_text(reader.string())))});
                    body.insert(body.end(), digest.begin(), digest.end());
                    return give(201, id, body);
                }
                // fstatvfs@openssh.com: f_bsize, f_frsize, f_blocks, f_bfree, f_bavail
                ByteWriter(body).u64(4096).u64(4096).u64(1000).u64(1000).u64(*folder_.free_blocks);
                give(201, id, body);
                break;
            }
            default:  // CLOSE, MKDIR
                say(id, ok);
        }
    }
    void give_version() {
        Bytes body;
        if (folder_.free_blocks)
            ByteWriter(body)
                .string(std::string_view("fstatvfs@openssh.com"))
                .string(std::string_view("2"));
        if (folder_.digest_time)
            ByteWriter(body)
                .string(std::string_view("check-file-name"))
                .string(std::string_view("sha256"));
        give(2, 3, body);
    }
    void open(std::uint32_t id, const std::string& name, std::uint32_t flags) {
        constexpr std::uint32_t truncates = 0x10;
        Bytes& file = folder_.files[name];
        if (flags & truncates) file.clear();
        Bytes body;
        ByteWriter(body).string(std::string_view(name));
        give(102, id, body);
    }
    void write(std::uint32_t id, const std::string& name, ByteReader& reader) {
        const int number = ++folder_.writes;
        const auto offset = reader.u64();
        const ByteView bytes = reader.string();
        if (number == folder_.refuses_write) return say(id, failed);
        if (number == folder_.loses_write) return;
        Bytes& file = folder_.files[name];
        file.resize(std::max<std::size_t>(file.size(), offset + bytes.size()));
        std::ranges::copy(bytes, file.begin() + static_cast<std::ptrdiff_t>(offset));
        folder_.written_bytes += bytes.size();
        is_dead_ = number == folder_.dies_at_write;
        say(id, ok);
    }
    void attributes(std::uint32_t id, std::uint64_t size) {
        Bytes body;
        ByteWriter(body).u32(1).u64(size);
        give(105, id, body);
    }
    void say(std::uint32_t id, std::uint32_t status) {
        Bytes body;
        ByteWriter(body).u32(status).string(std::string_view()).string(std::string_view());
        give(101, id, body);
    }
    void give(std::uint8_t type, std::uint32_t id, const Bytes& body) {
        Bytes packet;
        ByteWriter(packet).u32(static_cast<std::uint32_t>(body.size() + 5)).u8(type).u32(id);
        packet.insert(packet.end(), body.begin(), body.end());
        answers_.insert(answers_.end(), packet.begin(), packet.end());
    }

    SftpFolder& folder_;
    std::deque<std::uint8_t> answers_;
    std::chrono::milliseconds busy_{0};  // before the next answer
    bool is_dead_ = false;
};

/// For FarEnds.
[[nodiscard]] inline delivery::Connect connecting_to(SftpFolder& folder) {
    return [&folder](const policy::Target&, delivery::Stop& stop, delivery::Pace& pace) {
        return delivery::open_sftp(std::make_unique<FakeSftpServer>(folder), "", stop, pace);
    };
}

}  // namespace consign::testing
