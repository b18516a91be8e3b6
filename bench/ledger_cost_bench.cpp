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
#include <future>
#include <string_view>
#include <vector>

#include "bench/deposit_site.hpp"
#include "daemon/workers/checkpoints.hpp"
#include "desk/audit/checkpointing.hpp"
#include "tests/component/temporary_folder.hpp"

namespace consign::bench {

namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

constexpr std::size_t deposit_bytes = 8 * 1024;
constexpr std::size_t deposits_before = 400;  // not timed
constexpr std::ptrdiff_t append_rounds = 300;

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
        : deposits_(folder, clock_, deposit_bytes) {
        if (is_witnessed) deposits_.site().witness = &witness_;
    }

    void run(std::size_t files) {
        daemon::Checkpoints checkpoints(deposits_.strand(), deposits_.site());
        auto worked = asio::co_spawn(deposits_.strand(), checkpoints.run(), asio::use_future);
        deposits_.put_all(deposits_before);
        const std::int64_t events_before = events();
        const double cpu_before = cpu_seconds();
        const auto begun = steady_clock::now();
        deposits_.put_all(files);
        // What was done is vouched for, as at a stop.
        required(deposits_.await(desk::make_checkpoint(deposits_.site())));
        const double seconds = std::chrono::duration<double>(steady_clock::now() - begun).count();
        fmt::print("{} {} {} ", seconds, cpu_seconds() - cpu_before, events() - events_before);
        fmt::print("{}\n", append_us());
        asio::post(deposits_.strand(), [&checkpoints] { checkpoints.stop(); });
        worked.get();
    }

  private:
    std::int64_t events() {
        return required(deposits_.await(deposits_.site().store.read(
            [](Transaction& transaction) { return transaction.ledger.last_sequence(); })));
    }

    /// Of the writer's thread, as in a transaction of as many sessions.
    double append_us() {
        std::vector<double> took;
        for (std::size_t round = 0; round < std::size_t{append_rounds}; ++round) {
            auto append = [&](Transaction& transaction) -> Result<> {
                const double before = thread_cpu_seconds();
                for (std::size_t i = 0; i < DepositSite::depositors_at_once; ++i)
                    required(transaction.ledger.append(deposit_event()));
                took.push_back((thread_cpu_seconds() - before) * 1e6 /
                               static_cast<double>(DepositSite::depositors_at_once));
                return {};
            };
            required(deposits_.await(deposits_.site().store.write(append)));
        }
        std::ranges::nth_element(took, took.begin() + append_rounds / 2);
        return took[append_rounds / 2];
    }

    ledger::Event deposit_event() {
        return {.time = clock_.now(),
                .action = ledger::Action::deposited,
                .session = Id::random(deposits_.site().random),
                .account = "lab",
                .protocol = "sftp",
                .rule = "policy.d/a.yaml:10",
                .stream = Id::random(deposits_.site().random),
                .bytes = deposit_bytes,
                .personal = {.path = "/lab" + deposits_.new_name() + ".hl7",
                             .sha256 = std::string(64, 'a')}};
    }

    SystemClock clock_;
    const Ed25519Key witness_ = Ed25519Key::generate();
    DepositSite deposits_;
};

}  // namespace

}  // namespace consign::bench

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    const bool is_real = std::string_view(argv[0]).ends_with("real");
    const consign::TemporaryFolder folder;
    consign::bench::Bench(folder.path(), is_real).run(std::stoul(argv[1]));
}
