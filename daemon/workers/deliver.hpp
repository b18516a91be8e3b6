// One attempt to deliver one file over a connection: exactly one whole copy arrives, whenever the
// daemon or the connection dies.
#pragma once

#include <boost/asio.hpp>

#include "daemon/workers/delivery/far_end.hpp"
#include "desk/site/site.hpp"

namespace consign::daemon {

/// What was begun before is gone on with. `pool`: the far ends' own. Errors: delivery_errc, the
/// vault's, the database's; queue_errc::no_such_job where it was cancelled meanwhile;
/// std::errc::bad_message where the job cannot be read.
///
/// Bytes go to a name that is always the same, beside the final one. Once they are all there,
/// verified by size and, where the far end tells digests, by digest, the final name is chosen and
/// made durable, and only then is the file renamed. Whoever finds a job at that step finds out how
/// it went on: the temporary name is there: the rename is still to be done. It is gone, and the
/// file under its final name is the right one: it was delivered. Both are gone: it was delivered
/// and taken away there already, where the far end had vouched for the file's bytes; else it is
/// sent again.
[[nodiscard]] boost::asio::awaitable<Result<>> deliver(desk::Site& site,
                                                       boost::asio::thread_pool& pool,
                                                       delivery::FarEnd& far, queue::Job job);

}  // namespace consign::daemon
