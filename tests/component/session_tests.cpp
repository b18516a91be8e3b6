#include <boost/test/data/test_case.hpp>

#include "base/owned_tasks.hpp"
#include "desk/login.hpp"
#include "desk/site/rate.hpp"
#include "reloadable_site.hpp"

using namespace consign;
using desk::desk_errc;
using Outcome = desk::Login::Answer::Outcome;
using std::chrono::milliseconds;
namespace asio = boost::asio;

namespace {

/// One connection to `labs`.
struct Caller {
    explicit Caller(desk::Site& site)
        : session(site, "sftp", "labs", asio::ip::make_address("192.0.2.1")) {}
    desk::Session session;
    desk::Login login{session};
};

struct Fixture : ReloadableSite {
    Caller caller{*site};

    void log_in() {
        const auto answer = run(caller.login.present_password("lab", SecretText("right")));
        BOOST_REQUIRE((answer.outcome == Outcome::complete));
        (void)new_events();
    }
    template <class Work>
    std::chrono::steady_clock::duration time_of(Work work) {
        const auto began = std::chrono::steady_clock::now();
        work();
        return std::chrono::steady_clock::now() - began;
    }
    void run_all(std::vector<asio::awaitable<void>> works) {
        for (auto& work : works)
            asio::co_spawn(io, std::move(work), [](std::exception_ptr thrown) {
                if (thrown) std::rethrow_exception(thrown);
            });
        io.restart();
        io.run();
    }
};

struct Edit {
    const char* from;
    const char* to;
    desk_errc code;
    const char* reason;
    int line;  // of the rule, in policy.d/10.yaml; 0: none
};
std::ostream& operator<<(std::ostream& out, const Edit& edit) {
    return out << edit.reason;
}

const Edit edits[]{
    {"  lab:", "  lab2:", desk_errc::account_withdrawn, "the account is no longer in the policy",
     0},
    {"home: /lab\n", "home: /lab\n    enabled: false\n", desk_errc::account_withdrawn,
     "the account is disabled", 3},
    {"home: /lab\n", "home: /lab\n    expires: 2020-12-31\n", desk_errc::no_longer_admitted,
     "the account has expired", 3},
    {"home: /lab\n", "home: /lab\n    from: [198.51.100.0/24]\n", desk_errc::no_longer_admitted,
     "the account may not come from this address", 5},
    {"home: /lab\n", "home: /lab\n    protocols: [ftps]\n", desk_errc::no_longer_admitted,
     "the account may not use this protocol", 3},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(session, Fixture)

BOOST_AUTO_TEST_CASE(an_account_that_may_be_here_stays_whatever_else_changes) {
    log_in();
    BOOST_TEST(!caller.session.reason_to_leave());
    edit("home: /lab", "home: /elsewhere");
    BOOST_TEST(take().taken);
    BOOST_TEST(!caller.session.reason_to_leave());
}

BOOST_DATA_TEST_CASE_F(Fixture, one_that_may_no_longer_be_here_leaves_and_its_row_says_why,
                       boost::unit_test::data::make(edits), change) {
    log_in();
    edit(change.from, change.to);
    BOOST_REQUIRE_MESSAGE(take().taken, said(load()));
    (void)new_events();
    BOOST_TEST((caller.session.reason_to_leave() == change.code));
    run(caller.session.end("whatever the protocol says"));
    const auto events = new_events();
    BOOST_TEST_REQUIRE(events.size() == 1U);
    BOOST_TEST((events[0].action == ledger::Action::session_ended));
    BOOST_TEST(events[0].detail.starts_with(change.reason), events[0].detail);
    BOOST_TEST(events[0].rule ==
               (change.line == 0 ? "" : "policy.d/10.yaml:" + std::to_string(change.line)));
    BOOST_TEST((events[0].policy == policy.current()->hash));
    const auto sessions =
        run(store->read([](Transaction& transaction) { return transaction.search.sessions({}); }));
    BOOST_TEST(sessions->at(0).end_reason == change.reason);
}

BOOST_AUTO_TEST_CASE(first_events_that_wait_for_the_writer_together_share_one_row) {
    std::vector<asio::awaitable<void>> works;
    works.push_back(caller.session.refused_request("shell"));
    works.push_back(caller.session.violated_protocol("a packet of an impossible length"));
    run_all(std::move(works));
    BOOST_TEST(new_events().size() == 2U);
    const auto sessions =
        run(store->read([](Transaction& transaction) { return transaction.search.sessions({}); }));
    BOOST_TEST_REQUIRE(sessions.has_value());
    BOOST_TEST(sessions->size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_login_that_a_reload_overtakes_is_none) {
    edit("home: /lab\n", "home: /lab\n    enabled: false\n");
    const auto next = load().policy;
    std::optional<Outcome> outcome;
    std::vector<asio::awaitable<void>> works;
    const auto log_in_slowly = [&]() -> asio::awaitable<void> {
        // Found to be an account while the old policy is in force: the password is still to come.
        auto answer = co_await caller.login.present_password("lab", SecretText("right"));
        outcome = answer.outcome;
        BOOST_TEST((answer.why == desk_errc::account_withdrawn));
    };
    const auto replace = [&]() -> asio::awaitable<void> {
        policy.replace(next);
        co_return;
    };
    works.push_back(log_in_slowly());
    works.push_back(replace());
    run_all(std::move(works));
    BOOST_TEST((outcome == Outcome::ended));
}

BOOST_AUTO_TEST_CASE(a_login_tells_the_policy_that_let_it_in) {
    const Digest32 before = policy.current()->hash;
    edit("home: /other", "home: /elsewhere");
    const auto next = load().policy;
    std::vector<asio::awaitable<void>> works;
    const auto log_in_slowly = [&]() -> asio::awaitable<void> {
        const auto answer = co_await caller.login.present_password("lab", SecretText("right"));
        BOOST_TEST((answer.outcome == Outcome::complete));
    };
    const auto replace = [&]() -> asio::awaitable<void> {
        policy.replace(next);
        co_return;
    };
    works.push_back(log_in_slowly());
    works.push_back(replace());
    run_all(std::move(works));
    const auto events = new_events();
    BOOST_TEST_REQUIRE(events.size() == 1U);
    BOOST_TEST((events[0].policy == before));
}

BOOST_AUTO_TEST_CASE(bytes_go_at_the_rate_of_the_account_over_all_its_sessions) {
    edit("home: /lab\n", "home: /lab\n    quota: {upload_rate: 1 MiB/s}\n");
    BOOST_REQUIRE_MESSAGE(take().taken, said(load()));
    log_in();
    Caller second(*site);
    BOOST_REQUIRE((run(second.login.present_password("lab", SecretText("right"))).outcome ==
                   Outcome::complete));
    desk::Rate one(caller.session, desk::Direction::upload);
    desk::Rate other(second.session, desk::Direction::upload);
    desk::Rate back(caller.session, desk::Direction::download);
    constexpr std::uint64_t more_than_the_burst = 3072 * 1024;
    BOOST_TEST((time_of([&] { run(one.take(more_than_the_burst)); }) < milliseconds(1000)));
    BOOST_TEST((time_of([&] { run(back.take(more_than_the_burst)); }) < milliseconds(1000)));
    const auto waited = time_of([&] { run(other.take(1)); });
    BOOST_TEST((waited > milliseconds(500)));
    BOOST_TEST((waited < milliseconds(10'000)));
}

BOOST_AUTO_TEST_CASE(who_leaves_waits_for_no_rate) {
    edit("home: /lab\n", "home: /lab\n    quota: {upload_rate: 1 B/s}\n");
    BOOST_REQUIRE_MESSAGE(take().taken, said(load()));
    log_in();
    desk::Rate rate(caller.session, desk::Direction::upload);
    run(rate.take(1000));
    std::vector<asio::awaitable<void>> works;
    const auto leave = [&]() -> asio::awaitable<void> {
        caller.session.leave();
        co_return;
    };
    works.push_back(rate.take(1));
    works.push_back(leave());
    BOOST_TEST((time_of([&] { run_all(std::move(works)); }) < 2 * desk::Rate::step));
}

BOOST_AUTO_TEST_CASE(a_rate_that_is_taken_away_holds_nobody_back) {
    edit("home: /lab\n", "home: /lab\n    quota: {download_rate: 1 B/s}\n");
    BOOST_REQUIRE_MESSAGE(take().taken, said(load()));
    log_in();
    desk::Rate rate(caller.session, desk::Direction::download);
    run(rate.take(1000));
    write("policy.d/10.yaml", accounts);
    std::vector<asio::awaitable<void>> works;
    const auto reload_it = [&]() -> asio::awaitable<void> {
        static_cast<void>(co_await reload->take({}));
    };
    works.push_back(rate.take(1));
    works.push_back(reload_it());
    BOOST_TEST((time_of([&] { run_all(std::move(works)); }) < 2 * desk::Rate::step));
}

BOOST_AUTO_TEST_SUITE_END()
