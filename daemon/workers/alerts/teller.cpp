#include "daemon/workers/alerts/teller.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstring>

#include "base/offload.hpp"
#include "daemon/workers/alerts/alert_mail.hpp"

namespace consign::daemon {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

using Told = std::expected<void, std::string>;

std::string text_in(const json::object& message, std::string_view field) {
    const auto* const value = message.if_contains(field);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

curl::Upload upload_of(const std::string& text) {
    return {.size_bytes = text.size(),
            .read = [&text](std::uint64_t offset, ByteSpan out) -> Result<std::size_t> {
                const std::size_t length = std::min<std::size_t>(
                    out.size(), text.size() - std::min<std::size_t>(offset, text.size()));
                std::memcpy(out.data(), text.data() + offset, length);
                return length;
            }};
}

}  // namespace

Teller::~Teller() {
    stop();
    pool_.join();
}

void Teller::stop() {
    stopped_ = true;
    programs_.stop();
}

asio::awaitable<Told> Teller::tell(const policy::AlertChannel& channel,
                                   const json::object& message) {
    using Kind = policy::AlertChannel::Kind;
    switch (channel.kind) {
        case Kind::exec:
            return run_it(channel, message);
        case Kind::webhook:
            return post_it(channel, message);
        case Kind::mail:
            break;
    }
    return mail_it(channel, message);
}

asio::awaitable<Told> Teller::run_it(const policy::AlertChannel& channel,
                                     const json::object& message) {
    Program program{.path = channel.to,
                    .input = json::serialize(message) + "\n",
                    .environment = {"CONSIGN_ALERT_ID=" + text_in(message, "id")},
                    .time_limit = time_limit};
    const ProgramEnd end = co_await run_program(pool_, std::move(program), programs_);
    if (!end.is_success()) co_return std::unexpected(end.text());
    co_return Told();
}

asio::awaitable<Told> Teller::post_it(const policy::AlertChannel& channel,
                                      const json::object& message) {
    const curl::Request request{
        .url = channel.to,
        .ca = channel.ca,
        .post = json::serialize(message),
        .headers = {"Content-Type: application/json", "User-Agent: consign",
                    "Idempotency-Key: " + text_in(message, "id"), "Expect:"},
        .total_time = time_limit};
    const auto code = co_await ask(request);
    if (!code) co_return std::unexpected(code.error());
    if (*code < 200 || *code > 299)
        co_return std::unexpected(fmt::format("the server answered {}", *code));
    co_return Told();
}

asio::awaitable<Told> Teller::mail_it(const policy::AlertChannel& channel,
                                      const json::object& message) {
    const std::string mail = alert_mail(message, channel.to, clock_.now());
    const curl::Request request{.url = channel.relay,
                                .tls = curl::Tls::where_offered,
                                .ca = channel.ca,
                                .upload = upload_of(mail),
                                .mail_from = mail_sender(text_in(message, "site")),
                                .mail_to = channel.to,
                                .total_time = time_limit};
    const auto code = co_await ask(request);
    if (!code) co_return std::unexpected(code.error());
    co_return Told();
}

asio::awaitable<std::expected<long, std::string>> Teller::ask(const curl::Request& request) {
    long code = 0;
    auto work = [&]() -> Result<curl::Reply> {
        curl::Client client;
        auto reply = client.perform(request, stopped_);
        code = client.last_code();
        return reply;
    };
    const auto reply = co_await offload(pool_, work);
    if (reply) co_return code;
    co_return std::unexpected(code == 0
                                  ? reply.error().message()
                                  : fmt::format("{}, code {}", reply.error().message(), code));
}

}  // namespace consign::daemon
