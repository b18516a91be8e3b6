// What the ledger forgets, and that nothing of it is left in any file of the data folder.
#include <fstream>

#include "daemon/workers/forgetter.hpp"
#include "desk/retention/forgetting.hpp"
#include "retention_site.hpp"
#include "storage/database/sealed_cell.hpp"
#include "worker_turn.hpp"

using namespace consign;
using namespace consign::testing;
using keyring::Purpose;
using ledger::Action;

namespace {

constexpr std::string_view stranger = "203.0.113.77";

/// All bytes of all files under a folder.
std::string all_bytes(const std::filesystem::path& folder) {
    std::string all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file()) continue;
        std::ifstream file(entry.path(), std::ios::binary);
        all.append(std::istreambuf_iterator<char>(file), {});
    }
    return all;
}

/// Sealed fields as they stand in the database.
struct Cell {
    std::string action, bytes;
    bool is_about_file = false;
    Id stream;
};

struct Fixture {
    RetentionSite site;
    std::optional<Peer> drop{std::in_place, site, "drop"};
    std::optional<Peer> lab{std::in_place, site, "lab"};
    Timestamp begun = site.clock.now();  // 2026-11-24

    Fixture() { keep(policy::Span{.days = 60}); }

    void keep(std::optional<policy::Span> span) {
        auto changed = std::make_shared<policy::Policy>(*site.site().policy.current());
        changed->ledger.keep = span;
        site.site().policy.replace(changed);
    }
    /// False where it was put off.
    bool forget() {
        desk::ForgettingPass pass(site.site());
        while (required(site.run(pass.step()))) {
        }
        return !pass.is_put_off();
    }
    bool cut() { return required(site.run(desk::cut_log(site.site()))); }
    void append(const ledger::Event& event) {
        required(site.run(site.store().write(
            [&](Transaction& transaction) { return transaction.ledger.append(event); })));
    }
    /// A refused login of a stranger; and a session.
    void somebody_comes() {
        append({.time = site.clock.now(),
                .action = Action::login_failed,
                .outcome = ledger::Outcome::refused,
                .personal = {.path = "/marked/place", .address = std::string(stranger)}});
        const auto opened = site.run(site.store().write([&](Transaction& transaction) {
            return transaction.ledger.open_session({.id = Id::random(random),
                                                    .protocol = "sftp",
                                                    .address = std::string(stranger),
                                                    .started = site.clock.now()});
        }));
        required(opened);
    }
    std::vector<Cell> cells() {
        const auto connection = required(database::Connection::open(
            site.data() / "consign.db", database::Connection::Mode::read));
        auto query = connection->query(
            "SELECT action, personal, stream FROM events WHERE personal IS NOT NULL");
        std::vector<Cell> cells;
        while (required(query.next()))
            cells.push_back({.action = std::string(name_of(static_cast<Action>(query.integer(0)))),
                             .bytes = std::string(as_text(query.blob(1))),
                             .is_about_file = !query.id(2).is_nil(),
                             .stream = query.id(2)});
        return cells;
    }
    /// What the keyring holds of a key: "wrapped" as it stands.
    std::string wrapped(keyring::KeyId id) {
        std::ifstream file(site.data() / "keyring.json", std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        const auto row = text.find("\"id\":" + std::to_string(id) + ",");
        BOOST_REQUIRE(row != std::string::npos);
        return text.substr(text.find("\"wrapped\":\"", row) + 11, 80);
    }
    std::vector<ledger::EventRow> rows() {
        return site.read(
            [](Transaction& transaction) { return transaction.search.events({.limit = 100'000}); });
    }
    void verify() {
        const auto verified =
            site.read([](Transaction& transaction) { return transaction.ledger.verify(); });
        BOOST_TEST(!verified.first_bad.has_value());
        // Whatever is gone is told of.
        const auto complete =
            site.read([](Transaction& transaction) { return transaction.completeness.run({}); });
        BOOST_TEST(!complete.first_erased.has_value(), complete.why);
        BOOST_TEST(complete.is_whole());
    }
    std::vector<std::int64_t> indexed(ledger::IndexField field, std::string_view value) {
        return site.read([&](Transaction& transaction) {
            return transaction.event_index.find(field, value, 100);
        });
    }
    std::string periods() {
        std::string text;
        for (const auto& row : site.ask("audit.periods").rows)
            text.append(row.at("month").as_string())
                .append(" ")
                .append(row.at("kind").as_string())
                .append(" ")
                .append(row.at("state").as_string())
                .append("\n");
        return text;
    }
    SystemRandom random;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(forgetting, Fixture)

BOOST_AUTO_TEST_CASE(what_is_past_its_time_is_in_no_file_any_more_and_the_chain_verifies) {
    required(drop->put("/in/marked-a.hl7", message()));
    required(drop->put("/in/marked-b.hl7", message("BIOMED", "777^^^HNORD")));
    required(lab->put("/kept.txt", content_of(100)));
    somebody_comes();
    site.pass(days(31));  // the class ends; the lab's file has none, and a name
    BOOST_TEST(site.events(Action::destroyed).size() == 2U);
    const auto before = cells();
    std::map<keyring::KeyId, std::string> keys;
    for (const auto& key : site.store().keys().period_keys()) keys[key.id] = wrapped(key.id);
    BOOST_TEST(keys.size() == 3U);  // nobody came in December
    const Id living = [&] {
        for (const auto& row : rows())
            if (row.event.personal.path == "/lab/kept.txt") return row.event.stream;
        return Id();
    }();
    BOOST_REQUIRE(!living.is_nil());
    BOOST_TEST(!indexed(ledger::IndexField::name, "/drop/in/marked-a.hl7").empty());
    BOOST_TEST(!indexed(ledger::IndexField::session_address, stranger).empty());

    BOOST_TEST(forget());
    BOOST_TEST(site.events(Action::fields_forgotten).empty());
    site.pass(days(70));
    BOOST_TEST(forget());
    BOOST_TEST(cut());

    const std::string files = all_bytes(site.data());
    std::size_t gone = 0;
    for (const Cell& cell : before) {
        if (!cell.is_about_file) continue;
        const bool lives = cell.stream == living;
        gone += lives ? 0 : 1;
        // Neither the whole nor its two ends.
        for (const auto& part :
             {cell.bytes, cell.bytes.substr(0, 24), cell.bytes.substr(cell.bytes.size() - 24)})
            BOOST_TEST(files.contains(part) == lives, cell.action);
    }
    BOOST_TEST(gone >= 6U);
    for (const auto& [id, text] : keys) {
        const bool is_needed = site.store().keys().period_key(id).has_value();
        BOOST_TEST(files.contains(text) == is_needed, "key " << id);
    }
    BOOST_TEST(periods().starts_with("2026-11 access forgotten\n2026-11 files readable\n"
                                     "2026-12 files forgotten\n"),
               periods());

    for (const auto& row : rows()) {
        BOOST_TEST(!row.personal_altered);
        if (row.event.time < begun + days(2))
            BOOST_TEST(row.personal_readable == (row.event.stream == living ||
                                                 row.event.action == Action::daemon_started),
                       name_of(row.event.action));
    }
    for (const auto& row : site.ask("audit.events", {{"limit", 100'000}}).rows)
        if (row.at("action").as_string() == "deposited" &&
            row.at("stream").as_string() != std::string_view(living.hex()))
            BOOST_TEST(row.at("personal").as_string() == "forgotten");
    verify();

    BOOST_TEST(indexed(ledger::IndexField::name, "/drop/in/marked-a.hl7").empty());
    BOOST_TEST(indexed(ledger::IndexField::place, "/marked/place").empty());
    BOOST_TEST(indexed(ledger::IndexField::session_address, stranger).empty());
    BOOST_TEST(!indexed(ledger::IndexField::name, "/lab/kept.txt").empty());
    const auto found = site.read([](Transaction& transaction) {
        return transaction.search.events(
            {.path_matches = [](std::string_view path) { return path.contains("marked"); }});
    });
    BOOST_TEST(found.empty());

    const auto told = site.events(Action::fields_forgotten);
    BOOST_TEST(told.size() >= 3U);
    for (const auto& event : told) {
        BOOST_TEST(event.account == "system:ledger");
        BOOST_TEST((event.personal == ledger::Personal{}));
        BOOST_TEST(!event.detail.contains("marked"));
        BOOST_TEST(event.detail.contains("2026-1"));
    }
    // Once.
    BOOST_TEST(forget());
    BOOST_TEST(site.events(Action::fields_forgotten).size() == told.size());
}

BOOST_AUTO_TEST_CASE(a_file_that_ends_late_is_forgotten_then_and_its_month_with_it) {
    required(lab->put("/kept.txt", content_of(100)));
    site.pass(days(100));
    BOOST_TEST(forget());
    BOOST_TEST(periods().contains("2026-11 files readable"));
    required(lab->remove("/kept.txt"));
    lab.reset();
    BOOST_TEST(forget());
    BOOST_TEST(periods().contains("2026-11 files forgotten"));
    // What tells of its end is younger.
    const auto destroyed = site.events(Action::destroyed);
    BOOST_TEST_REQUIRE(destroyed.size() == 1U);
    BOOST_TEST(!destroyed[0].personal.sha256.empty());
    verify();
}

BOOST_AUTO_TEST_CASE(an_upload_that_never_became_a_file_is_forgotten_too) {
    (void)lab->put_and_break_off("/half.txt", content_of(100));
    BOOST_TEST(forget());
    site.pass(days(70));
    BOOST_TEST(forget());
    BOOST_TEST(periods().contains("2026-11 files readable"));  // it may still go on
    site.look_after();
    BOOST_TEST(forget());
    BOOST_TEST(periods().contains("2026-11 files forgotten"));
}

BOOST_AUTO_TEST_CASE(without_keep_nothing_is_forgotten) {
    somebody_comes();
    keep({});
    site.pass(days(400));
    BOOST_TEST(forget());
    BOOST_TEST(site.events(Action::fields_forgotten).empty());
    BOOST_TEST(!indexed(ledger::IndexField::address, stranger).empty());
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_not_believed_forgets_nothing) {
    somebody_comes();
    site.clock.advance(days(400));
    BOOST_TEST(!forget());
    BOOST_TEST(site.events(Action::fields_forgotten).empty());
    BOOST_TEST(!indexed(ledger::IndexField::address, stranger).empty());
    site.granted("retention.confirm_clock");
    BOOST_TEST(forget());
    BOOST_TEST(indexed(ledger::IndexField::address, stranger).empty());
}

BOOST_AUTO_TEST_CASE(what_a_clock_that_was_put_back_tells_late_is_kept_and_forgotten_later) {
    somebody_comes();
    site.pass(days(100));
    BOOST_TEST(forget());
    BOOST_TEST(indexed(ledger::IndexField::address, stranger).empty());
    ledger::Event late{.time = begun,
                       .action = Action::login_failed,
                       .personal = {.address = std::string(stranger)}};
    append(late);
    late.stream = Id::random(random);  // of a file that is not there
    append(late);
    BOOST_TEST(rows().back().personal_readable);
    BOOST_TEST(!indexed(ledger::IndexField::address, stranger).empty());
    BOOST_TEST(forget());
    BOOST_TEST(!rows().at(rows().size() - 4).personal_altered);
    BOOST_TEST(indexed(ledger::IndexField::address, stranger).empty());
    BOOST_TEST(!periods().contains("2026-11 access readable"));
    BOOST_TEST(!periods().contains("2026-11 files readable"));
    verify();
}

BOOST_AUTO_TEST_CASE(a_reader_puts_off_the_cut_and_a_restart_does_not_lose_it) {
    required(lab->put("/kept.txt", content_of(100)));
    const auto before = cells();
    site.pass(days(70));
    required(lab->remove("/kept.txt"));
    lab.reset();
    drop.reset();
    auto reader = required(
        database::Connection::open(site.data() / "consign.db", database::Connection::Mode::read));
    required(reader->run("BEGIN"));
    required(reader->run("SELECT count(*) FROM events"));
    BOOST_TEST(forget());
    const auto is_left = [&] {
        const std::string files = all_bytes(site.data());
        return std::ranges::any_of(before, [&](const Cell& cell) {
            return cell.is_about_file && files.contains(cell.bytes);
        });
    };
    BOOST_TEST(is_left());
    BOOST_TEST(!cut());
    BOOST_TEST(is_left());
    required(reader->run("COMMIT"));
    site.restart();
    BOOST_TEST(site.read(
        [](Transaction& transaction) { return transaction.forgetting.log_is_to_be_cut(); }));
    BOOST_TEST(cut());
    BOOST_TEST(!is_left());
    BOOST_TEST(cut());
}

BOOST_AUTO_TEST_CASE(what_was_forgotten_of_a_stray_is_no_erasure_once_it_is_recovered) {
    const Id stream = [&] {
        auto upload = required(site.vault().begin({"/drop/in/a.bin", "drop", site.clock.now()}));
        required(upload->write(0, content_of(100)));
        return required(site.vault().commit(*upload)).stream;
    }();
    required(site.vault().unstage(stream));
    append({.time = site.clock.now(),
            .action = Action::upload_opened,
            .stream = stream,
            .personal = {.path = "/drop/in/a.bin"}});
    site.pass(days(70));
    BOOST_TEST(forget());
    const auto recovered = site.granted("recover.strays", {{"all", true}});
    BOOST_TEST(recovered.at("recovered").to_number<int>() == 1);
    verify();
    int forgotten = 0;
    for (const auto& row : site.read([&](Transaction& transaction) {
             return transaction.excerpt.rows(Id(), {.stream = stream}, 1, 100'000,
                                             std::size_t{1} << 20);
         })) {
        BOOST_TEST((row.openings != ledger::Openings::altered), row.sequence);
        forgotten += row.openings == ledger::Openings::forgotten ? 1 : 0;
    }
    BOOST_TEST(forgotten == 1);
}

BOOST_AUTO_TEST_CASE(what_an_older_version_sealed_under_the_access_key_outlives_it) {
    required(lab->put("/kept.txt", content_of(100)));
    site.pass(days(1));
    const auto month = keyring::month_of(begun);
    const auto access = required(site.store().keys().period_key_for(begun, Purpose::ledger_period));
    {
        // As before version 12: all of the month under one key, and nothing in the index.
        const auto connection = required(database::Connection::open(
            site.data() / "consign.db", database::Connection::Mode::read_write));
        database::SealedCells sealed(site.store().keys(), Purpose::ledger_period, random);
        std::vector<std::pair<std::int64_t, Bytes>> old;
        {
            auto query = connection->query(
                "SELECT sequence, personal FROM events WHERE personal IS NOT NULL");
            while (required(query.next())) {
                const database::CellPlace place = ledger::personal_cell(query.integer(0));
                old.emplace_back(query.integer(0),
                                 required(sealed.seal(
                                     place, access, required(sealed.open(place, query.blob(1))))));
            }
        }
        for (const auto& [sequence, cell] : old)
            required(connection->run("UPDATE events SET personal = ? WHERE sequence = ?", cell,
                                     sequence));
        required(connection->run("DELETE FROM event_index"));
        BOOST_TEST(old.size() >= 2U);
    }
    site.pass(days(100));
    BOOST_TEST(forget());
    BOOST_TEST(
        (site.store().keys().period_key(access).error() == keyring::keyring_errc::no_such_key));
    bool is_there = false;
    for (const auto& row : rows())
        if (row.event.action == Action::deposited) {
            BOOST_TEST(row.personal_readable);
            is_there = row.event.personal.path == "/lab/kept.txt";
        }
    BOOST_TEST(is_there);
    BOOST_TEST(!indexed(ledger::IndexField::name, "/lab/kept.txt").empty());
    BOOST_TEST(keyring::period_text(month) == "2026-11");
    verify();
}

BOOST_AUTO_TEST_CASE(the_last_moment_that_is_past_is_found_to_the_microsecond) {
    using std::chrono::microseconds;
    for (const policy::Span& span :
         {policy::Span{.days = 60}, policy::Span{.months = 12}, policy::Span{.months = 12'000},
          policy::Span{.seconds = std::chrono::seconds(2)}, policy::Span{}})
        for (const char* zone : {"UTC", "Europe/Paris", "Pacific/Auckland"})
            for (int hour = 0; hour < 24; hour += 5) {
                const Timestamp now = begun + hours(hour);
                const Timestamp last = desk::forgettable_until(now, span, zone);
                BOOST_TEST((policy::end_of_term(last, span, zone) <= now));
                BOOST_TEST((policy::end_of_term(last + microseconds(1), span, zone) > now));
            }
}

BOOST_AUTO_TEST_CASE(to_forget_sooner_is_told_apart) {
    const auto with = [&](std::optional<policy::Span> span) {
        policy::Policy policy(*site.site().policy.current());
        policy.ledger.keep = span;
        return policy;
    };
    const auto sooner = [&](std::optional<policy::Span> before, std::optional<policy::Span> after) {
        return desk::forgets_sooner(with(before), with(after), begun);
    };
    const policy::Span month{.months = 1}, year{.months = 12};
    BOOST_TEST(sooner({}, year));
    BOOST_TEST(sooner(year, month));
    BOOST_TEST(!sooner(month, year));
    BOOST_TEST(!sooner(year, year));
    BOOST_TEST(!sooner(year, {}));
    BOOST_TEST(!sooner({}, {}));
}

BOOST_AUTO_TEST_CASE(the_worker_forgets_at_its_start_and_again_after_a_day) {
    somebody_comes();
    site.pass(days(100));
    const auto told = [&] { return site.events(Action::fields_forgotten).size(); };
    boost::asio::io_context strand;
    daemon::Forgetter worker(strand.get_executor(), site.site(),
                             {.look_interval = std::chrono::milliseconds(5)});
    std::size_t first = 0;
    bool late = false;
    work_until(strand, worker, [&] {
        if (first == 0 && told() > 0 && periods().contains("2026-11 access forgotten")) {
            first = told();
            append({.time = begun,
                    .action = Action::login_failed,
                    .personal = {.address = std::string(stranger)}});
        } else if (first > 0 && !late &&
                   !std::filesystem::file_size(site.data() / "consign.db-wal")) {
        } else if (first > 0 && !late) {
            late = true;
            site.clock.advance(hours(25));
        }
        return late && told() > first;
    });
    BOOST_TEST(indexed(ledger::IndexField::address, stranger).empty());
}

BOOST_AUTO_TEST_SUITE_END()
