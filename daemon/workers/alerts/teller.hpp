// Tells an alarm through a channel: a program, a webhook, a mail.
#pragma once

#include <boost/asio.hpp>
#include <boost/json/object.hpp>
#include <expected>
#include <string>

#include "base/clock.hpp"
#include "daemon/workers/alerts/program.hpp"
#include "daemon/workers/curl/client.hpp"
#include "policy/policy.hpp"

namespace consign::daemon {

/// Lives on one strand; what blocks runs on threads of its own.
class Teller {
  public:
    /// Of a channel, from the first byte to the answer.
    static constexpr std::chrono::seconds time_limit{30};

    Teller(std::size_t at_once, const Clock& clock) : clock_(clock), pool_(at_once) {}
    /// Waits for what blocks, after a stop().
    ~Teller();
    Teller(const Teller&) = delete;
    Teller& operator=(const Teller&) = delete;

    /// `message`: desk/site/alarm.hpp's. The error says why it was not told, without names and
    /// addresses.
    [[nodiscard]] boost::asio::awaitable<std::expected<void, std::string>> tell(
        const policy::AlertChannel& channel, const boost::json::object& message);

    /// What is being told is cut short, and nothing more is told.
    void stop();

  private:
    [[nodiscard]] boost::asio::awaitable<std::expected<void, std::string>> run_it(
        const policy::AlertChannel& channel, const boost::json::object& message);
    [[nodiscard]] boost::asio::awaitable<std::expected<void, std::string>> post_it(
        const policy::AlertChannel& channel, const boost::json::object& message);
    [[nodiscard]] boost::asio::awaitable<std::expected<void, std::string>> mail_it(
        const policy::AlertChannel& channel, const boost::json::object& message);
    /// The code of the server's answer.
    [[nodiscard]] boost::asio::awaitable<std::expected<long, std::string>> ask(
        const curl::Request& request);

    const Clock& clock_;
    boost::asio::thread_pool pool_;
    curl::StopFlag stopped_ = false;
    ProgramStop programs_;
};

}  // namespace consign::daemon
