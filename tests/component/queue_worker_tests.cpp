// A queue's worker over a store, with a clock in the test's hand.
#include <boost/asio.hpp>
#include <boost/test/unit_test.hpp>
#include <map>

#include "daemon/workers/dead_letter.hpp"
#include "daemon/workers/queue_worker.hpp"
#include "desk/site/end_job.hpp"
#include "tests/component/desk_site.hpp"

using namespace consign;
using namespace consign::daemon;
using namespace consign::testing;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

constexpr std::string_view with_alerts = R"(version: 1
accounts:
  lab:
    home: /lab
    login: {any_of: [password], password: HASH}
    grants: [{path: /**, may: [upload]}]
alerts:
  night: [{exec: /bin/true}, {webhook: "https://sink.example/"}]
)";

/// A worker whose trade is the test's.
struct Workshop : DeskSite {
    Workshop() : DeskSite(with_alerts) {}

    void enqueue(const std::string& work, Timestamp due) {
        required(run(site().store.write([&](Transaction& transaction) {
            return transaction.queue.enqueue({.kind = queue::Kind::scan, .due = due, .work = work},
                                             site().clock.now());
        })));
    }
    /// Also while the worker runs: it reads on the calling thread.
    std::vector<queue::Job> jobs(queue::Kind kind) {
        std::vector<queue::Job> jobs;
        required(store().database().read([&](database::Connection& connection) -> Result<> {
            queue::Queue queue(connection, store().keys(), random);
            auto found = queue.list(kind, 0, 100);
            if (!found) return failure(found.error());
            jobs = *std::move(found);
            return {};
        }));
        return jobs;
    }
    SystemRandom random;

    std::size_t events(ledger::Action action) {
        return required(run(site().store.read([&](Transaction& transaction) {
                   return transaction.search.events({.action = action});
               })))
            .size();
    }
    QueueWorker::Trade trade(std::function<asio::awaitable<Attempt>(const queue::Job&)> carry_out) {
        return {
            .kind = queue::Kind::scan, .account = "system:test", .carry_out = std::move(carry_out)};
    }
    /// Ends the job in its own transaction.
    asio::awaitable<Attempt> end(const queue::Job& job) {
        std::vector<Id> doomed;
        const auto ended = co_await site().store.write(
            [&](Transaction& transaction) { return desk::end_job(transaction, job, doomed); });
        co_return ended ? Attempt{} : Attempt::failed(ended.error());
    }
    /// Runs the worker until `is_over`, asked again and again.
    void work(QueueWorker::Trade trade, std::function<bool()> is_over) {
        auto turn = [&]() -> asio::awaitable<void> {
            const auto strand = co_await asio::this_coro::executor;
            QueueWorker worker(strand, site(), std::move(trade));
            OwnedTasks tasks(strand);
            tasks.start(worker.run());
            asio::steady_timer timer(strand);
            const auto too_late = std::chrono::steady_clock::now() + 20s;
            while (!is_over() && std::chrono::steady_clock::now() < too_late) {
                timer.expires_after(2ms);
                co_await timer.async_wait(asio::use_awaitable);
            }
            worker.stop();
            co_await tasks.all_ended();
        };
        run(turn());
        BOOST_TEST(is_over());
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(queue_worker)

BOOST_AUTO_TEST_CASE(what_is_enqueued_while_it_waits_is_carried_out_at_once) {
    Workshop shop;
    std::vector<std::string> done;
    bool enqueued = false;
    const auto start = std::chrono::steady_clock::now();
    auto trade = shop.trade([&](const queue::Job& job) -> asio::awaitable<Attempt> {
        done.push_back(job.work);
        co_return co_await shop.end(job);
    });
    auto turn = [&]() -> asio::awaitable<void> {
        const auto strand = co_await asio::this_coro::executor;
        QueueWorker worker(strand, shop.site(), std::move(trade));
        OwnedTasks tasks(strand);
        tasks.start(worker.run());
        asio::steady_timer timer(strand, 100ms);
        co_await timer.async_wait(asio::use_awaitable);
        const auto made = co_await shop.site().store.write([&](Transaction& transaction) {
            return transaction.queue.enqueue(
                {.kind = queue::Kind::scan, .due = shop.clock.now(), .work = "w"},
                shop.clock.now());
        });
        enqueued = made.has_value();
        while (done.empty() && std::chrono::steady_clock::now() < start + 20s) {
            timer.expires_after(2ms);
            co_await timer.async_wait(asio::use_awaitable);
        }
        worker.stop();
        co_await tasks.all_ended();
    };
    shop.run(turn());
    BOOST_TEST(enqueued);
    BOOST_TEST(done == std::vector<std::string>{"w"});
    // Rung for, not found at the next look.
    BOOST_TEST((std::chrono::steady_clock::now() - start < QueueWorker::longest_wait));
    BOOST_TEST(shop.jobs(queue::Kind::scan).empty());
}

BOOST_AUTO_TEST_CASE(no_more_than_the_bound_run_at_once_and_all_run) {
    Workshop shop;
    for (int i = 0; i < 20; ++i) shop.enqueue("w", shop.clock.now());
    std::size_t running = 0, most = 0, done = 0;
    auto trade = shop.trade([&](const queue::Job& job) -> asio::awaitable<Attempt> {
        most = std::max(most, ++running);
        asio::steady_timer timer(co_await asio::this_coro::executor, 3ms);
        co_await timer.async_wait(asio::use_awaitable);
        auto ended = co_await shop.end(job);
        --running;
        ++done;
        co_return ended;
    });
    trade.at_once = 3;
    shop.work(std::move(trade), [&] { return done == 20; });
    BOOST_TEST(most == 3U);
    BOOST_TEST(shop.jobs(queue::Kind::scan).empty());
}

BOOST_AUTO_TEST_CASE(
    a_failure_is_tried_again_later_and_at_last_becomes_a_dead_letter_that_is_told) {
    Workshop shop;
    shop.enqueue("w", shop.clock.now());
    auto policy = std::make_shared<policy::Policy>(*shop.site().policy.current());
    policy->alert = {"night"};
    shop.site().policy.replace(policy);
    std::vector<Timestamp> attempts;
    const auto trade = [&] {
        auto made = shop.trade([&](const queue::Job&) -> asio::awaitable<Attempt> {
            attempts.push_back(shop.clock.now());
            co_return Attempt::failed("refused");
        });
        made.attempts_limit = 3;
        made.backoff = {.first = 40s, .most = 1h};
        made.when_buried = tell_of_dead_letter(shop.site(), "system:test");
        return made;
    };
    for (std::size_t attempt = 1; attempt <= 3; ++attempt) {
        shop.work(trade(), [&] {
            return attempts.size() == attempt &&
                   shop.jobs(queue::Kind::scan).front().attempts == attempt;
        });
        const auto job = shop.jobs(queue::Kind::scan).front();
        BOOST_TEST(job.dead == (attempt == 3));
        BOOST_TEST(job.why == "refused");
        if (job.dead) break;
        const auto delay = job.due - shop.clock.now();
        BOOST_TEST((delay >= 20s * (1 << (attempt - 1))));
        BOOST_TEST((delay <= 40s * (1 << (attempt - 1))));
        shop.clock.advance(std::chrono::duration_cast<std::chrono::microseconds>(delay));
    }
    BOOST_TEST(shop.events(ledger::Action::job_failed) == 2U);
    BOOST_TEST(shop.events(ledger::Action::job_buried) == 1U);
    // One alarm, for each of its channels.
    BOOST_TEST(shop.events(ledger::Action::alarm_raised) == 1U);
    BOOST_TEST(shop.jobs(queue::Kind::alert).size() == 2U);
}

BOOST_AUTO_TEST_CASE(what_a_job_throws_is_its_failure_alone) {
    Workshop shop;
    shop.enqueue("bad", shop.clock.now());
    shop.enqueue("good", shop.clock.now());
    bool good = false;
    auto trade = shop.trade([&](const queue::Job& job) -> asio::awaitable<Attempt> {
        if (job.work == "bad") throw std::runtime_error("names a person");
        good = true;
        co_return co_await shop.end(job);
    });
    shop.work(std::move(trade), [&] {
        const auto jobs = shop.jobs(queue::Kind::scan);
        return good && jobs.size() == 1U && jobs.front().attempts == 1U;
    });
    BOOST_TEST(shop.jobs(queue::Kind::scan).front().why.find("person") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_job_whose_work_was_altered_is_a_dead_letter_at_once_and_stops_no_other) {
    Workshop shop;
    shop.enqueue("bad", shop.clock.now());
    shop.enqueue("good", shop.clock.now());
    auto policy = std::make_shared<policy::Policy>(*shop.site().policy.current());
    policy->alert = {"night"};
    shop.site().policy.replace(policy);
    shop.alter("UPDATE jobs SET work = substr(work, 1, length(work) - 1) WHERE id = 1");
    std::vector<std::string> done;
    auto trade = shop.trade([&](const queue::Job& job) -> asio::awaitable<Attempt> {
        done.push_back(job.work);
        co_return co_await shop.end(job);
    });
    trade.when_buried = tell_of_dead_letter(shop.site(), "system:test");
    shop.work(std::move(trade), [&] {
        const auto jobs = shop.jobs(queue::Kind::scan);
        return jobs.size() == 1U && jobs.front().dead;
    });
    BOOST_TEST(done == std::vector<std::string>{"good"});
    BOOST_TEST(shop.jobs(queue::Kind::scan).front().why == "its work was altered");
    BOOST_TEST(shop.events(ledger::Action::job_buried) == 1U);
    BOOST_TEST(shop.events(ledger::Action::alarm_raised) == 1U);
}

BOOST_AUTO_TEST_CASE(a_failure_that_cannot_be_recorded_is_not_tried_again_without_pause) {
    Workshop shop;
    shop.enqueue("bad", shop.clock.now());
    shop.enqueue("good", shop.clock.now());
    std::size_t attempts = 0;
    bool good = false, is_full = true;
    auto trade = shop.trade([&](const queue::Job& job) -> asio::awaitable<Attempt> {
        if (job.work == "bad") {
            ++attempts;
            co_return Attempt::failed("refused");
        }
        asio::steady_timer timer(co_await asio::this_coro::executor, 300ms);
        co_await timer.async_wait(asio::use_awaitable);
        good = true;
        // The disk has room again, in the middle of what is kept back.
        is_full = false;
        BOOST_TEST(attempts == 1U);
        co_return co_await shop.end(job);
    });
    trade.at_once = 2;
    trade.attempts_limit = 1;
    trade.backoff = {.first = 1s, .most = 1s};
    trade.when_buried = [&](Transaction&, const queue::Job&) -> Result<> {
        if (is_full) return failure(std::errc::no_space_on_device);
        return {};
    };
    shop.work(std::move(trade), [&] {
        const auto jobs = shop.jobs(queue::Kind::scan);
        return good && jobs.size() == 1U && jobs.front().dead;
    });
    BOOST_TEST(attempts == 2U);
    BOOST_TEST(shop.events(ledger::Action::job_buried) == 1U);
}

BOOST_AUTO_TEST_CASE(what_ended_while_the_queue_was_read_is_not_carried_out_again) {
    Workshop shop;
    constexpr int jobs = 600;
    for (int i = 0; i < jobs; ++i) shop.enqueue(std::to_string(i), shop.clock.now());
    std::map<std::string, int> times;
    std::size_t done = 0;
    auto trade = shop.trade([&](const queue::Job& job) -> asio::awaitable<Attempt> {
        ++times[job.work];
        auto ended = co_await shop.end(job);
        ++done;
        co_return ended;
    });
    trade.at_once = 8;
    shop.work(std::move(trade), [&] { return done >= jobs; });
    BOOST_TEST(shop.jobs(queue::Kind::scan).empty());
    BOOST_TEST(std::ranges::count_if(times, [](const auto& one) { return one.second > 1; }) == 0);
}

BOOST_AUTO_TEST_CASE(what_is_stopped_has_not_failed) {
    Workshop shop;
    shop.enqueue("w", shop.clock.now());
    bool begun = false;
    auto timer = std::make_shared<std::optional<asio::steady_timer>>();
    auto trade = shop.trade([&, timer](const queue::Job&) -> asio::awaitable<Attempt> {
        begun = true;
        timer->emplace(co_await asio::this_coro::executor, 20s);
        boost::system::error_code cut;
        co_await (*timer)->async_wait(asio::redirect_error(asio::use_awaitable, cut));
        co_return Attempt::failed("cut short");
    });
    trade.cut_short = [timer] {
        if (*timer) (*timer)->cancel();
    };
    shop.work(std::move(trade), [&] { return begun; });
    const auto jobs = shop.jobs(queue::Kind::scan);
    BOOST_REQUIRE(jobs.size() == 1U);
    BOOST_TEST(jobs.front().attempts == 0U);
    timer->reset();
}

BOOST_AUTO_TEST_SUITE_END()
