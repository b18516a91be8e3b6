// A session channel that runs the sftp subsystem: a stream of bytes each way.
#pragma once

#include <boost/asio.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <system_error>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/wakeup.hpp"
#include "protocols/sftp/receive_window.hpp"
#include "protocols/sftp/refused.hpp"
#include "protocols/sftp/ssh_errc.hpp"
#include "protocols/sftp/wide_reads.hpp"

struct ssh_channel_callbacks_struct;
struct ssh_channel_struct;
struct ssh_session_struct;

namespace consign::ssh {

class Channel;
class LibsshSession;

/// What a channel needs of the connection that it belongs to.
class ChannelHost {
  public:
    virtual void on_subsystem(Channel& channel) = 0;
    virtual void on_refused(Refused what) = 0;
    /// The connection is to end: after libssh has returned, not now.
    virtual void on_violation(std::error_code why) = 0;
    /// Much has come in: let the consumer have its turn before more is read.
    virtual void on_plenty() = 0;
    /// The consumer did something that may have left output in libssh.
    virtual void settle() = 0;

  protected:
    ~ChannelHost() = default;
};

/// Everything happens on the connection's strand. The consumer holds a shared_ptr for as long as
/// one of its coroutines is in receive() or send(), and calls close() before it lets go.
class Channel {
  public:
    /// With so much, the consumer has its turn before more is read.
    static constexpr std::size_t plenty_bytes = 1024 * 1024;
    /// How much may lie ready for the consumer before the peer's window is no longer refilled.
    static constexpr std::size_t inbox_limit_bytes = plenty_bytes + WideReads::buffer_bytes;
    /// libssh is never given more than this at a time: it has no bound of its own.
    static constexpr std::size_t batch_limit_bytes = 256 * 1024;
    static constexpr std::size_t high_water_bytes = 512 * 1024;
    /// So many buffers of such a length are kept for take_sent(), until the channel is idle.
    static constexpr std::size_t sent_limit = 4;
    static constexpr std::size_t reused_from_bytes = 128 * 1024;

    Channel(ChannelHost& host, LibsshSession& session, const boost::asio::any_io_executor& executor,
            std::shared_ptr<WindowBudget> budget);
    ~Channel();
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    /// Waits until something has arrived, appends all of it to `into`, and answers how much that
    /// was; 0 where the peer has ended its side and everything was received. An empty `into` is
    /// swapped for the full buffer: give the same one back, emptied, and no byte is copied nor
    /// memory allocated, but where a grown window made it large. While nobody receives, the peer is
    /// held to its window. One coroutine at a time.
    [[nodiscard]] boost::asio::awaitable<Result<std::size_t>> receive(Bytes& into);

    /// Queues `bytes` at once, then waits while more than high_water_bytes are queued. Several
    /// coroutines may send; each send stays in one piece. Small ones are joined into larger
    /// packets only if they are queued before the first has left, so send replies together.
    /// channel_closed where the peer has closed it, or close() was called; also where the peer,
    /// which has ended its side, takes nothing any more.
    [[nodiscard]] boost::asio::awaitable<Result<>> send(Bytes bytes);

    /// Waits until libssh has taken all that is queued. Errors: as send().
    [[nodiscard]] boost::asio::awaitable<Result<>> emptied();

    /// A buffer that was sent, reused_from_bytes long or longer and with what was in it, to be
    /// filled anew; or an empty one.
    [[nodiscard]] Bytes take_sent();

    /// No more is sent; after the queue has left, the peer gets `exit_status` and the channel's
    /// end. Does nothing where it is closed already.
    void close(int exit_status);

    /// The peer has closed it, or the connection has ended: no answer arrives any more.
    [[nodiscard]] bool has_ended() const { return peer_closed_ || ended_; }
    /// The strand.
    [[nodiscard]] boost::asio::any_io_executor executor() { return executor_; }
    [[nodiscard]] std::uint64_t received_bytes() const { return received_bytes_; }
    [[nodiscard]] const ReceiveWindow& receive_window() const { return window_; }

  private:
    friend class Connection;  // drives it

    /// False where libssh refused to make a channel.
    [[nodiscard]] bool is_open() const { return channel_ != nullptr; }
    [[nodiscard]] ssh_channel_struct* handle() const { return channel_; }
    /// Sends what is queued, grants what is due, ends what has ended. Not from a callback.
    void settle();
    [[nodiscard]] bool is_over() const { return channel_ == nullptr; }
    [[nodiscard]] bool output_queued() const { return !outbox_.empty(); }
    /// Every few seconds; `is_quiet`: nothing went either way on the connection meanwhile. A peer
    /// that has ended its side, and leaves its window closed, takes no answer any more: its client
    /// died.
    void look_after(bool is_quiet);
    /// The connection is gone, and libssh's handle with it.
    void detach(std::error_code why);

    /// For libssh's callbacks: no exception may pass through C. One that is thrown ends the
    /// connection, and `otherwise` is returned.
    template <class Act>
    int guarded(int otherwise, Act act) {
        try {
            return act();
        } catch (...) {
            if (host_ != nullptr) host_->on_violation(ssh_errc::failed_inside);
            return otherwise;
        }
    }
    int on_data(const std::uint8_t* data, std::uint32_t size, bool is_stderr);
    int on_subsystem_request(const char* name);
    void on_end(bool closed);
    void set_callbacks();
    [[nodiscard]] std::size_t take(Bytes& into);
    void drain_library(Bytes& into);
    void pump();
    void write_batch(std::uint32_t window_bytes);
    void grant();
    void end_if_over();
    void give_up_output();
    void release_idle_buffers();

    boost::asio::any_io_executor executor_;
    ChannelHost* host_;
    LibsshSession* session_;
    ssh_channel_struct* channel_ = nullptr;
    std::unique_ptr<ssh_channel_callbacks_struct> callbacks_;
    bool is_sftp_ = false;

    ReceiveWindow window_;
    Wakeup arrived_;
    Bytes inbox_;
    std::size_t unread_bytes_ = 0;  // inside libssh
    bool granting_ = false;
    bool peer_ended_ = false;
    bool peer_closed_ = false;
    std::uint64_t received_bytes_ = 0;

    Wakeup room_;
    std::deque<Bytes> outbox_;
    std::vector<Bytes> sent_;  // at most sent_limit
    std::size_t front_sent_bytes_ = 0;
    std::size_t queued_bytes_ = 0;
    std::uint64_t sent_bytes_ = 0;
    std::uint64_t sent_bytes_before_ = 0;  // at the last look
    std::optional<int> exit_status_;       // close() was called
    bool gave_up_output_ = false;          // the peer takes none
    bool exit_status_sent_ = false;
    std::error_code ended_;
};

}  // namespace consign::ssh
