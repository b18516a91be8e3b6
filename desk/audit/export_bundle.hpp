// An export of the ledger, file by file and piece by piece: docs/formats/export.md. What it holds
// at once is bounded, however many rows there are; rows written meanwhile are not in it.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/ed25519.hpp"
#include "base/evp.hpp"
#include "desk/audit/export_lines.hpp"
#include "desk/audit/export_manifest.hpp"
#include "storage/ledger/ledger.hpp"
#include "storage/ledger/timestamps.hpp"

namespace consign::desk {

/// Every file that a bundle has. Whoever writes one takes no other name.
inline constexpr std::array<std::string_view, 13> bundle_files{
    "README.txt",       "rows.jsonl",    "checkpoints.jsonl", "timestamps.jsonl", "witness.pub",
    "allowed_signers",  "export.md",     "ledger.md",         "checkpoint.md",    "timestamp.md",
    "verify-ledger.py", "manifest.json", "manifest.json.sig"};

struct ExportRequest {
    ledger::ExcerptScope scope{};
    std::set<std::string, std::less<>> fields{};  // that are opened; none: all
    bool whole_chain = false;  // from row 1, also where an earlier checkpoint would do
    std::string site{}, asked_by{};
    Timestamp time{};
    std::string checkpoint{};  // "made", or why none was
};

struct BundlePiece {
    std::string_view file;  // one of bundle_files
    std::string text;
};

class ExportBundle {
  public:
    /// About how many bytes of rows make a piece.
    static constexpr std::size_t page_bytes = std::size_t{128} * 1024;
    static constexpr std::size_t page_checkpoints = 100;

    /// `witness` outlives it.
    ExportBundle(ExportRequest request, const Ed25519Key& witness);

    /// What comes next: the pieces of a file one behind the other, and file behind file. Nothing at
    /// the end. Each call may be on a snapshot of its own.
    [[nodiscard]] Result<std::optional<BundlePiece>> next(ledger::Ledger& ledger,
                                                          ledger::Timestamps& timestamps,
                                                          ledger::Excerpt& excerpt);
    /// Whole once the last piece was given.
    [[nodiscard]] const ExportManifest& manifest() const { return manifest_; }

  private:
    enum class Part : std::uint8_t {
        begin,
        keys,
        checkpoints,
        timestamps,
        rows,
        manifest,
        signature,
        end
    };

    [[nodiscard]] Result<> begin(ledger::Ledger& ledger, ledger::Excerpt& excerpt);
    /// Where the chain part begins, should it not be at row 1.
    [[nodiscard]] Result<std::optional<ledger::Marker>> beginning(ledger::Ledger& ledger,
                                                                  std::int64_t first_in_scope);
    [[nodiscard]] BundlePiece key_piece();
    [[nodiscard]] Result<std::string> checkpoint_lines(ledger::Ledger& ledger);
    [[nodiscard]] Result<std::string> timestamp_lines(ledger::Timestamps& timestamps);
    [[nodiscard]] Result<std::string> row_lines(ledger::Excerpt& excerpt);
    /// What was forgotten while rows were read is told behind their end: then it ends later.
    [[nodiscard]] Result<bool> go_on(ledger::Excerpt& excerpt);
    /// Counts it for the manifest.
    [[nodiscard]] BundlePiece piece(std::string_view file, std::string text);

    ExportRequest request_;
    const Ed25519Key& witness_;
    ExportManifest manifest_;
    Part part_ = Part::begin;
    std::size_t page_ = 0;              // of the files that are always the same
    std::int64_t last_checkpoint_ = 0;  // that is given
    std::int64_t checkpoint_ = 0;       // whose line was given last
    std::int64_t stamped_ = 0;          // whose timestamp was given last
    std::int64_t row_ = 0;              // that comes next
    bool at_last_ = false;              // the row before row_ was the last
    bool rows_ended_ = false;
    std::optional<ExportLines> lines_;
    std::map<std::string, evp::Digest> digests_;
    std::string signed_;
};

}  // namespace consign::desk
