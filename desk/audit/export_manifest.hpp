// What an export says of itself, and is signed: docs/formats/export.md. Pure.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "storage/ledger/excerpt.hpp"

namespace consign::desk {

/// The namespace of its signature.
inline constexpr std::string_view export_purpose = "export@consign";

struct ExportManifest {
    std::string site;
    std::optional<Id> chain;  // nothing: it is gone
    std::int64_t first = 1, last = 0;
    Digest32 previous{}, head{};  // the hashes before the first row, and of the last
    std::uint64_t rows = 0, shown = 0;
    Timestamp time{};
    std::string asked_by, witness;  // the witness's fingerprint
    std::string checkpoint;         // "made", or why none was
    ledger::ExcerptScope scope;
    std::set<std::string, std::less<>> fields;
    struct File {
        std::uint64_t bytes = 0;
        Digest32 sha256{};
    };
    std::map<std::string, File> files;
};

/// The exact bytes that are signed. A person's name in the scope is not told.
[[nodiscard]] std::string manifest_text(const ExportManifest& manifest);

}  // namespace consign::desk
