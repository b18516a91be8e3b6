#include "daemon/control_session.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/socket.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/json.hpp>
#include <optional>

#include "desk/verbs/control_protocol.hpp"

namespace consign::daemon {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t request_depth_limit = 8;

std::optional<uid_t> peer_of(ControlSession::Socket& socket) {
    ucred peer{};
    socklen_t length = sizeof peer;
    if (getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0)
        return std::nullopt;
    return peer.uid;
}

/// Gathers lines, so that each does not cost a system call.
class AnswerWriter final : public desk::RowSink {
  public:
    static constexpr std::size_t batch_bytes = std::size_t{64} * 1024;

    explicit AnswerWriter(ControlSession::Socket& socket) : socket_(socket) {}

    asio::awaitable<Result<>> give(json::object row) override {
        append({{"row", std::move(row)}});
        if (text_.size() < batch_bytes) co_return Result<>{};
        co_return co_await flush();
    }

    asio::awaitable<Result<>> end(desk::Answered answered) {
        if (answered)
            append({{"end", *std::move(answered)}});
        else
            append({{"error", std::move(answered).error()}});
        co_return co_await flush();
    }

  private:
    void append(const json::object& line) {
        text_ += json::serialize(line);
        text_ += '\n';
    }

    asio::awaitable<Result<>> flush() {
        const auto [failed, written] =
            co_await asio::async_write(socket_, asio::buffer(text_), as_result);
        text_.clear();
        if (failed) co_return failure(std::error_code(failed));
        co_return Result<>{};
    }

    ControlSession::Socket& socket_;
    std::string text_;
};

/// The next line, without its end. An error also where the peer says nothing more, or too much.
asio::awaitable<Result<std::string>> read_line(ControlSession::Socket& socket, std::string& buffer,
                                               std::chrono::steady_clock::duration timeout) {
    using namespace asio::experimental::awaitable_operators;
    asio::steady_timer deadline(socket.get_executor(), timeout);
    auto bounded = asio::dynamic_buffer(buffer, desk::control_line_limit_bytes);
    const auto first = co_await (asio::async_read_until(socket, bounded, '\n', as_result) ||
                                 deadline.async_wait(as_result));
    if (first.index() == 1) co_return failure(std::errc::timed_out);
    const auto [failed, length] = std::get<0>(first);
    if (failed == asio::error::not_found) co_return failure(std::errc::message_size);
    if (failed) co_return failure(std::error_code(failed));
    std::string line = buffer.substr(0, length - 1);
    buffer.erase(0, length);
    co_return line;
}

}  // namespace

ControlSession::ControlSession(Socket socket, desk::Site& site, const desk::VerbTable& verbs,
                               const std::map<uid_t, std::string>& administrators, const Log& log,
                               std::chrono::steady_clock::duration request_timeout)
    : socket_(std::move(socket)),
      site_(site),
      verbs_(verbs),
      administrators_(administrators),
      log_(log),
      request_timeout_(request_timeout) {}

asio::awaitable<void> ControlSession::run() {
    const auto uid = peer_of(socket_);
    const auto user = uid ? administrators_.find(*uid) : administrators_.end();
    if (user == administrators_.end()) {
        log_.warning("the control socket refused a user", {{"uid", uid.value_or(uid_t(-1))}});
        auto told = co_await desk::refuse_administration(
            site_, uid ? fmt::format("uid {}", *uid) : std::string("a user without a name"));
        AnswerWriter writer(socket_);
        static_cast<void>(co_await writer.end(std::unexpected<std::string>(std::move(told))));
        co_return;
    }
    std::string buffer;
    while (!last_) {
        auto request = co_await read_line(socket_, buffer, request_timeout_);
        if (!request && request.error() != std::errc::message_size) co_return;
        if (!request) {
            AnswerWriter writer(socket_);
            static_cast<void>(co_await writer.end(std::unexpected<std::string>(
                fmt::format("the request is longer than {} bytes; make it shorter",
                            desk::control_line_limit_bytes))));
            co_return;
        }
        busy_ = true;
        co_await answer(*std::move(request), user->second);
        busy_ = false;
    }
}

asio::awaitable<void> ControlSession::answer(std::string request, std::string user) {
    AnswerWriter writer(socket_);
    auto answered = co_await carry_out(std::move(request), std::move(user), writer);
    if (const auto written = co_await writer.end(std::move(answered)); !written) cut();
}

asio::awaitable<desk::Answered> ControlSession::carry_out(std::string request, std::string user,
                                                          desk::RowSink& rows) {
    boost::system::error_code malformed;
    const json::value parsed =
        json::parse(request, malformed, {}, {.max_depth = request_depth_limit});
    const auto* object = malformed ? nullptr : parsed.if_object();
    const auto* verb = object ? object->if_contains("verb") : nullptr;
    const auto* arguments = object ? object->if_contains("arguments") : nullptr;
    if (!verb || !verb->is_string() || (arguments && !arguments->is_object()))
        co_return std::unexpected<std::string>(
            R"(the request is not {"verb": TEXT, "arguments": OBJECT}; write one a line)");
    const auto handler = verbs_.find(std::string_view(verb->get_string()));
    if (handler == verbs_.end()) {
        std::vector<std::string_view> known;
        for (const auto& [name, unused] : verbs_) known.push_back(name);
        co_return std::unexpected<std::string>(
            fmt::format("this daemon knows no such verb; it knows {}. If the command was updated, "
                        "restart consignd",
                        fmt::join(known, ", ")));
    }
    co_return co_await handler->second(
        {.administrator = std::move(user),
         .arguments = arguments ? arguments->get_object() : json::object(),
         .rows = rows});
}

void ControlSession::finish() {
    last_ = true;
    if (!busy_) cut();
}

void ControlSession::cut() {
    last_ = true;
    boost::system::error_code already_closed;
    socket_.close(already_closed);
}

}  // namespace consign::daemon
