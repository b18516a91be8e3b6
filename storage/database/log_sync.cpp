#include "storage/database/log_sync.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace consign::database {

namespace {

[[noreturn]] void end_process(std::error_code why) {
    fmt::print(
        stderr,
        "the database's log could not be synced ({}): what of it is on the disk is not known."
        " This process ends; the next start goes on with what is there\n",
        why.message());
    std::_Exit(EXIT_FAILURE);
}

}  // namespace

LogSync::LogSync(Connection& connection, std::function<void()> ended)
    : connection_(connection), ended_(std::move(ended)), thread_([this] { work(); }) {}

LogSync::~LogSync() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

Result<> LogSync::commit(Told told) {
    {
        const std::lock_guard lock(mutex_);
        ++begun_;
        is_ahead_ = true;  // before anybody can see it
    }
    auto committed = connection_.commit_ahead();
    {
        const std::lock_guard lock(mutex_);
        if (committed) {
            told_ = std::move(told);
        } else {
            done_ = begun_;
            is_ahead_ = false;
        }
    }
    changed_.notify_all();
    return committed;
}

void LogSync::wait() {
    if (!is_ahead_) return;
    std::unique_lock lock(mutex_);
    const std::uint64_t seen = begun_;
    changed_.wait(lock, [&] { return done_ >= seen; });
}

void LogSync::wait_for_told() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !told_ && !telling_; });
}

void LogSync::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return told_ || stopping_; });
        if (!told_) return;
        lock.unlock();
        if (const auto synced = connection_.sync_log(); !synced) end_process(synced.error());
        ended_();
        lock.lock();
        Told told = std::exchange(told_, {});
        telling_ = true;
        done_ = begun_;
        is_ahead_ = false;
        lock.unlock();
        changed_.notify_all();
        told();
        told = {};
        lock.lock();
        telling_ = false;
        changed_.notify_all();
    }
}

}  // namespace consign::database
