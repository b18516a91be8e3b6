// A checkpoint: where the ledger's chain ended at a moment, signed by the witness key, so that
// whoever keeps a copy elsewhere can show later that nothing before it was changed:
// docs/formats/checkpoint.md. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/ssh_signature.hpp"

namespace consign::desk {

struct Checkpoint {
    Id chain;
    std::int64_t sequence = 0;
    Digest32 hash{};
    Timestamp time{};

    bool operator==(const Checkpoint&) const = default;
};

/// The namespace of its signature.
inline constexpr std::string_view checkpoint_purpose = "checkpoint@consign";

/// The exact bytes that are signed.
[[nodiscard]] std::string checkpoint_text(const Checkpoint& checkpoint);
/// Nothing where `text` is not exactly what checkpoint_text() makes.
[[nodiscard]] std::optional<Checkpoint> from_checkpoint_text(std::string_view text);

/// A line of the file of checkpoints: {"checkpoint": TEXT, "signature": ARMOUR}, with its newline.
[[nodiscard]] std::string checkpoint_line(std::string_view text, std::string_view signature);

struct SignedCheckpoint {
    Checkpoint checkpoint;
    Ed25519PublicKey signer{};
};
/// Nothing where the text is none, or the signature is not one of it.
[[nodiscard]] std::optional<SignedCheckpoint> verified_checkpoint(std::string_view text,
                                                                  std::string_view signature);
[[nodiscard]] std::optional<SignedCheckpoint> from_checkpoint_line(std::string_view line);

}  // namespace consign::desk
