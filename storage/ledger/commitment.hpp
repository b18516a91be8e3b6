// Personal fields of an event. The row holds SHA-256(salt || field) of each; salt and field stand
// beside it, sealed. So a field can be shown to be the one in the row, and can be forgotten, with
// the chain intact: docs/formats/ledger.md. Pure.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "storage/ledger/event.hpp"

namespace consign::ledger {

using Salt = std::array<std::uint8_t, 32>;

/// A field with what opens its commitment.
struct OpenedField {
    std::string name;  // as in Personal
    Salt salt{};
    std::string value;
};

/// The fields that are present, in the order of Personal, each with a salt of its own.
[[nodiscard]] std::vector<OpenedField> salted(const Personal& personal, RandomSource& random);

[[nodiscard]] Digest32 commitment(const OpenedField& field);
/// As they stand in the row: u8 count, then for each: string name | 32 commitment.
[[nodiscard]] Bytes commitments(const std::vector<OpenedField>& fields);
/// What is sealed beside the row: u8 count, then for each: string name | 32 salt | string value.
[[nodiscard]] Bytes openings(const std::vector<OpenedField>& fields);

/// Nothing where `openings` are malformed, or are not those of `commitments`.
[[nodiscard]] std::optional<std::vector<OpenedField>> opened_fields(ByteView commitments,
                                                                    ByteView openings);
/// The same, as an event has them.
[[nodiscard]] std::optional<Personal> open_commitments(ByteView commitments, ByteView openings);

}  // namespace consign::ledger
