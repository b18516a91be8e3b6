// The ledger in the system's log: a false journal and a false /dev/log hear every event, in order.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <functional>
#include <future>

#include "daemon/workers/event_log/checkpoint_log.hpp"
#include "daemon/workers/event_log/event_line.hpp"
#include "daemon/workers/event_log/event_log.hpp"
#include "desk/audit/checkpointing.hpp"
#include "desk/site/system_event.hpp"
#include "desk_site.hpp"
#include "hooked_disk.hpp"
#include "worker_turn.hpp"

using namespace consign;
using namespace consign::daemon;
using namespace consign::testing;
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

/// Takes datagrams under a name.
class Reader {
  public:
    explicit Reader(const fs::path& path) {
        descriptor_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.string().copy(address.sun_path, sizeof(address.sun_path) - 1);
        BOOST_REQUIRE(
            ::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader() { ::close(descriptor_); }

    /// All that came since.
    std::vector<std::string> take() {
        std::vector<std::string> taken;
        std::string buffer(1 << 16, '\0');
        for (;;) {
            const auto length = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
            if (length < 0) return taken;
            taken.push_back(buffer.substr(0, static_cast<std::size_t>(length)));
        }
    }

  private:
    int descriptor_ = -1;
};

struct Logged {
    TemporaryFolder folder;
    DeskSite site;
    EventLog::Sockets sockets{.journal = folder.path() / "journal",
                              .syslog = folder.path() / "log"};

    explicit Logged(policy::EventLog to) { set(to); }
    void set(policy::EventLog to) {
        auto policy = std::make_shared<policy::Policy>(*site.site().policy.current());
        policy->event_log = to;
        site.site().policy.replace(policy);
    }
    void append(std::size_t count) {
        for (std::size_t each = 0; each < count; ++each) {
            auto event = desk::system_event(site.site(), ledger::Action::job_failed, "system:test");
            event.outcome = ledger::Outcome::failed;
            event.detail = "secret-detail";
            event.personal = {.path = "/secret/path", .address = "secret-address"};
            BOOST_REQUIRE(site.run(site.store().write(
                [&](Transaction& transaction) { return transaction.ledger.append(event); })));
        }
    }
    std::int64_t last() {
        return site.read(
            [](Transaction& transaction) { return transaction.ledger.last_sequence(); });
    }
    std::optional<std::int64_t> place() {
        return site.read(
            [](Transaction& transaction) { return transaction.bookmarks.find("event_log"); });
    }
    void follow_until(const std::function<bool()>& is_so) {
        asio::io_context io;
        EventLog log(io.get_executor(), site.site(), sockets);
        testing::work_until(io, log, is_so);
    }
    /// As it is switched on: from here on.
    void begin() {
        follow_until([&] { return place().has_value(); });
    }
};

/// The numbers in the order in which they came.
std::vector<std::int64_t> numbers(const std::vector<std::string>& entries, std::string_view mark) {
    std::vector<std::int64_t> found;
    for (const std::string& entry : entries)
        found.push_back(std::stoll(entry.substr(entry.find(mark) + mark.size())));
    return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(event_log)

BOOST_AUTO_TEST_CASE(the_journal_hears_each_event_in_order_without_names_and_makes_none) {
    Logged logged(policy::EventLog::journald);
    logged.begin();
    const auto before = logged.last();
    Reader reader(logged.sockets.journal);
    logged.append(600);  // several batches
    std::vector<std::string> entries;
    logged.follow_until([&] {
        for (auto& entry : reader.take()) entries.push_back(std::move(entry));
        return logged.place() == logged.last();
    });
    for (auto& entry : reader.take()) entries.push_back(std::move(entry));
    BOOST_TEST(logged.last() == before + 600);
    const auto heard = numbers(entries, "CONSIGN_SEQUENCE=");
    BOOST_REQUIRE(heard.size() == 600U);
    for (std::size_t at = 0; at < heard.size(); ++at)
        BOOST_REQUIRE(heard[at] == before + 1 + static_cast<std::int64_t>(at));
    const std::string& entry = entries.front();
    for (const char* const line :
         {"PRIORITY=4\n", "SYSLOG_IDENTIFIER=consignd\n", "CONSIGN_ACTION=job_failed\n",
          "CONSIGN_OUTCOME=failed\n", "CONSIGN_ACCOUNT=system:test\n", "CONSIGN_BYTES=0\n",
          "CONSIGN_COUNT=1\n"})
        BOOST_TEST(entry.contains(line), line);
    BOOST_TEST(!entry.contains("secret"), entry);
}

BOOST_AUTO_TEST_CASE(syslog_gets_rfc_5424) {
    Logged logged(policy::EventLog::syslog);
    logged.begin();
    Reader reader(logged.sockets.syslog);
    logged.append(1);
    std::vector<std::string> lines;
    logged.follow_until([&] { return !(lines = reader.take()).empty(); });
    BOOST_TEST(lines.at(0).starts_with("<108>1 2026-11-24T"), lines.at(0));
    BOOST_TEST(lines.at(0).contains(" job_failed [consign@32473 sequence=\""), lines.at(0));
    BOOST_TEST(lines.at(0).ends_with("\"] job_failed failed"), lines.at(0));
}

BOOST_AUTO_TEST_CASE(where_nobody_listens_nothing_is_missed) {
    Logged logged(policy::EventLog::journald);
    logged.begin();
    const auto before = logged.last();
    logged.append(3);
    std::size_t looks = 0;
    logged.follow_until([&] { return ++looks > 20; });
    BOOST_TEST(logged.place().value() == before);
    Reader reader(logged.sockets.journal);
    logged.follow_until([&] { return logged.place() == logged.last(); });
    BOOST_TEST(reader.take().size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_reader_that_is_slow_holds_nobody_up_and_misses_nothing) {
    Logged logged(policy::EventLog::journald);
    logged.begin();
    const auto before = logged.last();
    Reader reader(logged.sockets.journal);  // its queue is short: net.unix.max_dgram_qlen
    logged.append(1000);
    logged.follow_until([&] { return logged.place() > before; });
    std::vector<std::string> entries = reader.take();
    logged.follow_until([&] {
        for (auto& entry : reader.take()) entries.push_back(std::move(entry));
        return logged.place() == logged.last();
    });
    for (auto& entry : reader.take()) entries.push_back(std::move(entry));
    auto heard = numbers(entries, "CONSIGN_SEQUENCE=");
    BOOST_TEST(std::ranges::is_sorted(heard));
    const auto twice = std::ranges::unique(heard);
    heard.erase(twice.begin(), twice.end());
    BOOST_TEST(heard.size() == 1000U);
}

BOOST_AUTO_TEST_CASE(what_a_peer_typed_as_its_name_is_not_written) {
    ledger::EventRow row;
    row.sequence = 5;
    row.event.action = ledger::Action::login_failed;
    row.event.outcome = ledger::Outcome::refused;
    row.event.account = "hunter2";
    row.event.rule = "policy.d/a\"]\n.yaml:3";
    const auto nobody = [](std::string_view) { return false; };
    BOOST_TEST(journal_entry(row, nobody).contains("CONSIGN_ACCOUNT=unknown\n"));
    const auto line = syslog_line(row, nobody, "host", 1);
    BOOST_TEST(!line.contains("hunter2"), line);
    BOOST_TEST(line.contains(R"(rule="policy.d/a\"\]?.yaml:3")"), line);
    BOOST_TEST(line.starts_with("<109>1 1970-"), line);
    BOOST_TEST(journal_entry(row, [](std::string_view) {
                   return true;
               }).contains("CONSIGN_ACCOUNT=hunter2\n"));
}

namespace {

/// Of checkpoints.jsonl.
std::vector<std::string> checkpoint_lines(const fs::path& data) {
    std::ifstream in(DataFolder::checkpoints_in(data));
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

struct Witnessed : Logged {
    const Ed25519Key witness = Ed25519Key::generate();

    explicit Witnessed(policy::EventLog to) : Logged(policy::EventLog::none) {
        auto policy = std::make_shared<policy::Policy>(*site.site().policy.current());
        policy->ledger.checkpoints_to = to;
        site.site().policy.replace(policy);
        site.site().witness = &witness;
    }
    void checkpoint() {
        append(1);
        required(site.run(desk::make_checkpoint(site.site())));
    }
    /// What stands between these in each.
    std::vector<std::string> heard(Reader& reader, std::size_t count, std::string_view before,
                                   std::string_view behind) {
        std::vector<std::string> found;
        asio::io_context io;
        CheckpointLog log(io.get_executor(), site.site(), sockets);
        testing::work_until(io, log, [&] {
            for (const std::string& entry : reader.take()) {
                const auto begin = entry.find(before) + before.size();
                found.push_back(entry.substr(begin, entry.find(behind, begin) - begin));
            }
            return found.size() >= count;
        });
        return found;
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(the_journal_gets_checkpoints_as_the_file_has_them) {
    Witnessed one(policy::EventLog::journald);
    one.checkpoint();
    one.checkpoint();
    Reader reader(one.sockets.journal);
    // The last one speaks for those before it; from then on, each.
    auto heard = one.heard(reader, 1, "MESSAGE=", "\n");
    one.checkpoint();
    one.checkpoint();
    for (auto& line : one.heard(reader, 2, "MESSAGE=", "\n")) heard.push_back(std::move(line));
    const auto lines = checkpoint_lines(one.site.data());
    BOOST_REQUIRE(lines.size() == 4U);
    BOOST_TEST(heard == std::vector<std::string>(lines.begin() + 1, lines.end()),
               boost::test_tools::per_element());
    const auto verified = desk::from_checkpoint_line(heard.back());
    BOOST_REQUIRE(verified.has_value());
    BOOST_TEST((verified->signer == one.witness.public_key()));
}

BOOST_AUTO_TEST_CASE(syslog_gets_checkpoints_behind_its_own_words) {
    Witnessed one(policy::EventLog::syslog);
    one.checkpoint();
    Reader reader(one.sockets.syslog);
    const auto heard = one.heard(reader, 1, "\"] ", "\n");
    BOOST_TEST(heard == checkpoint_lines(one.site.data()), boost::test_tools::per_element());
}

// The worker's, and that of `audit export`.
BOOST_AUTO_TEST_CASE(checkpoints_that_are_made_at_once_are_each_written_once) {
    constexpr int rounds = 20;
    Witnessed one(policy::EventLog::none);
    for (int round = 0; round < rounds; ++round) {
        one.append(1);
        const auto make = [&] { return run_here(desk::make_checkpoint(one.site.site())); };
        auto other = std::async(std::launch::async, make);
        required(make());
        required(other.get());
    }
    std::vector<std::int64_t> sequences;
    for (const std::string& line : checkpoint_lines(one.site.data()))
        sequences.push_back(desk::from_checkpoint_line(line).value().checkpoint.sequence);
    BOOST_TEST(sequences.size() == static_cast<std::size_t>(rounds));
    BOOST_TEST(std::ranges::is_sorted(sequences, std::less_equal<>()));
}

BOOST_AUTO_TEST_CASE(the_last_checkpoint_is_written_after_the_end_of_work) {
    Witnessed one(policy::EventLog::journald);
    Reader reader(one.sockets.journal);
    asio::io_context io;
    CheckpointLog log(io.get_executor(), one.site.site(), one.sockets);
    testing::work_until(io, log, [] { return true; });
    one.checkpoint();
    BOOST_TEST(reader.take().empty());
    asio::co_spawn(io, log.finish(), asio::detached);
    io.restart();
    io.run();
    BOOST_TEST(reader.take().size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
