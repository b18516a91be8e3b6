// STOR, APPE, STOU (RFC 959) and REST before them (RFC 3659 section 5). When a deposit is complete
// is this protocol's hardest question: docs/ftps.md.
#include <fmt/format.h>

#include "protocols/ftps/byte_ring.hpp"
#include "protocols/ftps/ftp_session.hpp"
#include "protocols/ftps/ftps_errc.hpp"
#include "protocols/ftps/reply_code.hpp"
#include "protocols/ftps/tls_errc.hpp"

namespace consign::ftps {

namespace asio = boost::asio;

namespace {

constexpr std::size_t ring_bytes = std::size_t{512} << 10;
/// What is sealed at once; more would only make the first byte wait for the last.
constexpr std::size_t write_step_bytes = std::size_t{256} << 10;
constexpr std::size_t unique_name_bytes = 8;
constexpr std::string_view unique_name_stem = "deposit";

/// How long the control connection may take to show that it has ended, where bytes on it have not
/// been looked at yet.
constexpr std::chrono::milliseconds look_interval{1};
constexpr int look_limit = 100;

}  // namespace

asio::awaitable<void> FtpSession::stor(std::string argument) {
    const std::uint64_t restart = std::exchange(restart_, 0);
    auto path = path_of(argument);
    if (!path) co_return;
    co_await store("STOR", {.path = std::move(*path),
                            .mode = {.create = true, .truncate = restart == 0},
                            .restart = restart});
}

asio::awaitable<void> FtpSession::appe(std::string argument) {
    auto path = path_of(argument);
    if (!path) co_return;
    co_await store("APPE", {.path = std::move(*path), .mode = {.create = true, .append = true}});
}

/// What is given is the beginning of the name; the rest nobody can foretell.
asio::awaitable<void> FtpSession::stou(std::string argument) {
    const std::string_view stem = argument.empty() ? unique_name_stem : std::string_view(argument);
    const auto random = session_.site().random.array<unique_name_bytes>();
    auto path = path_of(fmt::format("{}.{}", stem, to_hex(random)));
    if (!path) co_return;
    std::string name(path->name());
    co_await store("STOU", {.path = std::move(*path),
                            .mode = {.create = true, .exclusive = true},
                            .unique_name = std::move(name)});
}

asio::awaitable<void> FtpSession::store(std::string_view verb, Deposit deposit) {
    deposit.announced_bytes = std::exchange(announced_bytes_, std::nullopt);
    if (!can_transfer()) co_return;
    co_await forget_unconfirmed();
    if (const auto may = co_await desk_->may_open_upload(deposit.path, deposit.mode); !may)
        co_return say(may.error());
    const std::string opening =
        deposit.unique_name.empty() ? "ready to receive" : "FILE: " + deposit.unique_name;
    co_await transfer(verb, opening, file_received(std::move(deposit)));
}

/// The file comes into being here, behind the handshake: a connection that fails before leaves
/// nothing.
asio::awaitable<Reply> FtpSession::file_received(Deposit deposit) {
    auto upload = co_await desk_->open_upload(deposit.path, deposit.mode);
    if (!upload) co_return Reply{code_of(upload.error()), upload.error().message()};
    Result<> written;
    if (deposit.restart > (*upload)->size_bytes())
        written = failure(ftps_errc::restart_beyond_end);
    else if (deposit.restart > 0 && deposit.restart < (*upload)->size_bytes())
        written = co_await (*upload)->resize(deposit.restart);

    ByteRing ring(strand_, ring_bytes);
    std::error_code arrival;
    OwnedTasks filling(strand_);
    if (written) filling.start(fill_from_network(ring, arrival));
    for (std::uint64_t offset = deposit.restart; written;) {
        ByteView bytes = co_await ring.take();
        if (bytes.empty()) break;
        bytes = bytes.first(std::min(bytes.size(), write_step_bytes));
        const std::array range{desk::Upload::Range{offset, bytes}};
        written = co_await (*upload)->write(range);
        offset += bytes.size();
        ring.empty(bytes.size());
    }
    if (!written) {
        ring.stop();
        transfer_->data.close();
    }
    co_await filling.all_ended();
    if (written) co_return co_await end_deposit(deposit, std::move(*upload), arrival);
    co_await (*upload)->break_off();
    co_return Reply{code_of(written.error()), written.error().message()};
}

/// `arrival`: how the data connection ended; nothing where by the peer's close_notify.
asio::awaitable<void> FtpSession::fill_from_network(ByteRing& ring, std::error_code& arrival) {
    for (;;) {
        const ByteSpan room = co_await ring.room();
        if (room.empty()) break;
        const auto count = co_await transfer_->data.stream().read(room);
        if (!count) arrival = count.error();
        if (!count || *count == 0) break;
        count_moved(*count);
        ring.fill(*count);
    }
    ring.end();
}

/// All bytes that came are written. Complete is what the peer said is so, on both connections: its
/// close_notify on this one, and its presence on the other. TCP alone cannot tell an end from a
/// cut.
asio::awaitable<Reply> FtpSession::end_deposit(const Deposit& deposit,
                                               std::shared_ptr<desk::Upload> upload,
                                               std::error_code arrival) {
    const bool is_excused = arrival == make_error_code(tls_errc::truncated) &&
                            desk_->has_exception(policy::LegacyException::no_close_notify);
    // The peer waits for this, also where the rest takes its time.
    if (!arrival)
        if (const auto answered = co_await transfer_->data.stream().shut_down(); !answered)
            site().log.debug("a data connection ended before its last word",
                             {{"session", session_.id()}});
    const bool lives = !transfer_->ended_by && co_await control_connection_lives();
    const std::uint64_t size = upload->size_bytes();
    const bool is_confirmed = !arrival || (is_excused && deposit.announced_bytes == size);
    if (lives && is_confirmed) {
        const auto done = co_await upload->finish();
        if (!done) co_return Reply{code_of(done.error()), done.error().message()};
        co_return Reply{226, deposit.unique_name.empty()
                                 ? fmt::format("complete: {} bytes", size)
                                 : "complete; unique file name: " + deposit.unique_name};
    }
    if (lives && is_excused) {
        unconfirmed_ = std::move(upload);
        co_return Reply{
            426,
            "the data connection ended without TLS close_notify: ask for the file's hash "
            "(HASH, XSHA256, XMD5, XCRC) to confirm it, or send ALLO before it"};
    }
    co_await upload->break_off();
    if (arrival == make_error_code(tls_errc::truncated)) arrival = ftps_errc::no_close_notify;
    if (!arrival) arrival = ftps_errc::peer_closed;
    co_return broken(arrival);
}

/// Is the peer still at the other end of the control connection, by all that the system knows?
asio::awaitable<bool> FtpSession::control_connection_lives() {
    asio::steady_timer timer(strand_);
    for (int looks = 0; looks < look_limit; ++looks) {
        if (peer_is_gone_) co_return false;
        const auto seen = control_.look();
        if (seen == ControlConnection::Seen::ended) co_return false;
        // Commands that nobody reads yet, because enough of them wait, are a sign of life.
        if (seen == ControlConnection::Seen::quiet ||
            reader_.waiting_bytes() >= waiting_limit_bytes)
            break;
        timer.expires_after(look_interval);
        co_await timer.async_wait(asio::use_awaitable);
    }
    co_return !peer_is_gone_;
}

asio::awaitable<void> FtpSession::forget_unconfirmed() {
    if (const auto upload = std::exchange(unconfirmed_, nullptr)) co_await upload->break_off();
}

}  // namespace consign::ftps
