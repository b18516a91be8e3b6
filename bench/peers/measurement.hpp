// What a load client measures of its own work, and how it says so: lines of JSON on its standard
// output, at a pace that its caller sets through its standard input. The caller reads the server's
// CPU time at each line, so that logins and hang-ups stand outside of what is measured.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace consign::bench {

using Seconds = std::chrono::duration<double>;

/// What one worker has done.
struct Done {
    std::uint64_t operations = 0;
    std::uint64_t bytes = 0;
    std::vector<double> latencies_ms;

    void add(const Done& other);
};

/// One connection's part of the load. Built in its own thread: logging in belongs to the
/// constructor.
class Worker {
  public:
    Worker() = default;
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    virtual ~Worker() = default;
    virtual Done work() = 0;
};

using MakeWorker = std::function<std::unique_ptr<Worker>(std::size_t index)>;

/// Makes each worker in a thread of its own, prints {"ready":...}, waits for a line, lets all of
/// them work at once, prints what they did and what that took, waits for the end of the input, and
/// destroys the workers in their threads. An exception in any of them ends the program with 1.
int run_workers(std::size_t count, const MakeWorker& make);

}  // namespace consign::bench
