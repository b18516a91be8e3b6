// Hashes of files: HASH (draft-bryan-ftpext-hash-02), and XCRC, XMD5, XSHA1, XSHA256, XSHA512
// before it.
#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>

#include "protocols/ftps/ftp_session.hpp"
#include "protocols/ftps/ftps_errc.hpp"
#include "protocols/ftps/hash_arguments.hpp"

namespace consign::ftps {

namespace asio = boost::asio;

/// Of the range, or of the whole file, which `range` then is. Who asks for the hash of all that it
/// has just sent has its word to say on it: that stands for an excused close_notify.
asio::awaitable<Result<Bytes>> FtpSession::digest(VirtualPath path, std::string_view algorithm,
                                                  std::optional<Range>& range) {
    const auto there = co_await desk_->stat(path);
    if (!there) co_return failure(there.error());
    const Range whole{0, there->size_bytes};
    if (!range) range = whole;
    if (range->end > whole.end) co_return failure(ftps_errc::range_beyond_end);
    const bool is_whole = range->start == 0 && range->end == whole.end;
    if (is_whole && unconfirmed_ && unconfirmed_->path() == path) {
        const auto upload = std::exchange(unconfirmed_, nullptr);
        if (const auto done = co_await upload->finish(); !done) co_return failure(done.error());
    }
    desk::HashRequest request{.algorithm = std::string(algorithm)};
    request.offset = range->start;
    request.length_bytes = range->end - range->start;
    co_return co_await desk_->hash(std::move(path), std::move(request));
}

asio::awaitable<void> FtpSession::hash(std::string argument) {
    const auto path = path_of(argument);
    if (!path) co_return;
    auto range = range_;
    const auto digests = co_await digest(*path, hash_->desk_name, range);
    if (!digests) co_return say(digests.error());
    // The draft tells the first and the last byte.
    say(213, fmt::format("{} {}-{} {} {}", hash_->name, range->start,
                         std::max(range->end, range->start + 1) - 1, to_hex(*digests), argument));
}

asio::awaitable<void> FtpSession::old_hash(std::string_view algorithm, std::string argument) {
    const auto wanted = parse_hash_argument(argument);
    if (!wanted) co_return say(wanted.error());
    auto path = path_of(wanted->path);
    if (!path) co_return;
    std::optional<Range> range;
    if (wanted->end) range = Range{wanted->start.value_or(0), *wanted->end};
    if (range && range->start == range->end) co_return say(501, "the end must be behind the start");
    const auto digests = co_await digest(std::move(*path), algorithm, range);
    if (!digests) co_return say(digests.error());
    say(250, boost::algorithm::to_upper_copy(to_hex(*digests)));
}

asio::awaitable<void> FtpSession::xcrc(std::string argument) {
    return old_hash("crc32", std::move(argument));
}
asio::awaitable<void> FtpSession::xmd5(std::string argument) {
    return old_hash("md5", std::move(argument));
}
asio::awaitable<void> FtpSession::xsha1(std::string argument) {
    return old_hash("sha1", std::move(argument));
}
asio::awaitable<void> FtpSession::xsha256(std::string argument) {
    return old_hash("sha256", std::move(argument));
}
asio::awaitable<void> FtpSession::xsha512(std::string argument) {
    return old_hash("sha512", std::move(argument));
}

}  // namespace consign::ftps
