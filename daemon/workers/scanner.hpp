// Takes deposits to the virus scanner, those of one account in the order in which they came.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "daemon/workers/worker.hpp"
#include "desk/site/site.hpp"

namespace consign::daemon {

[[nodiscard]] std::unique_ptr<Worker> make_scanner(const boost::asio::any_io_executor& strand,
                                                   desk::Site& site);

}  // namespace consign::daemon
