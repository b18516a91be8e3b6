#include "protocols/sftp/ssh_channel.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

#include "protocols/sftp/libssh_session.hpp"
#include "protocols/sftp/ssh_errc.hpp"

namespace consign::ssh {

namespace asio = boost::asio;

namespace {

constexpr std::uint32_t packet_size_least_bytes = 1024;
constexpr std::size_t kept_buffer_bytes = 4096;
constexpr int refuse = 1;  // a callback's answer to a request

/// libssh 0.10 subtracts 10 from the peer's maximum packet size and loops for ever where that
/// leaves 0, and sends a packet a byte just above. There is no accessor, so its private structure
/// is read, after two of its fields were recognised. From 0.11 on the subtraction is gone, and so
/// is this layout.
bool can_write_to(ssh_channel channel) {
    if (ssh_version(SSH_VERSION_INT(0, 11, 0)) != nullptr) return true;
    struct {
        std::uint32_t local_channel, local_window, local_eof, local_max_packet;
        std::uint32_t remote_channel, remote_window, remote_eof, remote_max_packet;
    } fields{};
    constexpr std::uint32_t library_max_packet = 35000;
    std::memcpy(&fields, reinterpret_cast<const std::byte*>(channel) + sizeof(ssh_session),
                sizeof fields);
    return fields.local_max_packet == library_max_packet &&
           fields.remote_window == ssh_channel_window_size(channel) &&
           fields.remote_max_packet >= packet_size_least_bytes;
}

/// Address space that costs nothing until it is written to, and leaves malloc's thresholds alone.
class Scratch {
  public:
    explicit Scratch(std::size_t size)
        : size_(size),
          memory_(::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {
        if (memory_ == MAP_FAILED) throw std::bad_alloc();
    }
    ~Scratch() { ::munmap(memory_, size_); }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    [[nodiscard]] std::uint8_t* data() const { return static_cast<std::uint8_t*>(memory_); }

  private:
    std::size_t size_;
    void* memory_;
};

}  // namespace

Channel::Channel(ChannelHost& host, LibsshSession& session, const asio::any_io_executor& executor,
                 std::shared_ptr<WindowBudget> budget)
    : executor_(executor),
      host_(&host),
      session_(&session),
      channel_(ssh_channel_new(session.handle())),
      callbacks_(std::make_unique<ssh_channel_callbacks_struct>()),
      window_(std::move(budget)),
      arrived_(executor),
      room_(executor) {
    if (channel_ != nullptr) set_callbacks();
}

Channel::~Channel() = default;

void Channel::set_callbacks() {
    auto& callbacks = *callbacks_;
    callbacks.size = sizeof callbacks;
    callbacks.userdata = this;
    callbacks.channel_data_function = [](ssh_session, ssh_channel, void* data, std::uint32_t size,
                                         int is_stderr, void* userdata) {
        auto* const self = static_cast<Channel*>(userdata);
        return self->guarded(static_cast<int>(size), [&] {
            return self->on_data(static_cast<const std::uint8_t*>(data), size, is_stderr != 0);
        });
    };
    callbacks.channel_eof_function = [](ssh_session, ssh_channel, void* self) {
        static_cast<Channel*>(self)->on_end(false);
    };
    callbacks.channel_close_function = [](ssh_session, ssh_channel, void* self) {
        static_cast<Channel*>(self)->on_end(true);
    };
    callbacks.channel_subsystem_request_function = [](ssh_session, ssh_channel, const char* name,
                                                      void* userdata) {
        auto* const self = static_cast<Channel*>(userdata);
        return self->guarded(refuse, [&] { return self->on_subsystem_request(name); });
    };
    ssh_set_channel_callbacks(channel_, callbacks_.get());
}

int Channel::on_subsystem_request(const char* name) {
    if (std::string_view(name) != "sftp" || is_sftp_) {
        host_->on_refused(Refused::other_subsystem);
        return refuse;
    }
    if (!can_write_to(channel_)) {
        host_->on_refused(Refused::packet_size_too_small);
        return refuse;
    }
    is_sftp_ = true;
    host_->on_subsystem(*this);
    return SSH_OK;
}

void Channel::on_end(bool closed) {
    (void)guarded(0, [&] {
        peer_ended_ = true;
        peer_closed_ = peer_closed_ || closed;
        arrived_.notify();
        return 0;
    });
}

int Channel::on_data(const std::uint8_t* data, std::uint32_t size, bool is_stderr) {
    const int all = static_cast<int>(size);
    if (is_stderr || !is_sftp_) return all;  // nobody's
    const auto fresh = size - unread_bytes_;
    received_bytes_ += fresh;
    if (!window_.arrived(fresh, size, std::chrono::steady_clock::now())) {
        host_->on_violation(ssh_errc::window_overrun);
        return all;
    }
    if (inbox_.size() >= inbox_limit_bytes && !granting_) {
        unread_bytes_ = size;
        window_.held_back();
        return 0;
    }
    inbox_.insert(inbox_.end(), data, data + size);
    unread_bytes_ = 0;
    arrived_.notify();
    if (inbox_.size() >= plenty_bytes) host_->on_plenty();
    return all;
}

std::size_t Channel::take(Bytes& into) {
    const auto before = into.size();
    if (into.empty()) {
        // One that took what libssh held of a grown window is no inbox: libssh may soon hold as
        // much again, and that would lie in three places.
        if (into.capacity() > 2 * inbox_limit_bytes) into = Bytes();
        into.swap(inbox_);
    } else {
        into.insert(into.end(), inbox_.begin(), inbox_.end());
    }
    inbox_.clear();
    if (unread_bytes_ != 0 && channel_ != nullptr) drain_library(into);
    return into.size() - before;
}

/// All of it, always: libssh opens the window again at each read, however much is left unread.
void Channel::drain_library(Bytes& into) {
    const auto size = into.size();
    into.resize(size + unread_bytes_);
    const int got = ssh_channel_read_nonblocking(channel_, into.data() + size,
                                                 static_cast<std::uint32_t>(unread_bytes_), 0);
    into.resize(size + static_cast<std::size_t>(std::max(got, 0)));
    unread_bytes_ = 0;
}

asio::awaitable<Result<std::size_t>> Channel::receive(Bytes& into) {
    for (;;) {
        const bool was_held_back = unread_bytes_ != 0;
        const auto size = take(into);
        if (was_held_back && host_ != nullptr) host_->settle();  // the window is open again
        if (size != 0) co_return size;
        if (peer_ended_) co_return 0;
        if (ended_) co_return failure(ended_);
        co_await arrived_.wait();
    }
}

asio::awaitable<Result<>> Channel::send(Bytes bytes) {
    if (!ended_ && exit_status_) co_return failure(ssh_errc::channel_closed);
    if (ended_) co_return failure(ended_);
    if (bytes.empty()) co_return Result<>{};
    queued_bytes_ += bytes.size();
    if (!outbox_.empty() && outbox_.back().size() + bytes.size() <= batch_limit_bytes)
        outbox_.back().insert(outbox_.back().end(), bytes.begin(), bytes.end());
    else
        outbox_.push_back(std::move(bytes));
    if (host_ != nullptr) host_->settle();
    while (!ended_ && queued_bytes_ > high_water_bytes) co_await room_.wait();
    if (ended_) co_return failure(ended_);
    if (gave_up_output_) co_return failure(ssh_errc::channel_closed);
    co_return Result<>{};
}

asio::awaitable<Result<>> Channel::emptied() {
    while (!ended_ && !outbox_.empty()) co_await room_.wait();
    if (ended_) co_return failure(ended_);
    if (exit_status_) co_return failure(ssh_errc::channel_closed);  // nothing more is sent
    co_return Result<>{};
}

Bytes Channel::take_sent() {
    if (sent_.empty()) return {};
    Bytes buffer = std::move(sent_.back());
    sent_.pop_back();
    return buffer;
}

void Channel::close(int exit_status) {
    if (exit_status_ || ended_) return;
    exit_status_ = exit_status;
    if (host_ != nullptr) host_->settle();
}

void Channel::settle() {
    if (channel_ == nullptr) return;
    pump();
    grant();
    end_if_over();
}

void Channel::pump() {
    while (!outbox_.empty() && !session_->output_pending() && ssh_channel_is_open(channel_) != 0) {
        const auto window = ssh_channel_window_size(channel_);
        if (window == 0) break;  // WINDOW_ADJUST has no callback: each drive comes by here
        const auto before = queued_bytes_;
        write_batch(window);
        if (queued_bytes_ == before) break;  // a key exchange is under way
    }
    if (queued_bytes_ <= high_water_bytes) room_.notify();
}

/// libssh may run callbacks before it copies the bytes; none of them touches outbox_.
void Channel::write_batch(std::uint32_t window_bytes) {
    auto& front = outbox_.front();
    const auto size =
        std::min({front.size() - front_sent_bytes_, std::size_t{window_bytes}, batch_limit_bytes});
    const int written = ssh_channel_write(channel_, front.data() + front_sent_bytes_,
                                          static_cast<std::uint32_t>(size));
    if (written <= 0) return;
    const auto count = static_cast<std::size_t>(written);
    queued_bytes_ -= count;
    sent_bytes_ += count;
    front_sent_bytes_ += count;
    if (front_sent_bytes_ == front.size()) {
        Bytes sent = std::move(front);
        outbox_.pop_front();
        front_sent_bytes_ = 0;
        if (sent.size() >= reused_from_bytes && sent.capacity() <= batch_limit_bytes &&
            sent_.size() < sent_limit)
            sent_.push_back(std::move(sent));
    }
}

/// libssh has no call that widens the window, but a read of N bytes asks the peer for as many, and
/// returns at once in non-blocking mode. Nothing is unread, so normally nothing is read either.
void Channel::grant() {
    const auto wanted = window_.due();
    if (!wanted || unread_bytes_ != 0 || peer_ended_ || ssh_channel_is_open(channel_) == 0) return;
    const Scratch scratch(*wanted);
    granting_ = true;
    const int got = ssh_channel_read_timeout(channel_, scratch.data(), *wanted, 0, 0);
    granting_ = false;
    if (got > 0) inbox_.insert(inbox_.end(), scratch.data(), scratch.data() + got);
    window_.granted(std::chrono::steady_clock::now());
}

void Channel::end_if_over() {
    if (peer_closed_) {
        if (unread_bytes_ != 0) drain_library(inbox_);
    } else if (exit_status_ && outbox_.empty()) {
        if (!exit_status_sent_) ssh_channel_request_send_exit_status(channel_, *exit_status_);
        exit_status_sent_ = true;
    } else {
        return;
    }
    // Sends EOF first, and CLOSE only at the second call where EOF did not leave at once.
    if (ssh_channel_close(channel_) != SSH_OK || !peer_closed_) return;
    ssh_channel_free(channel_);
    detach(ssh_errc::channel_closed);
}

void Channel::look_after(bool is_quiet) {
    const bool took_nothing = std::exchange(sent_bytes_before_, sent_bytes_) == sent_bytes_;
    if (peer_ended_ && !outbox_.empty() && took_nothing && channel_ != nullptr &&
        ssh_channel_window_size(channel_) == 0)
        give_up_output();
    if (is_quiet) release_idle_buffers();
}

void Channel::give_up_output() {
    outbox_.clear();
    front_sent_bytes_ = 0;
    queued_bytes_ = 0;
    gave_up_output_ = true;
    if (!exit_status_) exit_status_ = 1;
    room_.notify();
}

void Channel::release_idle_buffers() {
    window_.paused();
    if (inbox_.empty() && inbox_.capacity() > kept_buffer_bytes) inbox_ = Bytes();
    sent_.clear();
}

void Channel::detach(std::error_code why) {
    channel_ = nullptr;
    session_ = nullptr;
    host_ = nullptr;
    ended_ = why;
    outbox_.clear();
    sent_.clear();
    queued_bytes_ = 0;
    arrived_.notify();
    room_.notify();
}

}  // namespace consign::ssh
