// Promise 1: what a client has its answer for survives a kill and a power cut.
#include <boost/test/data/test_case.hpp>

#include "component/desk_site.hpp"
#include "fault/recording_disk.hpp"
#include "fault/slow_sync_vfs.hpp"

using namespace consign;
using namespace consign::testing;
using Kind = RecordingDisk::Kind;
using Unsynced = RecordingDisk::Unsynced;

namespace {

/// Passes everything on, and notes how far the database's log was at each request about a name.
class WitnessedDisk final : public Disk {
  public:
    struct Noted {
        Kind kind;
        Path path;
        std::uint64_t wal_writes, wal_syncs;
    };

    WitnessedDisk(Disk& below, fault::SlowSyncVfs& vfs) : below_(below), vfs_(vfs) {}

    Result<std::unique_ptr<DiskFile>> create(const Path& path) override {
        note(Kind::create, path);
        return below_.create(path);
    }
    Result<std::unique_ptr<DiskFile>> open(const Path& path, Access access) override {
        return below_.open(path, access);
    }
    Result<> link(const Path& from, const Path& to) override {
        note(Kind::link, to);
        return below_.link(from, to);
    }
    Result<> rename(const Path& from, const Path& to) override { return below_.rename(from, to); }
    Result<> remove(const Path& path) override {
        note(Kind::remove, path);
        return below_.remove(path);
    }
    Result<> make_directory(const Path& path) override { return below_.make_directory(path); }
    Result<> sync_directory(const Path& path) override {
        auto done = below_.sync_directory(path);
        note(Kind::sync_directory, path);
        return done;
    }
    Result<std::vector<std::string>> list(const Path& path) override { return below_.list(path); }
    Result<Room> room(const Path& path) override { return below_.room(path); }

    [[nodiscard]] const Noted& first(Kind kind, const Path& path) const {
        const auto found = std::ranges::find_if(
            noted_, [&](const Noted& noted) { return noted.kind == kind && noted.path == path; });
        BOOST_REQUIRE((found != noted_.end()));
        return *found;
    }

  private:
    void note(Kind kind, const Path& path) {
        const std::lock_guard lock(mutex_);
        noted_.push_back({kind, path, vfs_.counts().wal_writes, vfs_.counts().wal_syncs});
    }
    Disk& below_;
    fault::SlowSyncVfs& vfs_;
    std::mutex mutex_;
    std::vector<Noted> noted_;
};

/// What was there at one moment: the database's files, and how much the disk had been asked.
struct Moment {
    std::map<std::string, Bytes> database;
    std::size_t operations = 0;
    std::uint64_t wal_unsynced = 0;
};

Bytes content_of_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

struct Fixture {
    fault::SlowSyncVfs vfs{std::chrono::milliseconds(2)};
    RecordingDisk disk;
    WitnessedDisk witnessed{disk, vfs};
    DeskSite site{depot, &witnessed};
    TemporaryFolder found;
    int states = 0;
    const Bytes content = content_of(3 * vault::chunk_bytes + 77);
    const Bytes small = content_of(8'000);  // goes by the vault's journal

    [[nodiscard]] Moment now() {
        Moment moment;
        for (const auto* name : {"consign.db", "consign.db-wal"})
            moment.database[name] = content_of_file(site.data() / name);
        moment.operations = disk.log().size();
        moment.wal_unsynced = vfs.counts().wal_unsynced;
        return moment;
    }
    /// Ends the upload, and looks around before anything else can happen.
    boost::asio::awaitable<Result<Moment>> finish(std::shared_ptr<desk::Upload> upload) {
        const auto done = co_await upload->finish();
        if (!done) co_return failure(done.error());
        co_return now();
    }
    /// The site as it is found when the power went after `operations` requests, with the database
    /// of `moment`.
    [[nodiscard]] std::unique_ptr<DeskSite> after_power_cut(const Moment& moment,
                                                            std::size_t operations,
                                                            Unsynced unsynced,
                                                            std::uint64_t seed = 0) {
        const auto folder = found.path() / std::to_string(states++);
        const auto cut = disk.after_power_cut(operations, unsynced, seed);
        std::filesystem::create_directories(folder / "staging");
        for (const auto& [path, bytes] : cut->files())
            put(folder / path.lexically_relative(site.data()), bytes);
        for (const auto& [name, bytes] : moment.database) put(folder / name, bytes);
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
            std::filesystem::permissions(entry.path(), entry.is_directory()
                                                           ? std::filesystem::perms(0700)
                                                           : std::filesystem::perms(0600));
        std::filesystem::permissions(folder, std::filesystem::perms(0700));
        auto recovered = std::make_unique<DeskSite>(site, folder);
        std::filesystem::remove_all(folder);
        return recovered;
    }
    static void put(const std::filesystem::path& path, ByteView bytes) {
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << as_text(bytes);
    }
    template <class Check>
    void after_each_power_cut(const Moment& moment, std::size_t from, Check check) {
        for (std::size_t cut = from; cut <= disk.log().size(); ++cut) {
            check(*after_power_cut(moment, cut, Unsynced::lost));
            check(*after_power_cut(moment, cut, Unsynced::kept));
            for (std::uint64_t seed = 0; seed < 2; ++seed)
                check(*after_power_cut(moment, cut, Unsynced::by_chance, seed));
        }
    }
    [[nodiscard]] std::size_t position_of(Kind kind, const std::filesystem::path& path) const {
        const auto log = disk.log();
        const auto last = std::find_if(log.rbegin(), log.rend(), [&](const auto& done) {
            return done.kind == kind && (kind == Kind::link ? done.to : done.path) == path;
        });
        BOOST_REQUIRE((last != log.rend()));
        return static_cast<std::size_t>(std::distance(last, log.rend()));
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(desk_durability, Fixture)

BOOST_AUTO_TEST_CASE(the_answer_waits_for_link_file_folder_and_row_in_this_order) {
    Peer drop(site, "drop");
    const auto upload = required(drop.open("/in/a.hl7"));
    required(drop.write(*upload, 0, content));
    site.store().database().wait_for_told();
    const std::uint64_t writes_before = vfs.counts().wal_writes;
    const std::uint64_t syncs_before = vfs.counts().wal_syncs;
    const Moment answered = required(site.run(finish(upload)));
    BOOST_TEST(answered.wal_unsynced == 0U);
    BOOST_TEST(vfs.counts().wal_syncs > syncs_before);

    const auto staged = site.data() / "staging" / upload->stream().hex();
    const auto name = site.vault_path(upload->stream());
    BOOST_TEST(position_of(Kind::write, staged) < position_of(Kind::link, name));
    BOOST_TEST(position_of(Kind::link, name) < position_of(Kind::sync, staged));
    BOOST_TEST(position_of(Kind::sync, staged) <
               position_of(Kind::sync_directory, name.parent_path()));
    // Nothing of the row was written before the folder was synced; and the staging name, by which a
    // start would find the upload, stayed until the row was synced.
    const auto& linked = witnessed.first(Kind::sync_directory, name.parent_path());
    BOOST_TEST(linked.wal_writes == writes_before);
    BOOST_TEST(linked.wal_syncs == syncs_before);
    BOOST_TEST(witnessed.first(Kind::remove, staged).wal_syncs > syncs_before);
}

BOOST_AUTO_TEST_CASE(the_answer_to_a_small_file_waits_for_journal_file_and_row_in_this_order) {
    Peer drop(site, "drop");
    required(drop.put("/in/first.hl7", small));  // makes the month's keys
    const auto before = disk.log().size();
    const auto upload = required(drop.open("/in/a.hl7"));
    required(drop.write(*upload, 0, small));
    site.store().database().wait_for_told();
    BOOST_TEST(disk.log().size() == before);
    const std::uint64_t writes_before = vfs.counts().wal_writes;
    const std::uint64_t syncs_before = vfs.counts().wal_syncs;
    const Moment answered = required(site.run(finish(upload)));
    BOOST_TEST(answered.wal_unsynced == 0U);
    BOOST_TEST(vfs.counts().wal_syncs > syncs_before);
    const auto journal = site.data() / "staging" / "journal.0";
    const auto name = site.vault_path(upload->stream());
    BOOST_TEST(position_of(Kind::write, journal) < position_of(Kind::sync, journal));
    BOOST_TEST(position_of(Kind::sync, journal) < position_of(Kind::create, name));
    // Nothing of the row was written before the file was there.
    BOOST_TEST(witnessed.first(Kind::create, name).wal_writes == writes_before);
}

BOOST_AUTO_TEST_CASE(an_answered_small_deposit_is_whole_after_every_power_cut) {
    Peer drop(site, "drop");
    const auto upload = required(drop.open("/in/a.hl7"));
    required(drop.write(*upload, 0, small));
    const Moment answered = required(site.run(finish(upload)));
    required(drop.put("/in/b.hl7", content_of(100)));  // what follows takes nothing away
    after_each_power_cut(answered, answered.operations, [&](DeskSite& after) {
        Peer collector(after, "collector");
        BOOST_REQUIRE((required(collector.get("/in/a.hl7")) == small));
        const auto events = after.new_events();
        BOOST_REQUIRE_EQUAL(std::ranges::count_if(events,
                                                  [&](const ledger::Event& event) {
                                                      return event.stream == upload->stream() &&
                                                             event.action ==
                                                                 ledger::Action::deposited;
                                                  }),
                            1);
    });
}

BOOST_AUTO_TEST_CASE(a_power_cut_before_the_row_leaves_a_small_upload_or_nothing_of_it) {
    Peer drop(site, "drop");
    const auto upload = required(drop.open("/in/a.hl7"));
    required(drop.write(*upload, 0, small));
    site.store().database().wait_for_told();
    const Moment before = now();
    required(site.run(finish(upload)));
    const auto journaled = position_of(Kind::sync, site.data() / "staging" / "journal.0");
    for (std::size_t cut = before.operations; cut <= disk.log().size(); ++cut)
        for (const auto unsynced : {Unsynced::lost, Unsynced::kept, Unsynced::by_chance}) {
            const auto after = after_power_cut(before, cut, unsynced, cut);
            Peer collector(*after, "collector");
            BOOST_REQUIRE(!collector.sees("/in/a.hl7"));
            Peer again(*after, "drop");
            const auto size = required(again.stat("/in/a.hl7")).size_bytes;
            BOOST_REQUIRE(size == small.size() || (size == 0 && cut < journaled));
            required(again.resume("/in/a.hl7", small));
            BOOST_REQUIRE((required(collector.get("/in/a.hl7")) == small));
            BOOST_REQUIRE_EQUAL(after->committed().size(), 1U);
            BOOST_REQUIRE(after->staged().empty());
        }
}

BOOST_AUTO_TEST_CASE(a_small_deposit_whose_transaction_fails_is_an_upload_that_can_be_resumed) {
    Peer drop(site, "drop");
    Peer collector(site, "collector");
    for (int round = 0; round < 40; ++round) {  // more than the journal holds, were they to stay
        const std::string path = "/in/" + std::to_string(round) + ".hl7";
        const auto upload = required(drop.open(path));
        required(drop.write(*upload, 0, small));
        site.store().database().wait_for_told();
        vfs.counts().failing_wal_syncs = 1;
        BOOST_REQUIRE(!site.run(finish(upload)).has_value());
        vfs.counts().failing_wal_syncs = 0;
        BOOST_REQUIRE(!collector.sees(path));
        BOOST_REQUIRE_EQUAL(required(drop.stat(path)).size_bytes, small.size());
        required(drop.resume(path, small));
        BOOST_REQUIRE((required(collector.get(path)) == small));
    }
    const auto syncs = disk.log().size();
    const auto upload = required(drop.open("/in/last.hl7"));
    required(drop.write(*upload, 0, small));
    required(site.run(upload->finish()));
    const auto log = disk.log();
    BOOST_TEST(std::any_of(
        log.begin() + static_cast<std::ptrdiff_t>(syncs), log.end(), [](const auto& done) {
            return done.kind == Kind::sync && done.path.filename().string().starts_with("journal.");
        }));
}

BOOST_AUTO_TEST_CASE(an_answered_deposit_is_whole_after_every_power_cut) {
    Peer drop(site, "drop");
    const auto upload = required(drop.open("/in/a.hl7"));
    required(drop.write(*upload, 0, content));
    const Moment answered = required(site.run(finish(upload)));
    const auto linked =
        position_of(Kind::sync_directory, site.vault_path(upload->stream()).parent_path());
    after_each_power_cut(answered, linked, [&](DeskSite& after) {
        Peer collector(after, "collector");
        Peer partner(after, "partner");
        BOOST_REQUIRE((required(collector.get("/in/a.hl7")) == content));
        BOOST_REQUIRE((required(partner.get("/out/a.hl7")) == content));
        BOOST_REQUIRE(after.staged().empty());
        const auto events = after.new_events();
        BOOST_REQUIRE_EQUAL(
            std::ranges::count(events, ledger::Action::deposited, &ledger::Event::action), 1);
        BOOST_REQUIRE(
            !after.read([](Transaction& transaction) { return transaction.ledger.verify(); })
                 .first_bad);
    });
}

BOOST_AUTO_TEST_CASE(a_power_cut_before_the_row_leaves_an_upload_that_can_be_resumed) {
    Peer drop(site, "drop");
    const auto upload = required(drop.open("/in/a.hl7"));
    required(drop.write(*upload, 0, content));
    required(site.run(upload->flush()));
    const Moment before = now();
    required(site.run(finish(upload)));
    const auto end =
        position_of(Kind::sync_directory, site.vault_path(upload->stream()).parent_path());
    for (std::size_t cut = before.operations; cut <= end; ++cut)
        for (const auto unsynced : {Unsynced::lost, Unsynced::kept, Unsynced::by_chance}) {
            const auto after = after_power_cut(before, cut, unsynced, cut);
            Peer collector(*after, "collector");
            BOOST_REQUIRE(!collector.sees("/in/a.hl7"));
            Peer again(*after, "drop");
            BOOST_REQUIRE_EQUAL(required(again.stat("/in/a.hl7")).size_bytes, content.size());
            required(again.resume("/in/a.hl7", content));
            BOOST_REQUIRE((required(collector.get("/in/a.hl7")) == content));
        }
}

// The n-th call fails, whatever it is.
BOOST_DATA_TEST_CASE_F(Fixture, a_disk_that_fails_never_makes_an_answer_lie,
                       boost::unit_test::data::make({false, true}), for_good) {
    Peer drop(site, "drop");
    Peer collector(site, "collector");
    std::size_t refused = 0, answered = 0;
    for (std::size_t nth = 1; nth <= 24; ++nth) {
        BOOST_TEST_INFO_SCOPE("call " << nth);
        const std::string path = "/in/" + std::to_string(nth) + ".hl7";
        const auto upload = required(drop.open(path));
        required(drop.write(*upload, 0, content));
        required(site.run(upload->flush()));
        disk.fail_call(nth, std::errc::no_space_on_device, for_good);
        const auto done = site.run(finish(upload));
        disk.heal();
        if (done) {
            ++answered;
            for (const auto unsynced : {Unsynced::lost, Unsynced::kept}) {
                const auto after = after_power_cut(*done, disk.log().size(), unsynced);
                Peer later(*after, "collector");
                BOOST_REQUIRE((required(later.get(path)) == content));
            }
            continue;
        }
        ++refused;
        BOOST_REQUIRE(!collector.sees(path));
        const auto events = site.new_events();
        BOOST_REQUIRE_EQUAL(std::ranges::count_if(events,
                                                  [&](const ledger::Event& event) {
                                                      return event.stream == upload->stream() &&
                                                             event.outcome ==
                                                                 ledger::Outcome::failed;
                                                  }),
                            1);
        Peer later(site, "drop");
        BOOST_REQUIRE_EQUAL(required(later.stat(path)).size_bytes, content.size());
        required(later.resume(path, content));
        BOOST_REQUIRE((required(collector.get(path)) == content));
    }
    BOOST_TEST(refused > 4U);
    BOOST_TEST(answered > 0U);
}

// Nothing says how much reached a disk that is full: the size must not be taken from memory.
BOOST_AUTO_TEST_CASE(an_upload_that_a_full_disk_broke_off_is_resumed_without_a_gap) {
    for (std::size_t nth = 1; nth <= 12; ++nth) {
        BOOST_TEST_INFO_SCOPE("call " << nth);
        const std::string path = "/in/" + std::to_string(nth) + ".hl7";
        Peer drop(site, "drop");
        auto upload = required(drop.open(path));
        required(drop.write(*upload, 0, ByteView(content).first(100)));
        site.clock.advance(std::chrono::seconds(1));
        disk.fail_call(nth, std::errc::no_space_on_device, true);
        (void)drop.write(*upload, 100, ByteView(content).subspan(100));
        drop.break_off(*upload);
        upload.reset();
        disk.heal();
        Peer later(site, "drop");
        const auto size = required(later.stat(path)).size_bytes;
        BOOST_REQUIRE_EQUAL(size, required(later.open(path, resuming))->size_bytes());
        required(later.resume(path, content));
        Peer collector(site, "collector");
        BOOST_REQUIRE((required(collector.get(path)) == content));
    }
}

// What is left then is the ledger's: who tries for ever does not fill it.
BOOST_AUTO_TEST_CASE(a_full_disk_takes_no_opening_and_says_so_once) {
    Peer drop(site, "drop");
    Peer collector(site, "collector");
    required(drop.put("/in/a.hl7", content));
    disk.set_room({.free_bytes = 1, .total_bytes = std::uint64_t{1} << 40});
    (void)site.new_events();
    for (int attempt = 0; attempt < 10; ++attempt)
        BOOST_TEST(error_of(drop.open("/in/b.hl7")) == desk::desk_errc::disk_full);
    const std::string told = site.told();
    BOOST_TEST(told.starts_with("upload_opened failed "), told);
    BOOST_TEST(std::ranges::count(told, '\n') == 1);
    BOOST_TEST((required(collector.get("/in/a.hl7")) == content));
    BOOST_TEST(required(site.run(drop.desk().space())).free_bytes == 0U);
    disk.set_room({.free_bytes = std::uint64_t{1} << 40, .total_bytes = std::uint64_t{1} << 40});
    BOOST_TEST(required(site.run(drop.desk().space())).free_bytes > 0U);
    required(drop.put("/in/b.hl7", content));
    BOOST_TEST((required(collector.get("/in/b.hl7")) == content));
}

BOOST_AUTO_TEST_CASE(what_a_flush_answered_for_is_resumed_after_a_power_cut) {
    Peer drop(site, "drop");
    const auto upload = required(drop.open("/in/a.hl7"));
    required(drop.write(*upload, 0, ByteView(content).first(100'000)));
    required(site.run(upload->flush()));
    const Moment flushed = now();
    required(drop.write(*upload, 100'000, ByteView(content).subspan(100'000)));
    after_each_power_cut(flushed, flushed.operations, [&](DeskSite& after) {
        Peer again(after, "drop");
        BOOST_REQUIRE_GE(required(again.stat("/in/a.hl7")).size_bytes, 100'000U);
        required(again.resume("/in/a.hl7", content));
        Peer collector(after, "collector");
        BOOST_REQUIRE((required(collector.get("/in/a.hl7")) == content));
    });
}

BOOST_AUTO_TEST_SUITE_END()
