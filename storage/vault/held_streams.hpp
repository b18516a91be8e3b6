// Which streams somebody is about to change: one at a time for each, and who comes second is told
// so, instead of waiting or of changing the file under the first.
#pragma once

#include <mutex>
#include <optional>
#include <set>

#include "base/id.hpp"

namespace consign::vault {

class HeldStreams;

/// The right to change one stream; given back by its destructor. Its HeldStreams outlives it.
class StreamHold {
  public:
    StreamHold() = default;  // holds nothing
    StreamHold(StreamHold&& other) noexcept;
    StreamHold& operator=(StreamHold&& other) noexcept;
    StreamHold(const StreamHold&) = delete;
    StreamHold& operator=(const StreamHold&) = delete;
    ~StreamHold();

    [[nodiscard]] const Id& stream() const { return stream_; }

  private:
    friend class HeldStreams;
    StreamHold(HeldStreams& from, const Id& stream) : from_(&from), stream_(stream) {}

    HeldStreams* from_ = nullptr;
    Id stream_;
};

/// Safe from several threads.
class HeldStreams {
  public:
    /// Nothing where the stream is held.
    [[nodiscard]] std::optional<StreamHold> take(const Id& stream);
    [[nodiscard]] bool is_held(const Id& stream) const;

  private:
    friend class StreamHold;
    void give_back(const Id& stream);

    mutable std::mutex mutex_;
    std::set<Id> held_;
};

}  // namespace consign::vault
