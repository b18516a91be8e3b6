#include "daemon/workers/hire.hpp"

#include "daemon/workers/acknowledger.hpp"
#include "daemon/workers/alerts/alert_trade.hpp"
#include "daemon/workers/queue_worker.hpp"

namespace consign::daemon {

std::vector<std::unique_ptr<Worker>> hire(const boost::asio::any_io_executor& strand,
                                          desk::Site& site) {
    std::vector<std::unique_ptr<Worker>> workers;
    workers.push_back(make_acknowledger(strand, site));
    workers.push_back(std::make_unique<QueueWorker>(strand, site, alert_trade(site)));
    return workers;
}

}  // namespace consign::daemon
