// The canonical bytes of an event row, version 1, and the chain over them: docs/formats/ledger.md.
// Pure: these bytes outlive the program, and others verify them without it.
#pragma once

#include "base/bytes.hpp"
#include "base/id.hpp"
#include "storage/ledger/event.hpp"

namespace consign::ledger {

inline constexpr std::uint8_t row_version = 1;

/// `event.personal` is not read: `commitments` stand for it.
[[nodiscard]] Bytes row_bytes(const Id& chain, std::int64_t sequence, const Event& event,
                              ByteView commitments);

/// What the first row is chained to: SHA-256("consign ledger v1" || chain id).
[[nodiscard]] Digest32 chain_start(const Id& chain);
/// SHA-256(previous || SHA-256(row)).
[[nodiscard]] Digest32 chain_hash(const Digest32& previous, ByteView row);

}  // namespace consign::ledger
