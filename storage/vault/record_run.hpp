// Sealed records of chunks that follow one another, gathered so that the system takes them in one
// call: a call for each costs a third more on ext4.
#pragma once

#include <memory>

#include "base/disk.hpp"
#include "storage/vault/record.hpp"

namespace consign::vault {

/// Gathers for one write at a time; in between it is closed, and empty.
class RecordRun {
  public:
    static constexpr std::size_t records_limit = 16;

    void open() { is_open_ = true; }
    /// The memory goes to whoever gathers next, so that many open uploads cost no more than few.
    void close();
    [[nodiscard]] bool is_open() const { return is_open_; }
    [[nodiscard]] bool is_empty() const { return count_ == 0; }
    [[nodiscard]] std::uint64_t size_bytes() const { return count_ * record_bytes; }
    /// Whether the chunk follows on the last one, and there is room.
    [[nodiscard]] bool takes(std::uint64_t index) const {
        return count_ == 0 || (count_ < records_limit && index == first_ + count_);
    }
    /// Where the record of a chunk that it takes is to be sealed.
    [[nodiscard]] ByteSpan add(std::uint64_t index);
    /// All that was gathered. It is forgotten, also where that fails.
    [[nodiscard]] Result<> write_to(DiskFile& file);

  private:
    std::unique_ptr<std::uint8_t[]> bytes_;  // from the first record on
    std::uint64_t first_ = 0;
    std::size_t count_ = 0;
    bool is_open_ = false;
};

}  // namespace consign::vault
