// The checkpoints that stand in the data folder's own file, checkpoints.jsonl: it is only ever
// appended to, beside the database, and so tells what was cut off that, or put back.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/ssh_signature.hpp"
#include "storage/ledger/verification.hpp"

namespace consign::desk {

struct WrittenCheckpoints {
    bool is_there = false;
    std::vector<ledger::Marker> markers{};  // signed by one of these witnesses, in order
    std::set<std::string> signers{};        // their fingerprints
    std::uint64_t strange = 0;              // lines that no witness of these signed

    [[nodiscard]] std::int64_t last() const {
        return markers.empty() ? 0 : markers.back().sequence;
    }
};

/// Blocking. A last line that a crash cut short is none. Without witnesses nothing is looked at.
[[nodiscard]] Result<WrittenCheckpoints> read_written_checkpoints(
    const std::filesystem::path& path, std::span<const Ed25519PublicKey> witnesses);

}  // namespace consign::desk
