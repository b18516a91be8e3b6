#include <boost/test/data/test_case.hpp>
#include <list>
#include <thread>

#include "base/owned_tasks.hpp"
#include "desk/login.hpp"
#include "desk_site.hpp"

using namespace consign;
using namespace consign::testing;
using desk::desk_errc;
using desk::Login;
using Outcome = Login::Answer::Outcome;
using policy::Method;

namespace {

constexpr std::string_view people = R"(version: 1
accounts:
  known:
    home: /known
    login: {any_of: [password], password: HASH}
    grants: [{path: /**, may: [list]}]
  disabled:
    home: /disabled
    enabled: false
    login: {any_of: [password], password: HASH}
    grants: [{path: /**, may: [list]}]
  expired:
    home: /expired
    expires: 2026-11-23
    login: {any_of: [password], password: HASH}
    grants: [{path: /**, may: [list]}]
  elsewhere:
    home: /elsewhere
    from: [198.51.100.0/24]
    login: {any_of: [password], password: HASH}
    grants: [{path: /**, may: [list]}]
  both:
    home: /both
    login:
      any_of: [[publickey, password]]
      keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOT4ox9z9Fxtj2c9uabHg+VWaeZlvnpYmv8qT3F8CysP a"]
      password: HASH
    grants: [{path: /**, may: [list]}]
  keyed:
    home: /keyed
    login:
      any_of: [publickey]
      keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOT4ox9z9Fxtj2c9uabHg+VWaeZlvnpYmv8qT3F8CysP a"]
    grants: [{path: /**, may: [list]}]
  by-day:
    home: /by-day
    hours: ["Mon-Fri 08:00-18:00 UTC", "Sat 08:00-12:00 UTC"]
    login: {any_of: [password], password: HASH}
    grants: [{path: /**, may: [list]}]
  alone:
    home: /alone
    login: {any_of: [password], password: HASH}
    quota: {sessions: 1}
    grants: [{path: /**, may: [list]}]
  crowd:
    home: /crowd
    login: {any_of: [password], password: HASH}
    quota: {sessions: 3}
    grants: [{path: /**, may: [list]}]
  certified:
    home: /certified
    login: {any_of: [tls-certificate], certificates: ["CN=analyser-3,O=Biomed"]}
    grants: [{path: /**, may: [list]}]
  certified-and-known:
    home: /certified-and-known
    login:
      any_of: [[tls-certificate, password]]
      certificates:
        - "SHA256:0707070707070707070707070707070707070707070707070707070707070707"
      password: HASH
    grants: [{path: /**, may: [list]}]
  certified-elsewhere:
    home: /certified-elsewhere
    from: [198.51.100.0/24]
    login: {any_of: [tls-certificate], certificates: ["CN=analyser-3,O=Biomed"]}
    grants: [{path: /**, may: [list]}]
)";

/// Accepted by `certified`, and by `certified-and-known`.
const desk::ClientIdentity analyser = [] {
    desk::ClientIdentity identity{.fingerprint = {}, .subject = "CN=analyser-3,O=Biomed"};
    identity.fingerprint.fill(7);
    return identity;
}();

/// Each differs from what an account names in a way that must count.
const std::string analyser_fingerprint = "SHA256:" + to_hex(analyser.fingerprint);
const desk::ClientIdentity strangers[]{
    {{}, "CN=analyser-3,O=biomed"},
    {{}, "CN=analyser-3"},
    {{}, ""},
    {{7, 7, 7}, "O=Biomed"},
    {{}, "O=Biomed,CN=analyser-3"},
    {{}, "SHA256:" + std::string(64, '7')},
};

/// One connection before its login.
struct Caller {
    explicit Caller(DeskSite& at_site, std::string protocol = "sftp",
                    const std::string& address = "192.0.2.1")
        : site(at_site),
          session(site.site(), std::move(protocol), "labs",
                  boost::asio::ip::make_address(address)) {
        session.set_client("client_1.0", "algorithms");
    }
    Login::Answer password(const std::string& user, std::string_view text = "right") {
        return site.run(login.present_password(user, SecretText(text)));
    }
    Login::Answer key(const std::string& user) {
        return site.run(login.present_key(user, blob_of_both()));
    }
    Login::Answer certificate(const std::string& user, desk::ClientIdentity identity = analyser) {
        return site.run(login.present_certificate(user, std::move(identity)));
    }
    [[nodiscard]] Bytes blob_of_both() const {
        return site.site().policy.current()->accounts.at("both").keys.at(0).blob;
    }

    DeskSite& site;
    desk::Session session;
    Login login{session};
};

struct Fixture {
    DeskSite site{people};
    Caller caller{site};

    Fixture() { (void)site.new_events(); }
    /// The one event since, which must tell of a failed login.
    ledger::Event failed_login() {
        const auto events = site.new_events();
        BOOST_TEST_REQUIRE(events.size() == 1U);
        BOOST_TEST((events[0].action == ledger::Action::login_failed));
        BOOST_TEST((events[0].outcome == ledger::Outcome::refused));
        return events[0];
    }
};

struct FtpsFixture : Fixture {
    Caller client{site, "ftps"};
};

struct Wrong {
    const char* user;
    const char* password;
    const char* account;  // in the ledger
    const char* marker;   // of the rule
    const char* detail;
};
std::ostream& operator<<(std::ostream& out, const Wrong& wrong) {
    return out << wrong.user << " " << wrong.detail;
}
const Wrong wrongs[]{
    {"nobody", "right", "", nullptr, "no such account"},
    {"", "", "", nullptr, "no such account"},
    {"known", "Wr0ng!", "known", "  known:", "the password is wrong"},
    {"known", "", "known", "  known:", "the password is wrong"},
    {"Known", "right", "", nullptr, "no such account"},
    {"keyed", "right", "keyed", "  keyed:", "the password is wrong"},
    {"disabled", "right", "disabled", "  disabled:", "the account is disabled"},
    {"disabled", "Wr0ng!", "disabled", "  disabled:", "the password is wrong"},
    {"expired", "right", "expired", "  expired:", "the account has expired"},
    {"elsewhere", "right", "elsewhere", "from:", "the account may not come from this address"},
};

boost::asio::awaitable<Outcome> log_in_amid_refusals(Caller& caller) {
    OwnedTasks tasks(co_await boost::asio::this_coro::executor);
    tasks.start(caller.session.refused_request("login key type"));
    tasks.start(caller.session.refused_request("port forwarding"));
    tasks.start([](Caller& it) -> boost::asio::awaitable<void> {
        (void)co_await it.login.present_key("keyed", it.blob_of_both());
    }(caller));
    co_await tasks.all_ended();
    co_return caller.login.is_complete() ? Outcome::complete : Outcome::ended;
}

boost::asio::awaitable<void> present_wrong_password(Caller& caller,
                                                    std::vector<Outcome>& outcomes) {
    const auto answer = co_await caller.login.present_password("known", SecretText("Wr0ng!"));
    outcomes.push_back(answer.outcome);
}

boost::asio::awaitable<std::vector<Outcome>> present_at_once(std::list<Caller>& callers) {
    std::vector<Outcome> outcomes;
    OwnedTasks tasks(co_await boost::asio::this_coro::executor);
    for (Caller& caller : callers) tasks.start(present_wrong_password(caller, outcomes));
    co_await tasks.all_ended();
    co_return outcomes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(desk_login)

BOOST_FIXTURE_TEST_CASE(the_right_password_opens_the_accounts_desk, Fixture) {
    BOOST_TEST((caller.password("known").outcome == Outcome::complete));
    BOOST_TEST(caller.login.is_complete());
    const auto events = site.new_events();
    BOOST_TEST_REQUIRE(events.size() == 1U);
    BOOST_TEST((events[0].action == ledger::Action::login));
    BOOST_TEST(events[0].account == "known");
    BOOST_TEST(events[0].rule == site.rule("  known:"));
    BOOST_TEST(events[0].detail == "password; client client_1.0; algorithms");
    const auto opened = caller.login.open_desk();
    BOOST_TEST(site.run(opened->stat({})).has_value());
    const auto sessions =
        site.read([](Transaction& transaction) { return transaction.search.sessions({}); });
    BOOST_TEST_REQUIRE(sessions.size() == 1U);
    BOOST_TEST(sessions[0].account == "known");
    BOOST_TEST(sessions[0].login_methods == "password");
}

BOOST_DATA_TEST_CASE_F(Fixture, every_failure_is_answered_alike_and_leaves_one_event,
                       boost::unit_test::data::make(wrongs), wrong) {
    const auto answer = caller.password(wrong.user, wrong.password);
    BOOST_TEST((answer.outcome == Outcome::refused));
    BOOST_TEST((answer.next == Login::all_methods()));
    BOOST_TEST(!answer.why);
    BOOST_TEST(!caller.login.is_complete());
    const auto event = failed_login();
    BOOST_TEST(event.account == wrong.account);
    BOOST_TEST(event.detail == wrong.detail);
    BOOST_TEST(event.rule == (wrong.marker ? site.rule(wrong.marker) : ""));
    // A password that was typed as a user name must not be kept.
    BOOST_TEST(event.detail.find(wrong.password[0] ? wrong.password : "\n") == std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_way_of_two_methods_needs_both, Fixture) {
    const auto first = caller.key("both");
    BOOST_TEST((first.outcome == Outcome::partial));
    BOOST_TEST((first.next == std::set{Method::password}));
    BOOST_TEST(site.told().empty());
    BOOST_TEST((caller.password("both").outcome == Outcome::complete));
    BOOST_TEST(caller.session.account() == "both");
}

BOOST_FIXTURE_TEST_CASE(a_wrong_second_method_starts_the_way_afresh, Fixture) {
    BOOST_TEST((caller.key("both").outcome == Outcome::partial));
    BOOST_TEST((caller.password("both", "Wr0ng!").outcome == Outcome::refused));
    BOOST_TEST((caller.password("both").outcome == Outcome::partial));
    BOOST_TEST((caller.key("both").outcome == Outcome::complete));
}

BOOST_FIXTURE_TEST_CASE(another_user_starts_afresh, Fixture) {
    BOOST_TEST((caller.key("both").outcome == Outcome::partial));
    BOOST_TEST((caller.password("known").outcome == Outcome::complete));
    BOOST_TEST(caller.session.account() == "known");
    Caller other(site);
    BOOST_TEST((other.key("both").outcome == Outcome::partial));
    BOOST_TEST((other.password("keyed").outcome == Outcome::refused));
    BOOST_TEST((other.password("both").outcome == Outcome::partial));
}

BOOST_FIXTURE_TEST_CASE(a_method_that_is_in_none_of_the_accounts_ways_is_refused, Fixture) {
    BOOST_TEST((caller.key("known").outcome == Outcome::refused));
    BOOST_TEST(failed_login().detail == "the key is not one of the account's");
}

BOOST_FIXTURE_TEST_CASE(a_key_is_welcome_where_its_account_may_connect, Fixture) {
    const Bytes blob = caller.blob_of_both();
    BOOST_TEST(caller.login.key_is_welcome("keyed", blob));
    BOOST_TEST(!caller.login.key_is_welcome("known", blob));
    BOOST_TEST(!caller.login.key_is_welcome("nobody", blob));
    BOOST_TEST(site.told().empty());
    site.run(caller.login.give_up());
    BOOST_TEST(failed_login().detail == "no such account");  // the last that was tried
}

BOOST_FIXTURE_TEST_CASE(offering_keys_has_an_end, Fixture) {
    const Bytes blob = caller.blob_of_both();
    for (int offered = 0; offered < Login::offer_limit; ++offered)
        BOOST_TEST(caller.login.key_is_welcome("keyed", blob));
    BOOST_TEST(!caller.login.is_exhausted());
    BOOST_TEST(!caller.login.key_is_welcome("keyed", blob));
    BOOST_TEST(caller.login.is_exhausted());
}

BOOST_FIXTURE_TEST_CASE(a_certificate_alone_logs_in_where_that_is_the_way, FtpsFixture) {
    BOOST_TEST(client.login.certificate_is_welcome("certified", analyser));
    BOOST_TEST((client.certificate("certified").outcome == Outcome::complete));
    BOOST_TEST(client.session.account() == "certified");
    const auto events = site.new_events();
    BOOST_TEST_REQUIRE(events.size() == 1U);
    BOOST_TEST((events[0].action == ledger::Action::login));
    BOOST_TEST(events[0].rule == site.rule("CN=analyser-3"));
    BOOST_TEST(events[0].detail == "tls-certificate; certificate " + analyser_fingerprint +
                                       "; client client_1.0; algorithms");
}

BOOST_FIXTURE_TEST_CASE(a_certificate_then_the_password, FtpsFixture) {
    const auto first = client.certificate("certified-and-known");
    BOOST_TEST((first.outcome == Outcome::partial));
    BOOST_TEST((first.next == std::set{Method::password}));
    BOOST_TEST(site.told().empty());
    BOOST_TEST((client.password("certified-and-known").outcome == Outcome::complete));
    const auto events = site.new_events();
    BOOST_TEST_REQUIRE(events.size() == 1U);
    BOOST_TEST(events[0].detail == "tls-certificate+password; certificate " + analyser_fingerprint +
                                       "; client client_1.0; algorithms");
}

BOOST_FIXTURE_TEST_CASE(a_right_password_without_the_certificate_is_refused_as_a_wrong_one_is,
                        FtpsFixture) {
    BOOST_TEST((client.password("certified-and-known").outcome == Outcome::refused));
    const auto right = failed_login();
    BOOST_TEST(right.detail == "the client presented no certificate that the account's way needs");
    BOOST_TEST((client.password("certified-and-known", "Wr0ng!").outcome == Outcome::refused));
    BOOST_TEST(!client.login.is_complete());
    // It counts as an attempt, too.
    for (int attempt = 2; attempt < Login::attempt_limit - 1; ++attempt)
        BOOST_TEST((client.password("certified-and-known").outcome == Outcome::refused));
    BOOST_TEST((client.password("certified-and-known").outcome == Outcome::ended));
}

BOOST_FIXTURE_TEST_CASE(a_wrong_password_forgets_the_certificate, FtpsFixture) {
    BOOST_TEST((client.certificate("certified-and-known").outcome == Outcome::partial));
    BOOST_TEST((client.password("certified-and-known", "Wr0ng!").outcome == Outcome::refused));
    BOOST_TEST((client.password("certified-and-known").outcome == Outcome::refused));
    BOOST_TEST(!client.login.is_complete());
}

BOOST_FIXTURE_TEST_CASE(another_accounts_certificate_counts_for_nobody_else, FtpsFixture) {
    BOOST_TEST((client.certificate("certified-and-known").outcome == Outcome::partial));
    BOOST_TEST((client.password("known").outcome == Outcome::complete));
    BOOST_TEST(client.session.account() == "known");
    Caller other(site, "ftps");
    BOOST_TEST((other.password("known", "Wr0ng!").outcome == Outcome::refused));
    BOOST_TEST((other.certificate("certified-and-known").outcome == Outcome::partial));
}

BOOST_FIXTURE_TEST_CASE(a_certificate_that_is_not_welcome_costs_no_attempt, FtpsFixture) {
    for (const char* user : {"certified-elsewhere", "known", "nobody", "", "disabled"})
        BOOST_TEST(!client.login.certificate_is_welcome(user, analyser), user);
    for (const auto& stranger : strangers)
        for (const char* user : {"certified", "certified-and-known"})
            BOOST_TEST(!client.login.certificate_is_welcome(user, stranger), stranger.subject);
    BOOST_TEST(!client.login.is_exhausted());
    BOOST_TEST(site.told().empty());
    BOOST_TEST((client.password("known").outcome == Outcome::complete));
    site.run(client.login.give_up());
    BOOST_TEST(site.new_events().size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_certificate_of_somebody_else_is_a_failed_attempt, FtpsFixture) {
    for (const auto& stranger : strangers) {
        Caller pretender(site, "ftps");
        BOOST_TEST((pretender.certificate("certified", stranger).outcome == Outcome::refused));
        BOOST_TEST(!pretender.login.is_complete());
    }
    BOOST_TEST(failed_login().detail == "the certificate is not one of the account's");
    BOOST_TEST((client.certificate("nobody").outcome == Outcome::refused));
    BOOST_TEST(failed_login().detail == "no such account");
    const auto elsewhere = client.certificate("certified-elsewhere");
    BOOST_TEST((elsewhere.outcome == Outcome::refused));
    BOOST_TEST((elsewhere.next == Login::all_methods()));
    const auto event = failed_login();
    BOOST_TEST(event.detail == "the account may not come from this address");
    BOOST_TEST(event.account == "certified-elsewhere");
    BOOST_TEST((client.password("certified").outcome == Outcome::refused));
}

BOOST_FIXTURE_TEST_CASE(offering_certificates_has_an_end, FtpsFixture) {
    for (int offered = 0; offered < Login::offer_limit; ++offered)
        BOOST_TEST(client.login.certificate_is_welcome("certified", analyser));
    BOOST_TEST(!client.login.certificate_is_welcome("certified", analyser));
    BOOST_TEST(client.login.is_exhausted());
}

BOOST_FIXTURE_TEST_CASE(who_leaves_after_an_offer_or_half_a_way_leaves_an_event, FtpsFixture) {
    BOOST_TEST(!client.login.certificate_is_welcome("known", analyser));
    site.run(client.login.give_up());
    auto event = failed_login();
    BOOST_TEST(event.account == "known");
    BOOST_TEST(event.detail == "nothing that was offered would do");
    Caller half(site, "ftps");
    BOOST_TEST(half.login.certificate_is_welcome("certified-and-known", analyser));
    BOOST_TEST((half.certificate("certified-and-known").outcome == Outcome::partial));
    site.run(half.login.give_up());
    event = failed_login();
    BOOST_TEST(event.account == "certified-and-known");
    BOOST_TEST(event.detail == "the peer left after tls-certificate, before the way's end");
}

BOOST_FIXTURE_TEST_CASE(a_way_that_the_protocol_cannot_carry_is_refused_and_tells_nothing,
                        Fixture) {
    // Over SFTP, where there are no certificates.
    const auto answer = caller.password("certified-and-known");
    BOOST_TEST((answer.outcome == Outcome::refused));
    BOOST_TEST((answer.next == Login::all_methods()));
    const auto event = failed_login();
    BOOST_TEST(event.account == "certified-and-known");
    BOOST_TEST(event.detail == "no way in of the account's goes on from here over this protocol");
    // Over FTPS, where there are no keys.
    Caller client(site, "ftps");
    BOOST_TEST((client.password("both").outcome == Outcome::refused));
    BOOST_TEST(failed_login().account == "both");
}

BOOST_FIXTURE_TEST_CASE(who_comes_back_with_a_wrong_password_leaves_a_ledger_that_lacks_nothing,
                        Fixture) {
    for (const char* user : {"known", "nobody"})
        for (int attempt = 0; attempt < 3; ++attempt) {
            Caller again(site, "sftp");
            BOOST_TEST((again.password(user, "Wr0ng!").outcome == Outcome::refused));
            site.run(again.session.end("the peer left"));
        }
    site.clock.advance(std::chrono::minutes(1));
    site.look_after();
    const auto lack =
        site.read([](Transaction& transaction) { return transaction.completeness.run({}); });
    BOOST_TEST(lack.sessions.count == 0U);
    BOOST_TEST(lack.is_whole());
}

BOOST_FIXTURE_TEST_CASE(too_many_attempts_end_the_connection, Fixture) {
    for (int attempt = 1; attempt < Login::attempt_limit; ++attempt)
        BOOST_TEST((caller.password("known", "Wr0ng!").outcome == Outcome::refused));
    const auto last = caller.password("known", "Wr0ng!");
    BOOST_TEST((last.outcome == Outcome::ended));
    BOOST_TEST(last.why == desk_errc::too_many_failed_logins);
    BOOST_TEST(caller.login.is_exhausted());
    // Equal ones within a minute: one row now, one with the count.
    BOOST_TEST(site.new_events().size() == 1U);
    site.clock.advance(std::chrono::minutes(1));
    site.look_after();
    BOOST_TEST(failed_login().count == Login::attempt_limit - 1U);
}

BOOST_FIXTURE_TEST_CASE(an_account_has_so_many_sessions_and_a_place_is_given_back, Fixture) {
    Caller second(site);
    Caller third(site);
    BOOST_TEST((caller.password("known").outcome == Outcome::complete));
    auto first_desk = caller.login.open_desk();
    BOOST_TEST((second.password("known").outcome == Outcome::complete));
    (void)site.new_events();
    const auto refused = third.password("known");
    BOOST_TEST((refused.outcome == Outcome::ended));
    BOOST_TEST(refused.why == desk_errc::too_many_sessions);
    BOOST_TEST(failed_login().detail == "limits.sessions_per_account is reached");
    first_desk.reset();
    Caller fourth(site);
    BOOST_TEST((fourth.password("known").outcome == Outcome::complete));
}

BOOST_FIXTURE_TEST_CASE(an_accounts_own_number_of_sessions_goes_before_that_of_all, Fixture) {
    std::list<Caller> callers;
    const auto logs_in = [&](const char* user) {
        return callers.emplace_back(site).password(user).outcome;
    };
    BOOST_TEST((logs_in("alone") == Outcome::complete));
    (void)site.new_events();
    BOOST_TEST((logs_in("alone") == Outcome::ended));
    const auto refused = failed_login();
    BOOST_TEST(refused.detail == "quota.sessions is reached");
    BOOST_TEST(refused.rule == site.rule("quota: {sessions: 1}"));
    // More than limits.sessions_per_account, which is 2 here.
    for (int times = 0; times < 3; ++times) BOOST_TEST((logs_in("crowd") == Outcome::complete));
    BOOST_TEST((logs_in("crowd") == Outcome::ended));
}

BOOST_FIXTURE_TEST_CASE(what_a_reload_says_of_listeners_is_for_the_next_start, Fixture) {
    Caller caller(site);
    BOOST_TEST((caller.password("known").outcome == Outcome::complete));
    const auto before = site.site().policy.current();
    for (const bool is_renamed : {true, false}) {
        auto next = std::make_shared<policy::Policy>(*before);
        if (is_renamed)
            next->listeners.front().name = "another";
        else
            next->listeners.front().algorithms = AlgorithmProfile::legacy;
        site.site().policy.replace(std::move(next));
        BOOST_TEST(!caller.session.reason_to_leave());
        BOOST_TEST((Caller(site).password("known").outcome == Outcome::complete));
    }
}

BOOST_FIXTURE_TEST_CASE(an_account_may_log_in_in_its_hours_alone, Fixture) {
    using std::chrono::hours;
    using std::chrono::sys_days;
    const auto now_is = [&](Timestamp time) { site.clock.advance(time - site.clock.now()); };
    const Timestamp friday = sys_days(std::chrono::year(2026) / 11 / 27);
    std::list<Caller> callers;
    const auto logs_in_at = [&](Timestamp time) {
        now_is(time);
        return callers.emplace_back(site).password("by-day").outcome == Outcome::complete;
    };
    BOOST_TEST(!logs_in_at(friday + hours(8) - std::chrono::microseconds(1)));
    const auto event = failed_login();
    BOOST_TEST(event.detail == "the account may not log in at this hour");
    BOOST_TEST(event.rule == site.rule("    hours: [\"Mon-Fri"));
    BOOST_TEST(logs_in_at(friday + hours(8)));
    BOOST_TEST(!callers.back().session.reason_to_leave());
    BOOST_TEST(logs_in_at(friday + hours(18) - std::chrono::microseconds(1)));
    now_is(friday + hours(18));
    BOOST_TEST((callers.back().session.reason_to_leave() == desk_errc::no_longer_admitted));
    BOOST_TEST(!logs_in_at(friday + hours(18)));
    BOOST_TEST(!logs_in_at(friday + hours(24 + 12)));
}

BOOST_FIXTURE_TEST_CASE(who_came_and_said_nothing_leaves_no_row, Fixture) {
    site.run(caller.login.give_up());
    site.run(caller.session.end("the client left"));
    BOOST_TEST(site.told().empty());
    BOOST_TEST(site.read([](Transaction& transaction) { return transaction.search.sessions({}); })
                   .empty());
}

BOOST_FIXTURE_TEST_CASE(a_refusal_that_is_still_being_recorded_spoils_no_login, Fixture) {
    BOOST_TEST((site.run(log_in_amid_refusals(caller)) == Outcome::complete));
    BOOST_TEST(site.new_events().size() == 3U);
    const auto sessions =
        site.read([](Transaction& transaction) { return transaction.search.sessions({}); });
    BOOST_TEST_REQUIRE(sessions.size() == 1U);
    BOOST_TEST(sessions[0].account == "keyed");
}

BOOST_FIXTURE_TEST_CASE(a_refused_attempt_is_answered_at_a_step_that_does_not_tell_why, Fixture) {
    const auto time_of = [&](const std::string& user) {
        const auto began = std::chrono::steady_clock::now();
        BOOST_TEST((caller.key(user).outcome == Outcome::refused));
        return std::chrono::steady_clock::now() - began;
    };
    BOOST_TEST((time_of("nobody") >= Login::refusal_step));       // a row
    BOOST_TEST((time_of("nobody else") >= Login::refusal_step));  // a count
    BOOST_TEST((time_of("known") >= Login::refusal_step));        // a row
}

BOOST_FIXTURE_TEST_CASE(a_password_that_nobody_had_time_to_judge_leaves_an_event, Fixture) {
    std::list<Caller> callers;
    for (int count = 0; count < 250; ++count)
        callers.emplace_back(site, "sftp", "198.51.100." + std::to_string(count));
    const auto outcomes = site.run(present_at_once(callers));
    BOOST_TEST(std::ranges::count(outcomes, Outcome::ended) > 0);
    BOOST_TEST(std::ranges::count(outcomes, Outcome::refused) > 0);
    const auto events = site.new_events();
    const auto found = std::ranges::find(events, make_error_code(desk_errc::overloaded).message(),
                                         &ledger::Event::detail);
    BOOST_TEST_REQUIRE((found != events.end()));
    BOOST_TEST((found->action == ledger::Action::login_failed));
    BOOST_TEST(found->account == "known");
}

BOOST_FIXTURE_TEST_CASE(a_network_whose_places_are_taken_waits_and_no_other_does, Fixture) {
    std::vector<desk::Occupancy::Place> places;
    while (auto place =
               site.site().occupancy.take(desk::Occupancy::passwords_from(caller.session.network()),
                                          desk::Passwords::waiting_limit_each))
        places.push_back(*std::move(place));
    Caller other(site, "sftp", "198.51.100.7");
    BOOST_TEST((other.password("known").outcome == Outcome::complete));
    std::jthread later([&places] {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        places.clear();
    });
    BOOST_TEST((caller.password("known").outcome == Outcome::complete));
    later.join();
    BOOST_TEST(places.empty());
}

BOOST_FIXTURE_TEST_CASE(who_is_turned_away_leaves_an_event_and_no_session, Fixture) {
    for (int times = 0; times < 3; ++times) {
        Caller knocking(site);
        site.run(
            knocking.session.turned_away("limits.sessions", site.site().policy.current()->hash));
        site.run(knocking.session.end("the limit is reached"));
    }
    const auto events = site.new_events();
    BOOST_TEST_REQUIRE(events.size() == 1U);
    BOOST_TEST((events[0].action == ledger::Action::request_refused));
    BOOST_TEST(events[0].detail == "limits.sessions");
    BOOST_TEST(events[0].session.is_nil());
    BOOST_TEST(site.read([](Transaction& transaction) { return transaction.search.sessions({}); })
                   .empty());
}

BOOST_AUTO_TEST_SUITE_END()
