// What is due ends: not before, not twice, and with a certificate.
#include <thread>

#include "base/evp.hpp"
#include "daemon/workers/retention_worker.hpp"
#include "retention_site.hpp"

using namespace consign;
using namespace consign::testing;
using desk::desk_errc;
using ledger::Action;

namespace {

struct Fixture {
    RetentionSite site;
    Peer drop{site, "drop"};
    Peer partner{site, "partner"};
};

struct OfLastActivity : Fixture {
    OfLastActivity() {
        site.use_policy(kept("    keep: 30 days\n    counted_from: last_activity\n"));
        site.look();
    }
};

struct OfMinors : Fixture {
    OfMinors() {
        site.use_policy(kept("    keep: 30 days\n    minor_until: 28 years\n"));
        site.look();
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(desk_retention, Fixture)

BOOST_AUTO_TEST_CASE(what_is_over_its_term_ends_with_its_names_and_a_certificate) {
    required(drop.put("/in/a.hl7", message()));
    const Id stream = lives(site).front().stream;
    const auto term = site.only_term();
    BOOST_TEST(term.class_name == "report");
    BOOST_TEST(term.why == "deposit + keep");
    BOOST_TEST(term.rule == site.rule("  report:"));
    BOOST_TEST(site.pass(days(30)) == 0U);
    BOOST_TEST(partner.sees("/out/a.hl7"));
    (void)site.new_events();
    BOOST_TEST(site.pass(days(1)) == 1U);

    BOOST_TEST(!partner.sees("/out/a.hl7"));
    BOOST_TEST(lives(site).empty());
    BOOST_TEST(site.committed().empty());
    BOOST_TEST(!std::filesystem::exists(site.vault_path(stream)));
    BOOST_TEST(site.usage("/").files == 0U);
    const auto ended = site.events(Action::expired);
    BOOST_TEST_REQUIRE(ended.size() == 2U);
    for (const auto& event : ended) {
        BOOST_TEST(event.account == "system:retention");
        BOOST_TEST((event.stream == stream));
        BOOST_TEST(event.rule == term.rule);
    }
    BOOST_TEST(ended[0].personal.path == "/drop/in/a.hl7");
    BOOST_TEST(ended[1].personal.path == "/partner/out/a.hl7");
    const auto certificates = site.events(Action::destroyed);
    BOOST_TEST_REQUIRE(certificates.size() == 1U);
    BOOST_TEST((certificates[0].stream == stream));
    BOOST_TEST(certificates[0].bytes == message().size());
    BOOST_TEST(certificates[0].personal.sha256 == to_hex(evp::sha256({message()})));
    BOOST_TEST(certificates[0].rule == term.rule);
    BOOST_TEST(certificates[0].detail.starts_with("class report: deposit + keep, due 20"));
    // Of the person nothing is left, either.
    BOOST_TEST(!site.read([](Transaction& transaction) {
        return transaction.catalog.subject_id({.authority = "HNORD", .id = "1234"});
    }));
}

BOOST_AUTO_TEST_CASE(files_retained_shows_what_has_no_name) {
    site.use_policy(with_drop_granted(
        depot_with("  - name: all\n    when: {path: /drop/in/**}\n    class: report\n",
                   "classes:\n  report: {legal_basis: l, purpose: p, keep: 30 days}\n"),
        "upload, delete"));
    required(drop.put("/in/a.hl7", message()));
    BOOST_TEST(site.ask("files.retained").rows.empty());
    required(drop.remove("/in/a.hl7"));
    const auto shown = site.ask("files.retained");
    BOOST_TEST_REQUIRE(shown.rows.size() == 1U);
    BOOST_TEST(shown.rows[0].at("class").as_string() == "report");
    BOOST_TEST(shown.rows[0].at("names").to_number<int>() == 0);
    BOOST_TEST(site.pass(days(31)) == 1U);
    BOOST_TEST(site.ask("files.retained").rows.empty());
}

BOOST_AUTO_TEST_CASE(a_pickup_by_all_shortens_the_term) {
    site.use_policy(kept("    keep: 30 days\n    shorten_after_pickup: 7 days\n"));
    site.look();
    required(drop.put("/in/a.hl7", message()));
    BOOST_TEST(site.pass(days(10)) == 0U);
    required(partner.get("/out/a.hl7"));
    BOOST_TEST(site.only_term().why == "collected by all + shorten_after_pickup");
    BOOST_TEST(site.pass(days(7)) == 0U);
    BOOST_TEST(site.pass(days(1)) == 1U);
}

BOOST_AUTO_TEST_CASE(a_job_that_needs_it_keeps_it) {
    required(drop.put("/in/a.hl7", message()));
    const auto file = lives(site).front().file;
    const auto job = site.run(site.store().write([&](Transaction& transaction) {
        return transaction.queue.enqueue(
            {.kind = queue::Kind::deliver, .file = file, .due = site.clock.now() + days(100)},
            site.clock.now());
    }));
    BOOST_TEST(site.pass(days(32)) == 0U);
    BOOST_TEST(partner.sees("/out/a.hl7"));
    site.clock.advance(std::chrono::minutes(1));
    BOOST_TEST(site.granted("retention.run").at("busy").to_number<int>() == 1);
    required(site.run(site.store().write(
        [&](Transaction& transaction) { return transaction.queue.finish(*job); })));
    BOOST_TEST(site.pass(hours(1)) == 1U);
}

BOOST_AUTO_TEST_CASE(
    a_policy_that_changes_its_classes_has_all_worked_out_anew_and_another_nothing) {
    required(drop.put("/in/a.hl7", message()));
    const auto due = site.only_term().due;
    site.use_policy(kept("    keep: 60 days\n"));
    // Stale: not destroyed by the old term, however far it is over.
    site.clock.advance(days(6));
    BOOST_TEST(site.pass(days(31)) == 0U);
    BOOST_TEST((*site.only_term().due > *due + days(25)));
    BOOST_TEST(site.pass(days(30)) == 1U);

    required(drop.put("/in/b.hl7", message()));
    site.look();
    site.use_policy(kept("    keep: 60 days\n") + "pickups: []\n");
    BOOST_TEST(!required(site.run(desk::settle_stale(site.site()))));
}

BOOST_AUTO_TEST_CASE(a_policy_that_is_not_the_one_in_force_ends_nothing) {
    required(drop.put("/in/a.hl7", message()));
    const auto in_force = site.site().policy.current();
    required(site.run(site.store().write([&](Transaction& transaction) {
        return transaction.documents.come_into_force(
            {.since = site.clock.now(), .made_by = "system:daemon", .hash = in_force->hash},
            std::vector<documents::NamedText>{{"a", "text"}});
    })));
    const auto due = site.only_term().due;
    // As an administrator's command has it, where no daemon runs: the files say something shorter.
    site.use_policy(kept("    keep: 1 day\n"));
    BOOST_TEST(site.pass(days(3)) == 0U);
    BOOST_TEST((site.only_term().due == due));
    BOOST_TEST(!site.ask("retention.run").end.has_value());
    BOOST_TEST(partner.sees("/out/a.hl7"));
    site.use_policy(kept("    keep: 30 days\n"));
    BOOST_TEST(site.pass(days(29)) == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_stale_is_left_alone_even_where_it_is_looked_at) {
    required(drop.put("/in/a.hl7", message()));
    const auto file = lives(site).front().file;
    for (int day = 0; day < 31; day += 5) {  // nobody works out anything, but the clock is seen
        site.clock.advance(days(5));
        BOOST_TEST(required(site.run(desk::believe_clock(site.site()))));
    }
    required(site.run(site.store().write(
        [&](Transaction& transaction) { return transaction.terms.mark_subjects_of(file); })));
    BOOST_TEST(required(site.run(desk::end_due(site.site()))).destroyed == 0U);
    BOOST_TEST(partner.sees("/out/a.hl7"));
    BOOST_TEST(site.look().destroyed == 1U);
}

BOOST_AUTO_TEST_CASE(content_of_two_classes_lives_as_long_as_the_longer) {
    site.use_policy(with_drop_granted(
        depot_with("  - name: long\n    when: {path: \"/drop/in/long/**\"}\n    class: long\n"
                   "  - name: short\n    when: {path: /drop/in/**}\n    class: short\n",
                   "classes:\n  long: {legal_basis: l, keep: 60 days}\n"
                   "  short: {legal_basis: l, keep: 30 days}\n"),
        "upload"));
    site.look();
    required(drop.put("/in/a.hl7", message()));
    const auto file = lives(site).front().file;
    required(site.run(site.store().write([&](Transaction& transaction) {
        return transaction.catalog.classify(
            {.file = file, .name = "long", .rule = "r", .deposited = site.clock.now()});
    })));
    required(site.run(site.store().write(
        [&](Transaction& transaction) { return transaction.terms.mark_stale(file); })));
    BOOST_TEST(site.pass(days(32)) == 0U);
    BOOST_TEST(site.pass(days(30)) == 1U);
}

BOOST_AUTO_TEST_CASE(an_altered_term_is_worked_out_again) {
    required(drop.put("/in/a.hl7", message()));
    site.alter("UPDATE terms SET term = x'00'");
    BOOST_TEST(site.pass(days(30)) == 0U);
    BOOST_TEST(site.pass(days(2)) == 1U);
}

BOOST_AUTO_TEST_CASE(a_term_whose_key_is_unknown_is_an_altered_one_and_keeps_no_other) {
    required(drop.put("/in/a.hl7", message()));
    required(drop.put("/in/b.hl7", message()));
    site.alter(
        "UPDATE terms SET term = CAST(x'00000063' || substr(term, 5) AS BLOB)"
        " WHERE file = (SELECT min(file) FROM terms)");
    BOOST_TEST(site.ask("retention.plan", {{"until", "2040-01-01T00:00:00Z"}}).end.has_value());
    BOOST_TEST(site.pass(days(32)) == 2U);
}

BOOST_AUTO_TEST_CASE(a_name_that_was_altered_keeps_nothing_from_its_end) {
    required(drop.put("/in/a.hl7", message()));
    site.alter("UPDATE nodes SET name = x'00' WHERE file IS NOT NULL");
    BOOST_TEST(site.pass(days(31)) == 1U);
    BOOST_TEST(site.committed().empty());
    BOOST_TEST(site.usage("/").files == 0U);
}

BOOST_AUTO_TEST_CASE(content_without_a_class_whose_end_failed_once_is_tried_again) {
    Peer lab(site, "lab");
    required(lab.put("/a", content_of(100'000)));
    const std::filesystem::path file = site.vault_path(site.committed().at(0));
    const std::filesystem::path away = file.string() + ".away";
    const auto look_later = [&] {
        site.clock.advance(desk::Undestroyed::retry_interval);
        site.look_after();
    };
    // The disk does not let it go.
    std::filesystem::rename(file, away);
    std::filesystem::create_directory(file);
    required(lab.remove("/a"));
    std::filesystem::remove(file);
    std::filesystem::rename(away, file);
    site.look_after();
    BOOST_TEST(site.committed().size() == 1U);
    // Then it does, and its row cannot go.
    site.alter(
        "INSERT INTO jobs (kind, lane, file, made, dead, due, attempts, why, work)"
        " SELECT 4, '', id, 0, 1, 0, 0, '', x'' FROM files");
    look_later();
    BOOST_TEST(site.committed().empty());
    BOOST_TEST(site.events(Action::destroyed).empty());
    site.alter("DELETE FROM jobs");
    look_later();
    BOOST_TEST(site.events(Action::destroyed).size() == 1U);
    BOOST_TEST(!site.site().undestroyed.take_due(site.clock.now() + days(1)));
}

BOOST_AUTO_TEST_CASE(what_failed_is_due_once_and_at_once_where_the_clock_was_put_back) {
    const Timestamp now = site.clock.now();
    const std::chrono::microseconds moment(1);
    desk::Undestroyed undestroyed;
    BOOST_TEST(!undestroyed.take_due(now));
    undestroyed.note(now);
    undestroyed.note(now + hours(1));
    BOOST_TEST(!undestroyed.take_due(now + desk::Undestroyed::retry_interval - moment));
    BOOST_TEST(undestroyed.take_due(now + desk::Undestroyed::retry_interval));
    BOOST_TEST(!undestroyed.take_due(now + days(1)));
    undestroyed.note(now);
    BOOST_TEST(undestroyed.take_due(now - moment));
}

BOOST_AUTO_TEST_CASE(the_plan_says_what_goes_when_and_why) {
    required(drop.put("/in/a.hl7", message()));
    BOOST_TEST(site.ask("retention.plan").rows.empty());
    const auto until = desk::rfc3339(site.clock.now() + days(40));
    const auto planned = site.ask("retention.plan", {{"until", until}});
    BOOST_TEST_REQUIRE(planned.rows.size() == 1U);
    const auto& row = planned.rows[0];
    BOOST_TEST(row.at("stream").as_string() == lives(site).front().stream.hex());
    BOOST_TEST(row.at("class").as_string() == "report");
    BOOST_TEST(row.at("why").as_string() == "deposit + keep");
    BOOST_TEST(row.at("kept_by").as_string() == "");
    BOOST_TEST(row.at("names").to_number<int>() == 2);
    BOOST_TEST(site.granted("retention.run").at("destroyed").to_number<int>() == 0);
    for (int day = 0; day < 35; day += 5) {
        site.clock.advance(days(5));
        BOOST_TEST(required(site.run(desk::believe_clock(site.site()))));
    }
    BOOST_TEST(site.ask("retention.run", {{"dry", true}}).rows.size() == 1U);
    BOOST_TEST(partner.sees("/out/a.hl7"));
    BOOST_TEST(site.granted("retention.run").at("destroyed").to_number<int>() == 1);
}

BOOST_AUTO_TEST_CASE(the_worker_ends_many_by_itself) {
    constexpr std::size_t many = 100;
    for (std::size_t i = 0; i < many; ++i)
        required(drop.put("/in/" + std::to_string(i), content_of(100, i)));
    for (int day = 0; day < 35; day += 5) {
        site.clock.advance(days(5));
        BOOST_TEST(required(site.run(desk::believe_clock(site.site()))));
    }
    boost::asio::io_context io;
    daemon::RetentionWorker worker(io.get_executor(), site.site());
    bool ended = false;
    boost::asio::co_spawn(io, worker.run(), [&](std::exception_ptr) { ended = true; });
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!site.committed().empty() && std::chrono::steady_clock::now() < end)
        io.run_for(std::chrono::milliseconds(20));
    worker.stop();
    io.run_for(std::chrono::seconds(10));
    BOOST_TEST(ended);
    BOOST_TEST(site.committed().empty());
    BOOST_TEST(site.events(Action::destroyed).size() == many);
    BOOST_TEST(site.events(Action::expired).size() == 2 * many);
}

BOOST_AUTO_TEST_CASE(a_clock_that_jumps_between_a_look_and_the_end_destroys_nothing) {
    required(drop.put("/in/a.hl7", message()));
    site.look();
    const std::chrono::microseconds jump = days(3650);
    bool ended = false;
    std::size_t handled = 0;
    // After each step of the look once.
    for (; !ended; ++handled) {
        boost::asio::io_context io;
        bool done = false;
        boost::asio::co_spawn(io, desk::end_due(site.site()),
                              [&](std::exception_ptr, Result<desk::Ended>) { done = true; });
        for (std::size_t i = 0; i < handled && !done; ++i) io.run_one();
        ended = done;
        site.clock.advance(jump);
        io.run();
        site.clock.advance(-jump);
        BOOST_TEST_REQUIRE(site.committed().size() == 1U);
        site.look();
    }
    BOOST_TEST(handled > 2U);
    BOOST_TEST(partner.sees("/out/a.hl7"));
}

BOOST_AUTO_TEST_CASE(what_a_hold_keeps_past_its_term_stands_in_the_plan_and_goes_with_a_run) {
    required(drop.put("/in/a.hl7", message()));
    (void)site.granted("holds.add", {{"account", "drop"}, {"reason", "r"}});
    BOOST_TEST(site.pass(days(31)) == 0U);
    for (const char* verb : {"retention.plan", "retention.run"}) {
        const auto told =
            site.ask(verb, verb == std::string("retention.run") ? boost::json::object{{"dry", true}}
                                                                : boost::json::object{});
        BOOST_TEST_REQUIRE(told.rows.size() == 1U);
        BOOST_TEST(told.rows[0].at("kept_by").as_string() == "hold 1");
    }
    site.clock.advance(std::chrono::minutes(1));
    const auto held = site.granted("retention.run");
    BOOST_TEST(held.at("held").to_number<int>() == 1);
    BOOST_TEST(held.at("destroyed").to_number<int>() == 0);
    (void)site.granted("holds.lift", {{"account", "drop"}});
    site.clock.advance(std::chrono::minutes(1));
    BOOST_TEST(site.granted("retention.run").at("destroyed").to_number<int>() == 1);
    BOOST_TEST(site.ask("retention.plan").rows.empty());
}

struct OfRestart : RetentionSite {
    /// The only content, as the daemon leaves it that dies before it is destroyed.
    Id doom_only() {
        const auto life = lives(*this).front();
        required(run(store().write([&](Transaction& transaction) -> Result<> {
            if (auto ended = transaction.catalog.end_names(life.file); !ended)
                return failure(ended.error());
            if (auto doomed = transaction.catalog.doom(life.file); !doomed)
                return failure(doomed.error());
            return transaction.terms.mark_stale(life.file);
        })));
        return life.stream;
    }
};

BOOST_FIXTURE_TEST_CASE(what_is_doomed_keeps_its_term_and_is_gone_for_holds_and_plans, OfRestart) {
    {
        Peer peer(*this, "drop");
        required(peer.put("/in/a.hl7", message()));
    }
    const Id stream = doom_only();
    while (required(run(desk::settle_stale(site())))) {
    }
    BOOST_TEST(ask("retention.plan", {{"until", "2040-01-01T00:00:00Z"}}).rows.empty());
    const auto held = ask("holds.add", {{"file", stream.hex()}, {"reason", "r"}});
    BOOST_TEST_REQUIRE(!held.end.has_value());
    BOOST_TEST(held.end.error().contains("destroyed"));
    restart();
    const auto certificates = events(Action::destroyed);
    BOOST_TEST_REQUIRE(certificates.size() == 1U);
    BOOST_TEST(certificates[0].detail.starts_with("class report: deposit + keep"));
}

BOOST_FIXTURE_TEST_CASE(what_was_doomed_when_the_daemon_died_is_destroyed_at_the_start, OfRestart) {
    {
        Peer peer(*this, "drop");
        required(peer.put("/in/a.hl7", message()));
    }
    const auto file = lives(*this).front().file;
    required(run(store().write([&](Transaction& transaction) -> Result<> {
        if (auto ended = transaction.catalog.end_names(file); !ended) return failure(ended.error());
        if (auto doomed = transaction.catalog.doom(file); !doomed) return failure(doomed.error());
        return {};
    })));
    restart();
    BOOST_TEST(committed().empty());
    const auto certificates = events(Action::destroyed);
    BOOST_TEST_REQUIRE(certificates.size() == 1U);
    BOOST_TEST(certificates[0].detail.starts_with("class report: deposit + keep"));
}

BOOST_FIXTURE_TEST_CASE(another_deposit_about_the_subject_keeps_all_of_its_files, OfLastActivity) {
    required(drop.put("/in/a.hl7", message()));
    required(drop.put("/in/other.hl7", message("BIOMED", "77^^^HNORD")));
    BOOST_TEST(site.pass(days(20)) == 0U);
    required(drop.put("/in/b.hl7", message()));
    BOOST_TEST(site.pass(days(12)) == 1U);  // the other's
    BOOST_TEST(partner.sees("/out/a.hl7"));
    BOOST_TEST(site.pass(days(20)) == 2U);
}

struct OfOneWhoIsBusy : OfLastActivity {
    std::size_t put = 0;
    void deposit() { required(drop.put("/in/busy-" + std::to_string(put++), message())); }
    OfOneWhoIsBusy() {
        while (put < 3 * desk::lives_settled_at_once) deposit();
    }
    Result<bool> run_settling() { return site.run(desk::settle_stale(site.site())); }
    std::optional<Timestamp> due_of(catalog::FileId file) {
        const auto settled =
            site.read([&](Transaction& transaction) { return transaction.terms.find(file); });
        BOOST_REQUIRE(settled.has_value());
        return settled->term.due;
    }
};

BOOST_FIXTURE_TEST_CASE(a_subject_with_deposits_again_and_again_is_worked_out_to_the_end,
                        OfOneWhoIsBusy) {
    const auto last = lives(site).back().file;
    while (required(run_settling())) {
    }
    const auto before = due_of(last);
    site.clock.advance(days(5));
    for (int round = 0; round < 5; ++round) {
        deposit();
        (void)required(run_settling());
    }
    BOOST_TEST((*due_of(last) > *before + days(4)));
    BOOST_TEST(!required(site.run(desk::settle_all(site.site(), 1))));
    BOOST_TEST(required(site.run(desk::settle_all(site.site()))));
}

BOOST_FIXTURE_TEST_CASE(nobody_else_waits_for_a_subject_with_deposits_again_and_again,
                        OfOneWhoIsBusy) {
    required(drop.put("/in/other.hl7", message("BIOMED", "77^^^HNORD")));
    const auto busy = lives(site).front(), other = lives(site).back();
    for (int day = 0; day < 35; day += 5) {
        site.clock.advance(days(5));
        BOOST_TEST(required(site.run(desk::believe_clock(site.site()))));
    }
    deposit();
    required(site.run(site.store().write(
        [&](Transaction& transaction) { return transaction.terms.mark_subjects_of(other.file); })));
    boost::asio::io_context io;
    daemon::RetentionWorker worker(io.get_executor(), site.site());
    boost::asio::co_spawn(io, worker.run(), boost::asio::detached);
    const auto is_there = [&] { return std::filesystem::exists(site.vault_path(other.stream)); };
    for (int round = 0; round < 300 && is_there(); ++round) {
        deposit();
        io.run_for(std::chrono::milliseconds(5));
    }
    worker.stop();
    io.run_for(std::chrono::seconds(10));
    BOOST_TEST(!is_there());
    BOOST_TEST(std::filesystem::exists(site.vault_path(busy.stream)));
}

BOOST_FIXTURE_TEST_CASE(what_an_administrator_says_of_a_subject_changes_the_terms, OfMinors) {
    required(drop.put("/in/a.hl7", message("BIOMED", "1234^^^HNORD", "")));
    BOOST_TEST(!site.only_term().due.has_value());
    const auto planned = site.ask("retention.plan");
    BOOST_TEST_REQUIRE(planned.rows.size() == 1U);
    BOOST_TEST(planned.rows[0].at("kept_by").as_string() == "unknown");
    BOOST_TEST(planned.rows[0].at("why").as_string() == "birth date unknown");
    BOOST_TEST(site.pass(days(40)) == 0U);
    (void)site.granted("subject.set", {{"subject", "HNORD/1234"}, {"born", "1970-05-17"}});
    BOOST_TEST(site.look().destroyed == 1U);
}

BOOST_FIXTURE_TEST_CASE(the_term_of_a_minor_tells_nobody_the_birth_date, OfMinors) {
    required(drop.put("/in/a.hl7", message("BIOMED", "1234^^^HNORD", "20200315")));
    const auto term = site.only_term();
    BOOST_TEST(term.why == "born + minor_until");
    const auto file = lives(site).front().file;
    const auto settled =
        site.read([&](Transaction& transaction) { return transaction.terms.find(file); });
    const Timestamp first_of_march{std::chrono::sys_days{std::chrono::year{2048} / 3 / 1}};
    BOOST_TEST((settled->look == first_of_march));
    BOOST_TEST((*term.due > first_of_march + days(14)));
}

BOOST_AUTO_TEST_SUITE_END()
