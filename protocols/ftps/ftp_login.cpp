// From the first byte to the account: AUTH, PBSZ, PROT and CCC (RFC 2228, 4217), HOST (RFC 7151),
// USER, PASS and QUIT.
#include <boost/algorithm/string/case_conv.hpp>

#include "protocols/ftps/ftp_session.hpp"
#include "protocols/ftps/host_argument.hpp"
#include "protocols/session_errc.hpp"

namespace consign::ftps {

namespace asio = boost::asio;
using protocols::session_errc;
using Outcome = desk::Login::Answer::Outcome;

/// AUTH SSL and TLS-P, of the drafts before RFC 4217, mean PROT P from the start.
asio::awaitable<void> FtpSession::auth(std::string argument) {
    const std::string mechanism = boost::algorithm::to_upper_copy(argument);
    const bool is_private = mechanism == "SSL" || mechanism == "TLS-P";
    if (control_.is_secure()) co_return say(503, "TLS is on already");
    if (!is_private && mechanism != "TLS" && mechanism != "TLS-C")
        co_return say(504, "this server knows AUTH TLS alone");
    data_is_private_ = is_private;
    wants_tls_ = true;
    say(234, "TLS begins");
}

asio::awaitable<void> FtpSession::pbsz(std::string argument) {
    has_protection_buffer_ = true;
    say(200, argument == "0" ? "PBSZ=0" : "PBSZ=0, as always with TLS");
    co_return;
}

asio::awaitable<void> FtpSession::prot(std::string argument) {
    const std::string level = boost::algorithm::to_upper_copy(argument);
    if (!has_protection_buffer_) co_return say(503, "PBSZ 0 comes first");
    if (level == "P") {
        data_is_private_ = true;
        co_return say(200, "data connections are private");
    }
    if (level == "C") {
        data_is_private_ = false;  // also where AUTH SSL had it so
        co_await session_.refused_request("PROT C");
        co_return say(534, "data in clear is refused by policy: use PROT P");
    }
    if (level == "S" || level == "E")
        co_return say(536, "TLS has no such protection level: use PROT P");
    say(504, "no such protection level: use PROT P");
}

asio::awaitable<void> FtpSession::ccc(std::string) {
    co_await session_.refused_request("CCC");
    say(534, "a control connection in clear is refused by policy");
}

asio::awaitable<void> FtpSession::host(std::string argument) {
    if (!user_.empty()) co_return say(503, "HOST comes before USER");
    if (!is_host_argument(argument))
        co_return say(501,
                      "expected a host name, or an address such as 192.0.2.1 or [2001:db8::1]");
    say(220, "host accepted");
}

asio::awaitable<void> FtpSession::user(std::string argument) {
    if (desk_) co_return say(503, "logged in already");
    if (argument.empty()) co_return say(501, "expected the account's name");
    user_ = std::move(argument);
    if (const auto certificate = control_.tls().peer_certificate()) {
        const desk::ClientIdentity identity{certificate->fingerprint, certificate->subject};
        if (login_.certificate_is_welcome(user_, identity))
            co_return answer_login(co_await login_.present_certificate(user_, identity), 232);
        if (login_.is_exhausted()) co_return end(desk::desk_errc::too_many_failed_logins);
    }
    say(331, "now the password");
}

asio::awaitable<void> FtpSession::pass(std::string argument) {
    SecretText password(argument);
    wipe(argument);
    if (desk_) co_return say(230, "logged in already");
    if (user_.empty()) co_return say(503, "USER comes first");
    answer_login(co_await login_.present_password(user_, std::move(password)), 230);
}

void FtpSession::answer_login(const desk::Login::Answer& answer, int complete_code) {
    switch (answer.outcome) {
        case Outcome::complete:
            desk_ = login_.open_desk();
            desk_->speak_utf8(speaks_utf8_);
            return say(complete_code, "logged in");
        case Outcome::partial:
            return say(331, "the certificate is known; now the password");
        case Outcome::refused:
            // What had succeeded before is forgotten: the client begins with USER again.
            user_.clear();
            return say(530, "login refused");
        case Outcome::ended:
            return end(answer.why);
    }
}

asio::awaitable<void> FtpSession::acct(std::string) {
    say(202, "no account information is needed");
    co_return;
}

asio::awaitable<void> FtpSession::quit(std::string) {
    say(221, "goodbye");
    end(session_errc::logged_out);
    co_return;
}

}  // namespace consign::ftps
