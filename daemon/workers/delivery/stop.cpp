#include "daemon/workers/delivery/stop.hpp"

#include <sys/socket.h>

namespace consign::delivery {

void Stop::ask() {
    const std::scoped_lock lock(mutex_);
    asked_ = true;
    for (const int descriptor : descriptors_) ::shutdown(descriptor, SHUT_RDWR);
    told_.notify_all();
}

bool Stop::sleep(std::chrono::steady_clock::duration time) {
    std::unique_lock lock(mutex_);
    return !told_.wait_for(lock, time, [this] { return asked_.load(); });
}

Stop::Watch::Watch(Stop& stop, int descriptor) : stop_(stop), descriptor_(descriptor) {
    const std::scoped_lock lock(stop_.mutex_);
    stop_.descriptors_.insert(descriptor_);
    if (stop_.asked_) ::shutdown(descriptor_, SHUT_RDWR);
}

Stop::Watch::~Watch() {
    const std::scoped_lock lock(stop_.mutex_);
    stop_.descriptors_.erase(descriptor_);
}

}  // namespace consign::delivery
