// RETR (RFC 959), with REST (RFC 3659 section 5) and RANG (draft-bryan-ftp-range).
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "protocols/ftps/byte_ring.hpp"
#include "protocols/ftps/ftp_session.hpp"
#include "protocols/ftps/ftps_errc.hpp"
#include "protocols/ftps/reply_code.hpp"

namespace consign::ftps {

namespace asio = boost::asio;

namespace {

constexpr std::size_t ring_bytes = std::size_t{512} << 10;
/// What is unsealed at once.
constexpr std::size_t read_step_bytes = std::size_t{256} << 10;

/// Fills the ring with [start, end) of the file; `result` is there once it returns.
asio::awaitable<void> fill_from_file(ByteRing& ring, desk::Download& file, std::uint64_t start,
                                     std::uint64_t end, Result<>& result) {
    while (start < end) {
        ByteSpan room = co_await ring.room();
        if (room.empty()) co_return;
        room = room.first(std::min<std::uint64_t>({room.size(), read_step_bytes, end - start}));
        std::array range{desk::Download::Range{start, room, 0}};
        result = co_await file.read(range);
        if (result && range[0].count == 0) result = failure(desk::desk_errc::altered);
        if (!result) break;
        ring.fill(range[0].count);
        start += range[0].count;
    }
    ring.end();
}

}  // namespace

asio::awaitable<void> FtpSession::retr(std::string argument) {
    const std::uint64_t restart = std::exchange(restart_, 0);
    const auto asked = std::exchange(range_, std::nullopt);
    if (!can_transfer()) co_return;
    auto path = path_of(argument);
    if (!path) co_return;
    auto file = co_await desk_->open_download(std::move(*path));
    if (!file) co_return say(file.error());
    Range range{restart, (*file)->size_bytes()};
    if (asked) range = {asked->start, std::min(asked->end, range.end)};
    if (range.start > range.end) {
        co_await (*file)->finish();
        co_return say(ftps_errc::restart_beyond_end);
    }
    const std::string opening = fmt::format("sending {} bytes", range.end - range.start);
    co_await transfer("RETR", opening, file_sent(std::move(*file), range));
}

asio::awaitable<Reply> FtpSession::file_sent(std::unique_ptr<desk::Download> file, Range range) {
    ByteRing ring(strand_, ring_bytes);
    Result<> unsealed, sent;
    OwnedTasks filling(strand_);
    filling.start(fill_from_file(ring, *file, range.start, range.end, unsealed));
    for (;;) {
        const ByteView bytes = co_await ring.take();
        if (bytes.empty()) break;
        sent = co_await transfer_->data.stream().write(bytes);
        if (!sent) break;
        count_moved(bytes.size());
        ring.empty(bytes.size());
    }
    ring.stop();
    co_await filling.all_ended();
    // A file that cannot be read to its end is cut: no close_notify says that it is whole.
    if (sent && unsealed) sent = co_await transfer_->data.shut_down();
    transfer_->data.close();
    co_await file->finish();
    if (!unsealed) co_return Reply{code_of(unsealed.error()), unsealed.error().message()};
    if (!sent) co_return broken(ftps_errc::connection_broken);
    co_return Reply{226, fmt::format("sent {} bytes", range.end - range.start)};
}

}  // namespace consign::ftps
