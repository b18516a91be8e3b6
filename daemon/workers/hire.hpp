// Who works here.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <vector>

#include "daemon/workers/worker.hpp"
#include "desk/site/site.hpp"

namespace consign::daemon {

/// All workers of the daemon, on one strand. `site` outlives them.
[[nodiscard]] std::vector<std::unique_ptr<Worker>> hire(const boost::asio::any_io_executor& strand,
                                                        desk::Site& site);

}  // namespace consign::daemon
