// What is damaged on the disk is found, told once, and told again when it is well.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <fstream>

#include "daemon/workers/scrub/scrubber.hpp"
#include "desk/scrub/scrub_verbs.hpp"
#include "desk_site.hpp"
#include "worker_turn.hpp"

using namespace consign;
using namespace consign::daemon;
using namespace consign::testing;
namespace asio = boost::asio;
namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

class Rows final : public desk::RowSink {
  public:
    asio::awaitable<Result<>> give(json::object row) override {
        rows.push_back(std::move(row));
        co_return Result<>{};
    }
    std::vector<json::object> rows;
};

struct Scrubbed {
    DeskSite site;

    std::vector<json::object> ask(const std::string& verb, json::object arguments = {}) {
        Rows rows;
        const auto answered = site.run(
            desk::scrub_verbs(site.site()).at(verb)({"admin", std::move(arguments), rows}));
        BOOST_REQUIRE_MESSAGE(answered.has_value(), (answered ? "" : answered.error()));
        return rows.rows;
    }
    scrub::Pass pass() {
        return site.read([](Transaction& transaction) { return transaction.scrub.pass(); });
    }
    /// A whole pass that an administrator asks for; returns when it has ended, or stopped.
    void scrub(bool past_missing = false) {
        ask("scrub.run", {{"past_missing", past_missing}});
        work_until([&] { return !is_wished() && pass().state != scrub::State::running; });
    }
    bool is_resting() { return pass().state == scrub::State::resting; }
    void set(policy::ScrubTerms terms) {
        auto policy = std::make_shared<policy::Policy>(*site.site().policy.current());
        policy->scrub = terms;
        site.site().policy.replace(policy);
    }
    bool is_wished() {
        return site.read([](Transaction& transaction) { return transaction.scrub.is_wished(); });
    }
    void work_until(const std::function<bool()>& is_so) {
        asio::io_context io;
        Scrubber scrubber(io.get_executor(), site.site());
        testing::work_until(io, scrubber, is_so);
    }
    std::vector<Id> deposit(std::size_t count, std::size_t size) {
        Peer lab(site, "lab");
        for (std::size_t each = 0; each < count; ++each)
            required(lab.put("/f" + std::to_string(each), content_of(size + each, each + 1)));
        auto streams = site.committed();
        return streams;
    }
    void flip(const Id& stream, std::streamoff from_end) {
        std::fstream file(site.vault_path(stream), std::ios::in | std::ios::out | std::ios::binary);
        file.seekg(-from_end, std::ios::end);
        const auto place = file.tellg();
        const int byte = file.get();
        file.seekp(place);
        file.put(static_cast<char>(byte ^ 1));
        BOOST_REQUIRE(file.good());
    }
    /// "altered_content_found scrub: altered", ... since the last time; without administrators'.
    std::vector<std::string> told() {
        std::vector<std::string> lines;
        for (const auto& event : site.new_events()) {
            if (event.account != "system:scrub") continue;
            auto detail = event.detail;
            if (const auto at = detail.find(", alarm"); at != std::string::npos) detail.resize(at);
            lines.push_back(std::string(name_of(event.action)) + " " + detail);
        }
        return lines;
    }
};

using Lines = std::vector<std::string>;

std::string ended(int pass, int files, int found, int mended, int damaged) {
    return fmt::format(
        "scrub_ended pass {}: {} files, {} found damaged, {} mended, {} damaged in all", pass,
        files, found, mended, damaged);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scrubbing)

BOOST_AUTO_TEST_CASE(damage_of_every_kind_is_told_once_and_once_more_when_it_is_mended) {
    Scrubbed s;
    const auto streams = s.deposit(6, 300'000);
    BOOST_REQUIRE(streams.size() == 6U);
    s.told();
    s.scrub();
    BOOST_TEST(s.told() == Lines{ended(1, 6, 0, 0, 0)}, boost::test_tools::per_element());
    BOOST_TEST(s.ask("scrub.list").empty());

    s.flip(streams[0], 5);        // the last record
    s.flip(streams[1], 200'000);  // one in the middle
    const auto away = s.site.data() / "away";
    fs::rename(s.site.vault_path(streams[2]), away);
    fs::copy_file(s.site.vault_path(streams[3]), s.site.data() / "whole");
    fs::resize_file(s.site.vault_path(streams[3]),
                    fs::file_size(s.site.vault_path(streams[3])) - 1);
    s.scrub();
    auto lines = s.told();
    std::ranges::sort(lines);
    BOOST_TEST(lines == (Lines{"alarm_raised content_damaged raised, altered 3, missing 1",
                               "altered_content_found scrub: altered",
                               "altered_content_found scrub: altered",
                               "altered_content_found scrub: altered",
                               "altered_content_found scrub: missing", ended(2, 6, 4, 0, 4)}),
               boost::test_tools::per_element());
    BOOST_TEST(s.ask("scrub.list").size() == 4U);
    BOOST_TEST(s.ask("scrub.list").at(0).at("path").as_string().starts_with("/lab/f"));

    s.scrub();  // nothing is new
    BOOST_TEST(s.told() == Lines{ended(3, 6, 0, 0, 4)}, boost::test_tools::per_element());

    s.flip(streams[0], 5);
    s.flip(streams[1], 200'000);
    s.scrub();  // some of it is well again: no reason to say that all is
    BOOST_TEST(s.told() == (Lines{"content_mended scrub: whole again",
                                  "content_mended scrub: whole again", ended(4, 6, 0, 2, 2)}),
               boost::test_tools::per_element());
    fs::rename(away, s.site.vault_path(streams[2]));
    fs::rename(s.site.data() / "whole", s.site.vault_path(streams[3]));
    s.scrub();
    BOOST_TEST(
        s.told() == (Lines{"content_mended scrub: whole again", "content_mended scrub: whole again",
                           "alarm_raised content_damaged mended", ended(5, 6, 0, 2, 0)}),
        boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_store_that_is_not_there_is_one_alarm_and_no_damage) {
    Scrubbed s;
    s.deposit(30, 100);
    s.told();
    const auto vault = s.site.data() / "vault";
    fs::rename(vault, s.site.data() / "unmounted");
    fs::create_directory(vault);
    s.scrub();
    BOOST_TEST(s.told() == (Lines{"alarm_raised scrub_stopped raised, in_a_row 20",
                                  "scrub_stopped pass 1: 20 files in a row cannot be read"}),
               boost::test_tools::per_element());
    BOOST_TEST(s.ask("scrub.list").empty());
    BOOST_TEST(s.ask("scrub.status").at(0).at("state").as_string() == "stopped");
    // After an hour it looks again; the alarm is not repeated.
    s.site.clock.advance(std::chrono::minutes(61));
    s.work_until([&] { return s.pass().ended == s.site.clock.now(); });
    BOOST_TEST(s.told() == Lines{"scrub_stopped pass 1: 20 files in a row cannot be read"},
               boost::test_tools::per_element());

    fs::remove(vault);
    fs::rename(s.site.data() / "unmounted", vault);
    s.scrub();
    BOOST_TEST(s.told() == (Lines{"alarm_raised scrub_stopped mended", ended(1, 30, 0, 0, 0)}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(where_an_administrator_says_so_it_goes_past_what_is_missing) {
    Scrubbed s;
    const auto streams = s.deposit(25, 100);
    for (const Id& stream : streams) fs::remove(s.site.vault_path(stream));
    s.scrub();
    BOOST_TEST((s.pass().state == scrub::State::stopped));
    s.told();
    s.scrub(true);
    const auto lines = s.told();
    BOOST_REQUIRE(lines.size() == 28U);
    BOOST_TEST(lines[25] == "alarm_raised content_damaged raised, missing 25");
    BOOST_TEST(lines.back() == ended(1, 25, 25, 0, 25));
}

BOOST_AUTO_TEST_CASE(what_was_removed_meanwhile_is_no_damage) {
    Scrubbed s;
    s.deposit(2, 1000);
    const auto streams = s.site.committed();
    for (const Id& stream : streams) fs::remove(s.site.vault_path(stream));
    s.scrub();
    Peer lab(s.site, "lab");
    required(lab.remove("/f0"));
    required(lab.remove("/f1"));
    s.told();
    s.scrub();
    BOOST_TEST(s.told() == (Lines{"alarm_raised content_damaged mended", ended(2, 0, 0, 0, 0)}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(it_goes_on_from_where_it_was) {
    Scrubbed s;
    s.deposit(3, 100);
    s.ask("scrub.run");
    // As a daemon leaves it that was killed behind the second file.
    const auto newest =
        s.site.read([](Transaction& transaction) { return transaction.scrub.newest_file(); });
    const auto changed = s.site.run(s.site.store().write([&](Transaction& transaction) -> Result<> {
        static_cast<void>(transaction.scrub.take_wish());
        return transaction.scrub.keep({.number = 7,
                                       .state = scrub::State::running,
                                       .by_hand = true,
                                       .started = s.site.clock.now(),
                                       .last_file = newest - 1,
                                       .until_file = newest,
                                       .files = 2});
    }));
    BOOST_REQUIRE(changed.has_value());
    s.told();
    s.work_until([&] { return s.pass().state == scrub::State::resting; });
    BOOST_TEST(s.told() == Lines{ended(7, 3, 0, 0, 0)}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_sealed_file_that_no_row_knows_is_listed_and_left_alone) {
    Scrubbed s;
    const auto streams = s.deposit(2, 100);
    const Id stray = Id::from_hex("ab" + std::string(30, '0')).value();
    fs::create_directories(s.site.vault_path(stray).parent_path());
    fs::copy_file(s.site.vault_path(streams[0]), s.site.vault_path(stray));
    s.scrub();
    const auto rows = s.ask("scrub.list");
    BOOST_REQUIRE(rows.size() == 1U);
    BOOST_TEST(rows[0].at("what").as_string() == "stray");
    BOOST_TEST(std::string(rows[0].at("stream").as_string()) == stray.hex());
    BOOST_TEST(fs::exists(s.site.vault_path(stray)));
}

BOOST_AUTO_TEST_CASE(by_the_policy_it_begins_by_itself_and_again_when_it_is_time) {
    Scrubbed s;
    s.deposit(1, 100);
    s.set({.every = std::chrono::days(7)});
    const auto runs_once_more = [&] {
        const auto before = s.pass().number;
        s.work_until([&] { return s.pass().number > before && s.is_resting(); });
    };
    const auto does_nothing = [&] {
        const auto before = s.pass().number;
        std::size_t looks = 0;
        s.work_until([&] { return ++looks > 10; });
        BOOST_TEST(s.pass().number == before);
    };
    runs_once_more();
    s.site.clock.advance(std::chrono::days(7) - std::chrono::minutes(1));
    does_nothing();
    s.site.clock.advance(std::chrono::minutes(1));
    runs_once_more();
    s.site.clock.advance(-std::chrono::days(300));  // a clock that was put back
    runs_once_more();
    BOOST_TEST(s.pass().number == 3);
}

BOOST_AUTO_TEST_CASE(it_keeps_to_its_pace) {
    Scrubbed s;
    s.deposit(1, std::size_t{1} << 20);
    s.set({.rate = std::uint64_t{1} << 20});
    const auto begun = std::chrono::steady_clock::now();
    s.work_until([&] { return s.pass().number == 1 && s.is_resting(); });
    BOOST_TEST((std::chrono::steady_clock::now() - begun >= std::chrono::milliseconds(900)));
}

BOOST_AUTO_TEST_CASE(in_a_long_pass_damage_does_not_wait_for_the_end_to_be_told) {
    Scrubbed s;
    s.deposit(1, 100);
    auto& site = s.site.site();
    scrub::Pass pass;
    const auto file = s.site.read(
        [](Transaction& transaction) { return transaction.scrub.files_after(0, 1000, 1); });
    const auto keep = [&](std::vector<desk::ScrubFinding> findings) {
        const auto kept = s.site.run(s.site.store().write([&](Transaction& transaction) {
            const auto done = desk::record_findings(site, transaction, pass, findings);
            return done ? desk::tell_of_damage(site, transaction, pass, false) : done;
        }));
        BOOST_REQUIRE(kept.has_value());
    };
    s.told();
    keep({{file.at(0), scrub::Damage::altered}});
    s.site.clock.advance(std::chrono::minutes(59));
    keep({});
    BOOST_TEST(s.told() == Lines{"altered_content_found scrub: altered"},
               boost::test_tools::per_element());
    s.site.clock.advance(std::chrono::minutes(1));
    keep({});
    keep({});
    BOOST_TEST(s.told() == Lines{"alarm_raised content_damaged raised, altered 1"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
