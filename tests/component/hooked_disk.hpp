// The real disk, on which something else happens in the moment before a file is opened to be
// changed: what another session, or the housekeeping, does in between.
#pragma once

#include <boost/asio.hpp>
#include <functional>

#include "base/disk.hpp"

namespace consign::testing {

class HookedDisk final : public Disk {
  public:
    /// Called on the thread of whoever opens; set while nobody does.
    std::function<void(const Path&)> before_change;

    Result<std::unique_ptr<DiskFile>> create(const Path& path) override {
        return below_.create(path);
    }
    Result<std::unique_ptr<DiskFile>> open(const Path& path, Access access) override {
        if (access == Access::read_write && before_change) before_change(path);
        return below_.open(path, access);
    }
    Result<> link(const Path& from, const Path& to) override { return below_.link(from, to); }
    Result<> rename(const Path& from, const Path& to) override { return below_.rename(from, to); }
    Result<> remove(const Path& path) override { return below_.remove(path); }
    Result<> make_directory(const Path& path) override { return below_.make_directory(path); }
    Result<> sync_directory(const Path& path) override { return below_.sync_directory(path); }
    Result<std::vector<std::string>> list(const Path& path) override { return below_.list(path); }
    Result<Room> room(const Path& path) override { return below_.room(path); }

  private:
    PosixDisk below_;
};

/// Runs on the calling thread, in a loop of its own: for a hook, for which the site's own waits.
template <class T>
T run_here(boost::asio::awaitable<T> work) {
    boost::asio::io_context io;
    auto came = boost::asio::co_spawn(io, std::move(work), boost::asio::use_future);
    io.run();
    return came.get();
}

}  // namespace consign::testing
