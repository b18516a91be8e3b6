// The file that tells a depositor that its deposit was taken: docs/formats/acknowledgement.md. The
// deposit's own transaction makes a job of it; the job ends in the transaction that names the file.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "desk/deposits/appraisal.hpp"

namespace consign::desk {

/// Makes the job. `appraisal.routing` asks for an acknowledgement whose path could be made.
[[nodiscard]] Result<> ask_for_acknowledgement(Transaction& transaction, const Appraisal& appraisal,
                                               Timestamp now);

/// The deposit was replaced before anybody had it: what was not acknowledged yet is not.
[[nodiscard]] Result<> withdraw_acknowledgement(Transaction& transaction, const Id& deposit);

/// Seals the file, names it, and ends the job, as the queue knows it by now. Succeeds where the job
/// has ended meanwhile. As free_path(), or the vault's: nothing is left of the attempt then.
/// database_errc::altered_cell where the job cannot be read.
[[nodiscard]] boost::asio::awaitable<Result<>> write_acknowledgement(Site& site, queue::Job job);

}  // namespace consign::desk
