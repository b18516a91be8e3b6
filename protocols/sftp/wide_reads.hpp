// libssh reads 4 KiB at a time, with a poll before each: an eighth of what an upload costs. A
// program that links wide_reads_calls.cpp answers libssh's `recv` and `poll` itself, from a buffer
// that one system call filled. In every other program this has no effect.
#pragma once

#include <cstddef>
#include <memory>

namespace consign::ssh {

/// Bytes of one descriptor that were read ahead. One thread at a time.
class WideReads {
  public:
    static constexpr std::size_t buffer_bytes = std::size_t{256} * 1024;

    /// While it lives, this thread's reads of the descriptor go through the buffer; those of other
    /// descriptors and threads are untouched. One at a time a thread; the reads outlive it.
    class Turn {
      public:
        Turn(WideReads& reads, int descriptor);
        ~Turn();
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;
    };
    /// Whose turn it is in this thread; null where it is not this descriptor's.
    [[nodiscard]] static WideReads* of(int descriptor);

    /// What is left at the end of a turn is lost.
    [[nodiscard]] bool empty() const { return begin_ == end_; }
    void forget() { begin_ = end_; }
    /// As recv(2).
    [[nodiscard]] std::ptrdiff_t take(int descriptor, void* to, std::size_t size);

  private:
    std::unique_ptr<std::byte[]> bytes_;  // from the first turn on
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace consign::ssh
