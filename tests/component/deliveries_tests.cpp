// Deliveries to a far end that lives in memory, and does what the test says: goes down, cuts the
// line, loses an answer, lies about a digest.
#include <fmt/format.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/json.hpp>
#include <set>

#include "delivering_site.hpp"
#include "fake_sftp_server.hpp"

namespace consign::testing {

namespace {

using Names = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(deliveries)

BOOST_AUTO_TEST_CASE(a_deposit_arrives_whole_under_its_name_and_the_ledger_tells_it) {
    DeliveringSite site;
    const Bytes bytes = content_of(5000);
    site.deposit("a.hl7", bytes);
    site.work_off();
    BOOST_TEST(site.names_there() == Names{"/inbox/a.hl7"}, boost::test_tools::per_element());
    BOOST_CHECK(site.far.files["/inbox/a.hl7"] == bytes);
    BOOST_TEST(site.waiting() == Names{}, boost::test_tools::per_element());
    std::vector<std::string> told;
    for (const ledger::Event& event : site.new_events())
        if (event.account == "system:deliveries") {
            told.push_back(fmt::format("{} {} {} {}", name_of(event.action), event.rule,
                                       event.bytes, event.personal.second_path));
            BOOST_TEST(event.personal.sha256 == to_hex(evp::sha256({bytes})));
        }
    const std::string rule = site.rule("deliver:");
    const Names expected{"delivery_begun " + rule + " 5000 /inbox/a.hl7",
                         "delivered " + rule + " 5000 /inbox/a.hl7"};
    BOOST_TEST(told == expected, boost::test_tools::per_element());
    site.work_off();
    BOOST_TEST(site.far.order.size() == 1);
}

BOOST_AUTO_TEST_CASE(what_has_no_name_left_lives_until_it_is_delivered_and_no_longer) {
    DeliveringSite site;
    site.deposit("a.hl7", content_of(100));
    site.far.refuses = delivery_errc::unreachable;
    site.work_off();
    Peer rival(site, "rival");
    required(site.run(site.store().write([](Transaction& transaction) {
        return transaction.catalog.remove(at("/drop/in/a.hl7"));
    })));
    BOOST_TEST(site.committed().size() == 1);
    site.far.refuses = {};
    site.clock.advance(std::chrono::hours(1));
    site.work_off();
    BOOST_TEST(site.names_there() == Names{"/inbox/a.hl7"}, boost::test_tools::per_element());
    BOOST_TEST(site.committed().empty());
}

BOOST_AUTO_TEST_CASE(a_cut_line_costs_an_attempt_and_no_byte_twice) {
    DeliveringSite site;
    const Bytes bytes = content_of(10'000);
    site.deposit("a.hl7", bytes);
    site.far.cut_after_bytes = 4000;
    site.work_off();
    BOOST_TEST(site.waiting() == Names{"1 waiting 1"}, boost::test_tools::per_element());
    site.far.cut_after_bytes = ~std::uint64_t{0};
    site.begin_worker();
    site.clock.advance(std::chrono::minutes(1));
    site.work_off();
    BOOST_CHECK(site.far.files["/inbox/a.hl7"] == bytes);
    BOOST_TEST(site.far.sent_bytes == bytes.size());
    const Names begun{"to his, job 1", "to his, job 1, from byte 4000"};
    BOOST_TEST(site.told(ledger::Action::delivery_begun) == begun,
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_target_that_is_down_is_probed_by_one_told_once_and_burns_no_attempts) {
    DeliveringSite site(targets(", connections: 4"));
    for (const char* const name : {"a", "b", "c", "d", "e"}) site.deposit(name, content_of(10));
    site.far.refuses = delivery_errc::unreachable;
    site.work_off();
    const int at_first = site.far.connects;
    BOOST_TEST(at_first <= 4);
    for (int minute = 0; minute < 120; ++minute) {
        site.clock.advance(std::chrono::minutes(1));
        if (minute == 60) site.begin_worker();
        site.work_off();
    }
    // Backs off to a quarter of an hour, of which chance takes up to a half.
    BOOST_TEST(site.far.connects - at_first <= 24);
    BOOST_TEST(site.waiting().size() == 5);
    for (const auto& row : site.ask("deliveries.list")) {
        BOOST_TEST(row.at("state").as_string() == "target down");
        BOOST_TEST(row.at("attempts").as_uint64() == 0);
    }
    BOOST_TEST(site.told(ledger::Action::alarm_raised).size() == 1);
    site.far.refuses = {};
    site.ask("deliveries.retry", {{"target", "his"}});
    site.work_off();
    site.work_off();
    BOOST_TEST(site.names_there().size() == 5);
    const auto alarms = site.told(ledger::Action::alarm_raised);
    BOOST_REQUIRE(alarms.size() == 2);
    BOOST_TEST(alarms[0].starts_with("target_down raised, his"), alarms[0]);
    BOOST_TEST(alarms[1].starts_with("target_down mended, his"), alarms[1]);
}

BOOST_AUTO_TEST_CASE(a_login_that_is_refused_in_mid_batch_costs_no_file_an_attempt_and_no_byte) {
    DeliveringSite site;
    const Bytes bytes = content_of(10'000);
    site.deposit("a", content_of(10));
    site.deposit("b", bytes);
    site.far.cut_after_bytes = 4000;
    site.work_off();
    site.far.cut_after_bytes = ~std::uint64_t{0};
    site.clock.advance(std::chrono::minutes(1));
    for (const char* const name : {"c", "d"}) site.deposit(name, content_of(10));
    site.far.sends_fail = delivery_errc::login_refused;
    site.work_off();
    BOOST_TEST(site.far.connects == 2);
    const Names waiting{"2 target down 1", "3 target down 0", "4 target down 0"};
    BOOST_TEST(site.waiting() == waiting, boost::test_tools::per_element());
    BOOST_TEST(site.far.files.size() == 2);  // a, and a part of b
    BOOST_TEST(site.told(ledger::Action::alarm_raised).size() == 1);
    site.far.sends_fail = {};
    site.ask("deliveries.retry", {{"target", "his"}});
    site.work_off();
    BOOST_TEST(site.far.order.size() == 4);
    BOOST_CHECK(site.far.files["/inbox/b"] == bytes);
    BOOST_TEST(site.told(ledger::Action::alarm_raised).size() == 2);
}

BOOST_AUTO_TEST_CASE(
    a_target_that_lets_in_and_takes_nothing_is_left_alone_for_longer_and_told_once) {
    DeliveringSite site;
    for (const char* const name : {"a", "b", "c"}) site.deposit(name, content_of(10));
    site.far.sends_fail = delivery_errc::unreachable;
    for (int minute = 0; minute < 120; ++minute) {
        site.work_off();
        site.clock.advance(std::chrono::minutes(1));
    }
    BOOST_TEST(site.far.connects <= 24);
    for (const auto& row : site.ask("deliveries.list")) {
        BOOST_TEST(row.at("state").as_string() == "target down");
        BOOST_TEST(row.at("attempts").as_uint64() == 0);
    }
    const auto alarms = site.told(ledger::Action::alarm_raised);
    BOOST_REQUIRE(alarms.size() == 1);
    BOOST_TEST(alarms[0].starts_with("target_down raised, his"), alarms[0]);
}

BOOST_AUTO_TEST_CASE(the_oldest_goes_first) {
    DeliveringSite site;
    Names expected;
    for (int number = 0; number < 20; ++number) {
        site.deposit(fmt::format("f{:02}", 19 - number), content_of(10));
        expected.push_back(fmt::format("/inbox/f{:02}", 19 - number));
    }
    site.work_off();
    BOOST_TEST(site.far.order == expected, boost::test_tools::per_element());
    BOOST_TEST(site.far.connects == 1);
}

BOOST_AUTO_TEST_CASE(a_wrong_host_key_is_told_at_once_and_nobody_tries_until_the_pin_changes) {
    const auto pinned = [](char filling) {
        return "targets:\n  his: {url: \"sftp://lab@his.example/in\", password: \"file:pw\", "
               "host_key: \"SHA256:" +
               std::string(43, filling) + "\"}\n";
    };
    DeliveringSite site(pinned('A'));
    site.deposit("a", content_of(10));
    site.far.refuses = delivery_errc::wrong_host_key;
    for (int day = 0; day < 3; ++day) {
        site.work_off();
        site.clock.advance(std::chrono::days(1));
        site.begin_worker();
    }
    BOOST_TEST(site.far.connects == 1);
    const auto alarms = site.told(ledger::Action::alarm_raised);
    BOOST_REQUIRE(alarms.size() == 1);
    BOOST_TEST(alarms[0].starts_with("target_host_key_mismatch raised, his"), alarms[0]);
    site.use_policy(depot_with(route, pinned('B')));
    site.far.refuses = {};
    site.work_off();
    BOOST_TEST(site.names_there() == Names{"/inbox/a"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_target_that_is_down_after_its_pin_was_mended_is_left_alone_and_told_of) {
    const auto pinned = [](char filling) {
        return "targets:\n  his: {url: \"sftp://lab@his.example/in\", password: \"file:pw\", "
               "host_key: \"SHA256:" +
               std::string(43, filling) + "\"}\n";
    };
    DeliveringSite site(pinned('A'));
    site.deposit("a", content_of(10));
    site.far.refuses = delivery_errc::wrong_host_key;
    site.work_off();
    site.use_policy(depot_with(route, pinned('B')));
    site.far.refuses = delivery_errc::unreachable;
    site.work_off();
    site.work_off();
    BOOST_TEST(site.far.connects == 2);
    for (int minute = 0; minute < 30; ++minute) {
        site.clock.advance(std::chrono::minutes(1));
        site.work_off();
    }
    BOOST_TEST(site.far.connects < 15);
    const auto alarms = site.told(ledger::Action::alarm_raised);
    BOOST_REQUIRE(alarms.size() == 2);
    BOOST_TEST(alarms[1].starts_with("target_down raised, his"), alarms[1]);
}

BOOST_AUTO_TEST_CASE(nothing_goes_before_the_window_opens) {
    // The clock stands at 06:00 UTC on a Tuesday.
    DeliveringSite site(targets(", at: \"Mon-Fri 08:00-09:00 UTC\""));
    site.deposit("a", content_of(10));
    site.work_off();
    BOOST_TEST(site.far.connects == 0);
    BOOST_TEST(site.waiting() == Names{"1 held 0"}, boost::test_tools::per_element());
    site.clock.advance(std::chrono::minutes(150));
    site.work_off();
    BOOST_TEST(site.names_there() == Names{"/inbox/a"}, boost::test_tools::per_element());
    site.clock.advance(std::chrono::hours(1));
    site.deposit("b", content_of(10));
    site.work_off();
    BOOST_TEST(site.waiting() == Names{"2 held 0"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_instant_lets_go_what_waited_for_it) {
    DeliveringSite site(targets(", at: \"0 8 * * * UTC\""));
    site.deposit("a", content_of(10));
    site.work_off();
    BOOST_TEST(site.far.connects == 0);
    site.clock.advance(std::chrono::hours(3));
    site.deposit("b", content_of(10));
    site.work_off();
    BOOST_TEST(site.names_there() == Names{"/inbox/a"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_may_go_does_not_wait_behind_what_may_not) {
    DeliveringSite site(targets(", at: \"0 8 * * * UTC\""));
    site.deposit("a", content_of(10));
    site.far.refuses = delivery_errc::unreachable;
    site.clock.advance(std::chrono::hours(2));
    for (int number = 0; number < 70; ++number)
        site.deposit(fmt::format("b{:02}", number), content_of(10));
    site.ask("deliveries.retry", {{"id", 1}});
    site.far.refuses = {};
    site.work_off();
    BOOST_TEST(site.names_there() == Names{"/inbox/a"}, boost::test_tools::per_element());
    site.clock.advance(std::chrono::days(1));
    site.work_off();
    BOOST_TEST(site.names_there().size() == 71);
}

BOOST_AUTO_TEST_CASE(what_a_clock_ahead_has_made_goes_at_an_instant_of_today) {
    DeliveringSite site(targets(", at: \"0 8 * * * UTC\""));
    site.clock.advance(std::chrono::days(30));
    site.deposit("a", content_of(10));
    site.clock.advance(-std::chrono::days(30));
    site.work_off();
    BOOST_TEST(site.far.connects == 0);
    site.clock.advance(std::chrono::minutes(121));
    site.work_off();
    BOOST_TEST(site.names_there() == Names{"/inbox/a"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_put_back_lets_no_target_rest_for_as_long) {
    DeliveringSite site;
    site.clock.advance(std::chrono::days(30));
    site.deposit("a", content_of(10));
    site.far.refuses = delivery_errc::unreachable;
    site.work_off();
    site.clock.advance(-std::chrono::days(30));
    site.work_off();
    BOOST_TEST(site.far.connects == 2);  // and that failure counts
    site.work_off();
    BOOST_TEST(site.far.connects == 2);
    site.far.refuses = {};
    site.clock.advance(std::chrono::minutes(2));
    site.work_off();
    BOOST_TEST(site.names_there() == Names{"/inbox/a"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(all_to_a_target_are_retried_while_others_write) {
    DeliveringSite site;
    site.deposit("a", content_of(10));
    constexpr std::uint64_t jobs = 250;
    required(site.run(site.store().write([&](Transaction& transaction) -> Result<> {
        for (std::uint64_t number = 0; number < jobs; ++number) {
            const auto made = transaction.queue.enqueue(
                {.kind = queue::Kind::deliver, .lane = "his", .due = {}, .work = "{}"}, {});
            if (!made) return failure(made.error());
            if (auto done = transaction.queue.bury(*made, {}, "why"); !done) return done;
        }
        return {};
    })));
    const auto dead = [&](Transaction& transaction) -> Result<std::uint64_t> {
        const auto lanes = transaction.queue.lanes(queue::Kind::deliver);
        if (!lanes) return failure(lanes.error());
        return lanes->front().dead;
    };
    // As often as somebody writes meanwhile.
    std::set<std::uint64_t> seen;
    KeptRows rows;
    const auto table = desk::delivery_verbs(site.site());
    const auto both = [&]() -> boost::asio::awaitable<bool> {
        using namespace boost::asio::experimental::awaitable_operators;
        const auto write = [&]() -> boost::asio::awaitable<bool> {
            for (;;) {
                const auto left = co_await site.store().write(dead);
                if (!left) co_return false;
                seen.insert(*left);
                if (*left == 0) co_return true;
            }
        };
        const auto retry = [&]() -> boost::asio::awaitable<bool> {
            const auto answered =
                co_await table.find("deliveries.retry")
                    ->second(
                        {.administrator = "root", .arguments = {{"target", "his"}}, .rows = rows});
            co_return answered && answered->at("jobs").as_uint64() == jobs;
        };
        const auto [wrote, retried] = co_await (write() && retry());
        co_return wrote&& retried;
    };
    BOOST_TEST(site.run(both()));
    BOOST_TEST(std::ranges::count_if(
                   seen, [](std::uint64_t left) { return left > 0 && left < jobs; }) > 0);
}

BOOST_AUTO_TEST_CASE(an_sftp_server_that_refused_a_block_in_the_middle_gets_it_all_the_same) {
    DeliveringSite site;
    SftpFolder there;
    site.connect = connecting_to(there);
    site.begin_worker();
    const Bytes bytes = content_of(std::size_t{3} << 20);
    site.deposit("a", bytes);
    there.refuses_write = 40;
    site.work_off();
    BOOST_TEST(site.waiting() == Names{"1 waiting 1"}, boost::test_tools::per_element());
    BOOST_TEST(there.files.empty());
    site.clock.advance(std::chrono::minutes(1));
    site.work_off();
    BOOST_CHECK(there.files["inbox/a"] == bytes);
}

BOOST_AUTO_TEST_CASE(a_hole_that_a_cut_line_left_at_an_sftp_server_is_filled) {
    DeliveringSite site;
    SftpFolder there;
    site.connect = connecting_to(there);
    site.begin_worker();
    const Bytes bytes = content_of(std::size_t{4} << 20);
    site.deposit("a", bytes);
    there.loses_write = 40;
    there.dies_at_write = 90;
    site.work_off();
    BOOST_TEST(site.waiting() == Names{"1 waiting 1"}, boost::test_tools::per_element());
    BOOST_TEST(there.files.size() == 1);
    site.clock.advance(std::chrono::minutes(1));
    site.work_off();
    BOOST_CHECK(there.files["inbox/a"] == bytes);
    // It went on.
    BOOST_TEST(there.written_bytes < 2 * bytes.size());
}

BOOST_AUTO_TEST_CASE(a_digest_is_waited_for_as_long_as_it_takes_to_read_the_file) {
    using std::chrono::milliseconds;
    constexpr std::size_t size_bytes = std::size_t{4} << 20;
    for (const bool is_too_slow : {false, true}) {
        DeliveringSite site;
        SftpFolder there;
        // At 20 MB a second, and a minute.
        there.digest_time = milliseconds(60'000 + size_bytes / 20'000 + (is_too_slow ? 1 : 0));
        site.connect = connecting_to(there);
        site.begin_worker();
        site.deposit("a", content_of(size_bytes));
        site.work_off();
        const Names waiting = is_too_slow ? Names{"1 waiting 1"} : Names{};
        BOOST_TEST(site.waiting() == waiting, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(an_sftp_server_that_renames_over_a_file_is_not_let_to) {
    DeliveringSite site;
    SftpFolder there;
    site.connect = connecting_to(there);
    site.begin_worker();
    const Bytes bytes = content_of(1000), others = content_of(3, 9);
    site.deposit("a", bytes);
    there.dies_at_rename = true;
    site.work_off();
    BOOST_TEST(site.waiting() == Names{"1 renaming 1"}, boost::test_tools::per_element());
    there.files["inbox/a"] = others;
    site.clock.advance(std::chrono::minutes(1));
    site.work_off();
    BOOST_CHECK(there.files["inbox/a"] == others);
    BOOST_CHECK(there.files["inbox/a_2"] == bytes);
}

BOOST_AUTO_TEST_CASE(a_name_that_is_taken_is_told_apart_by_number) {
    DeliveringSite site;
    site.far.files["/inbox/a.hl7"] = content_of(3, 9);
    site.deposit("a.hl7", content_of(10));
    site.work_off();
    const Names expected{"/inbox/a.hl7", "/inbox/a_2.hl7"};
    BOOST_TEST(site.names_there() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_name_that_is_taken_ends_it_where_the_route_says_so) {
    DeliveringSite site(targets(), std::string(route) + "    on_clash: fail\n");
    site.far.files["/inbox/a.hl7"] = content_of(3, 9);
    site.deposit("a.hl7", content_of(10));
    site.work_off();
    BOOST_TEST(site.waiting() == Names{"1 dead 1"}, boost::test_tools::per_element());
    BOOST_TEST(site.told(ledger::Action::alarm_raised).size() == 1);
    BOOST_TEST(site.names_there() == Names{"/inbox/a.hl7"}, boost::test_tools::per_element());
    site.far.files.erase("/inbox/a.hl7");
    site.ask("deliveries.retry", {{"id", 1}});
    site.work_off();
    BOOST_TEST(site.names_there() == Names{"/inbox/a.hl7"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_lost_answer_to_the_rename_makes_no_second_copy) {
    DeliveringSite site;
    const Bytes bytes = content_of(100);
    site.deposit("a", bytes);
    site.far.loses_answer_to_rename = true;
    site.work_off();
    BOOST_TEST(site.waiting() == Names{"1 renaming 1"}, boost::test_tools::per_element());
    site.begin_worker();
    site.clock.advance(std::chrono::minutes(1));
    site.work_off();
    BOOST_TEST(site.far.order.size() == 1);
    BOOST_TEST(site.far.sent_bytes == bytes.size());
    BOOST_TEST(site.told(ledger::Action::delivered).size() == 1);
    BOOST_TEST(site.waiting().empty());
}

BOOST_AUTO_TEST_CASE(what_an_engine_took_away_behind_a_lost_answer_is_not_sent_again) {
    DeliveringSite site;
    site.deposit("a", content_of(100));
    site.far.loses_answer_to_rename = true;
    site.far.after_rename = [](FarFolder& far) { far.files.clear(); };
    site.work_off();
    site.clock.advance(std::chrono::minutes(1));
    site.work_off();
    BOOST_TEST(site.far.order.size() == 1);
    const Names told{"to his, job 1; it was taken away there already"};
    BOOST_TEST(site.told(ledger::Action::delivered) == told, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_nobody_vouched_for_and_is_gone_is_sent_again) {
    DeliveringSite site;
    site.far.vouches = false;
    const Bytes bytes = content_of(100);
    site.deposit("a", bytes);
    site.far.loses_answer_to_rename = true;
    site.far.after_rename = [](FarFolder& far) { far.files.clear(); };
    site.work_off();
    site.far.after_rename = [](FarFolder&) {};
    site.clock.advance(std::chrono::minutes(1));
    site.work_off();
    BOOST_CHECK(site.far.files["/inbox/a"] == bytes);
}

BOOST_AUTO_TEST_CASE(what_was_altered_on_the_way_is_dropped_and_sent_anew) {
    DeliveringSite site;
    const Bytes bytes = content_of(10'000);
    site.deposit("a", bytes);
    site.far.cut_after_bytes = 4000;
    site.work_off();
    for (auto& [name, there] : site.far.files) there[1000] ^= 1;
    site.far.cut_after_bytes = ~std::uint64_t{0};
    site.clock.advance(std::chrono::minutes(1));
    site.work_off();
    BOOST_TEST(site.names_there().empty());
    site.clock.advance(std::chrono::minutes(2));
    site.work_off();
    BOOST_CHECK(site.far.files["/inbox/a"] == bytes);
}

BOOST_AUTO_TEST_CASE(two_files_to_one_path_go_one_after_the_other_and_both_arrive) {
    DeliveringSite site(targets(", connections: 4"),
                        "  - name: out\n    when: {path: /drop/in/**}\n"
                        "    to: [{deliver: \"his/inbox/one.hl7\"}]\n");
    for (const char* const name : {"a", "b", "c", "d"}) site.deposit(name, content_of(3000));
    site.work_off();
    const Names expected{"/inbox/one.hl7", "/inbox/one_2.hl7", "/inbox/one_3.hl7",
                         "/inbox/one_4.hl7"};
    BOOST_TEST(site.names_there() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_was_cancelled_is_never_delivered) {
    DeliveringSite site;
    site.deposit("a", content_of(100));
    site.deposit("b", content_of(100));
    site.ask("deliveries.cancel", {{"id", 1}});
    site.work_off();
    BOOST_TEST(site.names_there() == Names{"/inbox/b"}, boost::test_tools::per_element());
    BOOST_TEST(site.told(ledger::Action::job_cancelled).size() == 1);
}

BOOST_AUTO_TEST_CASE(the_target_is_a_recipient_who_collects_by_the_delivery) {
    DeliveringSite site(
        targets() +
            "classes:\n  results: {purpose: p, legal_basis: l, recipients: r, keep: 1 year}\n",
        std::string(route) + "    class: results\n");
    site.deposit("a", content_of(100));
    BOOST_TEST(!lives(site).at(0).collected_by_all);
    site.work_off();
    BOOST_REQUIRE(lives(site).at(0).collected_by_all.has_value());
    BOOST_CHECK(lives(site).at(0).last_pickup.has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace consign::testing
