// Time stamps over checkpoints, by an authority's word: docs/formats/timestamp.md. What is asked of
// whom over which wire is for a worker.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>

#include "base/rfc3161.hpp"
#include "desk/site/site.hpp"

namespace consign::desk {

/// In the data folder: each time stamp, and the checkpoint's text that it is about.
inline constexpr const char* timestamps_folder = "timestamps";

/// What is to be stamped: ledger::Timestamps::due.
[[nodiscard]] boost::asio::awaitable<Result<std::optional<ledger::Ledger::Checkpoint>>>
checkpoint_to_stamp(Site& site);

/// Over which bytes of the checkpoint.
[[nodiscard]] Digest32 imprint_of(const ledger::Ledger::Checkpoint& checkpoint);

/// An answer that was held against its query: a row, an event, and the end of the trouble where
/// there was one; then a file, with what earlier ones are missing.
[[nodiscard]] boost::asio::awaitable<Result<>> keep_stamp(Site& site, ledger::Stamped stamped,
                                                          const rfc3161::Answer& answer);

/// Writes the files that a crash or a full disk kept from being written.
[[nodiscard]] boost::asio::awaitable<Result<>> write_stamp_files(Site& site);

/// Tells, once until a stamp comes, that none can be had: `failures` in a row.
[[nodiscard]] boost::asio::awaitable<Result<>> tell_of_no_stamps(Site& site,
                                                                 std::uint64_t failures);

/// What was stamped last. By whose word, as the answer itself says: nobody was asked whom to trust.
struct LastStamp {
    std::int64_t sequence = 0;
    rfc3161::Answer answer;
};
[[nodiscard]] boost::asio::awaitable<Result<std::optional<LastStamp>>> last_stamp(Site& site);

}  // namespace consign::desk
