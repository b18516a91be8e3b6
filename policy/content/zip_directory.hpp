// Does a zip end with its directory, where the end says that it is (APPNOTE.TXT 6.3.10, 4.3.16, and
// 4.3.14 for zip64)? Only the last bytes are kept.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace consign::policy::content {

class ZipDirectoryCheck {
  public:
    void add(ByteView bytes);
    [[nodiscard]] bool has_ended() const;

  private:
    Bytes tail_;
    std::uint64_t total_bytes_ = 0;
};

}  // namespace consign::policy::content
