#include "storage/vault/open_chunk.hpp"

#include <cstring>

namespace consign::vault {

void OpenChunk::write(std::size_t offset, ByteView bytes) {
    const std::size_t end = offset + bytes.size();
    if (offset > known_) std::memset(at(known_), 0, offset - known_);
    std::memcpy(at(offset), bytes.data(), bytes.size());
    known_ = std::max(known_, end);
    if (offset <= written_) written_ = std::max(written_, end);
    changed_ = true;
}

void OpenChunk::cut(std::size_t length) {
    known_ = std::min(known_, length);
    written_ = std::min(written_, length);
    changed_ = true;
}

ByteView OpenChunk::content(std::size_t length) {
    if (known_ < length) {
        std::memset(at(known_), 0, length - known_);
        known_ = length;
    }
    return {at(0), length};
}

}  // namespace consign::vault
