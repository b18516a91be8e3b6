// STOR, APPE, STOU (RFC 959) and REST before them (RFC 3659 section 5). When a deposit is complete
// is this protocol's hardest question: docs/ftps.md.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "desk/site/rate.hpp"
#include "protocols/ftps/byte_ring.hpp"
#include "protocols/ftps/ftp_session.hpp"
#include "protocols/ftps/ftps_errc.hpp"
#include "protocols/ftps/reply_code.hpp"
#include "protocols/ftps/tls_errc.hpp"
#include "protocols/session_errc.hpp"

namespace consign::ftps {

namespace asio = boost::asio;
using protocols::session_errc;

namespace {

/// What is sealed at once, while as much again arrives. Between two steps the pool waits for the
/// strand, and that takes longer than 64 KiB take to be hashed and sealed: docs/performance.md.
constexpr std::size_t write_step_bytes = std::size_t{512} << 10;
constexpr std::size_t unique_name_bytes = 8;
constexpr std::string_view unique_name_stem = "deposit";

}  // namespace

asio::awaitable<void> FtpSession::stor(std::string argument) {
    auto path = file_path_of(argument);
    if (!path) co_return;
    co_await store("STOR", {.path = std::move(*path),
                            .mode = {.create = true, .truncate = restart_ == 0},
                            .restart = restart_});
}

asio::awaitable<void> FtpSession::appe(std::string argument) {
    if (restart_ != 0) co_return say(503, "REST and APPE exclude each other");
    auto path = file_path_of(argument);
    if (!path) co_return;
    co_await store("APPE", {.path = std::move(*path), .mode = {.create = true, .append = true}});
}

/// What is given is kept around the part that nobody can foretell, so that routes that go by the
/// name's end find it.
asio::awaitable<void> FtpSession::stou(std::string argument) {
    if (restart_ != 0) co_return say(503, "REST and STOU exclude each other");
    std::string wish = std::move(argument);
    if (wish.empty() || wish.ends_with('/')) wish += unique_name_stem;
    const auto slash = wish.rfind('/') + 1;
    const auto dot = std::min(wish.find('.', slash + 1), wish.size());
    const auto random = session_.site().random.array<unique_name_bytes>();
    auto path = file_path_of(wish.substr(0, dot) + "." + to_hex(random) + wish.substr(dot));
    if (!path) co_return;
    std::string name = desk_->written(path->name());
    co_await store("STOU", {.path = std::move(*path),
                            .mode = {.create = true, .exclusive = true, .truncate = true},
                            .unique_name = std::move(name)});
}

asio::awaitable<void> FtpSession::store(std::string_view verb, Deposit deposit) {
    // ALLO speaks of what is sent now, which is the file only where it begins with it.
    if (deposit.mode.truncate) deposit.announced_bytes = announced_bytes_;
    if (!can_transfer()) co_return;
    co_await forget_unconfirmed();
    const auto there = co_await desk_->may_open_upload(deposit.path, deposit.mode);
    if (!there) co_return say(there.error());
    if (deposit.restart > *there) co_return say(ftps_errc::restart_beyond_end);
    // What it goes on with may be gone once the data connection is there: the rest of a file is
    // then not to become a file of its own.
    if (*there > 0) deposit.mode.create = false;
    const std::string opening =
        deposit.unique_name.empty() ? "ready to receive" : "FILE: " + deposit.unique_name;
    co_await transfer(verb, opening, file_received(std::move(deposit)));
}

/// The file comes into being here, behind the handshake: a connection that fails before leaves
/// nothing.
asio::awaitable<Reply> FtpSession::file_received(Deposit deposit) {
    auto upload = co_await desk_->open_upload(deposit.path, deposit.mode);
    if (!upload) co_return reply_of(upload.error());
    Result<> written;
    if (deposit.restart > (*upload)->size_bytes())
        written = failure(ftps_errc::restart_beyond_end);
    else if (deposit.restart > 0 && deposit.restart < (*upload)->size_bytes())
        written = co_await (*upload)->resize(deposit.restart);
    std::error_code arrival;
    if (written) {
        ByteRing ring(strand_, 2 * write_step_bytes);
        OwnedTasks both(strand_);
        both.start(fill_from_network(ring, arrival));
        both.start(empty_into_upload(ring, **upload, deposit.restart, written));
        co_await both.all_ended();
    }
    if (written) co_return co_await end_deposit(deposit, std::move(*upload), arrival);
    co_await (*upload)->break_off();
    co_return reply_of(written.error());
}

/// `arrival`: how the data connection ended; nothing where by the peer's close_notify.
asio::awaitable<void> FtpSession::fill_from_network(ByteRing& ring, std::error_code& arrival) {
    const ByteRing::Filling filling(ring);
    for (;;) {
        const ByteSpan room = co_await ring.room();
        if (room.empty()) break;
        const auto count = co_await transfer_->data.stream().read(room);
        if (!count) arrival = count.error();
        if (!count || *count == 0) break;
        count_moved(*count);
        ring.fill(*count);
    }
}

asio::awaitable<void> FtpSession::empty_into_upload(ByteRing& ring, desk::Upload& upload,
                                                    std::uint64_t offset, Result<>& written) {
    const ByteRing::Emptying emptying(ring);
    for (;;) {
        ByteView bytes = co_await ring.take();
        if (bytes.empty()) co_return;
        const desk::Rate rate(session_, desk::Direction::upload);
        bytes = bytes.first(std::min(bytes.size(), rate.step_bytes(write_step_bytes)));
        const std::array range{desk::Upload::Range{offset, bytes}};
        written = co_await upload.write(range);
        if (!written) break;
        offset += bytes.size();
        ring.empty(bytes.size());
    }
    // Whoever fills may be waiting for the network.
    transfer_->data.close();
}

/// All bytes that came are written. Complete is what the peer said is so, on both connections: its
/// close_notify on this one, and its presence on the other. TCP alone cannot tell an end from a
/// cut; where that is excused, something else that the peer says has to.
asio::awaitable<Reply> FtpSession::end_deposit(const Deposit& deposit,
                                               std::shared_ptr<desk::Upload> upload,
                                               std::error_code arrival) {
    // The peer waits for this, also where the rest takes its time.
    if (!arrival)
        if (const auto answered = co_await transfer_->data.stream().shut_down(); !answered)
            session_.site().log.debug("a data connection ended before its last word",
                                      {{"session", session_.id()}});
    const bool lives = !transfer_->ended_by && !peer_is_gone_ && !control_.has_ended();
    const bool is_excused = arrival && arrival != make_error_code(tls_errc::bad_record) &&
                            desk_->has_exception(policy::LegacyException::no_close_notify);
    const std::uint64_t size = upload->size_bytes();
    const bool is_announced = deposit.announced_bytes == size;
    if (lives && (!arrival || (is_excused && is_announced))) {
        const auto done = co_await upload->finish();
        if (!done) co_return reply_of(done.error());
        co_return Reply{226, deposit.unique_name.empty()
                                 ? fmt::format("complete: {} bytes", size)
                                 : "complete; unique file name: " + deposit.unique_name};
    }
    if (lives && is_excused && !deposit.announced_bytes) {
        unconfirmed_ = std::move(upload);
        co_return Reply{426,
                        "the data connection ended without TLS close_notify: ask for the hash of "
                        "the whole file to confirm it, or announce its size with ALLO before it"};
    }
    co_await upload->break_off();
    if (!arrival) co_return broken(session_errc::peer_closed);
    if (is_excused) co_return broken(ftps_errc::announced_more);
    if (arrival == make_error_code(tls_errc::truncated))
        co_return broken(ftps_errc::no_close_notify);
    const bool is_tls = arrival.category() == tls_category();
    co_return broken(is_tls ? arrival : make_error_code(ftps_errc::connection_broken));
}

asio::awaitable<void> FtpSession::forget_unconfirmed() {
    if (const auto upload = std::exchange(unconfirmed_, nullptr)) co_await upload->break_off();
}

}  // namespace consign::ftps
