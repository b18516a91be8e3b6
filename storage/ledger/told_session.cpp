#include "storage/ledger/told_session.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace consign::ledger {

namespace {

/// What a session_ended tells: "WHY; files in N, out N; bytes in N, out N".
struct ToldEnd {
    std::string_view why;
    std::array<std::uint64_t, 4> counters{};  // files in, files out, bytes in, bytes out
};

std::optional<ToldEnd> told_end(std::string_view detail) {
    constexpr std::array<std::string_view, 4> marks{"; files in ", ", out ", "; bytes in ",
                                                    ", out "};
    ToldEnd told;
    std::size_t at = detail.rfind(marks[0]);
    if (at == std::string_view::npos) return std::nullopt;
    told.why = detail.substr(0, at);
    for (std::size_t i = 0; i < marks.size(); ++i) {
        if (!detail.substr(at).starts_with(marks[i])) return std::nullopt;
        const char* const begin = detail.data() + at + marks[i].size();
        const char* const end = detail.data() + detail.size();
        const auto read = std::from_chars(begin, end, told.counters[i]);
        if (read.ec != std::errc()) return std::nullopt;
        at = static_cast<std::size_t>(read.ptr - detail.data());
    }
    if (at != detail.size()) return std::nullopt;
    return told;
}

}  // namespace

bool fits_login(const Event& login, const Session& session) {
    if (login.account != session.account || login.protocol != session.protocol) return false;
    if (!login.detail.contains("; client ")) return true;
    return login.detail.starts_with(session.login_methods + "; ") &&
           login.detail.ends_with("; " + session.algorithms);
}

bool fits_end(const Event& ended, const Session& session) {
    if (!session.ended) return false;
    if (*session.ended > ended.time + clock_slack || *session.ended < ended.time - clock_slack)
        return false;
    const auto told = told_end(ended.detail);
    if (!told) return true;
    const std::array<std::uint64_t, 4> counted{session.files_in, session.files_out,
                                               session.bytes_in, session.bytes_out};
    for (std::size_t i = 0; i < counted.size(); ++i)
        if (counted[i] < told->counters[i]) return false;
    return told->why == session.end_reason;
}

}  // namespace consign::ledger
