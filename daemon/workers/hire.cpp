#include "daemon/workers/hire.hpp"

#include "daemon/workers/acknowledger.hpp"

namespace consign::daemon {

std::vector<std::unique_ptr<Worker>> hire(const boost::asio::any_io_executor& strand,
                                          desk::Site& site) {
    std::vector<std::unique_ptr<Worker>> workers;
    workers.push_back(make_acknowledger(strand, site));
    return workers;
}

}  // namespace consign::daemon
