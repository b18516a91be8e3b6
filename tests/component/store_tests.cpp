#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "storage/catalog/errc.hpp"
#include "storage/database/errc.hpp"
#include "storage/database/migrations.hpp"
#include "storage/keyring/errc.hpp"
#include "storage/open_store.hpp"
#include "storage/store.hpp"
#include "tests/component/temporary_folder.hpp"

using namespace consign;
namespace asio = boost::asio;

namespace {

constexpr Timestamp now{std::chrono::sys_days{std::chrono::year{2026} / 3 / 15}};

VirtualPath path_of(std::string_view text) {
    return *VirtualPath::parse(text);
}

struct Site {
    TemporaryFolder folder;
    std::filesystem::path data = folder.path() / "data";
    PosixDisk disk;
    SystemRandom random;
    SecretKey root = random.key();

    Site() { BOOST_REQUIRE(create_store(disk, data, root, random, now).has_value()); }

    [[nodiscard]] Result<std::unique_ptr<Store>> try_open() {
        return open_store(disk, data, root, random, 2);
    }
    [[nodiscard]] std::unique_ptr<Store> open() {
        auto store = try_open();
        BOOST_REQUIRE(store.has_value());
        return std::move(*store);
    }
};

/// Runs a coroutine to its end, and hands on what it threw. Its io_context outlives every store:
/// the thread that brought the coroutine home may not have left it yet.
void run(asio::awaitable<void> session) {
    static asio::io_context io;
    io.restart();
    std::exception_ptr thrown;
    asio::co_spawn(io, std::move(session), [&](std::exception_ptr error) { thrown = error; });
    io.run();
    if (thrown) std::rethrow_exception(thrown);
}

/// One transaction as the desk makes them: names and their event.
Result<std::int64_t> make_folder(Transaction& transaction, const std::string& path) {
    const auto made = transaction.catalog.make_directory(path_of(path), "lab", now);
    if (!made) return failure(made.error());
    return transaction.ledger.append({.time = now,
                                      .action = ledger::Action::folder_made,
                                      .account = "lab",
                                      .personal = {.path = path}});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_transactions)

BOOST_AUTO_TEST_CASE(a_write_comes_home_durable_and_is_seen_by_the_next_read) {
    Site site;
    const auto store = site.open();
    const auto session = [&]() -> asio::awaitable<void> {
        const auto home = std::this_thread::get_id();
        std::thread::id there;
        auto write = [&](Transaction& transaction) {
            there = std::this_thread::get_id();
            return make_folder(transaction, "/in");
        };
        const auto written = co_await store->write(write);
        BOOST_TEST((written == 1));
        BOOST_TEST((there != home));
        BOOST_TEST((std::this_thread::get_id() == home));
        auto read = [&](Transaction& transaction) {
            return transaction.catalog.find(path_of("/in"));
        };
        const auto entry = co_await store->read(read);
        BOOST_TEST(entry.has_value());
        BOOST_TEST((std::this_thread::get_id() == home));
    };
    run(session());
}

BOOST_AUTO_TEST_CASE(a_verb_that_fails_or_throws_leaves_neither_name_nor_event) {
    Site site;
    const auto store = site.open();
    const auto session = [&]() -> asio::awaitable<void> {
        auto refuse = [](Transaction& transaction) -> Result<std::int64_t> {
            BOOST_TEST(make_folder(transaction, "/a").has_value());
            return make_folder(transaction, "/a");
        };
        const auto refused = co_await store->write(refuse);
        BOOST_TEST((refused.error() == catalog::catalog_errc::already_there));
        auto break_down = [](Transaction& transaction) -> Result<std::int64_t> {
            BOOST_TEST(make_folder(transaction, "/b").has_value());
            throw std::logic_error("a bug");
        };
        const auto broken = co_await store->write(break_down);
        BOOST_TEST((broken.error() == database::database_errc::bug));
        auto read = [](Transaction& transaction) {
            BOOST_TEST(transaction.catalog.list(catalog::root_node, 0, 10)->empty());
            return transaction.ledger.verify();
        };
        const auto found = co_await store->read(read);
        BOOST_TEST(found->rows == 0);
        auto write = [](Transaction& transaction) { return make_folder(transaction, "/a"); };
        const auto written = co_await store->write(write);
        BOOST_TEST((written == 1));
    };
    run(session());
}

BOOST_AUTO_TEST_CASE(a_verb_that_throws_while_reading_brings_it_home) {
    Site site;
    const auto store = site.open();
    const auto session = [&]() -> asio::awaitable<void> {
        auto read = [](Transaction&) -> Result<int> { throw std::logic_error("a bug"); };
        (void)co_await store->read(read);
    };
    BOOST_CHECK_THROW(run(session()), std::logic_error);
}

BOOST_AUTO_TEST_CASE(many_sessions_share_groups_and_the_chain_has_no_gap) {
    Site site;
    const auto store = site.open();
    constexpr int sessions = 64;
    constexpr int writes_each = 20;
    asio::io_context io;
    int written = 0;
    const auto session = [&](int number) -> asio::awaitable<void> {
        for (int write = 0; write < writes_each; ++write) {
            const std::string path = "/" + std::to_string(number) + "-" + std::to_string(write);
            auto verb = [&](Transaction& transaction) { return make_folder(transaction, path); };
            const auto sequence = co_await store->write(verb);
            if (sequence) ++written;
            if (write % 5 == 0) {
                auto read = [&](Transaction& transaction) {
                    return transaction.catalog.find(path_of(path));
                };
                const auto seen = co_await store->read(read);
                BOOST_TEST(seen.has_value());
            }
        }
    };
    for (int number = 0; number < sessions; ++number)
        asio::co_spawn(io, session(number), asio::detached);
    io.run();
    BOOST_TEST(written == sessions * writes_each);
    BOOST_TEST(store->database().groups_committed() < sessions * writes_each / 2U);
    const auto check = [&]() -> asio::awaitable<void> {
        auto read = [](Transaction& transaction) { return transaction.ledger.verify(); };
        const auto found = co_await store->read(read);
        BOOST_TEST(found->rows == sessions * writes_each);
        BOOST_TEST(!found->first_bad.has_value());
    };
    run(check());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(store_on_disk)

BOOST_AUTO_TEST_CASE(a_name_that_was_missed_is_found_once_it_is_there) {
    Site site;
    const auto store = site.open();
    const auto path = path_of("/r.hl7");
    const auto session = [&]() -> asio::awaitable<void> {
        auto is_there = [&](Transaction& transaction) -> Result<bool> {
            return transaction.catalog.find(path).has_value();
        };
        bool fails = true;
        auto deposit = [&](Transaction& transaction) -> Result<> {
            if (auto done = transaction.catalog.commit_deposit(
                    {.stream = Id::random(site.random), .path = path, .account = "lab"});
                !done)
                return failure(done.error());
            if (fails) return failure(std::errc::no_space_on_device);
            return {};
        };
        BOOST_TEST(!(co_await store->read(is_there)).value());
        BOOST_TEST(!(co_await store->write(deposit)).has_value());
        BOOST_TEST(!(co_await store->read(is_there)).value());
        BOOST_TEST(!(co_await store->write(is_there)).value());
        fails = false;
        BOOST_TEST((co_await store->write(deposit)).has_value());
        BOOST_TEST((co_await store->read(is_there)).value());
        BOOST_TEST((co_await store->write(is_there)).value());
    };
    run(session());
}

BOOST_AUTO_TEST_CASE(no_personal_field_is_in_clear_in_any_file) {
    Site site;
    const std::string marker = "Xq7PlantedMarker";
    const Digest32 sha256 = site.random.array<32>();
    {
        const auto store = site.open();
        const auto session = [&]() -> asio::awaitable<void> {
            auto write = [&](Transaction& transaction) -> Result<std::int64_t> {
                auto& catalog = transaction.catalog;
                const auto folder = path_of("/" + marker + "-folder");
                const auto file = *folder.joined(path_of("/" + marker + "-file"));
                BOOST_TEST(catalog.ensure_directories(folder, now).has_value());
                const Id stream = Id::random(site.random);
                BOOST_TEST(catalog.begin_upload({.stream = stream, .account = "lab", .path = file})
                               .has_value());
                BOOST_TEST(
                    catalog
                        .commit_deposit(
                            {.stream = stream, .path = file, .account = "lab", .sha256 = sha256})
                        .has_value());
                BOOST_TEST(catalog
                               .rename(file, path_of("/" + marker + "-renamed"), false,
                                       catalog::Standing::deposited, now)
                               .has_value());
                BOOST_TEST(transaction.ledger
                               .open_session(
                                   {.id = stream, .address = marker + "-address", .started = now})
                               .has_value());
                return transaction.ledger.append({.time = now,
                                                  .action = ledger::Action::renamed,
                                                  .account = "lab",
                                                  .personal = {.path = std::string(file.text()),
                                                               .second_path = marker + "-renamed",
                                                               .address = marker + "-address",
                                                               .sha256 = to_hex(sha256),
                                                               .subject = marker + "-subject"}});
            };
            const auto written = co_await store->write(write);
            BOOST_TEST(written.has_value());
            // As a scan needs a sorter, which must not spill into a file either.
            auto read = [](Transaction& transaction) { return transaction.search.events({}); };
            const auto rows = co_await store->read(read);
            BOOST_TEST(rows->front().event.personal.subject == marker + "-subject");
        };
        run(session());

        std::size_t files = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(site.data)) {
            if (!entry.is_regular_file()) continue;
            ++files;
            std::ifstream in(entry.path(), std::ios::binary);
            const std::string content(std::istreambuf_iterator<char>(in), {});
            BOOST_TEST(content.find(marker) == std::string::npos);
            BOOST_TEST(content.find(to_hex(sha256)) == std::string::npos);
            BOOST_TEST(content.find(as_text(sha256)) == std::string::npos);
        }
        BOOST_TEST(files >= 5U);  // the lock, the keyring, the database, its WAL and its index
    }
}

/// What the child of the next test does: writes until it is killed, and tells of each durable
/// answer.
[[noreturn]] void write_until_killed(Site& site, int report, int round) {
    auto store = site.try_open();
    if (!store) ::_exit(1);
    asio::io_context io;
    const auto session = [&](int number) -> asio::awaitable<void> {
        for (int write = 0;; ++write) {
            const std::string path = "/" + std::to_string(round) + "-" + std::to_string(number) +
                                     "-" + std::to_string(write);
            auto verb = [&](Transaction& transaction) { return make_folder(transaction, path); };
            const auto sequence = co_await (*store)->write(verb);
            if (!sequence) ::_exit(2);
            const std::string line = std::to_string(*sequence) + " " + path + "\n";
            if (::write(report, line.data(), line.size()) < 0) ::_exit(3);
        }
    };
    for (int number = 0; number < 8; ++number) asio::co_spawn(io, session(number), asio::detached);
    io.run();
    ::_exit(4);
}

BOOST_AUTO_TEST_CASE(what_was_told_durable_survives_kill_9_over_and_over) {
    Site site;
    std::mt19937 dice(20260315);
    std::map<std::int64_t, std::string> told;
    for (int round = 0; round < 25; ++round) {
        std::array<int, 2> ends{};
        BOOST_REQUIRE(::pipe(ends.data()) == 0);
        const pid_t child = ::fork();
        BOOST_REQUIRE(child >= 0);
        if (child == 0) {
            ::close(ends[0]);
            write_until_killed(site, ends[1], round);
        }
        ::close(ends[1]);
        // Killed after so many bytes of its report: no clock decides.
        std::size_t before_the_kill = dice() % 4000;
        std::string report;
        std::array<char, 512> buffer{};
        for (ssize_t count = 0; (count = ::read(ends[0], buffer.data(), buffer.size())) > 0;) {
            report.append(buffer.data(), static_cast<std::size_t>(count));
            if (report.size() > before_the_kill) {
                ::kill(child, SIGKILL);
                before_the_kill = std::string::npos;
            }
        }
        ::close(ends[0]);
        int status = 0;
        BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
        BOOST_REQUIRE(WIFSIGNALED(status));
        std::istringstream lines(report.substr(0, report.rfind('\n') + 1));
        std::int64_t sequence = 0;
        for (std::string path; lines >> sequence >> path;) {
            BOOST_REQUIRE(!told.contains(sequence));
            told[sequence] = path;
        }
    }
    BOOST_TEST(told.size() > 100U);

    const auto store = site.open();
    const auto check = [&]() -> asio::awaitable<void> {
        auto read = [&](Transaction& transaction) -> Result<std::size_t> {
            const auto found = transaction.ledger.verify();
            BOOST_TEST(!found->first_bad.has_value());
            BOOST_TEST(found->rows >= static_cast<std::int64_t>(told.size()));
            const auto rows = transaction.search.events({.limit = 1'000'000});
            std::size_t there = 0;
            for (const auto& row : *rows) {
                // Whole or not at all: each event's folder is there, told of or not.
                BOOST_TEST(transaction.catalog.find(path_of(row.event.personal.path)).has_value());
                const auto promised = told.find(row.sequence);
                if (promised == told.end()) continue;
                BOOST_TEST(row.event.personal.path == promised->second);
                ++there;
            }
            return there;
        };
        const auto there = co_await store->read(read);
        BOOST_TEST((there == told.size()));
    };
    run(check());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(store_data_folder)

BOOST_AUTO_TEST_CASE(nothing_is_made_over_what_is_there) {
    Site site;
    BOOST_TEST((create_store(site.disk, site.data, site.random.key(), site.random, now).error() ==
                std::errc::file_exists));
    BOOST_TEST(site.try_open().has_value());
}

BOOST_AUTO_TEST_CASE(a_database_that_is_missing_or_empty_is_not_made_anew) {
    Site site;
    const auto file = site.data / "consign.db";
    std::filesystem::remove(file);
    // Also where a migration would be told of, which looks at the database first.
    const auto refusal = [&site] {
        const auto opened = open_store(site.disk, site.data, site.root, site.random, 2,
                                       [](std::size_t /*from*/, std::size_t /*to*/) {});
        return opened ? std::error_code() : opened.error();
    };
    BOOST_TEST((refusal() == data_folder_errc::no_database));
    BOOST_TEST(!std::filesystem::exists(file));
    std::ofstream(file).close();
    BOOST_REQUIRE(::chmod(file.c_str(), 0600) == 0);
    BOOST_TEST((refusal() == data_folder_errc::no_database));
    BOOST_TEST(std::filesystem::file_size(file) == 0U);
}

BOOST_AUTO_TEST_CASE(an_empty_database_is_made_where_one_is_lost_and_nowhere_else) {
    Site site;
    const auto make = [&site](const SecretKey& root) {
        const auto made = create_database(site.disk, site.data, root, site.random);
        return made ? std::error_code() : made.error();
    };
    const auto file = site.data / "consign.db";
    BOOST_TEST((make(site.root) == std::errc::file_exists));
    std::filesystem::remove(file);
    BOOST_TEST((make(site.random.key()) == keyring::keyring_errc::wrong_root_key));
    BOOST_TEST(!std::filesystem::exists(file));
    for (const char* const name : {"consign.db-wal", "checkpoints.jsonl"}) {
        const auto left = site.data / name;
        std::ofstream(left).put('x');
        BOOST_REQUIRE(::chmod(left.c_str(), 0600) == 0);
        BOOST_TEST((make(site.root) == data_folder_errc::remains));
        BOOST_TEST(!std::filesystem::exists(file));
        std::filesystem::remove(left);
    }
    BOOST_TEST((make(site.root) == std::error_code()));
    BOOST_TEST(site.try_open().has_value());
    std::filesystem::remove(file);
    std::filesystem::remove(site.data / "keyring.json");
    BOOST_TEST((make(site.root) == data_folder_errc::no_keyring));
}

BOOST_AUTO_TEST_CASE(a_folder_without_a_keyring_is_told_as_that) {
    Site site;
    std::filesystem::remove(site.data / "keyring.json");
    BOOST_TEST((site.try_open().error() == data_folder_errc::no_keyring));
    site.data = site.folder.path() / "mount_point";
    BOOST_REQUIRE(::mkdir(site.data.c_str(), 0700) == 0);
    BOOST_TEST((site.try_open().error() == data_folder_errc::no_keyring));
    BOOST_TEST(!std::filesystem::exists(site.data / "consign.db"));
}

BOOST_AUTO_TEST_CASE(no_keyring_is_made_beside_what_was_stored) {
    for (const char* const part : {"vault", "staging"}) {
        Site site;
        const auto create = [&site] {
            return create_store(site.disk, site.data, site.root, site.random, now);
        };
        std::filesystem::remove(site.data / "keyring.json");
        std::ofstream(site.data / part / "a_file").put('x');
        BOOST_TEST((create().error() == data_folder_errc::no_keyring));
        BOOST_TEST(!std::filesystem::exists(site.data / "keyring.json"));
        // What an interrupted create_store() left is gone on with.
        std::filesystem::remove(site.data / part / "a_file");
        BOOST_TEST(create().has_value());
        BOOST_TEST(site.try_open().has_value());
    }
}

BOOST_AUTO_TEST_CASE(an_older_database_is_told_of_before_it_is_brought_to_this_version) {
    constexpr std::size_t older = 11;
    const std::size_t newest = database::migrations().size();
    Site site;
    const auto file = site.data / "consign.db";
    std::filesystem::remove(file);
    {
        const auto old = database::Connection::open(file, database::Connection::Mode::read_write);
        BOOST_REQUIRE(old.has_value());
        BOOST_REQUIRE(database::migrate(**old, database::migrations().first(older)).has_value());
    }
    std::vector<std::pair<std::size_t, std::size_t>> told;
    for (int opened = 0; opened < 2; ++opened)
        BOOST_REQUIRE(
            open_store(site.disk, site.data, site.root, site.random, 2,
                       [&told](std::size_t from, std::size_t to) { told.emplace_back(from, to); })
                .has_value());
    BOOST_REQUIRE(told.size() == 1U);
    BOOST_TEST(told[0].first == older);
    BOOST_TEST(told[0].second == newest);
}

BOOST_AUTO_TEST_CASE(another_root_key_opens_nothing) {
    Site site;
    site.root = site.random.key();
    BOOST_TEST((site.try_open().error() == keyring::keyring_errc::wrong_root_key));
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_not_there_is_told_as_that) {
    Site site;
    site.data = site.folder.path() / "elsewhere";
    BOOST_TEST((site.try_open().error() == std::errc::no_such_file_or_directory));
}

BOOST_AUTO_TEST_CASE(a_folder_is_one_stores_until_that_is_gone) {
    Site site;
    {
        const auto store = site.open();
        BOOST_TEST((site.try_open().error() == data_folder_errc::in_use));
    }
    BOOST_TEST(site.try_open().has_value());
}

const std::array<const char*, 5> parts{"", "keyring.json", "consign.db", "vault", "staging"};

BOOST_DATA_TEST_CASE(what_others_could_read_or_write_is_refused, parts, part) {
    Site site;
    const auto path = part[0] == '\0' ? site.data : site.data / part;
    const auto mode = std::filesystem::is_directory(path) ? 0700U : 0600U;
    for (const auto open_to_others : {040U, 020U, 010U, 004U, 002U, 001U}) {
        BOOST_REQUIRE(::chmod(path.c_str(), mode | open_to_others) == 0);
        const auto opened = site.try_open();
        BOOST_REQUIRE(!opened.has_value());
        BOOST_TEST((opened.error() == data_folder_errc::exposed));
    }
    BOOST_REQUIRE(::chmod(path.c_str(), mode) == 0);
    BOOST_TEST(site.try_open().has_value());
}

BOOST_DATA_TEST_CASE(what_belongs_to_another_user_is_refused, parts, part) {
    if (::geteuid() != 0) return;  // nobody else may give a file away
    Site site;
    const auto path = part[0] == '\0' ? site.data : site.data / part;
    BOOST_REQUIRE(::chown(path.c_str(), 65534, 65534) == 0);
    const auto opened = site.try_open();
    BOOST_REQUIRE(!opened.has_value());
    BOOST_TEST((opened.error() == data_folder_errc::foreign));
}

BOOST_AUTO_TEST_CASE(a_link_out_of_the_folder_is_refused) {
    Site site;
    std::filesystem::rename(site.data / "consign.db", site.folder.path() / "moved.db");
    std::filesystem::create_symlink(site.folder.path() / "moved.db", site.data / "consign.db");
    BOOST_TEST((site.try_open().error() == data_folder_errc::not_plain));
}

BOOST_AUTO_TEST_SUITE_END()
