// ClamAV's clamd, spoken to over its socket: clamd(8), INSTREAM and PING. One connection a scan.
// Content goes there in bounded pieces; every wait has a timeout, and can be cut short.
#pragma once

#include <boost/asio.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "policy/policy.hpp"

namespace consign::daemon {

/// What clamd said.
struct ClamdAnswer {
    enum class Kind : std::uint8_t {
        clean,
        infected,
        too_large,    // past its StreamMaxLength
        failed,       // it answered that it could not, or not at all, or not in time
        unreachable,  // nobody listens there
        unreadable    // the content: `why`
    } kind = Kind::unreachable;
    std::string signature{};  // of Kind::infected
    std::error_code why{};
};

/// Lives on its strand, as do its calls.
class Clamd {
  public:
    static constexpr std::chrono::seconds connect_timeout{5};
    static constexpr std::chrono::seconds piece_timeout{60};
    /// clamd's own limits (MaxScanTime: two minutes) end a scan before.
    static constexpr std::chrono::seconds answer_timeout{300};
    static constexpr std::size_t answer_limit_bytes = 4096;

    explicit Clamd(boost::asio::any_io_executor strand) : strand_(std::move(strand)) {}

    /// The next piece of the content; empty at its end.
    using NextPiece = std::function<boost::asio::awaitable<Result<Bytes>>()>;
    [[nodiscard]] boost::asio::awaitable<ClamdAnswer> scan(policy::Scanner scanner, NextPiece next);
    /// Is it there, and well?
    [[nodiscard]] boost::asio::awaitable<bool> answers(policy::Scanner scanner);
    /// Ends what is in progress, and what would begin.
    void cut_short();
    [[nodiscard]] bool is_cut_short() const { return cut_short_; }

  private:
    struct Line;
    [[nodiscard]] boost::asio::awaitable<bool> connect(Line& line, const policy::Scanner& scanner);

    boost::asio::any_io_executor strand_;
    std::set<Line*> lines_;
    bool cut_short_ = false;
};

/// clamd's answer to INSTREAM, without its NUL: "stream: OK", "stream: NAME FOUND", "... ERROR".
/// Pure.
[[nodiscard]] ClamdAnswer parse_clamd_answer(std::string_view text);

}  // namespace consign::daemon
