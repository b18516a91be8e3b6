// How long a small deposit takes while many contents are destroyed on one day, and what a look at
// the terms costs with many that are not due.
//   retention_bench [FILES (20000)] [FOLDER]; ends with 1 where a bound of the house is broken.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>
#include <optional>
#include <thread>
#include <vector>

#include "daemon/workers/retention_worker.hpp"
#include "desk/clock_guard.hpp"
#include "desk/desk.hpp"
#include "desk/housekeeping.hpp"
#include "desk/retention.hpp"
#include "policy/load.hpp"
#include "storage/open_store.hpp"
#include "tests/component/temporary_folder.hpp"

namespace consign::bench {

namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

constexpr std::size_t deposits_timed = 2000;
constexpr std::size_t deposit_bytes = 2000;
constexpr std::size_t depositors_at_once = 16;
/// A deposit while contents are destroyed may take so much longer than in quiet.
constexpr double p99_limit_milliseconds = 250;

constexpr std::string_view policy_text = R"(version: 1
classes:
  report: {purpose: p, legal_basis: l, keep: 30 days}
accounts:
  lab:
    home: /lab
    login: {any_of: [password], password: "$5$rounds=1000$saltsalt$yYZoCURThim4Yn132s/3Pu/.JQpY6iHeknDBMqNKKs2"}
    grants: [{path: /**, may: [list, download, upload]}]
routes:
  - {name: all, when: {path: /lab/**}, class: report}
)";

class HandClock final : public Clock {
  public:
    [[nodiscard]] Timestamp now() const override { return from_microseconds(microseconds_); }
    void advance(std::chrono::microseconds step) { microseconds_ += step.count(); }

  private:
    std::atomic<std::int64_t> microseconds_{1'795'500'000'000'000};
};

template <class T>
T required(Result<T> result) {
    if (!result) throw std::system_error(result.error());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

std::shared_ptr<const policy::Policy> load(const std::filesystem::path& folder, Timestamp now) {
    std::filesystem::create_directories(folder / "policy.d");
    std::ofstream(folder / "consign.yaml")
        << "version: 1\nsite: bench\ndata: data\npolicy: policy.d/*.yaml\n"
           "keys: {root: \"file:root.key\"}\n"
           "listeners: [{name: l, protocol: sftp, bind: \"127.0.0.1:0\", host_keys: [host]}]\n";
    std::ofstream(folder / "policy.d/a.yaml") << policy_text;
    const auto loaded = policy::load(folder / "consign.yaml", now);
    if (!loaded.policy) throw std::runtime_error("the bench's own policy does not load");
    return loaded.policy;
}

class Bench {
  public:
    explicit Bench(const std::filesystem::path& folder)
        : policy_(load(folder, clock_.now())), strand_(asio::make_strand(io_)) {
        required(create_store(disk_, folder / "data", SecretKey{}, random_, clock_.now()));
        store_ = required(open_store(disk_, folder / "data", SecretKey{}, random_, 4));
        site_.reset(new desk::Site{.store = *store_,
                                   .policy = policy_,
                                   .clock = clock_,
                                   .random = random_,
                                   .log = log_,
                                   .passwords = passwords_,
                                   .started = clock_.now()});
    }

    int run(std::size_t files) {
        await(start());
        fmt::print("{} files of {} bytes are deposited ...\n", files, deposit_bytes);
        std::fflush(stdout);
        put_all(files);
        const auto quiet = put_all(deposits_timed);
        print("a small deposit, in quiet", quiet);
        // Those are not due either when the others are.
        const double look_us = look_cost_us();
        for (int day = 0; day < 30; day += 5) pass(std::chrono::days(5));
        // A few stay that are not due.
        put_all(deposits_timed);
        pass(std::chrono::days(2));

        daemon::RetentionWorker worker(strand_, *site_);
        const auto begun = steady_clock::now();
        auto worked = asio::co_spawn(strand_, worker.run(), asio::use_future);
        std::vector<double> meanwhile;
        while (!ended()) {
            const auto some = put_all(200);
            meanwhile.insert(meanwhile.end(), some.begin(), some.end());
        }
        const double seconds = std::chrono::duration<double>(steady_clock::now() - begun).count();
        asio::post(strand_, [&worker] { worker.stop(); });
        worked.get();
        print("a small deposit, meanwhile", meanwhile);
        fmt::print("{} contents destroyed in {:.1f} s ({:.0f} a second)\n", files + deposits_timed,
                   seconds, static_cast<double>(files + deposits_timed) / seconds);
        fmt::print("a look at the terms, with {} that are not due: {:.0f} us\n",
                   files + deposits_timed, look_us);
        return at(meanwhile, 0.99) <= p99_limit_milliseconds ? 0 : 1;
    }

    ~Bench() {
        work_.reset();
        for (auto& thread : threads_) thread.join();
        site_.reset();
        store_.reset();
    }

  private:
    asio::awaitable<void> start() {
        required(co_await desk::recover(*site_));
        while (required(co_await desk::settle_stale(*site_))) {
        }
        static_cast<void>(required(co_await desk::believe_clock(*site_)));
    }

    void work_threads() {
        if (!threads_.empty()) return;
        work_.emplace(asio::make_work_guard(io_));
        for (int i = 0; i < 2; ++i) threads_.emplace_back([this] { io_.run(); });
    }

    template <class T>
    T await(asio::awaitable<T> work) {
        work_threads();
        return asio::co_spawn(io_, std::move(work), asio::use_future).get();
    }

    asio::awaitable<void> put_some(std::size_t count, std::vector<double>& took) {
        desk::Session session(*site_, "sftp", "l", asio::ip::make_address("192.0.2.1"));
        session.set_account("lab", "password");
        desk::Desk desk(session, "lab", {});
        const Bytes content(deposit_bytes, 7);
        for (std::size_t i = 0; i < count; ++i) {
            const auto begun = steady_clock::now();
            const auto path = VirtualPath::parse("/" + std::to_string(++names_)).value();
            const auto upload = required(co_await desk.open_upload(
                path, {.create = true, .exclusive = false, .truncate = true, .append = false}));
            const std::array<desk::Upload::Range, 1> ranges{{{0, content}}};
            required(co_await upload->write(ranges));
            required(co_await upload->finish());
            took.push_back(
                std::chrono::duration<double, std::milli>(steady_clock::now() - begun).count());
        }
    }

    std::vector<double> put_all(std::size_t count) {
        work_threads();
        std::vector<std::vector<double>> took(depositors_at_once);
        std::vector<std::future<void>> ends;
        for (auto& one : took)
            ends.push_back(asio::co_spawn(asio::make_strand(io_),
                                          put_some(count / depositors_at_once, one),
                                          asio::use_future));
        for (auto& end : ends) end.get();
        std::vector<double> all;
        for (const auto& one : took) all.insert(all.end(), one.begin(), one.end());
        return all;
    }

    void pass(std::chrono::days time) {
        clock_.advance(time);
        static_cast<void>(required(await(desk::believe_clock(*site_))));
    }

    double look_cost_us() {
        constexpr int looks = 200;
        const auto begun = steady_clock::now();
        for (int i = 0; i < looks; ++i) static_cast<void>(required(await(desk::end_due(*site_))));
        return std::chrono::duration<double, std::micro>(steady_clock::now() - begun).count() /
               looks;
    }

    bool ended() {
        return required(await(store_->read([&](Transaction& transaction) {
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
    PosixDisk disk_;
    SystemRandom random_;
    Log log_{Log::Format::text, Log::Level::error};
    desk::Passwords passwords_;
    desk::LivePolicy policy_;
    asio::io_context io_;
    asio::any_io_executor strand_;
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<desk::Site> site_;
    std::vector<std::thread> threads_;
    std::atomic<std::size_t> names_ = 0;
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
