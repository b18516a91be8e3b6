// How long questions to a large ledger take, and what the indexes that answer them cost an event.
//   ledger_search_bench [EVENTS (1000000)] [FOLDER]; ends with 1 where an indexed question takes
//   longer than a bound of the house.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <optional>
#include <random>
#include <system_error>
#include <vector>

#include "base/disk.hpp"
#include "storage/database/migrations.hpp"
#include "storage/database/sqlite.hpp"
#include "storage/inquiry/inquiry.hpp"
#include "storage/ledger/ledger.hpp"
#include "storage/ledger/search.hpp"
#include "tests/component/temporary_folder.hpp"

namespace consign::bench {

namespace {

using std::chrono::steady_clock;
using namespace ledger;

constexpr double limit_milliseconds = 250;
constexpr int runs = 7;
constexpr std::size_t answered_rows = 1000;  // as `consign audit events` asks for
constexpr Timestamp begin{std::chrono::sys_days{std::chrono::year{2024} / 11 / 1}};
constexpr std::chrono::days span{730};

template <class T>
T required(Result<T> result) {
    if (!result) throw std::system_error(result.error());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

double median_milliseconds(const std::function<void()>& work) {
    std::vector<double> took;
    for (int i = 0; i < runs; ++i) {
        const auto begun = steady_clock::now();
        work();
        took.push_back(
            std::chrono::duration<double, std::milli>(steady_clock::now() - begun).count());
    }
    std::ranges::sort(took);
    return took[runs / 2];
}

class Bench {
  public:
    explicit Bench(const std::filesystem::path& folder) : folder_(folder), chance_(1) {
        const auto file = folder / "keyring.json";
        const SecretKey root = random_.key();
        required(keyring::Keyring::create(disk_, file, root, random_, begin));
        keys_ = required(keyring::Keyring::open(disk_, file, root, random_));
        writing_ = required(database::Connection::open(folder / "consign.db",
                                                       database::Connection::Mode::read_write));
        required(database::migrate(*writing_));
        ledger_.emplace(*writing_, *keys_, random_);
    }

    int run(std::size_t events) {
        fill(events);
        cost_of_an_event();
        required(writing_->run_script("PRAGMA wal_checkpoint(TRUNCATE)"));
        reading_ = required(
            database::Connection::open(folder_ / "consign.db", database::Connection::Mode::read));
        ask_all();
        ask_in_sql();
        return slowest_ <= limit_milliseconds ? 0 : 1;
    }

  private:
    unsigned below(unsigned end) { return static_cast<unsigned>(chance_()) % end; }

    void append(Event event) {
        event.time = now_;
        now_ += step_;
        required(ledger_->append(event));
        ++made_;
    }

    /// A lab's delivery, a doctor's pickup, or somebody who is turned away.
    void session() {
        const unsigned account = below(10) < 3 ? 0 : below(200);
        Session session{.id = Id::random(random_),
                        .protocol = "sftp",
                        .listener = "labs",
                        .address = fmt::format("192.0.{}.{}", account, below(3)),
                        .client = "SSH-2.0-OpenSSH_9.2p1",
                        .algorithms = "curve25519-sha256,aes256-gcm",
                        .account = fmt::format("lab{}", account),
                        .login_methods = "publickey",
                        .started = now_};
        required(ledger_->open_session(session));
        Event event{.session = session.id,
                    .account = session.account,
                    .protocol = "sftp",
                    .rule = "policy.d/10-accounts.yaml:12",
                    .policy = policy_,
                    .personal = {.address = session.address}};
        const auto tell = [&](Action action) {
            event.action = action;
            append(event);
        };
        tell(Action::login);
        event.personal.path = fmt::format("/labs/{}/in", account);
        tell(Action::listed);
        if (below(2) == 0)
            for (unsigned files = 1 + below(3); files > 0; --files) deposit(event, account);
        else
            for (unsigned files = 1 + below(3); files > 0 && !streams_.empty(); --files)
                collect(event);
        event.stream = {};
        event.personal = {.address = session.address};
        tell(Action::session_ended);
        session.ended = now_;
        required(ledger_->update_session(session));
        turn_away(account);
    }

    void deposit(Event& event, unsigned account) {
        event.stream = Id::random(random_);
        event.bytes = 20'000;
        event.personal.path = fmt::format("/labs/{}/in/{:08}.hl7", account, below(4'000'000));
        event.action = Action::upload_opened;
        append(event);
        event.action = Action::deposited;
        event.personal.sha256 = to_hex(random_.array<32>());
        if (below(50) == 0) last_sha256_ = event.personal.sha256;
        if (below(50) == 0) last_path_ = event.personal.path;
        append(event);
        event.personal.sha256.clear();
        event.action = Action::routed;
        event.personal.second_path =
            fmt::format("/doctors/{}/{:08}.hl7", below(300), below(4'000'000));
        append(event);
        event.personal.second_path.clear();
        streams_.push_back(event.stream);
    }

    void collect(Event& event) {
        event.stream =
            streams_[streams_.size() - 1 -
                     below(std::min<unsigned>(2000, static_cast<unsigned>(streams_.size())))];
        event.personal.path = fmt::format("/doctors/{}/{:08}.hl7", below(300), below(4'000'000));
        event.action = Action::opened_for_reading;
        append(event);
        event.action = Action::retrieval_ended;
        event.detail = "all of it";
        append(event);
        event.detail.clear();
    }

    void turn_away(unsigned account) {
        if (below(10) == 0)
            append({.action = Action::request_refused,
                    .outcome = Outcome::refused,
                    .account = fmt::format("lab{}", account),
                    .protocol = "sftp",
                    .personal = {.path = fmt::format("/labs/{}/forbidden", below(200)),
                                 .address = fmt::format("198.51.100.{}", below(200))}});
        if (below(40) == 0)
            append({.action = Action::login_failed,
                    .outcome = Outcome::failed,
                    .account = "root",
                    .personal = {.address = fmt::format("198.51.100.{}", below(200))}});
        if (below(200) == 0)
            append({.action = Action::administrator_acted,
                    .account = "admin:anna",
                    .protocol = "control",
                    .detail = "subject report",
                    .personal = {.subject = fmt::format("HN/{}", below(500))}});
    }

    void fill(std::size_t events) {
        step_ = std::chrono::duration_cast<std::chrono::microseconds>(span) /
                static_cast<std::int64_t>(events);
        fmt::print("{} events over {} days are made ...\n", events, span.count());
        const auto begun = steady_clock::now();
        while (made_ < events) {
            required(writing_->run("BEGIN"));
            for (int i = 0; i < 200; ++i) session();
            required(writing_->run("COMMIT"));
        }
        const double seconds = std::chrono::duration<double>(steady_clock::now() - begun).count();
        fmt::print("made in {:.0f} s: {:.1f} us each, {} of them in large transactions\n", seconds,
                   seconds * 1e6 / static_cast<double>(made_), made_);
        required(writing_->run_script("PRAGMA wal_checkpoint(TRUNCATE)"));
        auto sizes = writing_->query(
            "SELECT (SELECT page_count FROM pragma_page_count()) * 4.0,"
            " (SELECT count(*) FROM event_index)");
        if (required(sizes.next()))
            fmt::print("database {} MiB; {} entries of the index of events\n",
                       sizes.integer(0) / 1024, sizes.integer(1));
    }

    /// Bytes of the log since it was last emptied.
    std::uintmax_t log_bytes() const {
        std::error_code none;
        const auto size = std::filesystem::file_size(folder_ / "consign.db-wal", none);
        return none ? 0 : size;
    }

    struct Cost {
        double microseconds = 0, log_bytes = 0;
    };
    /// Of the two events of a small deposit; so many deposits in one transaction.
    Cost deposits(database::Connection& connection, Ledger& ledger) {
        Event event{.session = session_of_all_,
                    .account = "lab7",
                    .protocol = "sftp",
                    .personal = {.address = "192.0.2.1"}};
        required(connection.run_script("PRAGMA wal_checkpoint(TRUNCATE)"));
        const auto begun = steady_clock::now();
        for (int i = 0; i < deposits_a_round; i += deposits_a_group) {
            required(connection.run("BEGIN"));
            for (int k = 0; k < deposits_a_group; ++k) {
                event.time = now_;
                event.stream = Id::random(random_);
                event.action = Action::upload_opened;
                event.personal.sha256.clear();
                event.personal.path = fmt::format("/labs/7/in/{:08}.hl7", below(4'000'000));
                required(ledger.append(event));
                event.action = Action::deposited;
                event.personal.sha256 = to_hex(random_.array<32>());
                required(ledger.append(event));
            }
            required(connection.run("COMMIT"));
        }
        const std::chrono::duration<double, std::micro> took = steady_clock::now() - begun;
        return {took.count() / deposits_a_round,
                static_cast<double>(log_bytes()) / deposits_a_round};
    }

    /// With the index of events, and with one in memory in its place, in turn.
    void cost_of_an_event() {
        const auto connection = required(database::Connection::open(
            folder_ / "consign.db", database::Connection::Mode::read_write));
        required(connection->run_script(
            "CREATE TEMP TABLE event_index (period INTEGER, token BLOB, sequence INTEGER,"
            " PRIMARY KEY (period, token, sequence)) WITHOUT ROWID"));
        for (auto* const each : {writing_.get(), connection.get()})
            required(each->run_script("PRAGMA wal_autocheckpoint = 0"));
        std::vector<double> with_us, without_us;
        double with_bytes = 0, without_bytes = 0;
        for (int round = 0; round < rounds; ++round) {
            // Anew: each remembers where it appended last, and the other went on from there.
            Ledger with(*writing_, *keys_, random_);
            Ledger without(*connection, *keys_, random_);
            const Cost all = deposits(*writing_, with);
            const Cost less = deposits(*connection, without);
            with_us.push_back(all.microseconds);
            without_us.push_back(less.microseconds);
            with_bytes += all.log_bytes / rounds;
            without_bytes += less.log_bytes / rounds;
        }
        std::ranges::sort(with_us);
        std::ranges::sort(without_us);
        const SecretKey key = random_.key();
        const auto begun = steady_clock::now();
        constexpr int tokens = 20'000;
        for (int i = 0; i < tokens; ++i)
            spent_ ^= index_token(key, IndexField::name, "/labs/7/in/00000000.hl7")[0];
        const std::chrono::duration<double, std::micro> took = steady_clock::now() - begun;
        fmt::print(
            "a deposit's two events, {} deposits a transaction: {:.0f} us and {:.0f} bytes of log;"
            " without the index of events on the disk: {:.0f} us and {:.0f} bytes; its two tokens "
            "(in both): {:.1f} us\n",
            deposits_a_group, with_us[rounds / 2], with_bytes, without_us[rounds / 2],
            without_bytes, 2 * took.count() / tokens);
    }

    void ask(std::string_view what, const EventFilter& filter, bool is_indexed = true) {
        Search search(*reading_, *keys_, random_);
        std::size_t found = 0;
        const double took =
            median_milliseconds([&] { found = required(search.events(filter)).size(); });
        if (is_indexed) slowest_ = std::max(slowest_, took);
        fmt::print("{:58} {:>5} rows {:>9.2f} ms{}\n", what, found, took,
                   is_indexed ? "" : "  (looks at every row)");
    }

    EventFilter asked(EventFilter filter) const {
        filter.limit = answered_rows;
        return filter;
    }

    void ask_all() {
        const Timestamp day = begin + std::chrono::days(400);
        const Timestamp later = begin + std::chrono::days(700);
        using std::chrono::days;
        ask("nothing: the newest", asked({}));
        ask("account, busy", asked({.account = "lab0"}));
        ask("account", asked({.account = "lab42"}));
        ask("account that is not there", asked({.account = "nobody"}));
        ask("a day", asked({.from = day, .until = day + days(1)}));
        ask("a month", asked({.from = day, .until = day + days(30)}));
        ask("all but the last month", asked({.until = later}));
        ask("account in a day", asked({.account = "lab0", .from = day, .until = day + days(1)}));
        ask("account in the first year", asked({.account = "lab42", .until = begin + days(365)}));
        ask("outcome refused", asked({.outcome = Outcome::refused}));
        ask("outcome failed, of one account",
            asked({.account = "lab42", .outcome = Outcome::failed}));
        ask("outcome refused in a day",
            asked({.from = day, .until = day + days(1), .outcome = Outcome::refused}));
        ask("action login_failed", asked({.action = Action::login_failed}));
        ask("action deposited", asked({.action = Action::deposited}));
        ask("action deposited, of an account",
            asked({.account = "lab42", .action = Action::deposited}));
        ask("action retrieval_ended, in the first month",
            asked({.until = begin + days(30), .action = Action::retrieval_ended}));
        ask("file by id", asked({.stream = streams_[streams_.size() / 2]}));
        ask("file by path", asked({.path = last_path_}));
        ask("folder by path, often listed", asked({.path = "/labs/0/in"}));
        ask("sha256", asked({.sha256 = last_sha256_}));
        ask("sha256 that is not there", asked({.sha256 = std::string(64, '0')}));
        ask("address of few sessions", asked({.address = "192.0.42.1"}));
        ask("address of many sessions", asked({.address = "192.0.0.1"}));
        ask("address turned away", asked({.address = "198.51.100.7"}));
        ask("address of many sessions, refused",
            asked({.outcome = Outcome::refused, .address = "192.0.0.1"}));
        EventFilter subject;
        subject.subject = AboutSubject{"HN/7", {}};
        for (std::size_t i = 0; i < 500; ++i)
            subject.subject->streams.push_back(streams_[i * (streams_.size() / 500)]);
        ask("subject with 500 files", asked(subject));
        ask("glob of paths, in a day",
            asked({.from = day, .until = day + days(1), .path_matches = [](std::string_view path) {
                       return path.starts_with("/labs/0/");
                   }}));
        ask("glob of paths that nothing matches",
            asked({.path_matches = [](std::string_view) { return false; }}), false);
        Search search(*reading_, *keys_, random_);
        for (const auto& [what, filter] :
             {std::pair("sessions by address", SessionFilter{.address = "192.0.42.1"}),
              std::pair("sessions in a day", SessionFilter{.from = day, .until = day + days(1)}),
              std::pair("sessions of an account", SessionFilter{.account = "lab42"})}) {
            std::size_t found = 0;
            const double took =
                median_milliseconds([&] { found = required(search.sessions(filter)).size(); });
            slowest_ = std::max(slowest_, took);
            fmt::print("{:58} {:>5} rows {:>9.2f} ms\n", what, found, took);
        }
        fmt::print("the slowest of the indexed ones: {:.1f} ms (bound: {:.0f} ms)\n", slowest_,
                   limit_milliseconds);
    }

    void ask_in_sql() {
        inquiry::Inquiry inquiry(*reading_, *keys_, random_);
        for (const char* const sql :
             {"SELECT * FROM event ORDER BY sequence DESC LIMIT 100",
              "SELECT count(*) FROM event WHERE account = 'lab42'",
              "SELECT count(*) FROM event WHERE time >= '2026-10-01'",
              "SELECT account, count(*) FROM event WHERE action = 'login_failed' GROUP BY account",
              "SELECT count(*) FROM event WHERE address = '198.51.100.7'"}) {
            const auto begun = steady_clock::now();
            const auto answer = inquiry.ask(sql, {.time = std::chrono::minutes(1)});
            const std::chrono::duration<double, std::milli> took = steady_clock::now() - begun;
            fmt::print("sql: {:72} {:>8.0f} ms{}\n", sql, took.count(),
                       answer ? "" : " " + answer.error());
        }
    }

    static constexpr int deposits_a_group = 8, deposits_a_round = 800, rounds = 7;

    std::filesystem::path folder_;
    PosixDisk disk_;
    SystemRandom random_;
    std::mt19937 chance_;
    std::unique_ptr<keyring::Keyring> keys_;
    std::unique_ptr<database::Connection> writing_, reading_;
    std::optional<Ledger> ledger_;
    const Digest32 policy_ = random_.array<32>();
    Timestamp now_ = begin;
    std::chrono::microseconds step_{};
    std::size_t made_ = 0;
    std::vector<Id> streams_;
    std::string last_sha256_, last_path_;
    double slowest_ = 0;
    const Id session_of_all_ = Id::random(random_);
    std::uint8_t spent_ = 0;
};

}  // namespace

}  // namespace consign::bench

int main(int argc, char** argv) {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    const std::size_t events = argc > 1 ? std::stoul(argv[1]) : 1'000'000;
    std::optional<consign::TemporaryFolder> temporary;
    std::filesystem::path folder = argc > 2 ? argv[2] : "";
    if (folder.empty()) folder = temporary.emplace().path();
    return consign::bench::Bench(folder).run(events);
}
