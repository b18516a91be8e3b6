#include "daemon/workers/clamd.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

namespace consign::daemon {

namespace asio = boost::asio;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

asio::generic::stream_protocol::endpoint endpoint_of(const policy::Scanner& scanner) {
    if (!scanner.socket.empty()) return asio::local::stream_protocol::endpoint(scanner.socket);
    return asio::ip::tcp::endpoint(scanner.address, scanner.port);
}

}  // namespace

/// A connection, while a call has it.
struct Clamd::Line {
    explicit Line(Clamd& home) : clamd(home), socket(home.strand_), deadline(home.strand_) {
        clamd.lines_.insert(this);
    }
    ~Line() { clamd.lines_.erase(this); }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    asio::awaitable<bool> send(ByteView bytes) {
        using namespace asio::experimental::awaitable_operators;
        deadline.expires_after(piece_timeout);
        const auto first = co_await (
            asio::async_write(socket, asio::buffer(bytes.data(), bytes.size()), as_result) ||
            deadline.async_wait(as_result));
        if (first.index() == 1) co_return false;
        const boost::system::error_code failed = std::get<0>(std::get<0>(first));
        co_return !failed;
    }
    /// Up to clamd's NUL; nothing where none comes.
    asio::awaitable<std::optional<std::string>> answer(std::chrono::seconds timeout) {
        using namespace asio::experimental::awaitable_operators;
        std::string text;
        auto bounded = asio::dynamic_buffer(text, answer_limit_bytes);
        deadline.expires_after(timeout);
        const auto first = co_await (asio::async_read_until(socket, bounded, '\0', as_result) ||
                                     deadline.async_wait(as_result));
        if (first.index() == 1) co_return std::nullopt;
        const auto [failed, length] = std::get<0>(first);
        if (failed) co_return std::nullopt;
        co_return text.substr(0, length - 1);
    }

    Clamd& clamd;
    asio::generic::stream_protocol::socket socket;
    asio::steady_timer deadline;
};

asio::awaitable<bool> Clamd::connect(Line& line, const policy::Scanner& scanner) {
    using namespace asio::experimental::awaitable_operators;
    if (cut_short_) co_return false;
    line.deadline.expires_after(connect_timeout);
    const auto first = co_await (line.socket.async_connect(endpoint_of(scanner), as_result) ||
                                 line.deadline.async_wait(as_result));
    if (first.index() == 1) co_return false;
    const boost::system::error_code failed = std::get<0>(std::get<0>(first));
    co_return !failed && !cut_short_;
}

asio::awaitable<ClamdAnswer> Clamd::scan(policy::Scanner scanner, NextPiece next) {
    using Kind = ClamdAnswer::Kind;
    Line line(*this);
    if (!co_await connect(line, scanner)) co_return ClamdAnswer{Kind::unreachable};
    constexpr std::string_view command("zINSTREAM\0", 10);
    bool takes = co_await line.send(as_bytes(command));
    // Where it takes no more (the content is past its limit), its answer says why.
    while (takes) {
        const Result<Bytes> piece = co_await next();
        if (!piece) co_return ClamdAnswer{.kind = Kind::unreadable, .why = piece.error()};
        Bytes framed;
        ByteWriter(framed).string(*piece);
        takes = co_await line.send(framed);
        if (piece->empty()) break;
    }
    const auto said = co_await line.answer(answer_timeout);
    if (!said) co_return ClamdAnswer{Kind::failed};
    co_return parse_clamd_answer(*said);
}

asio::awaitable<bool> Clamd::answers(policy::Scanner scanner) {
    Line line(*this);
    if (!co_await connect(line, scanner)) co_return false;
    constexpr std::string_view command("zPING\0", 6);
    if (!co_await line.send(as_bytes(command))) co_return false;
    const auto said = co_await line.answer(piece_timeout);
    co_return said && *said == "PONG";
}

void Clamd::cut_short() {
    cut_short_ = true;
    for (Line* const line : lines_) {
        boost::system::error_code ignored;
        line->socket.close(ignored);
        line->deadline.cancel();
    }
}

ClamdAnswer parse_clamd_answer(std::string_view text) {
    using Kind = ClamdAnswer::Kind;
    constexpr std::string_view prefix = "stream: ", found = " FOUND";
    if (text == "stream: OK") return {Kind::clean};
    if (text.starts_with("INSTREAM size limit exceeded")) return {Kind::too_large};
    if (text.starts_with(prefix) && text.ends_with(found) &&
        text.size() > prefix.size() + found.size()) {
        text.remove_prefix(prefix.size());
        text.remove_suffix(found.size());
        // With `AlertExceedsMax yes`: past one of its own limits it looked no further.
        if (text.starts_with("Heuristics.Limits.Exceeded")) return {Kind::too_large};
        return {.kind = Kind::infected, .signature = std::string(text)};
    }
    return {Kind::failed};
}

}  // namespace consign::daemon
