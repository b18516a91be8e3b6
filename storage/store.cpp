#include "storage/store.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <latch>
#include <memory>

namespace consign {

namespace {

constexpr int bulk_niceness = 10;
/// More of them would share the cores, and not the disk.
constexpr std::size_t bulk_threads(std::size_t pool_threads) {
    return std::min<std::size_t>(pool_threads, 16);
}

/// Where the cores are busy, what is short goes first. Linux has a niceness for each thread.
void step_back(boost::asio::thread_pool& pool, std::size_t threads) {
    const auto all = std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(threads));
    for (std::size_t count = 0; count < threads; ++count)
        boost::asio::post(pool, [all] {
            ::setpriority(PRIO_PROCESS, 0, bulk_niceness);
            all->arrive_and_wait();  // so that no thread takes another's turn
        });
}

}  // namespace

Store::Store(DataFolder folder, std::unique_ptr<keyring::Keyring> keys,
             std::unique_ptr<vault::Vault> vault, std::unique_ptr<database::Database> database,
             RandomSource& random, std::size_t pool_threads)
    : folder_(std::move(folder)),
      keys_(std::move(keys)),
      vault_(std::move(vault)),
      random_(random),
      database_(std::move(database)),
      pool_(pool_threads),
      bulk_pool_(bulk_threads(pool_threads)) {
    step_back(bulk_pool_, bulk_threads(pool_threads));
}

Store::~Store() {
    // In this order: reads use the database, and jobs that are still queued use all but the pools.
    bulk_pool_.join();
    pool_.join();
    database_.reset();
}

Transaction& Store::on(database::Connection& connection) {
    const std::lock_guard lock(mutex_);
    const auto known = transactions_.find(&connection);
    if (known != transactions_.end()) return known->second;
    return transactions_
        .emplace(&connection, Transaction{catalog::Catalog(connection, *keys_, random_),
                                          ledger::Ledger(connection, *keys_, random_),
                                          documents::Documents(connection, *keys_, random_),
                                          queue::Queue(connection, *keys_, random_),
                                          pickups::Pickups(connection),
                                          terms::Terms(connection, *keys_, random_),
                                          terms::Holds(connection, *keys_, random_),
                                          expectations::Expectations(connection),
                                          bookmarks::Bookmarks(connection),
                                          scrub::Scrub(connection),
                                          targets::Targets(connection),
                                          pulls::Pulls(connection, *keys_),
                                          ledger::Timestamps(connection),
                                          ledger::Excerpt(connection, *keys_, random_),
                                          ledger::ReportRows(connection, *keys_, random_),
                                          ledger::ReceiptRows(connection),
                                          ledger::Search(connection, *keys_, random_),
                                          ledger::EventIndex(connection, *keys_),
                                          inquiry::Inquiry(connection, *keys_, random_),
                                          ledger::Forgetting(connection, *keys_, random_),
                                          ledger::CompletenessCheck(connection, *keys_, random_)})
        .first->second;
}

}  // namespace consign
