#include "daemon/workers/hire.hpp"

namespace consign::daemon {

std::vector<std::unique_ptr<Worker>> hire(const boost::asio::any_io_executor& strand,
                                          desk::Site& site) {
    std::vector<std::unique_ptr<Worker>> workers;
    static_cast<void>(strand);
    static_cast<void>(site);
    return workers;
}

}  // namespace consign::daemon
