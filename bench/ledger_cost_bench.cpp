// Small deposits through the desk: what they take, in time and in processor time. It is built
// twice: ledger_cost_real has the ledger, with its chain, commitments, seals, search tokens and
// checkpoints that are signed; ledger_cost_plain writes the same events plainly
// (bench/plain_ledger.cpp). bench/ledger_cost.py runs the two in turns, and tells the ratio.
//   ledger_cost_real|ledger_cost_plain FILES; prints "SECONDS CPU_SECONDS EVENTS APPEND_US", the
//   last
// being the processor time of one event by itself, which other programs on the machine blur least
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio.hpp>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <future>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include "daemon/workers/checkpoints.hpp"
#include "desk/checkpointing.hpp"
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

constexpr std::size_t deposit_bytes = 8 * 1024;
constexpr std::size_t depositors_at_once = 16;
constexpr std::size_t deposits_before = 400;  // not timed
constexpr std::ptrdiff_t append_rounds = 300;

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

double cpu_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double thread_cpu_seconds() {
    timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

class Bench {
  public:
    Bench(const std::filesystem::path& folder, bool is_witnessed)
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
        if (is_witnessed) site_->witness = &witness_;
        work_.emplace(asio::make_work_guard(io_));
        for (int i = 0; i < 2; ++i) threads_.emplace_back([this] { io_.run(); });
    }
    ~Bench() {
        work_.reset();
        for (auto& thread : threads_) thread.join();
        site_.reset();
        store_.reset();
    }

    void run(std::size_t files) {
        await(start());
        daemon::Checkpoints checkpoints(strand_, *site_);
        auto worked = asio::co_spawn(strand_, checkpoints.run(), asio::use_future);
        put_all(deposits_before);
        const std::int64_t events_before = events();
        const double cpu_before = cpu_seconds();
        const auto begun = steady_clock::now();
        put_all(files);
        // What was done is vouched for, as at a stop.
        required(await(desk::make_checkpoint(*site_)));
        const double seconds = std::chrono::duration<double>(steady_clock::now() - begun).count();
        fmt::print("{} {} {} ", seconds, cpu_seconds() - cpu_before, events() - events_before);
        fmt::print("{}\n", append_us());
        asio::post(strand_, [&checkpoints] { checkpoints.stop(); });
        worked.get();
    }

  private:
    asio::awaitable<void> start() {
        required(co_await desk::recover(*site_));
        while (required(co_await desk::settle_stale(*site_))) {
        }
        static_cast<void>(required(co_await desk::believe_clock(*site_)));
    }

    template <class T>
    T await(asio::awaitable<T> work) {
        return asio::co_spawn(io_, std::move(work), asio::use_future).get();
    }

    std::int64_t events() {
        return required(await(store_->read(
            [](Transaction& transaction) { return transaction.ledger.last_sequence(); })));
    }

    /// Of the writer's thread, as in a transaction of as many sessions.
    double append_us() {
        std::vector<double> took;
        for (std::size_t round = 0; round < std::size_t{append_rounds}; ++round) {
            auto append = [&](Transaction& transaction) -> Result<> {
                const double before = thread_cpu_seconds();
                for (std::size_t i = 0; i < depositors_at_once; ++i)
                    required(transaction.ledger.append(deposit_event()));
                took.push_back((thread_cpu_seconds() - before) * 1e6 /
                               static_cast<double>(depositors_at_once));
                return {};
            };
            required(await(store_->write(append)));
        }
        std::ranges::nth_element(took, took.begin() + append_rounds / 2);
        return took[append_rounds / 2];
    }

    ledger::Event deposit_event() {
        return {.time = clock_.now(),
                .action = ledger::Action::deposited,
                .session = Id::random(random_),
                .account = "lab",
                .protocol = "sftp",
                .rule = "policy.d/a.yaml:10",
                .stream = Id::random(random_),
                .bytes = deposit_bytes,
                .personal = {.path = "/lab/" + std::to_string(++names_) + ".hl7",
                             .sha256 = std::string(64, 'a')}};
    }

    asio::awaitable<void> put_some(std::size_t count) {
        desk::Session session(*site_, "sftp", "l", asio::ip::make_address("192.0.2.1"));
        session.set_account("lab", "password");
        desk::Desk desk(session, "lab", {});
        const Bytes content(deposit_bytes, 7);
        for (std::size_t i = 0; i < count; ++i) {
            const auto path = VirtualPath::parse("/" + std::to_string(++names_)).value();
            const auto upload = required(co_await desk.open_upload(
                path, {.create = true, .exclusive = false, .truncate = true, .append = false}));
            const std::array<desk::Upload::Range, 1> ranges{{{0, content}}};
            required(co_await upload->write(ranges));
            required(co_await upload->finish());
        }
    }

    void put_all(std::size_t count) {
        std::vector<std::future<void>> ends;
        for (std::size_t i = 0; i < depositors_at_once; ++i)
            ends.push_back(asio::co_spawn(asio::make_strand(io_),
                                          put_some(count / depositors_at_once), asio::use_future));
        for (auto& end : ends) end.get();
    }

    SystemClock clock_;
    PosixDisk disk_;
    SystemRandom random_;
    Log log_{Log::Format::text, Log::Level::error};
    desk::Passwords passwords_;
    const Ed25519Key witness_ = Ed25519Key::generate();
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
    if (argc != 2) return 2;
    const bool is_real = std::string_view(argv[0]).ends_with("real");
    const consign::TemporaryFolder folder;
    consign::bench::Bench(folder.path(), is_real).run(std::stoul(argv[1]));
}
