// The client's side of SFTP version 3 (draft-ietf-secsh-filexfer-02) over an SSH connection:
// requests out, answers in. Blocks. Errors: delivery_errc.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/workers/delivery/ssh_client.hpp"

namespace consign::delivery {

struct SftpAttributes {
    std::uint64_t size_bytes = 0;
    std::int64_t modified = 0;
    bool is_file = true;  // also where nothing is told
};

struct SftpName {
    std::string name;
    SftpAttributes attributes;
};

class SftpClient {
  public:
    using Handle = Bytes;
    enum class Open : std::uint32_t { read = 0x01, write_on = 0x0a, write_anew = 0x1a };
    /// In one request or answer. What every server takes.
    static constexpr std::size_t block_bytes = 32 * 1024;
    /// Requests that wait for their answer, so that a long way does not slow the transfer down.
    static constexpr std::size_t outstanding_limit = 64;
    /// What was written further back from the last byte than this was answered for.
    static constexpr std::uint64_t window_bytes = outstanding_limit * block_bytes;

    explicit SftpClient(std::unique_ptr<SshClient> ssh) : ssh_(std::move(ssh)) {}
    [[nodiscard]] Result<> begin();

    /// Of the name itself, not of what it links to. Nothing where it is not there.
    [[nodiscard]] Result<std::optional<SftpAttributes>> look(std::string_view path);
    [[nodiscard]] Result<Handle> open(std::string_view path, Open how);
    [[nodiscard]] Result<SftpAttributes> look(const Handle& handle);
    [[nodiscard]] Result<> close(const Handle& handle);
    /// `next` gives the blocks, an empty one at the end. An error of its own ends it.
    [[nodiscard]] Result<> write(const Handle& handle, std::uint64_t from,
                                 const std::function<Result<ByteView>()>& next);
    /// [from, to), in order. delivery_errc::changed where the file ends before that.
    [[nodiscard]] Result<> read(const Handle& handle, std::uint64_t from, std::uint64_t to,
                                const std::function<Result<>(std::uint64_t, ByteView)>& taker);
    [[nodiscard]] Result<> rename(std::string_view from, std::string_view to);
    [[nodiscard]] Result<> remove(std::string_view path);
    [[nodiscard]] Result<> make_directory(std::string_view path);
    [[nodiscard]] Result<Handle> open_directory(std::string_view path);
    /// The next names of a folder; empty at its end.
    [[nodiscard]] Result<std::vector<SftpName>> list(const Handle& handle);

    [[nodiscard]] bool has(std::string_view extension) const {
        return extensions_.contains(extension);
    }
    [[nodiscard]] Result<> sync(const Handle& handle);
    /// Of the file's disk, for whoever logged in: fstatvfs@openssh.com.
    [[nodiscard]] Result<std::uint64_t> free_bytes(const Handle& handle);
    /// delivery_errc::far_end_failed where it is none. It may take until `patience` is over.
    [[nodiscard]] Result<Digest32> sha256(std::string_view path,
                                          std::chrono::milliseconds patience);

  private:
    struct Answer {
        std::uint8_t type = 0;
        std::uint32_t id = 0;
        Bytes body;
    };
    class Request;
    [[nodiscard]] Result<> send(Request& request);
    [[nodiscard]] Result<Answer> receive(
        std::chrono::milliseconds patience = SshClient::answer_time);
    [[nodiscard]] Result<Answer> ask(Request& request,
                                     std::chrono::milliseconds patience = SshClient::answer_time);
    /// Where only a status can come.
    [[nodiscard]] Result<> done(Request& request);
    [[nodiscard]] Result<Handle> handle(Request& request);

    std::unique_ptr<SshClient> ssh_;
    std::uint32_t last_id_ = 0;
    std::map<std::string, std::string, std::less<>> extensions_;
};

}  // namespace consign::delivery
