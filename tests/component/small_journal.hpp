// A journal of the vault for tests.
#pragma once

#include "storage/vault/journal.hpp"

namespace consign::testing {

/// Holds two of the longest files a segment; nothing happens behind a test's back.
inline constexpr vault::Journal::Shape small_journal{.segment_bytes = 160 * 1024,
                                                     .in_background = false};

/// The same, where each commit is followed by a sync of another file.
inline constexpr vault::Journal::Shape followed_journal{
    .segment_bytes = 160 * 1024, .in_background = false, .sync_follows = true};

}  // namespace consign::testing
