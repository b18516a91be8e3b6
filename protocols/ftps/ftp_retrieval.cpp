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

/// What is asked for at once.
constexpr std::size_t read_step_bytes = std::size_t{512} << 10;

/// Fills the ring with [start, end) of the file.
asio::awaitable<void> fill_from_file(ByteRing& ring, desk::Download& file, std::uint64_t start,
                                     std::uint64_t end, Result<>& unsealed) {
    const ByteRing::Filling filling(ring);
    while (start < end) {
        ByteSpan room = co_await ring.room();
        if (room.empty()) co_return;
        room = room.first(std::min<std::uint64_t>(
            {room.size(), read_step_bytes, file.reading_bytes(), end - start}));
        std::array range{desk::Download::Range{start, room, 0}};
        unsealed = co_await file.read(range);
        if (unsealed && range[0].count == 0) unsealed = failure(desk::desk_errc::altered);
        if (!unsealed) co_return;
        ring.fill(range[0].count);
        start += range[0].count;
    }
}

}  // namespace

asio::awaitable<void> FtpSession::retr(std::string argument) {
    if (!can_transfer()) co_return;
    auto path = file_path_of(argument);
    if (!path) co_return;
    auto file = co_await desk_->open_download(std::move(*path));
    if (!file) co_return say(file.error());
    Range range{restart_, (*file)->size_bytes()};
    if (range_) range = {range_->start, std::min(range_->end, range.end)};
    if (range.start > range.end) {
        co_await (*file)->finish(desk::Download::End::in_order);
        co_return say(ftps_errc::restart_beyond_end);
    }
    const std::string opening = fmt::format("sending {} bytes", range.end - range.start);
    const std::shared_ptr<desk::Download> shared(std::move(*file));
    co_await transfer("RETR", opening, file_sent(shared, range));
    // Where it did not come so far: nothing is opened without its end in the ledger.
    co_await shared->finish(desk::Download::End::broken_off);
}

asio::awaitable<Reply> FtpSession::file_sent(std::shared_ptr<desk::Download> file, Range range) {
    ByteRing ring(strand_, 2 * read_step_bytes);
    Result<> unsealed, sent;
    OwnedTasks both(strand_);
    both.start(fill_from_file(ring, *file, range.start, range.end, unsealed));
    both.start(empty_into_network(ring, *file, range.start, sent));
    co_await both.all_ended();
    // A file that cannot be read to its end is cut: no close_notify says that it is whole.
    if (sent && unsealed) sent = co_await transfer_->data.shut_down();
    transfer_->data.close();
    co_await file->finish(sent && unsealed ? desk::Download::End::in_order
                                           : desk::Download::End::broken_off);
    if (!unsealed) co_return reply_of(unsealed.error());
    if (!sent) co_return broken(ftps_errc::connection_broken);
    co_return Reply{226, fmt::format("sent {} bytes", range.end - range.start)};
}

asio::awaitable<void> FtpSession::empty_into_network(ByteRing& ring, desk::Download& file,
                                                     std::uint64_t offset, Result<>& sent) {
    const ByteRing::Emptying emptying(ring);
    for (;;) {
        ByteView bytes = co_await ring.take();
        if (bytes.empty()) co_return;
        bytes = bytes.first(std::min(bytes.size(), file.leaving_bytes()));
        file.leaving(offset, bytes.size());
        sent = co_await transfer_->data.stream().write(bytes);
        if (!sent) co_return;
        file.served(offset, bytes.size());
        offset += bytes.size();
        count_moved(bytes.size());
        ring.empty(bytes.size());
    }
}

}  // namespace consign::ftps
