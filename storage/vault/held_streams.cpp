#include "storage/vault/held_streams.hpp"

#include <utility>

namespace consign::vault {

StreamHold::StreamHold(StreamHold&& other) noexcept
    : from_(std::exchange(other.from_, nullptr)), stream_(other.stream_) {}

StreamHold& StreamHold::operator=(StreamHold&& other) noexcept {
    std::swap(from_, other.from_);
    std::swap(stream_, other.stream_);
    return *this;
}

StreamHold::~StreamHold() {
    if (from_) from_->give_back(stream_);
}

std::optional<StreamHold> HeldStreams::take(const Id& stream) {
    const std::scoped_lock lock(mutex_);
    if (!held_.insert(stream).second) return std::nullopt;
    return StreamHold(*this, stream);
}

bool HeldStreams::is_held(const Id& stream) const {
    const std::scoped_lock lock(mutex_);
    return held_.contains(stream);
}

void HeldStreams::give_back(const Id& stream) {
    const std::scoped_lock lock(mutex_);
    held_.erase(stream);
}

}  // namespace consign::vault
