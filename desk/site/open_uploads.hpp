// The uploads that some session has open now, by stream. Who resumes or replaces one takes it over:
// a technician whose line was cut comes back before the server has noticed that the first session
// died.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "base/id.hpp"

namespace consign::desk {

class Upload;

class OpenUploads {
  public:
    void add(const Id& stream, const std::shared_ptr<Upload>& upload) {
        const std::scoped_lock lock(mutex_);
        open_[stream] = {upload.get(), upload};
    }
    /// Forgets `upload`. False where another session has taken the stream over meanwhile.
    bool drop(const Id& stream, const Upload* upload) {
        const std::scoped_lock lock(mutex_);
        const auto found = open_.find(stream);
        if (found == open_.end() || found->second.upload != upload) return false;
        open_.erase(found);
        return true;
    }
    /// Null where no session has it open.
    [[nodiscard]] std::shared_ptr<Upload> find(const Id& stream) const {
        const std::scoped_lock lock(mutex_);
        const auto found = open_.find(stream);
        return found == open_.end() ? nullptr : found->second.owner.lock();
    }

  private:
    struct Open {
        const Upload* upload = nullptr;  // told apart even while it is being destroyed
        std::weak_ptr<Upload> owner;
    };

    mutable std::mutex mutex_;
    std::map<Id, Open> open_;
};

}  // namespace consign::desk
