#include "storage/vault/record_run.hpp"

#include <mutex>
#include <utility>
#include <vector>

namespace consign::vault {

namespace {

using Memory = std::unique_ptr<std::uint8_t[]>;

/// What nobody uses at the moment; what was used last is given out first.
class Shelf {
  public:
    static constexpr std::size_t kept_limit = 4;

    [[nodiscard]] Memory take() {
        {
            const std::lock_guard lock(mutex_);
            if (!kept_.empty()) {
                auto memory = std::move(kept_.back());
                kept_.pop_back();
                return memory;
            }
        }
        return std::make_unique_for_overwrite<std::uint8_t[]>(RecordRun::records_limit *
                                                              record_bytes);
    }
    void give_back(Memory memory) {
        const std::lock_guard lock(mutex_);
        if (kept_.size() < kept_limit) kept_.push_back(std::move(memory));
    }

  private:
    std::mutex mutex_;
    std::vector<Memory> kept_;
};

Shelf& shelf() {
    static Shelf only;
    return only;
}

}  // namespace

void RecordRun::close() {
    if (bytes_) shelf().give_back(std::move(bytes_));
    count_ = 0;
    is_open_ = false;
}

ByteSpan RecordRun::add(std::uint64_t index) {
    if (!bytes_) bytes_ = shelf().take();
    if (count_ == 0) first_ = index;
    return {bytes_.get() + count_++ * record_bytes, record_bytes};
}

Result<> RecordRun::write_to(DiskFile& file) {
    const std::size_t count = std::exchange(count_, 0);
    if (count == 0) return {};
    return file.write_at(record_offset(first_), {bytes_.get(), count * record_bytes});
}

}  // namespace consign::vault
