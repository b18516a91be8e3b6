// Alarms that are told: by programs of all kinds, good and bad. Servers are told in
// tests/interop/alerts_tests.py.
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>
#include <thread>

#include "daemon/workers/alerts/alert_mail.hpp"
#include "daemon/workers/alerts/alert_trade.hpp"
#include "daemon/workers/alerts/program.hpp"
#include "daemon/workers/queue_worker.hpp"
#include "desk/site/alarm.hpp"
#include "desk_site.hpp"
#include "worker_turn.hpp"

using namespace consign;
using namespace consign::daemon;
using namespace consign::testing;
namespace asio = boost::asio;
namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds patience{20};

/// What happens in another process has no signal: asked again until it is so.
template <class True>
void wait_until(True is_so, const std::string& what) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!is_so()) {
        BOOST_REQUIRE_MESSAGE(std::chrono::steady_clock::now() < end, "not in time: " + what);
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

std::string content(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

class Scripts {
  public:
    std::string make(const std::string& name, const std::string& body) {
        const fs::path path = folder_.path() / name;
        std::ofstream(path) << "#!/bin/sh\n" << body;
        ::chmod(path.c_str(), 0700);
        return path.string();
    }
    [[nodiscard]] fs::path file(const std::string& name) const { return folder_.path() / name; }

  private:
    TemporaryFolder folder_;
};

/// Runs it to its end; `stop_when` is asked meanwhile.
ProgramEnd run_to_end(Program program, const std::function<bool()>& stop_when = {}) {
    asio::io_context io;
    asio::thread_pool pool(1);
    ProgramStop stop;
    std::optional<ProgramEnd> end;
    asio::co_spawn(io, run_program(pool, std::move(program), stop),
                   [&](std::exception_ptr thrown, ProgramEnd came) {
                       if (thrown) std::rethrow_exception(thrown);
                       end = came;
                   });
    if (!stop_when) {
        io.run();
    } else {
        while (!end) {
            io.restart();
            io.run_for(std::chrono::milliseconds(5));
            if (!stop.is_stopped() && stop_when()) stop.stop();
        }
    }
    pool.join();
    return *end;
}

bool is_alive(const fs::path& pid_file) {
    const std::string text = content(pid_file);
    if (text.empty()) return false;
    // A zombie that nobody has reaped yet counts as gone.
    std::ifstream stat("/proc/" + std::to_string(std::stol(text)) + "/stat");
    std::string line;
    return std::getline(stat, line) && line.find(") Z") == std::string::npos;
}

/// It begins another, which both outlive any test; each writes its number down.
std::string hanging(Scripts& scripts) {
    return scripts.make(
        "hang", fmt::format("sh -c 'echo $$ > {0}.new; mv {0}.new {0}; exec sleep 600' &\n"
                            "while [ ! -e {0} ]; do sleep 0.01; done\n"
                            "echo $$ > {1}.new; mv {1}.new {1}\nwait\n",
                            scripts.file("child").string(), scripts.file("parent").string()));
}

json::object message() {
    return {{"id", "00112233445566778899aabbccddeeff"},
            {"time", "2026-11-28T10:00:00Z"},
            {"site", "depot.example"},
            {"alarm", "pickup_missed"},
            {"state", "raised"},
            {"about", "nightly"},
            {"counts", {{"files", 3}}}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(alert_programs)

BOOST_AUTO_TEST_CASE(it_gets_its_input_a_bare_environment_and_nothing_else) {
    Scripts scripts;
    const auto saw = scripts.file("saw");
    const auto program = scripts.make(
        "look", fmt::format("{{ cat; env; pwd; ls /proc/self/fd | sort -n | tr '\\n' ' ';\n"
                            " grep -E 'Sig(Blk|Ign)' /proc/self/status; }} > {}\n"
                            "echo noise; echo noise >&2\n",
                            saw.string()));
    ::setenv("CONSIGN_TEST_SECRET", "leaked", 1);
    const auto end = run_to_end(
        {.path = program, .input = "{\"a\":1}\n", .environment = {"CONSIGN_ALERT_ID=abc"}});
    BOOST_TEST(end.is_success(), end.text());
    const std::string text = content(saw);
    BOOST_TEST(text.starts_with("{\"a\":1}\n"), text);
    BOOST_TEST(text.contains("CONSIGN_ALERT_ID=abc\n"), text);
    BOOST_TEST(text.contains("LANG=C.UTF-8\n"), text);
    BOOST_TEST(!text.contains("leaked"), text);
    BOOST_TEST(text.contains("\n/\n"), text);
    BOOST_TEST(text.contains("\n0 1 2 3 "), text);  // 3: of `ls` itself
    BOOST_TEST(!text.contains(" 4 "), text);
    BOOST_TEST(text.contains("SigBlk:\t0000000000000000"), text);
    // The C library keeps 32 and 33 for itself.
    const auto ignored = std::stoull(text.substr(text.find("SigIgn:") + 7), nullptr, 16);
    BOOST_TEST((ignored & 0x7fff'ffffU) == 0U, text);
}

BOOST_AUTO_TEST_CASE(how_it_ended_is_told) {
    Scripts scripts;
    BOOST_TEST(run_to_end({.path = scripts.make("no", "exit 7\n"), .input = {}}).text() ==
               "the program ended with status 7");
    BOOST_TEST(run_to_end({.path = scripts.make("die", "kill -TERM $$\n"), .input = {}}).text() ==
               "the program was ended by signal 15");
    BOOST_TEST(run_to_end({.path = scripts.file("nowhere").string(), .input = {}}).text() ==
               "the program could not be started: No such file or directory");
    BOOST_TEST(run_to_end({.path = "/", .input = {}}).text() ==
               "the program could not be started: Permission denied");
}

BOOST_AUTO_TEST_CASE(what_reads_nothing_of_a_large_input_holds_nobody_up) {
    Scripts scripts;
    BOOST_TEST(run_to_end({.path = scripts.make("deaf", "exit 0\n"),
                           .input = std::string(std::size_t{1} << 20, 'x')})
                   .is_success());
}

BOOST_AUTO_TEST_CASE(what_hangs_is_killed_with_all_that_it_began) {
    Scripts scripts;
    const auto program = hanging(scripts);
    // The limit leaves it time to begin the other: on a busy machine that takes a while.
    const auto end =
        run_to_end({.path = program, .input = {}, .time_limit = std::chrono::seconds(4)});
    BOOST_TEST((end.how == ProgramEnd::How::took_too_long));
    BOOST_REQUIRE(fs::exists(scripts.file("parent")));
    wait_until([&] { return !is_alive(scripts.file("parent")); }, "the end of the program");
    wait_until([&] { return !is_alive(scripts.file("child")); }, "the end of what it began");
}

BOOST_AUTO_TEST_CASE(a_stop_ends_it_at_once) {
    Scripts scripts;
    const auto program = hanging(scripts);
    const auto end = run_to_end({.path = program, .input = {}, .time_limit = std::chrono::hours(1)},
                                [&] { return is_alive(scripts.file("parent")); });
    BOOST_TEST((end.how == ProgramEnd::How::stopped));
    wait_until([&] { return !is_alive(scripts.file("child")); }, "the end of what it began");
}

BOOST_AUTO_TEST_CASE(what_ends_well_may_leave_something_behind) {
    Scripts scripts;
    const auto child = scripts.file("child");
    const auto program = scripts.make(
        "leave", fmt::format("sh -c 'echo $$ > {0}.new; mv {0}.new {0}; exec sleep 600' &\n"
                             "while [ ! -e {0} ]; do sleep 0.01; done\n",
                             child.string()));
    BOOST_TEST(run_to_end({.path = program, .input = {}}).is_success());
    BOOST_TEST(is_alive(child));
    ::kill(static_cast<pid_t>(std::stol(content(child))), SIGKILL);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(alert_mails)

BOOST_AUTO_TEST_CASE(a_mail_has_words_and_the_same_as_json) {
    const std::string mail =
        alert_mail(message(), "ops@example.org",
                   Timestamp(std::chrono::sys_days{std::chrono::year{2026} / 11 / 28}));
    BOOST_TEST(mail.starts_with("Date: Sat, 28 Nov 2026 00:00:00 +0000\r\n"
                                "From: consign@depot.example\r\nTo: ops@example.org\r\n"
                                "Subject: [depot.example] pickup_missed raised\r\n"
                                "Message-ID: <00112233445566778899aabbccddeeff@depot.example>\r\n"),
               mail);
    BOOST_TEST(mail.contains("\r\n\r\npickup_missed: raised\r\n"), mail);
    BOOST_TEST(mail.contains("\r\nfiles      3\r\n"), mail);
    const auto body = json::parse(mail.substr(mail.find("\r\n{") + 2));
    BOOST_TEST((body.get_object() == message()));
    for (std::size_t at = 0; (at = mail.find('\n', at)) != std::string::npos; ++at)
        BOOST_TEST(mail.at(at - 1) == '\r');
}

BOOST_AUTO_TEST_CASE(a_sites_name_can_add_no_header) {
    auto odd = message();
    odd["site"] = "Dépôt nord\r\nBcc: x@y";
    const std::string mail = alert_mail(odd, "ops@example.org", Timestamp{});
    BOOST_TEST(mail.contains("\r\nFrom: consign@localhost\r\n"), mail);
    BOOST_TEST(mail.contains("\r\nSubject: =?utf-8?q?=5BD=C3=A9p=C3=B4t=20nord=0D=0ABcc"), mail);
    BOOST_TEST(!mail.substr(0, mail.find("\r\n\r\n")).contains("\nBcc"), mail);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(alert_jobs)

namespace {

/// A site whose alert `ops` has these channels.
struct Alerted {
    explicit Alerted(const std::string& channels)
        : site("version: 1\nalerts: {ops: [" + channels + "]}\n") {}

    void raise() {
        const std::vector<std::string> ops{"ops"};
        const auto raised = site.run(site.store().write([&](Transaction& transaction) {
            return desk::raise_alarm(site.site(), transaction, *site.site().policy.current(),
                                     "system:test", {.what = "test", .alerts = ops});
        }));
        BOOST_REQUIRE(raised.has_value());
    }
    /// One attempt at each job that is due.
    std::vector<Attempt> attempt() {
        const auto trade = alert_trade(site.site());
        const auto jobs = site.read([&](Transaction& transaction) {
            return transaction.queue.due(queue::Kind::alert, site.clock.now(), 100);
        });
        std::vector<Attempt> came;
        for (const queue::Job& job : jobs) came.push_back(site.run(trade.carry_out(job)));
        return came;
    }
    [[nodiscard]] std::size_t jobs() {
        return site
            .read([](Transaction& transaction) {
                return transaction.queue.list(queue::Kind::alert, 0, 100);
            })
            .size();
    }

    DeskSite site;
};

/// Runs the worker until `is_so`.
void work_until(Alerted& alerted, const std::function<bool()>& is_so) {
    // The site's own loop runs one thing at a time: the worker gets a loop of its own.
    asio::io_context io;
    QueueWorker worker(io.get_executor(), alerted.site.site(), alert_trade(alerted.site.site()));
    testing::work_until(io, worker, is_so);
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_channel_is_told_once_and_its_job_ends_with_an_event) {
    Scripts scripts;
    // Both run at once: each writes a file of its own.
    const auto channel = [&](const std::string& name) {
        return "{exec: " +
               scripts.make(name, fmt::format("{{ cat; echo $CONSIGN_ALERT_ID; }} >> {}\n",
                                              scripts.file(name + ".told").string())) +
               "}";
    };
    Alerted alerted(channel("first") + ", " + channel("second"));
    alerted.raise();
    static_cast<void>(alerted.site.new_events());
    BOOST_TEST(alerted.jobs() == 2U);
    work_until(alerted, [&] { return alerted.jobs() == 0; });
    std::string id;
    for (const char* const name : {"first.told", "second.told"}) {
        std::istringstream lines(content(scripts.file(name)));
        std::string line;
        std::string more;
        BOOST_REQUIRE(std::getline(lines, line) && std::getline(lines, id));
        BOOST_TEST(json::parse(line).at("id").get_string() == id);
        BOOST_TEST(!std::getline(lines, more), more);
    }
    const auto events = alerted.site.new_events();
    BOOST_REQUIRE(events.size() == 2U);
    for (const auto& event : events) {
        BOOST_TEST((event.action == ledger::Action::alert_told));
        BOOST_TEST(event.account == "system:alerts");
        BOOST_TEST(event.rule.starts_with("policy.d/a.yaml:"));
        BOOST_TEST(event.detail.starts_with("alarm " + id + ", ops, channel "));
    }
}

BOOST_AUTO_TEST_CASE(what_fails_is_tried_again_by_the_clock_and_buried_without_another_alarm) {
    Scripts scripts;
    const auto tries = scripts.file("tries");
    Alerted alerted(
        fmt::format("{{exec: {}}}",
                    scripts.make("fail", fmt::format("echo x >> {}; exit 1\n", tries.string()))));
    alerted.raise();
    const auto count = [&] { return std::ranges::count(content(tries), 'x'); };
    std::int64_t seen = 0;
    const auto is_dead = [&] {
        return alerted.site
            .read([](Transaction& transaction) {
                return transaction.queue.list(queue::Kind::alert, 0, 100);
            })
            .at(0)
            .dead;
    };
    work_until(alerted, [&] {
        // Only a moved clock makes it due again.
        if (count() > seen) {
            seen = count();
            alerted.site.clock.advance(std::chrono::hours(2));
        } else {
            alerted.site.clock.advance(std::chrono::minutes(40));
        }
        return seen >= 3;
    });
    BOOST_TEST(!is_dead());
    BOOST_TEST(alerted.jobs() == 1U);
    const auto made = alerted.site.read([](Transaction& transaction) {
        return transaction.queue.list(queue::Kind::alert, 0, 100);
    });
    BOOST_TEST(made.at(0).why == "the program ended with status 1");
    // At the last attempt.
    const auto trade = alert_trade(alerted.site.site());
    const auto before = alerted.jobs();
    const auto buried = alerted.site.run(alerted.site.store().write(
        [&](Transaction& transaction) { return trade.when_buried(transaction, made.at(0)); }));
    BOOST_TEST(buried.has_value());
    BOOST_TEST(alerted.jobs() == before);
}

BOOST_AUTO_TEST_CASE(a_channel_that_is_no_more_ends_its_jobs_with_an_event) {
    Scripts scripts;
    const auto program = scripts.make("tell", "exit 0\n");
    Alerted alerted(fmt::format("{{exec: {0}}}, {{exec: {0}}}", program));
    alerted.raise();
    alerted.site.use_policy("version: 1\nalerts: {ops: [{exec: " + program + "}]}\n");
    static_cast<void>(alerted.site.new_events());
    const auto came = alerted.attempt();
    BOOST_REQUIRE(came.size() == 2U);
    BOOST_TEST(alerted.jobs() == 0U);
    const auto events = alerted.site.new_events();
    BOOST_REQUIRE(events.size() == 2U);
    BOOST_TEST((events[0].action == ledger::Action::alert_told));
    BOOST_TEST((events[1].action == ledger::Action::alert_dropped));
    BOOST_TEST((events[1].outcome == ledger::Outcome::refused));
}

BOOST_AUTO_TEST_CASE(channels_in_another_order_are_told_what_waits_for_them) {
    Scripts scripts;
    const auto channel = [&](const std::string& name) {
        return "{exec: " +
               scripts.make(name,
                            fmt::format("echo x >> {}\n", scripts.file(name + ".told").string())) +
               "}";
    };
    const std::string one = channel("one"), two = channel("two"), three = channel("three");
    Alerted alerted(one + ", " + two + ", " + three);
    alerted.raise();
    alerted.site.use_policy(fmt::format("version: 1\nalerts: {{ops: [{}, {}]}}\n", three, two));
    static_cast<void>(alerted.site.new_events());
    BOOST_TEST(alerted.attempt().size() == 3U);
    BOOST_TEST(alerted.jobs() == 0U);
    BOOST_TEST(content(scripts.file("one.told")).empty());
    BOOST_TEST(content(scripts.file("two.told")) == "x\n");
    BOOST_TEST(content(scripts.file("three.told")) == "x\n");
}

BOOST_AUTO_TEST_CASE(what_an_older_version_has_left_goes_by_its_place) {
    Scripts scripts;
    const auto told = scripts.file("told");
    Alerted alerted("{exec: " + scripts.make("tell", fmt::format("echo x >> {}\n", told.string())) +
                    "}");
    for (const std::uint64_t channel : {0U, 1U})
        required(alerted.site.run(alerted.site.store().write([&](Transaction& transaction) {
            return transaction.queue.enqueue(
                {.kind = queue::Kind::alert,
                 .due = {},
                 .work = json::serialize(
                     json::object{{"alert", "ops"}, {"channel", channel}, {"message", message()}})},
                {});
        })));
    BOOST_TEST(alerted.attempt().size() == 2U);
    BOOST_TEST(alerted.jobs() == 0U);
    BOOST_TEST(content(told) == "x\n");
}

BOOST_AUTO_TEST_CASE(what_hangs_does_not_keep_the_daemon_from_stopping) {
    Scripts scripts;
    Alerted alerted(fmt::format("{{exec: {}}}", hanging(scripts)));
    alerted.raise();
    work_until(alerted, [&] { return is_alive(scripts.file("parent")); });
    wait_until([&] { return !is_alive(scripts.file("child")); }, "the end of what it began");
    BOOST_TEST(alerted.jobs() == 1U);  // told after the next start
}

BOOST_AUTO_TEST_SUITE_END()
