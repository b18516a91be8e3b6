#include "protocols/listener.hpp"

namespace consign::protocols {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// What the system keeps of connections that nobody has accepted yet.
constexpr int backlog_connections = 1024;
/// Where descriptors or memory are used up, accepting pauses: those who wait are served later.
constexpr std::chrono::milliseconds accept_pause{100};

}  // namespace

Listener::Listener(asio::io_context& io, asio::any_io_executor strand, const Log& log,
                   std::string name, std::string protocol, const tcp::endpoint& endpoint,
                   Receive receive)
    : io_(io),
      strand_(std::move(strand)),
      log_(log),
      name_(std::move(name)),
      protocol_(std::move(protocol)),
      receive_(std::move(receive)),
      acceptor_(strand_),
      ended_(strand_) {
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    if (endpoint.address().is_v6())
        acceptor_.set_option(asio::ip::v6_only(!endpoint.address().is_unspecified()));
    acceptor_.bind(endpoint);
    acceptor_.listen(backlog_connections);
    bound_ = acceptor_.local_endpoint();
}

asio::awaitable<void> Listener::run() {
    // What a session's strand has left to do is gone on with by the thread that is there, without
    // waking another.
    const auto threads =
        asio::require(io_.get_executor(), asio::execution::relationship.continuation);
    while (acceptor_.is_open()) {
        boost::system::error_code error;
        tcp::socket socket(asio::make_strand(threads));
        co_await acceptor_.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
        if (!acceptor_.is_open() || error == asio::error::operation_aborted) break;
        if (error) {
            log_.warning("a connection could not be accepted", {{"why", std::error_code(error)}});
            asio::steady_timer pause(strand_, accept_pause);
            co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
            continue;
        }
        begin(std::move(socket));
    }
}

void Listener::begin(tcp::socket socket) {
    sessions_.push_front(receive_(std::move(socket)));
    const auto owned = sessions_.begin();
    asio::co_spawn((*owned)->strand(), (*owned)->run(),
                   [this, owned](const std::exception_ptr& thrown) {
                       if (thrown)
                           log_.error("a session's end failed", {{"session", (*owned)->id()}});
                       asio::post(strand_, [this, owned] {
                           sessions_.erase(owned);
                           ended_.notify();
                       });
                   });
}

void Listener::stop_accepting() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
}

template <class Act>
void Listener::each(Act act) {
    for (const auto& session : sessions_)
        asio::post(session->strand(), [act, session] { act(*session); });
}

void Listener::drain() {
    each([](Peer& session) { session.drain(); });
}

void Listener::cut() {
    each([](Peer& session) { session.cut(); });
}

asio::awaitable<std::size_t> Listener::end_unwelcome() {
    struct Round {
        Round(std::size_t sessions, const asio::any_io_executor& strand)
            : unanswered(sessions), answered(strand) {}
        std::size_t unanswered;
        std::size_t leave = 0;
        Wakeup answered;
    };
    const auto round = std::make_shared<Round>(sessions_.size(), strand_);
    each([strand = strand_, round](Peer& session) {
        const bool leaves = session.leave_where_unwelcome();
        asio::post(strand, [round, leaves] {
            round->leave += leaves ? 1 : 0;
            if (--round->unanswered == 0) round->answered.notify();
        });
    });
    while (round->unanswered > 0) co_await round->answered.wait();
    co_return round->leave;
}

asio::awaitable<void> Listener::all_ended() {
    while (!sessions_.empty()) co_await ended_.wait();
}

}  // namespace consign::protocols
