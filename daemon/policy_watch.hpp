// Have the files of the policy changed? inotify(7) on their folders.
#pragma once

#include <boost/asio.hpp>
#include <chrono>
#include <filesystem>
#include <map>
#include <set>

#include "base/log.hpp"

namespace consign::daemon {

/// Lives on one strand.
class PolicyWatch {
  public:
    static constexpr std::chrono::milliseconds usual_quiet_time{500};
    /// Where something always happens, it is answered after so long all the same.
    static constexpr std::chrono::seconds unrest_limit{10};

    /// `quiet_time`: who saves several files, or copies them here, is waited for until nothing has
    /// happened for so long.
    PolicyWatch(const boost::asio::any_io_executor& strand, const Log& log,
                std::chrono::milliseconds quiet_time = usual_quiet_time);

    /// These, and no others, from now on. One that cannot be watched is logged, and left out.
    void watch(const std::set<std::filesystem::path>& folders);
    /// Returns once something in the folders has changed, and quiet has come; false after stop().
    [[nodiscard]] boost::asio::awaitable<bool> changed();
    void stop();

  private:
    /// Takes what waits to be read. False where there is no more to come, ever.
    [[nodiscard]] bool drain();
    [[nodiscard]] boost::asio::awaitable<bool> wait_for_event();

    const Log& log_;
    const std::chrono::milliseconds quiet_time_;
    boost::asio::posix::stream_descriptor inotify_;
    boost::asio::steady_timer quiet_;
    std::map<std::filesystem::path, int> watched_;
    bool stopped_ = false;
};

}  // namespace consign::daemon
