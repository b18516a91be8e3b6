#include "daemon/workers/acknowledger.hpp"

#include "daemon/workers/dead_letter.hpp"
#include "daemon/workers/queue_worker.hpp"
#include "desk/deposits/acknowledgement.hpp"
#include "desk/deposits/router.hpp"
#include "storage/catalog/errc.hpp"

namespace consign::daemon {

namespace asio = boost::asio;

namespace {

constexpr std::size_t at_once = 4;

/// No later attempt would find it otherwise, unless an administrator makes room.
bool is_hopeless(std::error_code why) {
    return why == std::errc::filename_too_long || why == catalog::catalog_errc::not_a_directory ||
           why == catalog::catalog_errc::already_there;
}

asio::awaitable<Attempt> acknowledge(desk::Site& site, queue::Job job) {
    const auto done = co_await desk::write_acknowledgement(site, std::move(job));
    if (done) co_return Attempt{};
    if (is_hopeless(done.error())) co_return Attempt::hopeless(done.error().message());
    co_return Attempt::failed(done.error());
}

}  // namespace

std::unique_ptr<Worker> make_acknowledger(const asio::any_io_executor& strand, desk::Site& site) {
    QueueWorker::Trade trade{
        .kind = queue::Kind::acknowledge,
        .account = desk::router_account,
        .at_once = at_once,
        .carry_out = [&site](const queue::Job& job) { return acknowledge(site, job); },
        .when_buried = tell_of_dead_letter(site, desk::router_account)};
    return std::make_unique<QueueWorker>(strand, site, std::move(trade));
}

}  // namespace consign::daemon
