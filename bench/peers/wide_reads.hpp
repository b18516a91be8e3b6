// libssh reads 4 KiB at a time, with a poll before each. This program answers its `recv` and `poll`
// itself, from 256 KiB that one system call brought, so that the client is not what is measured.
#pragma once

#include <cstddef>
#include <memory>

namespace consign::bench {

/// While it lives, reads of this descriptor in this thread are wide. At most one a thread.
class WideReads {
  public:
    explicit WideReads(int descriptor);
    WideReads(const WideReads&) = delete;
    WideReads& operator=(const WideReads&) = delete;
    ~WideReads();

    [[nodiscard]] int descriptor() const { return descriptor_; }
    [[nodiscard]] bool empty() const { return begin_ == end_; }
    /// As recv(2).
    std::ptrdiff_t take(void* to, std::size_t size);

  private:
    int descriptor_;
    std::unique_ptr<std::byte[]> bytes_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace consign::bench
