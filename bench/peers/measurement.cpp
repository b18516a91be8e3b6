#include "bench/peers/measurement.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <barrier>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace consign::bench {

namespace {

using std::chrono::steady_clock;

double own_cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// True at a line, false at the end of the input.
bool await_line() {
    for (int byte = std::getchar(); byte != '\n'; byte = std::getchar())
        if (byte == EOF) return false;
    return true;
}

double at(const std::vector<double>& sorted, double part) {
    if (sorted.empty()) return 0;
    return sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))];
}

void print(Done done, double wall_seconds, double cpu_seconds) {
    std::ranges::sort(done.latencies_ms);
    fmt::print(
        "{{\"wall_seconds\":{:.6f},\"client_cpu_seconds\":{:.6f},\"operations\":{},\"bytes\":{},"
        "\"p50_ms\":{:.4f},\"p99_ms\":{:.4f},\"max_ms\":{:.4f}}}\n",
        wall_seconds, cpu_seconds, done.operations, done.bytes, at(done.latencies_ms, 0.5),
        at(done.latencies_ms, 0.99), at(done.latencies_ms, 1));
    std::fflush(stdout);
}

[[noreturn]] void fail(const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    std::_Exit(1);
}

}  // namespace

void Done::add(const Done& other) {
    operations += other.operations;
    bytes += other.bytes;
    latencies_ms.insert(latencies_ms.end(), other.latencies_ms.begin(), other.latencies_ms.end());
}

int run_workers(std::size_t count, const MakeWorker& make) {
    std::barrier<> step(static_cast<std::ptrdiff_t>(count + 1));
    std::vector<Done> done(count);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < count; ++i)
        threads.emplace_back([&, i] {
            try {
                const auto worker = make(i);
                step.arrive_and_wait();  // all are in
                step.arrive_and_wait();  // go
                done[i] = worker->work();
                step.arrive_and_wait();  // all are done
                step.arrive_and_wait();  // leave
            } catch (const std::exception& error) {
                fail(error);
            }
        });
    step.arrive_and_wait();
    fmt::print("{{\"ready\":{}}}\n", count);
    std::fflush(stdout);
    if (!await_line()) std::_Exit(1);
    const double cpu_before = own_cpu_seconds();
    const auto begun = steady_clock::now();
    step.arrive_and_wait();
    step.arrive_and_wait();
    const double wall = Seconds(steady_clock::now() - begun).count();
    Done all;
    for (const auto& each : done) all.add(each);
    print(std::move(all), wall, own_cpu_seconds() - cpu_before);
    while (await_line()) {
    }
    step.arrive_and_wait();
    for (auto& thread : threads) thread.join();
    return 0;
}

}  // namespace consign::bench
