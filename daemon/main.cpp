// consignd: the composition root. Everything is built here, and handed down.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <thread>

#include "daemon/process.hpp"
#include "daemon/service.hpp"
#include "daemon/site_keys.hpp"
#include "daemon/start_check.hpp"
#include "daemon/start_failure.hpp"
#include "daemon/workers/alerts/alert_verbs.hpp"
#include "daemon/workers/hire.hpp"
#include "desk/administration.hpp"
#include "desk/housekeeping.hpp"
#include "policy/load.hpp"
#include "storage/open_store.hpp"

namespace consign::daemon {

namespace {

namespace asio = boost::asio;

/// Memory that SSH receive windows may promise beyond their default, over all sessions.
constexpr std::uint64_t receive_windows_bytes = std::uint64_t{64} << 20;

/// Threads of each of the store's pools beyond one a core: they wait for the disk, and deposits of
/// several sessions wait at the same time.
constexpr std::size_t reserve_pool_threads = 14;

constexpr int exit_bad_command_line = 2;  // as of consign

struct Options {
    std::string config = "/etc/consign/consign.yaml";
    bool check_only = false;
    std::string log_format = "text";
    std::string log_level = "info";
};

const std::map<std::string, Log::Format> log_formats{{"text", Log::Format::text},
                                                     {"json", Log::Format::json}};
const std::map<std::string, Log::Level> log_levels{{"error", Log::Level::error},
                                                   {"warning", Log::Level::warning},
                                                   {"info", Log::Level::info},
                                                   {"debug", Log::Level::debug}};

void describe(CLI::App& app, Options& options) {
    app.add_option("-c,--config", options.config, "The site's consign.yaml")->capture_default_str();
    app.add_flag("-t,--test", options.check_only,
                 "Check the configuration, the policy, keys, certificates and the data folder, "
                 "and exit");
    // Looked up afterwards: a CheckedTransformer also prints what the words stand for, as raw
    // bytes.
    app.add_option("--log-format", options.log_format, "text (for journald) or json")
        ->check(CLI::IsMember(log_formats));
    app.add_option("--log-level", options.log_level, "error, warning, info or debug")
        ->check(CLI::IsMember(log_levels));
    app.set_version_flag("--version", "consignd " CONSIGN_VERSION);
    app.failure_message([](const CLI::App*, const CLI::Error& error) {
        return fmt::format("consignd: {}; see consignd --help\n", error.what());
    });
}

void serve(const Options& options, const policy::Loaded& loaded, const Log& log) {
    const auto& policy = loaded.policy;
    const std::size_t cores = std::max(2U, std::thread::hardware_concurrency());
    // The others seal, hash, and keep the catalog: where every core had a thread that waits for the
    // network, each small file would wake several of them.
    const std::size_t network_threads = cores / 2;
    PosixDisk disk;
    SystemRandom random;
    SystemClock clock;
    asio::io_context io(static_cast<int>(network_threads));
    const asio::any_io_executor strand = asio::make_strand(io);

    // The store first: its lock keeps a second daemon out before anything is touched.
    const auto store =
        required(open_store(
                     disk, policy->data, root_key_of(*policy), random, cores + reserve_pool_threads,
                     [&log](std::size_t from, std::size_t to) {
                         log.info(
                             "the database is being brought to a newer version: minutes, where "
                             "the ledger is long; stopped meanwhile, it begins anew",
                             {{"from", from}, {"to", to}});
                     },
                     vault::Journal::Shape()),
                 fmt::format("data folder {}", policy->data.string()));
    const auto witness = witness_key_of(*policy);
    desk::LivePolicy live_policy(policy);
    desk::Passwords passwords;
    desk::Site site{.store = *store,
                    .policy = live_policy,
                    .clock = clock,
                    .random = random,
                    .log = log,
                    .passwords = passwords,
                    .started = clock.now(),
                    .witness = witness ? &*witness : nullptr};
    Service service(strand, site, options.config, loaded);
    const auto windows = std::make_shared<ssh::WindowBudget>(receive_windows_bytes);
    for (const policy::Listener& listener : policy->listeners)
        service.add(open_listener(io, strand, site, listener, windows));
    service.set_workers(hire(strand, site));
    desk::VerbTable verbs = desk::administrator_verbs(site);
    verbs.merge(service.verbs());
    verbs.merge(alert_verbs(site));
    service.set_control(required(ControlSocket::listen(strand, policy->data / "control.sock",
                                                       {.desk = site,
                                                        .verbs = std::move(verbs),
                                                        .administrators = administrators(),
                                                        .log = log}),
                                 "control socket"));

    std::exception_ptr failed;
    asio::co_spawn(
        strand,
        [&]() -> asio::awaitable<void> {
            required(co_await desk::recover(site), "recovery");
            co_await service.run();
            if (service.has_failed())
                throw StartFailure("it stopped: a part of it failed, see its log");
        },
        [&](std::exception_ptr thrown) {
            failed = std::move(thrown);
            io.stop();
        });
    std::vector<std::jthread> others;
    for (std::size_t thread = 1; thread < network_threads; ++thread)
        others.emplace_back([&io] { io.run(); });
    io.run();
    others.clear();
    if (failed) std::rethrow_exception(failed);
}

int run(int argc, char** argv) {
    harden_process();
    Options options;
    CLI::App app("consignd, the consignment desk for health data", "consignd");
    describe(app, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : exit_bad_command_line;
    }

    const policy::Loaded loaded = policy::load(options.config, SystemClock().now());
    for (const policy::Problem& problem : loaded.problems)
        fmt::print(stderr, "{}\n", problem.text());
    if (!loaded.policy) return 1;
    const Log log(log_formats.at(options.log_format), log_levels.at(options.log_level));
    try {
        if (options.check_only) {
            check_start(*loaded.policy);
            fmt::print("ok: {} accounts, {} routes\n", loaded.policy->accounts.size(),
                       loaded.policy->routes.size());
            return 0;
        }
        serve(options, loaded, log);
        return 0;
    } catch (const StartFailure& failure) {
        fmt::print(stderr, "consignd: {}\n", failure.what());
        return 1;
    }
}

}  // namespace

}  // namespace consign::daemon

int main(int argc, char** argv) {
    return consign::daemon::run(argc, argv);
}
