// A journal of the vault for tests.
#pragma once

#include "storage/vault/journal.hpp"

namespace consign::testing {

/// Holds two of the longest files a segment; nothing happens behind a test's back.
inline constexpr vault::Journal::Shape small_journal{.segment_bytes = 160 * 1024,
                                                     .in_background = false};

}  // namespace consign::testing
