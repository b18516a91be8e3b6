// Hashes of files: HASH (draft-bryan-ftpext-hash-02), and XCRC, XMD5, XSHA1, XSHA256, XSHA512
// before it.
#include <fmt/format.h>

#include <boost/algorithm/string/case_conv.hpp>

#include "protocols/ftps/ftp_session.hpp"
#include "protocols/ftps/hash_arguments.hpp"
#include "protocols/ftps/reply_code.hpp"

namespace consign::ftps {

namespace asio = boost::asio;

/// Who asks for the hash of what it has just sent has looked at the whole of it: that is its word
/// where close_notify was excused.
asio::awaitable<Result<Bytes>> FtpSession::digest(VirtualPath path, desk::HashRequest request) {
    if (unconfirmed_ && unconfirmed_->path() == path) {
        const auto upload = std::exchange(unconfirmed_, nullptr);
        if (const auto done = co_await upload->finish(); !done) co_return failure(done.error());
    }
    co_return co_await desk_->hash(std::move(path), std::move(request));
}

asio::awaitable<void> FtpSession::hash(std::string argument) {
    const auto path = path_of(argument);
    if (!path) co_return;
    desk::HashRequest request{.algorithm = std::string(hash_->desk_name)};
    Range range{0, 0};
    if (const auto asked = std::exchange(range_, std::nullopt)) {
        range = *asked;
        request.offset = range.start;
        request.length_bytes = range.end - range.start;
    } else if (const auto there = co_await desk_->stat(*path); there) {
        range.end = there->size_bytes;
    }
    const auto digests = co_await digest(*path, std::move(request));
    if (!digests) co_return say(digests.error());
    // The draft's range is of the first and the last byte.
    say(213, fmt::format("{} {}-{} {} {}", hash_->name, range.start,
                         range.end == range.start ? range.start : range.end - 1, to_hex(*digests),
                         argument));
}

asio::awaitable<void> FtpSession::old_hash(std::string_view algorithm, std::string argument) {
    const auto wanted = parse_hash_argument(argument);
    if (!wanted) co_return say(wanted.error());
    auto path = path_of(wanted->path);
    if (!path) co_return;
    desk::HashRequest request{.algorithm = std::string(algorithm)};
    request.offset = wanted->start.value_or(0);
    if (wanted->end) {
        if (*wanted->end <= request.offset) co_return say(501, "the end must be behind the start");
        request.length_bytes = *wanted->end - request.offset;
    }
    const auto digests = co_await digest(std::move(*path), std::move(request));
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
