#include "protocols/sftp/sftp_session.hpp"

#include <algorithm>
#include <deque>

#include "desk/site/rate.hpp"
#include "desk/site/translate.hpp"
#include "protocols/sftp/status_of.hpp"

namespace consign::sftp {

namespace asio = boost::asio;

namespace {

/// What check-file is announced with, by which clients know whether to ask.
constexpr std::string_view hash_names = "sha256,sha384,sha512,sha224,sha1,md5";
/// Answers that are smaller than this wait for the next ones of the same batch.
constexpr std::size_t answer_batch_bytes = 32 * 1024;
/// After a batch smaller than this, a buffer larger than this is given back: the transfer is over.
constexpr std::size_t idle_buffer_bytes = 4 * 1024;
constexpr std::size_t no_bound = desk::Download::no_bound;

template <class Transfer>
bool goes_on(const Request& request, const Transfer& first) {
    const auto* next = std::get_if<Transfer>(&request.body);
    return next && std::ranges::equal(next->handle, first.handle);
}

/// How many of the requests at the front belong to one run with the first of them.
template <class Transfer>
std::size_t run_length(std::span<const Request> requests) {
    const auto& first = std::get<Transfer>(requests.front().body);
    std::size_t length = 1;
    std::uint64_t bytes = 0;
    for (; length < requests.size() && goes_on(requests[length], first); ++length) {
        if constexpr (std::same_as<Transfer, Read>) {
            bytes += std::get<Read>(requests[length].body).length_bytes;
            if (bytes > SftpSession::read_run_limit_bytes) break;
        }
    }
    return length;
}

std::uint64_t bytes_of(const Read& read) {
    return read.length_bytes;
}

std::uint64_t bytes_of(const Write& write) {
    return write.data.size();
}

/// The requests at the front of a run that are together no larger than `step_bytes`; one at least.
template <class Transfer>
std::span<const Request> step_of(std::span<const Request> run, std::size_t step_bytes) {
    std::size_t length = 1;
    std::uint64_t bytes = bytes_of(std::get<Transfer>(run.front().body));
    for (; length < run.size(); ++length) {
        bytes += bytes_of(std::get<Transfer>(run[length].body));
        if (bytes > step_bytes) break;
    }
    return run.first(length);
}

}  // namespace

asio::awaitable<void> SftpSession::run() {
    Bytes arrived;
    FrameReader frames;
    for (;;) {
        arrived.clear();
        const auto count = co_await channel_->receive(arrived);
        if (!count || *count == 0) break;
        ByteView rest(arrived);
        if (!co_await serve_arrived(frames, rest)) break;
        if (!co_await flush_answers(0)) break;
        if (const auto kept = frames.next(rest); !kept) break;
        if (frames.kept_bytes() == 0) {
            frames.release_memory();
            if (*count < idle_buffer_bytes && arrived.capacity() > idle_buffer_bytes)
                arrived = Bytes();
        }
    }
    co_await end_handles();
    channel_->close(0);
}

asio::awaitable<bool> SftpSession::serve_arrived(FrameReader& frames, ByteView& rest) {
    Result<std::optional<ByteView>> packet;
    // Only the packet that the last batch cut is put together; all others are served in place.
    if (frames.kept_bytes() > 0)
        packet = frames.next(rest);
    else
        packet = take_packet(rest);
    while (packet && *packet) {
        packets_.clear();
        for (; packet && *packet && packets_.size() < slice_packets_limit;
             packet = take_packet(rest))
            packets_.push_back(**packet);
        if (!co_await serve_slice()) co_return false;
    }
    if (!packet) co_await desk_.session().violated_protocol("a packet of an impossible length");
    co_return packet.has_value();
}

asio::awaitable<bool> SftpSession::serve_slice() {
    std::optional<Refusal> refusal;
    for (std::size_t at = 0; at < packets_.size();) {
        requests_.clear();
        for (; at < packets_.size() && !refusal; ++at) {
            auto request = parse_request(packets_[at]);
            if (request)
                requests_.push_back(std::move(*request));
            else
                refusal = request.error();
        }
        for (std::span<const Request> waiting(requests_); !waiting.empty();) {
            const Request& first = waiting.front();
            std::size_t served = 1;
            if (const auto* init = std::get_if<Init>(&first.body); init || !initialised_) {
                if (!init || initialised_) {
                    co_await desk_.session().violated_protocol("INIT out of turn");
                    co_return false;
                }
                initialised_ = true;
                std::vector<ExtensionPair> extensions{{CheckFile::verb.extension, hash_names}};
                for (const Verb& verb : verbs)
                    if (!verb.version.empty() && !verb.extension.starts_with("hardlink"))
                        extensions.push_back({verb.extension, verb.version});
                append_version(answers_, extensions);
            } else if (std::holds_alternative<Write>(first.body)) {
                served = run_length<Write>(waiting);
                if (!co_await write_run(waiting.first(served))) co_return false;
            } else if (std::holds_alternative<Read>(first.body)) {
                served = run_length<Read>(waiting);
                if (!co_await read_run(waiting.first(served))) co_return false;
            } else {
                is_at_work_ = true;
                co_await std::visit(
                    [&](const auto& body) -> Work {
                        using Body = std::decay_t<decltype(body)>;
                        if constexpr (!std::same_as<Body, Init> && !std::same_as<Body, Read> &&
                                      !std::same_as<Body, Write>)
                            return handle(first.id, body);
                        else
                            std::unreachable();
                    },
                    first.body);
                is_at_work_ = false;
            }
            waiting = waiting.subspan(served);
            if (!co_await flush_answers(answer_batch_bytes)) co_return false;
        }
        if (refusal) {
            if (!co_await refuse(*std::exchange(refusal, std::nullopt))) co_return false;
        }
    }
    co_return true;
}

asio::awaitable<bool> SftpSession::refuse(Refusal refusal) {
    co_await desk_.session().violated_protocol(make_error_code(refusal.why).message());
    if (!refusal.id || !initialised_) co_return false;
    append_status(answers_, *refusal.id, Status::bad_message,
                  make_error_code(refusal.why).message());
    co_return true;
}

asio::awaitable<bool> SftpSession::flush_answers(std::size_t above_bytes) {
    if (answers_.size() <= above_bytes) co_return true;
    const auto sent = co_await channel_->send(std::exchange(answers_, {}));
    co_return sent.has_value();
}

asio::awaitable<void> SftpSession::end_handles() {
    while (auto handle = handles_.take_any()) {
        if (auto* upload = std::get_if<std::shared_ptr<desk::Upload>>(&*handle))
            co_await (*upload)->break_off();
        if (auto* download = std::get_if<std::unique_ptr<desk::Download>>(&*handle))
            co_await (*download)->finish(desk::Download::End::broken_off);
    }
}

asio::awaitable<bool> SftpSession::write_run(std::span<const Request> run) {
    auto* const upload =
        handles_.find<std::shared_ptr<desk::Upload>>(std::get<Write>(run.front().body).handle);
    if (!upload) {
        for (const Request& request : run) answer_no_handle(request.id);
        co_return true;
    }
    const std::size_t step_bytes =
        desk::Rate(desk_.session(), desk::Direction::upload).step_bytes(no_bound);
    while (!run.empty()) {
        // What was done is told before it waits for the rate.
        if (step_bytes != no_bound && !co_await flush_answers(0)) co_return false;
        const auto step = step_of<Write>(run, step_bytes);
        std::vector<desk::Upload::Range> ranges;
        ranges.reserve(step.size());
        for (const Request& request : step) {
            const auto& write = std::get<Write>(request.body);
            ranges.push_back({write.offset, write.data});
        }
        is_at_work_ = true;
        const auto written = co_await (*upload)->write(ranges);
        is_at_work_ = false;
        // Of a step that failed, no part is vouched for.
        for (const Request& request : step) answer(request.id, written);
        run = run.subspan(step.size());
    }
    co_return true;
}

asio::awaitable<bool> SftpSession::read_run(std::span<const Request> run) {
    Handle* const handle = handles_.find(std::get<Read>(run.front().body).handle);
    if (auto* download = handle ? std::get_if<std::unique_ptr<desk::Download>>(handle) : nullptr) {
        const std::size_t step_bytes = (*download)->reading_bytes();
        while (!run.empty()) {
            if (step_bytes != no_bound && !co_await flush_answers(0)) co_return false;
            const auto step = step_of<Read>(run, step_bytes);
            if (!co_await read_download(**download, step)) co_return false;
            run = run.subspan(step.size());
        }
        co_return true;
    }
    if (auto* upload = handle ? std::get_if<std::shared_ptr<desk::Upload>>(handle) : nullptr)
        co_await read_upload(**upload, run);
    else
        for (const Request& request : run) answer_no_handle(request.id);
    co_return true;
}

asio::awaitable<bool> SftpSession::read_download(desk::Download& download,
                                                 std::span<const Request> run) {
    // Each answer is a packet of its own buffer, read straight into, and sent without a copy.
    std::vector<Bytes> packets(run.size());
    std::deque<DataReply> replies;
    std::vector<desk::Download::Range> ranges;
    ranges.reserve(run.size());
    for (std::size_t at = 0; at < run.size(); ++at) {
        const auto& read = std::get<Read>(run[at].body);
        const std::uint64_t left =
            download.size_bytes() - std::min(download.size_bytes(), read.offset);
        const auto wanted =
            std::min<std::uint64_t>({read.length_bytes, transfer_limit_bytes, left});
        if (wanted >= ssh::Channel::reused_from_bytes) packets[at] = channel_->take_sent();
        replies.emplace_back(DataReply::Anew(), packets[at], run[at].id, wanted);
        ranges.push_back({read.offset, replies.back().space(), 0});
    }
    is_at_work_ = true;
    const auto done = co_await download.read(ranges);
    is_at_work_ = false;
    for (std::size_t at = 0; at < run.size(); ++at) {
        const auto& [offset, out, count] = ranges[at];
        if (count > 0) {
            replies[at].finish(count);
            if (!co_await flush_answers(0)) co_return false;
            if (download.leaving_bytes() != no_bound) {
                if (!co_await send_in_steps(download, offset, count, std::move(packets[at])))
                    co_return false;
                continue;
            }
            download.leaving(offset, count);
            if (!co_await channel_->send(std::move(packets[at]))) co_return false;
            download.served(offset, count);
        } else if (done || out.empty()) {
            append_status(answers_, run[at].id, Status::eof);
        } else {
            answer(run[at].id, done.error());
        }
    }
    co_return true;
}

/// Of a limited file: of what counts as left, no more than the last step is still in here.
asio::awaitable<bool> SftpSession::send_in_steps(desk::Download& download, std::uint64_t offset,
                                                 std::size_t count, Bytes packet) {
    std::size_t sent = 0;
    std::size_t end = packet.size() - count;  // the packet's head goes with the first step
    while (end < packet.size()) {
        const std::size_t step = std::min(download.leaving_bytes(), packet.size() - end);
        end += step;
        if (!co_await channel_->emptied()) co_return false;
        download.leaving(offset, step);
        const ByteView piece = ByteView(packet).subspan(sent, end - sent);
        if (!co_await channel_->send(Bytes(piece.begin(), piece.end()))) co_return false;
        download.served(offset, step);
        offset += step;
        sent = end;
    }
    co_return true;
}

asio::awaitable<void> SftpSession::read_upload(desk::Upload& upload, std::span<const Request> run) {
    for (const Request& request : run) {
        const auto& read = std::get<Read>(request.body);
        Result<std::size_t> count;
        {
            DataReply reply(answers_, request.id,
                            std::min(read.length_bytes, transfer_limit_bytes));
            count = co_await upload.read(read.offset, reply.space());
            if (count && *count > 0) reply.finish(*count);
        }
        if (!count)
            answer(request.id, count.error());
        else if (*count == 0)
            append_status(answers_, request.id, Status::eof);
    }
}

std::optional<VirtualPath> SftpSession::path_of(std::uint32_t id, std::string_view text) {
    return path_or_answer(id, desk_.path_of(text));
}

std::optional<VirtualPath> SftpSession::path_or_answer(std::uint32_t id, Result<VirtualPath> path) {
    if (path) return std::move(*path);
    answer(id, desk::told(desk_.session(), path.error()));
    return std::nullopt;
}

void SftpSession::answer(std::uint32_t id, const Result<>& result) {
    if (result)
        append_status(answers_, id, Status::ok);
    else
        answer(id, result.error());
}

void SftpSession::answer(std::uint32_t id, std::error_code error) {
    append_status(answers_, id, status_of(error), desk_.session().words_of(error));
}

void SftpSession::answer_no_handle(std::uint32_t id) {
    append_status(answers_, id, Status::failure, "no such handle of this kind");
}

void SftpSession::answer_handle(std::uint32_t id, Handle handle) {
    const auto name = handles_.add(std::move(handle));
    append_handle(answers_, id,
                  *name);  // OPEN and OPENDIR asked for room before they opened anything
}

}  // namespace consign::sftp
