#include "daemon/workers/hire.hpp"

#include "daemon/workers/acknowledger.hpp"
#include "daemon/workers/alerts/alert_trade.hpp"
#include "daemon/workers/checkpoints.hpp"
#include "daemon/workers/delivery_worker.hpp"
#include "daemon/workers/event_log/checkpoint_log.hpp"
#include "daemon/workers/event_log/event_log.hpp"
#include "daemon/workers/expectations.hpp"
#include "daemon/workers/forgetter.hpp"
#include "daemon/workers/pull_worker.hpp"
#include "daemon/workers/queue_worker.hpp"
#include "daemon/workers/retention_worker.hpp"
#include "daemon/workers/scanner.hpp"
#include "daemon/workers/scrub/scrubber.hpp"
#include "daemon/workers/stamper.hpp"

namespace consign::daemon {

std::vector<std::unique_ptr<Worker>> hire(const boost::asio::any_io_executor& strand,
                                          desk::Site& site) {
    std::vector<std::unique_ptr<Worker>> workers;
    const auto far_ends = std::make_shared<delivery::FarEnds>();
    workers.push_back(make_acknowledger(strand, site));
    workers.push_back(std::make_unique<QueueWorker>(strand, site, alert_trade(site)));
    workers.push_back(std::make_unique<Checkpoints>(strand, site));
    workers.push_back(std::make_unique<Stamper>(strand, site));
    workers.push_back(std::make_unique<RetentionWorker>(strand, site));
    workers.push_back(std::make_unique<Forgetter>(strand, site));
    workers.push_back(std::make_unique<Expectations>(strand, site));
    workers.push_back(make_scanner(strand, site));
    workers.push_back(std::make_unique<EventLog>(strand, site));
    workers.push_back(std::make_unique<CheckpointLog>(strand, site));
    workers.push_back(std::make_unique<Scrubber>(strand, site));
    workers.push_back(std::make_unique<DeliveryWorker>(strand, site, far_ends));
    workers.push_back(std::make_unique<PullWorker>(strand, site, far_ends));
    return workers;
}

}  // namespace consign::daemon
