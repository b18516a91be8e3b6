// One SFTP channel: requests in, answers out, in their order (draft-ietf-secsh-filexfer-02).
// Requests are taken up as they have arrived: a run of WRITEs, or of READs, of one handle is one
// call on the desk, so that a client that keeps many outstanding pays for few.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <vector>

#include "desk/desk.hpp"
#include "protocols/sftp/frame.hpp"
#include "protocols/sftp/handles.hpp"
#include "protocols/sftp/reply.hpp"
#include "protocols/sftp/request.hpp"
#include "protocols/sftp/ssh_channel.hpp"

namespace consign::sftp {

/// Lives on the connection's strand.
class SftpSession {
  public:
    /// What one READ or WRITE may carry; told by limits@openssh.com, and OpenSSH's own number.
    static constexpr std::uint32_t transfer_limit_bytes = 261'120;
    /// What one call on the desk reads for a run of READs.
    static constexpr std::size_t read_run_limit_bytes = std::size_t{1} << 20;
    /// Requests that are taken apart before the first of them is served: of tiny ones, the channel
    /// may hold a hundred thousand.
    static constexpr std::size_t slice_packets_limit = 128;

    SftpSession(desk::Desk& desk, std::shared_ptr<ssh::Channel> channel)
        : desk_(desk), channel_(std::move(channel)) {}

    /// Serves until the channel ends; every handle that is still open is then ended: an upload as
    /// broken off, a retrieval as far as it came.
    [[nodiscard]] boost::asio::awaitable<void> run();
    /// Or is something being done, as a CLOSE, that its client has no answer to yet?
    [[nodiscard]] bool has_open_files() const { return !handles_.is_empty() || is_at_work_; }
    /// A request is under way that may take as long as its file is large (a hash, a resumption), or
    /// waits for the account's rate: the client waits for us. Not while an answer waits for the
    /// client.
    [[nodiscard]] bool is_at_work() const { return is_at_work_; }

  private:
    using Work = boost::asio::awaitable<void>;

    /// Serves the complete packets of what has arrived, and leaves the beginning of the next in
    /// `rest`; false where the session must end.
    [[nodiscard]] boost::asio::awaitable<bool> serve_arrived(FrameReader& frames, ByteView& rest);
    /// Serves packets_.
    [[nodiscard]] boost::asio::awaitable<bool> serve_slice();
    [[nodiscard]] boost::asio::awaitable<bool> refuse(Refusal refusal);
    [[nodiscard]] Work end_handles();
    [[nodiscard]] boost::asio::awaitable<bool> flush_answers(std::size_t above_bytes);

    // A run of one handle's transfers, all of one kind; false where the session must end.
    [[nodiscard]] boost::asio::awaitable<bool> write_run(std::span<const Request> run);
    [[nodiscard]] boost::asio::awaitable<bool> read_run(std::span<const Request> run);
    [[nodiscard]] boost::asio::awaitable<bool> read_download(desk::Download& download,
                                                             std::span<const Request> run);
    [[nodiscard]] boost::asio::awaitable<bool> send_in_steps(desk::Download& download,
                                                             std::uint64_t offset,
                                                             std::size_t count, Bytes packet);
    [[nodiscard]] Work read_upload(desk::Upload& upload, std::span<const Request> run);

    // One request each; the table in request.hpp says which there are.
    [[nodiscard]] Work handle(std::uint32_t id, const Open& request);
    [[nodiscard]] Work handle(std::uint32_t id, const Close& request);
    [[nodiscard]] Work handle(std::uint32_t id, const Lstat& request);
    [[nodiscard]] Work handle(std::uint32_t id, const Stat& request);
    [[nodiscard]] Work handle(std::uint32_t id, const Fstat& request);
    [[nodiscard]] Work handle(std::uint32_t id, const Setstat& request);
    [[nodiscard]] Work handle(std::uint32_t id, const Lsetstat& request);
    [[nodiscard]] Work handle(std::uint32_t id, const Fsetstat& request);
    [[nodiscard]] Work handle(std::uint32_t id, const Opendir& request);
    [[nodiscard]] Work handle(std::uint32_t id, const Readdir& request);
    [[nodiscard]] Work handle(std::uint32_t id, const Remove& request);
    [[nodiscard]] Work handle(std::uint32_t id, const Mkdir& request);
    [[nodiscard]] Work handle(std::uint32_t id, const Rmdir& request);
    [[nodiscard]] Work handle(std::uint32_t id, const Realpath& request);
    [[nodiscard]] Work handle(std::uint32_t id, const Rename& request);
    [[nodiscard]] Work handle(std::uint32_t id, const PosixRename& request);
    [[nodiscard]] Work handle(std::uint32_t id, const Readlink& request);
    [[nodiscard]] Work handle(std::uint32_t id, const Symlink& request);
    [[nodiscard]] Work handle(std::uint32_t id, const Hardlink& request);
    [[nodiscard]] Work handle(std::uint32_t id, const Statvfs& request);
    [[nodiscard]] Work handle(std::uint32_t id, const Fstatvfs& request);
    [[nodiscard]] Work handle(std::uint32_t id, const Fsync& request);
    [[nodiscard]] Work handle(std::uint32_t id, const Limits& request);
    [[nodiscard]] Work handle(std::uint32_t id, const ExpandPath& request);
    [[nodiscard]] Work handle(std::uint32_t id, const HomeDirectory& request);
    [[nodiscard]] Work handle(std::uint32_t id, const CopyData& request);
    [[nodiscard]] Work handle(std::uint32_t id, const CheckFileName& request);
    [[nodiscard]] Work handle(std::uint32_t id, const CheckFileHandle& request);
    [[nodiscard]] Work handle(std::uint32_t id, const CheckFile& request);
    [[nodiscard]] Work handle(std::uint32_t id, const UsersGroupsById& request);
    [[nodiscard]] Work handle(std::uint32_t id, const Unsupported& request);

    [[nodiscard]] Work stat(std::uint32_t id, std::string_view path);
    [[nodiscard]] Work set_attributes(std::uint32_t id, std::string_view path,
                                      const Attributes& attributes);
    [[nodiscard]] Work rename(std::uint32_t id, std::string_view from, std::string_view to,
                              bool replace);
    [[nodiscard]] Work space(std::uint32_t id);
    [[nodiscard]] Work hash(std::uint32_t id, VirtualPath path, const HashRange& range,
                            CheckFileForm form);
    [[nodiscard]] Work hash_open(std::uint32_t id, ByteView handle, const HashRange& range,
                                 CheckFileForm form);

    /// What the client wrote as a path; nothing, and the answer given, where it is none.
    [[nodiscard]] std::optional<VirtualPath> path_of(std::uint32_t id, std::string_view text);
    [[nodiscard]] std::optional<VirtualPath> path_or_answer(std::uint32_t id,
                                                            Result<VirtualPath> path);
    void answer(std::uint32_t id, const Result<>& result);
    void answer(std::uint32_t id, std::error_code error);
    void answer_no_handle(std::uint32_t id);
    void answer_handle(std::uint32_t id, Handle handle);

    desk::Desk& desk_;
    std::shared_ptr<ssh::Channel> channel_;
    Handles handles_;
    Bytes answers_;
    std::vector<ByteView> packets_;  // the slice that is being served, and
    std::vector<Request> requests_;  // what they ask for: kept for the next one
    bool is_at_work_ = false;
    bool initialised_ = false;
};

/// How the desk's attributes look on the wire: there are neither owners nor modes behind them.
[[nodiscard]] Attributes on_wire(const desk::Attributes& attributes);

}  // namespace consign::sftp
