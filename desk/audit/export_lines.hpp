// The rows of an export as lines of its rows.jsonl: docs/formats/export.md. Rows in scope whole,
// with the openings of chosen fields; of the others, the hash alone. Pure.
#pragma once

#include <set>
#include <string>
#include <utility>

#include "storage/ledger/excerpt.hpp"

namespace consign::desk {

class ExportLines {
  public:
    /// How many stand-ins make a line.
    static constexpr std::size_t run_limit = 1024;

    /// Behind the row of this number and hash. `fields`: those that are opened; none: all.
    ExportLines(std::int64_t sequence, const Digest32& hash,
                std::set<std::string, std::less<>> fields)
        : sequence_(sequence), hash_(hash), fields_(std::move(fields)) {}

    /// The next row, in order.
    void add(const ledger::ExcerptRow& row);
    /// After the last row.
    void finish() { end_run(); }
    /// The whole lines since the last call.
    [[nodiscard]] std::string take() { return std::exchange(lines_, {}); }

    [[nodiscard]] std::uint64_t rows() const { return rows_; }
    [[nodiscard]] std::uint64_t shown() const { return shown_; }

  private:
    void show(const ledger::ExcerptRow& row);
    void stand_in(const ledger::ExcerptRow& row);
    void end_run();

    std::int64_t sequence_;  // of the last row
    Digest32 hash_;
    std::set<std::string, std::less<>> fields_;
    Bytes run_;  // stand-ins that no line holds yet
    std::string lines_;
    std::uint64_t rows_ = 0, shown_ = 0;
};

}  // namespace consign::desk
