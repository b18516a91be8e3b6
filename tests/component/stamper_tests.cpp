// Checkpoints stamped by an authority that runs beside the tests (`openssl ts -reply`), and by one
// that answers in every bad way.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <thread>
#include <utility>

#include "daemon/workers/stamper.hpp"
#include "desk/audit/checkpointing.hpp"
#include "desk/site/system_event.hpp"
#include "desk_site.hpp"
#include "worker_turn.hpp"

using namespace consign;
using namespace consign::testing;
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

std::string content_of_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// tests/interop/timestamp_authority.py, for as long as the tests run.
class Authority {
  public:
    static Authority& get() {
        static Authority one;
        return one;
    }
    [[nodiscard]] std::string url(std::string_view way) const {
        return "http://127.0.0.1:" + port_ + "/" + std::string(way);
    }
    [[nodiscard]] fs::path root(std::string_view whose = "known") const {
        return folder_.path() / whose / "root.pem";
    }

  private:
    Authority() {
        const fs::path told = folder_.path() / "port";
        const std::string command = "/usr/bin/python3 -B " CONSIGN_SOURCE_DIR
                                    "/tests/interop/timestamp_authority.py " +
                                    folder_.path().string() + " > " + told.string();
        server_ = ::popen(command.c_str(), "w");
        BOOST_REQUIRE(server_ != nullptr);
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (!port_.ends_with('\n') && std::chrono::steady_clock::now() < until) {
            std::this_thread::yield();
            port_ = content_of_file(told);
        }
        BOOST_REQUIRE_MESSAGE(port_.ends_with('\n'), "the authority does not start");
        port_.pop_back();
    }
    ~Authority() { ::pclose(server_); }

    TemporaryFolder folder_;
    FILE* server_ = nullptr;
    std::string port_;
};

struct Witnessed {
    DeskSite site;
    const Ed25519Key witness = Ed25519Key::generate();
    daemon::Stamper::Patience patience{
        .backoff = {std::chrono::seconds(0), std::chrono::seconds(0)},
        .failures_told = 3,
        .answer_time = std::chrono::seconds(1),
        .look_interval = std::chrono::milliseconds(1)};

    explicit Witnessed(const std::string& authority) {
        site.site().witness = &witness;
        ask(authority);
        site.new_events();
    }
    void ask(const std::string& authority, std::chrono::seconds every = std::chrono::seconds(0)) {
        auto policy = std::make_shared<policy::Policy>(*site.site().policy.current());
        policy->ledger.timestamps = authority;
        policy->ledger.timestamp_every = every;
        site.site().policy.replace(policy);
    }
    void restart() {
        site.restart();
        site.site().witness = &witness;
    }
    void happen() {
        required(site.run(site.store().write([&](Transaction& transaction) {
            return desk::append(transaction, desk::system_event(site.site(), ledger::Action::listed,
                                                                "system:test"));
        })));
    }
    std::int64_t checkpoint() {
        required(site.run(desk::make_checkpoint(site.site())));
        return site
            .read([](Transaction& transaction) { return transaction.ledger.last_checkpoint(); })
            ->sequence;
    }
    std::vector<ledger::Stamped> stamped() {
        return site.read(
            [](Transaction& transaction) { return transaction.timestamps.after(0, 100); });
    }
    bool is_due() {
        return site.read([](Transaction& transaction) { return transaction.timestamps.due(); })
            .has_value();
    }
    void work_until(const std::function<bool()>& is_so) {
        asio::io_context io;
        daemon::Stamper worker(io.get_executor(), site.site(), patience);
        testing::work_until(io, worker, is_so);
    }
    /// Since the last time, of alarms.
    std::vector<std::string> alarms() {
        std::vector<std::string> told;
        for (const auto& event : site.new_events())
            if (event.action == ledger::Action::alarm_raised)
                told.push_back(event.detail.substr(0, event.detail.find(", alarm ")));
        return told;
    }
    [[nodiscard]] fs::path file(std::int64_t sequence, std::string_view ending) const {
        return site.data() / "timestamps" / (std::to_string(sequence) + std::string(ending));
    }
};

int run_openssl_verify(const fs::path& answer, const fs::path& text, const fs::path& root) {
    const std::string command = "openssl ts -verify -in " + answer.string() + " -data " +
                                text.string() + " -CAfile " + root.string() + " > /dev/null 2>&1";
    return std::system(command.c_str());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(stamper)

BOOST_AUTO_TEST_CASE(the_newest_checkpoint_is_stamped_and_openssl_agrees) {
    Witnessed one(Authority::get().url("good"));
    for (int i = 0; i < 3; ++i) {
        one.happen();
        one.checkpoint();
    }
    const auto last = one.checkpoint();
    one.work_until([&] { return !one.stamped().empty(); });
    const auto stamped = one.stamped();
    BOOST_REQUIRE(stamped.size() == 1U);
    BOOST_TEST(stamped[0].checkpoint.sequence == last);
    BOOST_TEST(content_of_file(one.file(last, ".checkpoint")) == stamped[0].checkpoint.text);
    BOOST_TEST(content_of_file(one.file(last, ".tsr")) == as_text(stamped[0].answer));
    const auto verify = [&](std::string_view whose) {
        return run_openssl_verify(one.file(last, ".tsr"), one.file(last, ".checkpoint"),
                                  Authority::get().root(whose));
    };
    BOOST_TEST(verify("known") == 0);
    BOOST_TEST(verify("stranger") != 0);
    auto known = rfc3161::Authorities::from_pem(content_of_file(Authority::get().root()));
    const auto told =
        known.value().trusted(desk::imprint_of(stamped[0].checkpoint), stamped[0].answer);
    BOOST_REQUIRE(told.has_value());
    BOOST_TEST(told->authority == "CN=Horodatage Exemple TSA");
    std::size_t events = 0;
    for (const auto& event : one.site.new_events())
        if (event.action == ledger::Action::checkpoint_stamped) {
            ++events;
            BOOST_TEST(event.detail.starts_with("the checkpoint of row " + std::to_string(last)));
            BOOST_TEST(event.account == "system:timestamps");
        }
    BOOST_TEST(events == 1U);
}

BOOST_AUTO_TEST_CASE(a_stamp_alone_is_no_reason_for_another) {
    Witnessed one(Authority::get().url("good"));
    one.happen();
    one.checkpoint();
    one.work_until([&] { return !one.stamped().empty(); });
    const auto of_the_stamp = one.checkpoint();
    BOOST_TEST(of_the_stamp > one.stamped().front().checkpoint.sequence);
    BOOST_TEST(!one.is_due());
    one.happen();
    BOOST_TEST(!one.is_due());
    const auto next = one.checkpoint();
    BOOST_TEST(one.is_due());
    one.work_until([&] { return one.stamped().size() == 2; });
    BOOST_TEST(one.stamped().back().checkpoint.sequence == next);
}

BOOST_AUTO_TEST_CASE(the_authority_is_asked_as_often_as_the_policy_says) {
    Witnessed one(Authority::get().url("good"));
    one.ask(Authority::get().url("good"), std::chrono::hours(1));
    one.happen();
    one.checkpoint();
    asio::io_context io;
    daemon::Stamper worker(io.get_executor(), one.site.site(), one.patience);
    bool is_more = false;
    std::size_t looks = 0;
    testing::work_until(io, worker, [&] {
        if (one.stamped().size() != 1) return one.stamped().size() == 2;
        if (!std::exchange(is_more, true)) {
            one.happen();
            one.checkpoint();
        } else if (++looks == 20) {
            one.site.clock.advance(std::chrono::hours(1));
        }
        return false;
    });
    BOOST_TEST(looks >= 20U);
}

BOOST_DATA_TEST_CASE(what_is_no_stamp_is_not_kept_and_told_once,
                     boost::unit_test::data::make({"rejected", "other_nonce", "other_imprint",
                                                   "garbage", "empty", "cut", "trailing", "altered",
                                                   "huge", "broken", "redirect", "slow"}),
                     way) {
    Witnessed one(Authority::get().url(way));
    one.happen();
    one.checkpoint();
    std::vector<std::string> alarms;
    const auto told = [&] {
        for (auto& alarm : one.alarms()) alarms.push_back(std::move(alarm));
        return !alarms.empty();
    };
    one.work_until(told);
    BOOST_TEST(alarms == std::vector<std::string>{"timestamps_failing raised, failures 3"},
               boost::test_tools::per_element());
    BOOST_TEST(one.stamped().empty());
    BOOST_TEST(!fs::exists(one.site.data() / "timestamps"));
    // Neither a restart nor further failures tell it again.
    one.restart();
    one.ask(Authority::get().url(way));
    one.patience.failures_told = 1;
    std::size_t looks = 0;
    one.work_until([&] { return ++looks > 50; });
    alarms = one.alarms();
    BOOST_TEST(alarms.empty());
    one.ask(Authority::get().url("good"));
    one.work_until([&] { return !one.stamped().empty(); });
    BOOST_TEST(one.alarms() == std::vector<std::string>{"timestamps_failing mended"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(who_may_be_trusted_is_not_asked_when_it_is_kept) {
    Witnessed one(Authority::get().url("stranger"));
    one.happen();
    one.checkpoint();
    one.work_until([&] { return !one.stamped().empty(); });
    const auto stamped = one.stamped().front();
    auto known = rfc3161::Authorities::from_pem(content_of_file(Authority::get().root()));
    const auto told = known.value().trusted(desk::imprint_of(stamped.checkpoint), stamped.answer);
    BOOST_TEST((error_of(told) == rfc3161::answer_errc::untrusted));
    const auto last = one.site.run(desk::last_stamp(one.site.site()));
    BOOST_TEST(required(last)->answer.authority == "CN=Stranger TSA");
}

BOOST_AUTO_TEST_CASE(an_authority_that_is_gone_holds_nobody_up) {
    Witnessed one("http://127.0.0.1:1/");
    one.happen();
    one.checkpoint();
    asio::io_context io;
    daemon::Stamper worker(io.get_executor(), one.site.site(), one.patience);
    std::size_t checkpoints = 0;
    testing::work_until(io, worker, [&] {
        one.happen();
        one.checkpoint();
        return ++checkpoints == 5;
    });
    BOOST_TEST(one.stamped().empty());
}

BOOST_AUTO_TEST_CASE(a_stop_does_not_wait_for_an_authority_that_is_slow) {
    Witnessed one(Authority::get().url("slow"));
    one.patience.answer_time = std::chrono::seconds(60);
    one.happen();
    one.checkpoint();
    std::size_t looks = 0;
    const auto begun = std::chrono::steady_clock::now();
    one.work_until([&] { return ++looks > 20; });
    const auto took = std::chrono::steady_clock::now() - begun;
    BOOST_TEST(std::chrono::duration<double>(took).count() < 10);
    BOOST_TEST(one.is_due());
}

BOOST_AUTO_TEST_CASE(files_that_are_missing_are_made_good_at_the_start) {
    Witnessed one(Authority::get().url("good"));
    one.happen();
    const auto sequence = one.checkpoint();
    one.work_until([&] { return fs::exists(one.file(sequence, ".tsr")); });
    const std::string answer = content_of_file(one.file(sequence, ".tsr"));
    fs::remove_all(one.site.data() / "timestamps");
    one.work_until([&] { return fs::exists(one.file(sequence, ".tsr")); });
    BOOST_TEST(content_of_file(one.file(sequence, ".tsr")) == answer);
    BOOST_TEST(content_of_file(one.file(sequence, ".checkpoint")) ==
               one.stamped().front().checkpoint.text);
}

BOOST_AUTO_TEST_SUITE_END()
