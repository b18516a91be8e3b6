#include "bench/deposit_site.hpp"

#include <array>
#include <chrono>
#include <fstream>
#include <future>
#include <string_view>

#include "desk/housekeeping.hpp"
#include "desk/retention/clock_guard.hpp"
#include "desk/retention/retention.hpp"
#include "policy/load.hpp"

namespace consign::bench {

namespace asio = boost::asio;

namespace {

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

}  // namespace

DepositSite::DepositSite(const std::filesystem::path& folder, Clock& clock,
                         std::size_t deposit_bytes)
    : deposit_bytes_(deposit_bytes),
      policy_(load(folder, clock.now())),
      strand_(asio::make_strand(io_)),
      work_(asio::make_work_guard(io_)) {
    required(create_store(disk_, folder / "data", SecretKey{}, random_, clock.now()));
    store_ = required(
        open_store(disk_, folder / "data", SecretKey{}, random_, 4, {}, vault::Journal::Shape()));
    site_.reset(new desk::Site{.store = *store_,
                               .policy = policy_,
                               .clock = clock,
                               .random = random_,
                               .log = log_,
                               .passwords = passwords_,
                               .started = clock.now()});
    for (int i = 0; i < 2; ++i) threads_.emplace_back([this] { io_.run(); });
    await(start());
}

DepositSite::~DepositSite() {
    work_.reset();
    for (auto& thread : threads_) thread.join();
    site_.reset();
    store_.reset();
}

asio::awaitable<void> DepositSite::start() {
    required(co_await desk::recover(*site_));
    while (required(co_await desk::settle_stale(*site_))) {
    }
    static_cast<void>(required(co_await desk::believe_clock(*site_)));
}

asio::awaitable<void> DepositSite::put_some(std::size_t count, std::vector<double>& took) {
    using std::chrono::steady_clock;
    desk::Session session(*site_, "sftp", "l", asio::ip::make_address("192.0.2.1"));
    session.set_account("lab", "password");
    desk::Desk desk(session, "lab", {});
    const Bytes content(deposit_bytes_, 7);
    for (std::size_t i = 0; i < count; ++i) {
        const auto begun = steady_clock::now();
        const auto path = VirtualPath::parse(new_name()).value();
        const auto upload = required(co_await desk.open_upload(
            path, {.create = true, .exclusive = false, .truncate = true, .append = false}));
        const std::array<desk::Upload::Range, 1> ranges{{{0, content}}};
        required(co_await upload->write(ranges));
        required(co_await upload->finish());
        took.push_back(
            std::chrono::duration<double, std::milli>(steady_clock::now() - begun).count());
    }
}

std::vector<double> DepositSite::put_all(std::size_t count) {
    std::vector<std::vector<double>> took(depositors_at_once);
    std::vector<std::future<void>> ends;
    for (auto& one : took)
        ends.push_back(asio::co_spawn(asio::make_strand(io_),
                                      put_some(count / depositors_at_once, one), asio::use_future));
    for (auto& end : ends) end.get();
    std::vector<double> all;
    for (const auto& one : took) all.insert(all.end(), one.begin(), one.end());
    return all;
}

}  // namespace consign::bench
