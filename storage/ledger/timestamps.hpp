// What a time stamping authority said of checkpoints: docs/formats/timestamp.md. The answers are
// kept as they came; whether one holds is not asked here. Lives on one connection, and changes on
// the writer thread alone. Errors: the database's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "storage/ledger/ledger.hpp"

namespace consign::ledger {

/// A checkpoint, and the authority's answer over its text: a TimeStampResp (RFC 3161), DER.
struct Stamped {
    Ledger::Checkpoint checkpoint;
    Bytes answer;
};

/// The detail of a checkpoint_stamped, and the checkpoint's sequence in it: it stands in the chain,
/// and is read back. Never change it.
[[nodiscard]] std::string checkpoint_stamped_words(std::int64_t checkpoint, std::string_view time);
[[nodiscard]] std::optional<std::int64_t> stamped_checkpoint(const Event& event);

class Timestamps {
  public:
    explicit Timestamps(database::Connection& connection) : connection_(connection) {}

    /// The newest checkpoint, where it has no timestamp and tells something new: a row since the
    /// last one that has, which is not about a timestamp itself. Else an idle site would stamp its
    /// own stamps for ever.
    [[nodiscard]] Result<std::optional<Ledger::Checkpoint>> due();
    /// `answer` over the checkpoint of this sequence, which is there.
    [[nodiscard]] Result<> keep(std::int64_t checkpoint, ByteView answer);

    [[nodiscard]] Result<std::optional<Stamped>> last();
    /// In order.
    [[nodiscard]] Result<std::vector<Stamped>> newest(std::size_t limit);
    /// Up to `limit`, over more rows than `checkpoint`, in order.
    [[nodiscard]] Result<std::vector<Stamped>> after(std::int64_t checkpoint, std::size_t limit);

  private:
    database::Connection& connection_;
};

}  // namespace consign::ledger
