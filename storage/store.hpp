// Storage as the desk sees it: the vault's sealed files, and one database whose transactions hold
// names and events together. Made by storage/open_store.hpp.
#pragma once

#include <boost/asio.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "base/offload.hpp"
#include "storage/bookmarks/bookmarks.hpp"
#include "storage/catalog/catalog.hpp"
#include "storage/data_folder.hpp"
#include "storage/database/database.hpp"
#include "storage/documents/documents.hpp"
#include "storage/expectations/expectations.hpp"
#include "storage/inquiry/inquiry.hpp"
#include "storage/ledger/completeness.hpp"
#include "storage/ledger/excerpt.hpp"
#include "storage/ledger/forgetting.hpp"
#include "storage/ledger/ledger.hpp"
#include "storage/ledger/receipt_rows.hpp"
#include "storage/ledger/report_rows.hpp"
#include "storage/ledger/search.hpp"
#include "storage/ledger/timestamps.hpp"
#include "storage/pickups/pickups.hpp"
#include "storage/pulls/pulls.hpp"
#include "storage/queue/queue.hpp"
#include "storage/scrub/scrub.hpp"
#include "storage/targets/targets.hpp"
#include "storage/terms/holds.hpp"
#include "storage/terms/terms.hpp"
#include "storage/vault/vault.hpp"

namespace consign {

/// One transaction's verbs. Valid during the call that it was handed to.
struct Transaction {
    catalog::Catalog catalog;
    ledger::Ledger ledger;
    documents::Documents documents;
    queue::Queue queue;
    pickups::Pickups pickups;
    terms::Terms terms;
    terms::Holds holds;
    expectations::Expectations expectations;
    bookmarks::Bookmarks bookmarks;
    scrub::Scrub scrub;
    targets::Targets targets;
    pulls::Pulls pulls;
    ledger::Timestamps timestamps;
    ledger::Excerpt excerpt;
    ledger::ReportRows report_rows;
    ledger::ReceiptRows receipt_rows;
    ledger::Search search;
    ledger::EventIndex event_index;
    inquiry::Inquiry inquiry;
    ledger::Forgetting forgetting;
    ledger::CompletenessCheck completeness;
};

class Store {
  public:
    Store(DataFolder folder, std::unique_ptr<keyring::Keyring> keys,
          std::unique_ptr<vault::Vault> vault, std::unique_ptr<database::Database> database,
          RandomSource& random, std::size_t pool_threads);
    /// Waits for what was begun. Destroy it before the io_contexts whose coroutines used it.
    ~Store();

    /// Runs `verb(Transaction&) -> Result<T>` on the writer thread; resumes on the caller's strand
    /// once it is durable, or undone. `verb` may refer to the coroutine's locals. Not cancellable:
    /// what was begun is finished. The error is the verb's own, or what undid it (a commit that
    /// failed; database_errc::bug where it threw; database_errc::overloaded). Told::once_run: it
    /// resumes sooner, and what `verb` did is durable, or undone, before anything is read by
    /// `read`, or a later `write` that is durable itself resumes. Where it was undone, those who
    /// write next are refused.
    template <class Verb>
    boost::asio::awaitable<std::invoke_result_t<Verb&, Transaction&>> write(
        Verb verb, database::Told told = database::Told::once_durable);

    /// The same, on a snapshot and a pool thread; `verb` changes nothing. What it throws comes
    /// home.
    template <class Verb>
    boost::asio::awaitable<std::invoke_result_t<Verb&, Transaction&>> read(Verb verb);

    /// The same, for who is on a pool thread already. Blocks.
    template <class Verb>
    std::invoke_result_t<Verb&, Transaction&> read_here(Verb verb);

    /// Blocking calls on the vault go through `offload(store.pool(), ...)`; what goes through all
    /// of a content, as long as it may be, through `offload(store.bulk_pool(), ...)`: it never
    /// keeps threads from what is short.
    [[nodiscard]] vault::Vault& vault() { return *vault_; }
    [[nodiscard]] keyring::Keyring& keys() { return *keys_; }
    [[nodiscard]] database::Database& database() { return *database_; }
    [[nodiscard]] boost::asio::thread_pool& pool() { return pool_; }
    [[nodiscard]] boost::asio::thread_pool& bulk_pool() { return bulk_pool_; }
    /// Rings for the jobs that a transaction made, once it is durable.
    [[nodiscard]] queue::WorkBell& work_bell() { return work_bell_; }

  private:
    /// The verbs over a connection, made once for each.
    [[nodiscard]] Transaction& on(database::Connection& connection);

    DataFolder folder_;
    std::unique_ptr<keyring::Keyring> keys_;
    std::unique_ptr<vault::Vault> vault_;
    RandomSource& random_;
    queue::WorkBell work_bell_;
    std::mutex mutex_;  // guards transactions_, not what is in them
    std::map<database::Connection*, Transaction> transactions_;
    std::unique_ptr<database::Database> database_;
    boost::asio::thread_pool pool_;
    boost::asio::thread_pool bulk_pool_;
};

template <class Verb>
boost::asio::awaitable<std::invoke_result_t<Verb&, Transaction&>> Store::write(
    Verb verb, database::Told told) {
    namespace asio = boost::asio;
    using Answer = std::invoke_result_t<Verb&, Transaction&>;
    // The caller's io_context must not run out of work while the writer has this.
    const auto home =
        asio::prefer(co_await asio::this_coro::executor, asio::execution::outstanding_work.tracked);
    std::optional<Answer> answer;
    Result<> end;
    queue::Kinds rung;
    co_await asio::async_initiate<decltype(asio::use_awaitable), void()>(
        [&](auto handler) {
            auto job = [&](database::Connection& connection) -> Result<> {
                Transaction& transaction = on(connection);
                static_cast<void>(transaction.queue.take_rung());
                answer.emplace(verb(transaction));
                rung = transaction.queue.take_rung();
                if (!*answer) return failure(answer->error());
                return {};
            };
            // Once posted, the coroutine may be gone: what is used after is this lambda's own.
            auto done = [&end, &rung, &bell = work_bell_, home,
                         handler = std::move(handler)](Result<> outcome) mutable {
                end = outcome;
                if (outcome) bell.ring(rung);
                asio::post(home, std::move(handler));
            };
            database_->write(std::move(job), std::move(done), told);
        },
        asio::use_awaitable);
    if (!end) co_return failure(end.error());
    co_return std::move(*answer);
}

template <class Verb>
std::invoke_result_t<Verb&, Transaction&> Store::read_here(Verb verb) {
    std::optional<std::invoke_result_t<Verb&, Transaction&>> answer;
    const auto done = database_->read([&](database::Connection& connection) -> Result<> {
        answer.emplace(verb(on(connection)));
        return {};
    });
    if (!done) return failure(done.error());
    return std::move(*answer);
}

template <class Verb>
boost::asio::awaitable<std::invoke_result_t<Verb&, Transaction&>> Store::read(Verb verb) {
    auto work = [&] { return read_here(std::ref(verb)); };
    co_return co_await offload(pool_, std::move(work));
}

}  // namespace consign
