// What all sessions share. Built once, by main; everything in it may be used from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <stop_token>

#include "base/clock.hpp"
#include "base/ed25519.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "desk/site/collected_names.hpp"
#include "desk/site/home_growth.hpp"
#include "desk/site/live_policy.hpp"
#include "desk/site/moved_names.hpp"
#include "desk/site/occupancy.hpp"
#include "desk/site/open_uploads.hpp"
#include "desk/site/passwords.hpp"
#include "desk/site/rate.hpp"
#include "desk/site/refusals.hpp"
#include "desk/site/undestroyed.hpp"
#include "storage/store.hpp"

namespace consign::desk {

/// An upload's opening may be told of before it is durable; but not all of them for so long, so
/// that a start knows what is newer than all on record.
inline constexpr std::chrono::seconds durable_opening_interval{30};

struct Site {
    Store& store;
    LivePolicy& policy;
    const Clock& clock;
    RandomSource& random;
    const Log& log;
    Passwords& passwords;
    Timestamp started;                    // of this daemon
    const Ed25519Key* witness = nullptr;  // where keys.witness names one
    Occupancy occupancy{};
    OpenUploads uploads{};
    HomeGrowth growth{};
    Refusals refusals{};
    Rates rates{};
    MovedNames moved_names{};
    CollectedNames collected_names{};
    Undestroyed undestroyed{};
    /// When an upload's opening was durable before it was told of.
    std::atomic<Timestamp> durable_opening{Timestamp{}};
    /// Asked for once the daemon stops: what may take long, and changes nothing, ends early.
    std::stop_source stopping{};
};

}  // namespace consign::desk
