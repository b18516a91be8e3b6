// Transfers as the control connection sees them: 150, what may be said meanwhile, and the last word
// (RFC 959 sections 5.4 and 4.1.3; RFC 3659 section 5).
#include <algorithm>

#include "protocols/ftps/ftp_session.hpp"
#include "protocols/ftps/ftps_errc.hpp"
#include "protocols/ftps/reply_code.hpp"
#include "protocols/ftps/tls_errc.hpp"
#include "protocols/session_errc.hpp"

namespace consign::ftps {

namespace asio = boost::asio;
using protocols::session_errc;

/// Says why not.
bool FtpSession::can_transfer() {
    if (!data_is_private_) {
        say(521, "data in clear is refused by policy: send PBSZ 0 and PROT P first");
        return false;
    }
    if (data_port_) return true;
    say(425, "no data connection was prepared: send EPSV, PASV, EPRT or PORT first");
    return false;
}

/// Runs a transfer from its 150 to its last word. Meanwhile ABOR, STAT, NOOP and HELP are served as
/// they come; what else comes waits, and whatever comes behind it.
asio::awaitable<void> FtpSession::transfer(std::string_view verb, std::string_view opening,
                                           asio::awaitable<Reply> body) {
    // The session was ended while the file was opened, and its last word is all that is still said.
    if (why_ended_) co_return;
    const bool reuses = facts_.session_reuse != SessionReuse::off;
    const TlsStream::Options options{
        .kind = TlsStream::Kind::data,
        .control_session = reuses ? session_.id() : Id::random(session_.site().random),
        .must_resume = facts_.session_reuse == SessionReuse::require};
    transfer_.emplace(verb, strand_, std::move(data_port_), control_.tls_context(), options);
    // A client may use each ticket once, and a session may last longer than the first ones do.
    if (reuses) control_.tls().renew_ticket();
    say(150, opening);
    co_await flush();
    Reply last;
    OwnedTasks both(strand_);
    both.start(run_transfer(std::move(body), last));
    both.start(serve_meanwhile());
    co_await both.all_ended();
    transfer_.reset();
    say(last.code, last.text);
    for (; aborts_ > 0; --aborts_) say(226, last.code == 226 ? "it was over already" : "aborted");
}

/// However it goes, whoever waits for the end is told.
asio::awaitable<void> FtpSession::run_transfer(asio::awaitable<Reply> body, Reply& reply) {
    struct Ending {
        FtpSession& session;
        ~Ending() {
            session.transfer_->data.close();
            session.transfer_->is_over = true;
            session.changed_.notify();
        }
    } const ending{*this};
    if (const auto opened = co_await transfer_->data.open(); opened)
        reply = co_await std::move(body);
    else
        reply = broken(opened.error());
}

asio::awaitable<void> FtpSession::serve_meanwhile() {
    struct Ending {
        FtpSession& session;
        ~Ending() {
            if (!session.transfer_->is_over) session.transfer_->end(session_errc::failed_inside);
        }
    } const ending{*this};
    while (!transfer_->is_over) {
        if (peer_is_gone_) transfer_->end(session_errc::peer_closed);
        const bool comes = !why_ended_ && take_waiting() && *waiting_;
        const auto verb =
            comes ? std::ranges::find(verbs(), (**waiting_).verb, &Verb::name) : verbs().end();
        if (verb == verbs().end() || !verb->meanwhile) {
            co_await changed_.wait();
            continue;
        }
        auto command = std::move(*std::exchange(waiting_, std::nullopt));
        co_await serve(std::move(command));
        co_await flush();
    }
}

/// The reply where the data connection failed: for the reason that is known best.
Reply FtpSession::broken(std::error_code why) const {
    if (transfer_->ended_by) why = transfer_->ended_by;
    const bool is_ours = why.category() == make_error_code(ftps_errc::not_the_peer).category() ||
                         why.category() == make_error_code(tls_errc::truncated).category();
    return {code_of(why), is_ours ? why.message() : "the data connection failed"};
}

asio::awaitable<void> FtpSession::abor(std::string) {
    if (transfer_) {
        ++aborts_;
        transfer_->end(ftps_errc::transfer_aborted);
        co_return;
    }
    data_port_.reset();
    say(226, "nothing to abort");
}

}  // namespace consign::ftps
