// How long a small deposit takes while many contents are destroyed on one day, and what a look at
// the terms costs with many that are not due.
//   retention_bench [FILES (20000)] [FOLDER]; ends with 1 where a bound of the house is broken.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <future>
#include <optional>
#include <vector>

#include "bench/deposit_site.hpp"
#include "daemon/workers/retention_worker.hpp"
#include "desk/retention/clock_guard.hpp"
#include "desk/retention/retention.hpp"
#include "tests/component/temporary_folder.hpp"

namespace consign::bench {

namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

constexpr std::size_t deposits_timed = 2000;
constexpr std::size_t deposit_bytes = 2000;
/// A deposit while contents are destroyed may take so much longer than in quiet.
constexpr double p99_limit_milliseconds = 250;

class HandClock final : public Clock {
  public:
    [[nodiscard]] Timestamp now() const override { return from_microseconds(microseconds_); }
    void advance(std::chrono::microseconds step) { microseconds_ += step.count(); }

  private:
    std::atomic<std::int64_t> microseconds_{1'795'500'000'000'000};
};

class Bench {
  public:
    explicit Bench(const std::filesystem::path& folder)
        : deposits_(folder, clock_, deposit_bytes) {}

    int run(std::size_t files) {
        fmt::print("{} files of {} bytes are deposited ...\n", files, deposit_bytes);
        std::fflush(stdout);
        deposits_.put_all(files);
        const auto quiet = deposits_.put_all(deposits_timed);
        print("a small deposit, in quiet", quiet);
        // Those are not due either when the others are.
        const double look_us = look_cost_us();
        for (int day = 0; day < 30; day += 5) pass(std::chrono::days(5));
        // A few stay that are not due.
        deposits_.put_all(deposits_timed);
        pass(std::chrono::days(2));

        daemon::RetentionWorker worker(deposits_.strand(), deposits_.site());
        const auto begun = steady_clock::now();
        auto worked = asio::co_spawn(deposits_.strand(), worker.run(), asio::use_future);
        std::vector<double> meanwhile;
        while (!ended()) {
            const auto some = deposits_.put_all(200);
            meanwhile.insert(meanwhile.end(), some.begin(), some.end());
        }
        const double seconds = std::chrono::duration<double>(steady_clock::now() - begun).count();
        asio::post(deposits_.strand(), [&worker] { worker.stop(); });
        worked.get();
        print("a small deposit, meanwhile", meanwhile);
        fmt::print("{} contents destroyed in {:.1f} s ({:.0f} a second)\n", files + deposits_timed,
                   seconds, static_cast<double>(files + deposits_timed) / seconds);
        fmt::print("a look at the terms, with {} that are not due: {:.0f} us\n",
                   files + deposits_timed, look_us);
        return at(meanwhile, 0.99) <= p99_limit_milliseconds ? 0 : 1;
    }

  private:
    void pass(std::chrono::days time) {
        clock_.advance(time);
        static_cast<void>(required(deposits_.await(desk::believe_clock(deposits_.site()))));
    }

    double look_cost_us() {
        constexpr int looks = 200;
        const auto begun = steady_clock::now();
        for (int i = 0; i < looks; ++i)
            static_cast<void>(required(deposits_.await(desk::end_due(deposits_.site()))));
        return std::chrono::duration<double, std::micro>(steady_clock::now() - begun).count() /
               looks;
    }

    bool ended() {
        return required(deposits_.await(deposits_.site().store.read([&](Transaction& transaction) {
                   return transaction.terms.to_look_at(clock_.now(), 1);
               })))
            .empty();
    }

    static double at(std::vector<double> values, double part) {
        std::ranges::sort(values);
        return values.empty() ? 0
                              : values[static_cast<std::size_t>(
                                    part * static_cast<double>(values.size() - 1))];
    }
    static void print(std::string_view what, const std::vector<double>& values) {
        fmt::print("{}: median {:.1f} ms, p99 {:.1f} ms, worst {:.1f} ms ({} deposits)\n", what,
                   at(values, 0.5), at(values, 0.99), at(values, 1), values.size());
    }

    HandClock clock_;
    DepositSite deposits_;
};

}  // namespace

}  // namespace consign::bench

int main(int argc, char** argv) {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    const std::size_t files = argc > 1 ? std::stoul(argv[1]) : 20'000;
    std::optional<consign::TemporaryFolder> temporary;
    std::filesystem::path folder = argc > 2 ? argv[2] : "";
    if (folder.empty()) folder = temporary.emplace().path();
    return consign::bench::Bench(folder).run(files);
}
