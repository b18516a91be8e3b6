// How long a large policy takes to check, against parsing alone, and how long a decision takes.
//   policy_bench [--json]; ends with 1 where a bound of the house is broken.
#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>
#include <string_view>
#include <vector>

#include "large_policy.hpp"
#include "policy/decide.hpp"
#include "policy/load.hpp"
#include "policy/route.hpp"
#include "tests/component/temporary_folder.hpp"

namespace consign::bench {

namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr double check_limit_seconds = 1.0;
constexpr double decision_limit_us = 20.0;
constexpr int rounds = 7;
constexpr int decisions = 20'000;

double seconds_of(const std::function<void()>& work) {
    const auto start = steady_clock::now();
    work();
    return std::chrono::duration<double>(steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

/// All files of the policy, through yaml-cpp and no further.
void parse_alone(const fs::path& folder) {
    for (const auto& entry : fs::directory_iterator(folder / "policy.d"))
        static_cast<void>(YAML::LoadFile(entry.path().string()));
    static_cast<void>(YAML::LoadFile((folder / "consign.yaml").string()));
}

/// One deposit: may it, must its content be read, and where does it go?
double decision_us(const policy::Policy& policy, const LargePolicy& size) {
    std::mt19937 random(2);  // NOLINT: the same deposits each time
    std::vector<policy::DepositFacts> deposits;
    for (int index = 0; index < 1000; ++index) {
        const int account = static_cast<int>(random() % static_cast<unsigned>(size.accounts));
        const int route = static_cast<int>(random() % static_cast<unsigned>(size.routes));
        const auto& found = policy.accounts.find(account_id(account))->second;
        const std::string message = result_for(account, route);
        deposits.push_back({.path = VirtualPath::parse("in/r.hl7", found.home).value(),
                            .account = found.id,
                            .group = found.group,
                            .home = found.home,
                            .time = Timestamp(std::chrono::hours(24 * 20'000)),
                            .size_bytes = message.size(),
                            .content = policy::content::read_content(as_bytes(message))});
    }
    std::size_t routed = 0;
    const double seconds = seconds_of([&] {
        for (int index = 0; index < decisions; ++index) {
            const auto& facts = deposits[static_cast<std::size_t>(index) % deposits.size()];
            const auto& account = policy.accounts.find(facts.account)->second;
            const auto path = account.home.relative(facts.path);
            if (!policy::may(account, policy::Verb::upload, path).allowed) continue;
            if (!policy::needs_content(policy, account, facts.path)) continue;
            const auto routing = policy::route(policy, facts);
            if (routing && routing->copies.size() == 1) ++routed;
        }
    });
    if (routed != decisions) throw std::runtime_error("a deposit was not routed");
    return seconds / decisions * 1e6;
}

int run(bool as_json) {
    const LargePolicy size;
    const TemporaryFolder folder;
    write(size, folder.path());
    const fs::path config = folder.path() / "consign.yaml";
    const Timestamp now(std::chrono::hours(24 * 20'000));
    std::vector<double> parsing, checking, deciding;
    for (int round = 0; round < rounds; ++round) {
        parsing.push_back(seconds_of([&] { parse_alone(folder.path()); }));
        policy::Loaded loaded;
        checking.push_back(seconds_of([&] { loaded = policy::load(config, now); }));
        for (const auto& problem : loaded.problems)
            if (problem.severity == policy::Problem::Severity::error)
                throw std::runtime_error(problem.text());
        deciding.push_back(decision_us(*loaded.policy, size));
    }
    const double parse = median(parsing), check = median(checking), decide = median(deciding);
    if (as_json)
        fmt::print(
            "{{\"accounts\": {}, \"routes\": {}, \"parse_seconds\": {:.3f}, "
            "\"check_seconds\": {:.3f}, \"check_to_parse\": {:.2f}, \"decision_us\": "
            "{:.2f}}}\n",
            size.accounts, size.routes, parse, check, check / parse, decide);
    else
        fmt::print(
            "{} accounts, {} routes (medians of {})\n"
            "  yaml-cpp alone       {:.3f} s\n"
            "  read and checked     {:.3f} s, {:.2f} times as long (limit {:.1f} s)\n"
            "  a deposit decided    {:.2f} us (limit {:.0f} us)\n",
            size.accounts, size.routes, rounds, parse, check, check / parse, check_limit_seconds,
            decide, decision_limit_us);
    return check < check_limit_seconds && decide < decision_limit_us ? 0 : 1;
}

}  // namespace

}  // namespace consign::bench

int main(int argc, char** argv) {
    return consign::bench::run(argc > 1 && std::string_view(argv[1]) == "--json");
}
