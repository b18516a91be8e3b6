// A store of its own for a test of the administrator's side, with a few names and events in it.
#pragma once

#include <boost/asio.hpp>
#include <boost/json.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "desk/administration.hpp"
#include "storage/open_store.hpp"
#include "temporary_folder.hpp"

namespace consign {

/// Keeps the rows of an answer.
class KeptRows final : public desk::RowSink {
  public:
    boost::asio::awaitable<Result<>> give(boost::json::object row) override {
        rows.push_back(std::move(row));
        co_return Result<>{};
    }
    std::vector<boost::json::object> rows;
};

/// A policy that says nothing but where sessions come in.
[[nodiscard]] inline std::shared_ptr<const policy::Policy> with_a_listener() {
    policy::Policy policy;
    policy::Listener& labs = policy.listeners.emplace_back();
    labs.name = "labs";
    labs.protocol = "sftp";
    return std::make_shared<const policy::Policy>(std::move(policy));
}

class AdministeredStore {
  public:
    AdministeredStore() {
        const SecretKey root = random.key();
        const auto made = create_store(disk, folder.path() / "data", root, random, clock.now());
        if (!made) throw std::system_error(made.error());
        auto opened = open_store(disk, folder.path() / "data", root, random, 2);
        if (!opened) throw std::system_error(opened.error());
        store = *std::move(opened);
        site.reset(new desk::Site{.store = *store,
                                  .policy = policy,
                                  .clock = clock,
                                  .random = random,
                                  .log = log,
                                  .passwords = passwords,
                                  .started = clock.now()});
    }

    /// Runs one coroutine to its end.
    template <class T>
    T run(boost::asio::awaitable<T> work) {
        std::optional<T> value;
        boost::asio::co_spawn(io, std::move(work), [&value](std::exception_ptr thrown, T came) {
            if (thrown) std::rethrow_exception(thrown);
            value.emplace(std::move(came));
        });
        io.restart();
        io.run();
        return std::move(value).value();
    }

    void run(boost::asio::awaitable<void> work) {
        boost::asio::co_spawn(io, std::move(work), [](std::exception_ptr thrown) {
            if (thrown) std::rethrow_exception(thrown);
        });
        io.restart();
        io.run();
    }

    /// One transaction; throws where it fails.
    template <class Verb>
    void write(Verb verb) {
        const auto done = run(store->write(std::move(verb)));
        if (!done) throw std::system_error(done.error());
    }

    void append(ledger::Event event) {
        if (event.time == Timestamp{}) event.time = clock.now();
        write([event](Transaction& transaction) { return transaction.ledger.append(event); });
    }

    void make_folder(const std::string& raw) {
        const auto path = VirtualPath::parse(raw).value();
        write([&](Transaction& transaction) {
            return transaction.catalog.ensure_directories(path, clock.now());
        });
    }

    void deposit(const std::string& raw, std::uint64_t size_bytes) {
        const auto path = VirtualPath::parse(raw).value();
        make_folder(std::string(path.parent().text()));
        const catalog::Catalog::Deposit deposit{.stream = Id::random(random),
                                                .path = path,
                                                .account = "lab",
                                                .size_bytes = size_bytes,
                                                .modified = clock.now(),
                                                .now = clock.now()};
        write(
            [&](Transaction& transaction) { return transaction.catalog.commit_deposit(deposit); });
    }

    /// All events of administrators, oldest first.
    std::vector<ledger::Event> acts() {
        const auto rows = run(store->read([](Transaction& transaction) {
            return transaction.search.events({.action = ledger::Action::administrator_acted});
        }));
        std::vector<ledger::Event> events;
        for (const auto& row : rows.value()) events.push_back(row.event);
        return events;
    }

    TemporaryFolder folder;
    PosixDisk disk;
    SystemRandom random;
    SystemClock clock;
    desk::LivePolicy policy{with_a_listener()};
    boost::asio::io_context io;
    std::unique_ptr<Store> store;
    Log log{Log::Format::text, Log::Level::error};
    desk::Passwords passwords;
    std::unique_ptr<desk::Site> site;
};

}  // namespace consign
