// One chunk of an open upload, in memory, in the shape of the record that it will become.
#pragma once

#include <cstdint>
#include <memory>

#include "base/bytes.hpp"
#include "storage/vault/record.hpp"

namespace consign::vault {

using RecordBuffer = std::unique_ptr<std::uint8_t[]>;  // record_bytes of them

[[nodiscard]] inline RecordBuffer make_record_buffer() {
    return std::make_unique_for_overwrite<std::uint8_t[]>(record_bytes);
}

class OpenChunk {
  public:
    OpenChunk(std::uint64_t index, RecordBuffer buffer)
        : index_(index), buffer_(std::move(buffer)) {}

    [[nodiscard]] std::uint64_t index() const { return index_; }
    /// All of it was written, from its start to its end: there is nothing to wait for.
    [[nodiscard]] bool complete() const { return written_ == chunk_bytes; }
    [[nodiscard]] bool changed() const { return changed_; }

    void write(std::size_t offset, ByteView bytes);
    /// Forgets what is past `length`.
    void cut(std::size_t length);
    /// Its first `length` bytes; what was never written is zeros.
    [[nodiscard]] ByteView content(std::size_t length);

    /// All of the record's memory: content goes where RecordCipher::content_in says.
    [[nodiscard]] ByteSpan record() { return {buffer_.get(), record_bytes}; }
    /// Says that the first `length` bytes of content were put there from the disk.
    void loaded(std::size_t length) { known_ = length; }

    [[nodiscard]] RecordBuffer release() { return std::move(buffer_); }

    std::uint64_t last_use = 0;

  private:
    [[nodiscard]] std::uint8_t* at(std::size_t offset) {
        return RecordCipher::content_in(record()).data() + offset;
    }

    std::uint64_t index_;
    RecordBuffer buffer_;
    std::size_t written_ = 0;  // from the start, without a gap, since it was opened
    std::size_t known_ = 0;    // past this the memory was never set; it stands for zeros
    bool changed_ = false;
};

}  // namespace consign::vault
