// Time stamps, as whoever verifies them needs them: `consign audit verify --tsa-ca`.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <optional>

#include "desk/site/site.hpp"
#include "desk/verbs/verb.hpp"

namespace consign::desk {

/// audit.timestamps  {"row", "checkpoint" (the text that was stamped), "answer" (base64 of the
///                   authority's TimeStampResp)} for each, in order of rows
[[nodiscard]] VerbTable timestamp_verbs(Site& site);

/// {"row", "time", "authority"} of the last time stamp, as it says itself; {"why"} where it cannot
/// be read. Nothing where there is none.
[[nodiscard]] boost::asio::awaitable<std::optional<boost::json::object>> last_stamp_row(Site& site);

}  // namespace consign::desk
