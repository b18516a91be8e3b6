#include <algorithm>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <set>
#include <span>
#include <thread>

#include "component/vault_fixture.hpp"

using namespace consign;
using namespace consign::testing;
using keyring::Keyring;
using keyring::keyring_errc;
using keyring::Purpose;

namespace {

const Disk::Path path = "/keys/keyring";

struct OneKeyring {
    OneKeyring() {
        must(disk.make_directory("/keys"));
        must(disk.sync_directory("/"));
        must(Keyring::create(disk, path, root, random, test_time));
        keys = reopened();
    }
    std::unique_ptr<Keyring> reopened() { return must(Keyring::open(disk, path, root, random)); }

    RecordingDisk disk;
    SeededRandom random{3};
    SecretKey root = random.key();
    std::unique_ptr<Keyring> keys;
};

Timestamp in(int year, unsigned month, unsigned day) {
    return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) /
                                 std::chrono::day(day));
}

/// Was a file of this size overwritten with zeros, durably, before it lost its last name?
bool is_blanked(std::span<const RecordingDisk::Operation> log, std::size_t size_bytes) {
    using Kind = RecordingDisk::Kind;
    const auto blank = std::ranges::find_if(log, [&](const auto& done) {
        return done.kind == Kind::write && done.offset == 0 && done.bytes == Bytes(size_bytes);
    });
    return blank != log.end() && std::any_of(blank, log.end(), [&](const auto& done) {
               return done.kind == Kind::sync && done.inode == blank->inode;
           });
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(keyring_file, OneKeyring)

BOOST_AUTO_TEST_CASE(gives_back_the_same_keys_when_it_is_opened_again) {
    const SecretKey dek = random.key();
    const auto wrapped = keys->wrap(dek);
    const auto again = reopened();
    BOOST_TEST(to_hex(must(again->unwrap(wrapped)).bytes()) == to_hex(dek.bytes()));
    for (const Purpose purpose : {Purpose::content, Purpose::name, Purpose::index}) {
        const auto id = keys->current(purpose);
        BOOST_TEST(again->current(purpose) == id);
        BOOST_TEST(to_hex(must(again->key(purpose, id)).bytes()) ==
                   to_hex(must(keys->key(purpose, id)).bytes()));
    }
    const auto period = must(keys->period_key_for(test_time, Purpose::ledger_period));
    BOOST_TEST(must(again->period_key_for(test_time, Purpose::ledger_period)) == period);
}

BOOST_AUTO_TEST_CASE(is_never_made_over_another) {
    BOOST_TEST(
        (Keyring::create(disk, path, root, random, test_time).error() == std::errc::file_exists));
}

BOOST_AUTO_TEST_CASE(tells_a_wrong_root_key_from_damage) {
    BOOST_TEST(
        (Keyring::open(disk, path, random.key(), random).error() == keyring_errc::wrong_root_key));
    const Bytes good = disk.files().at(path);
    for (const std::size_t cut :
         {std::size_t{0}, std::size_t{1}, good.size() / 2, good.size() - 3}) {
        disk.put(path, Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(cut)));
        BOOST_TEST((Keyring::open(disk, path, root, random).error() == keyring_errc::damaged));
    }
}

BOOST_AUTO_TEST_CASE(is_refused_at_every_flipped_bit_that_is_not_white_space_or_case) {
    const Bytes good = disk.files().at(path);
    const auto dek = random.key();
    const auto wrapped = keys->wrap(dek);
    std::size_t refused = 0;
    for (std::size_t at = 0; at < good.size(); ++at) {
        Bytes bytes = good;
        bytes[at] ^= static_cast<std::uint8_t>(1U << (at % 7));
        disk.put(path, bytes);
        const auto opened = Keyring::open(disk, path, root, random);
        if (opened)
            BOOST_REQUIRE(to_hex(must((*opened)->unwrap(wrapped)).bytes()) == to_hex(dek.bytes()));
        else
            ++refused;
    }
    BOOST_TEST(refused > good.size() * 9 / 10);
}

BOOST_AUTO_TEST_CASE(is_refused_where_a_value_was_edited) {
    const std::string good(as_text(disk.files().at(path)));
    const auto edited = [&](std::string_view from, std::string_view to) {
        std::string text = good;
        text.replace(text.find(from), from.size(), to);
        const ByteView bytes = as_bytes(text);
        disk.put(path, Bytes(bytes.begin(), bytes.end()));
        const auto opened = Keyring::open(disk, path, root, random);
        return opened ? std::error_code() : opened.error();
    };
    BOOST_TEST(!edited("\"keys\"", " \"keys\""));
    BOOST_TEST((edited("\"next_id\": 5", "\"next_id\": 6") == keyring_errc::damaged));
    BOOST_TEST((edited("\"next_id\": 5", "\"next_id\": 4") == keyring_errc::damaged));
    BOOST_TEST((edited("2026-11", "2026-12") == keyring_errc::damaged));
    BOOST_TEST((edited("\"destroyed\":false", "\"destroyed\":true") == keyring_errc::damaged));
    BOOST_TEST((edited("\"purpose\":\"name\"", "\"purpose\":\"index\"") == keyring_errc::damaged));
    BOOST_TEST((edited("\"purpose\":\"name\"", "\"purpose\":\"nome\"") == keyring_errc::damaged));
    BOOST_TEST((edited("\"version\": 1", "\"version\": 2") == keyring_errc::damaged));
    BOOST_TEST((edited("\"version\": 1", "\"version\": 1, \"more\": 1") == keyring_errc::damaged));
    BOOST_TEST((edited("\"check\": \"", "\"check\": \"00") == keyring_errc::damaged));
}

BOOST_AUTO_TEST_CASE(holds_no_key_in_clear) {
    std::vector<std::string> secrets{to_hex(root.bytes())};
    for (const Purpose purpose : {Purpose::content, Purpose::name, Purpose::index})
        secrets.push_back(to_hex(must(keys->key(purpose, keys->current(purpose))).bytes()));
    const std::string text(as_text(disk.files().at(path)));
    for (const std::string& secret : secrets) BOOST_TEST(text.find(secret) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(makes_one_period_key_a_month_durable_before_it_is_used) {
    const auto november = must(
        keys->period_key_for(in(2026, 11, 30) + std::chrono::hours(23), Purpose::ledger_period));
    const auto before = disk.log().size();
    BOOST_TEST(must(keys->period_key_for(in(2026, 11, 1), Purpose::ledger_period)) == november);
    BOOST_TEST(disk.log().size() == before);
    const auto december = must(keys->period_key_for(in(2026, 12, 1), Purpose::ledger_period));
    BOOST_TEST(december != november);
    BOOST_TEST(must(keys->period_key_for(in(2026, 11, 30), Purpose::ledger_period)) == november);
    const auto found = disk.after_power_cut(disk.log().size(), RecordingDisk::Unsynced::lost);
    const auto again = must(Keyring::open(*found, path, root, random));
    BOOST_TEST(must(again->period_key_for(in(2026, 12, 31), Purpose::ledger_period)) == december);
    BOOST_TEST(to_hex(must(again->key(Purpose::ledger_period, december)).bytes()) ==
               to_hex(must(keys->key(Purpose::ledger_period, december)).bytes()));
}

BOOST_AUTO_TEST_CASE(has_two_keys_a_month_and_lists_those_that_are_there) {
    using std::chrono::month;
    using std::chrono::year;
    const auto access = must(keys->period_key_for(in(2026, 12, 1), Purpose::ledger_period));
    const auto trace = must(keys->period_key_for(in(2026, 12, 31), Purpose::file_trace));
    BOOST_TEST(access != trace);
    BOOST_TEST(must(keys->period_key_for(in(2026, 12, 2), Purpose::ledger_period)) == access);
    BOOST_TEST(must(keys->period_key_for(in(2026, 12, 2), Purpose::file_trace)) == trace);
    BOOST_TEST((keys->key(Purpose::ledger_period, trace).error() == keyring_errc::no_such_key));
    BOOST_TEST(to_hex(must(keys->period_key(trace)).bytes()) ==
               to_hex(must(keys->key(Purpose::file_trace, trace)).bytes()));
    BOOST_TEST(
        (keys->period_key(keys->current(Purpose::content)).error() == keyring_errc::no_such_key));
    const auto december = year(2026) / month(12);
    const auto again = reopened();
    for (const auto* ring : {keys.get(), again.get()}) {
        const auto listed = ring->period_keys();
        BOOST_TEST_REQUIRE(listed.size() == 3U);  // and the month in which it was made
        BOOST_TEST((listed[1] == keyring::PeriodKey{access, Purpose::ledger_period, december}));
        BOOST_TEST((listed[2] == keyring::PeriodKey{trace, Purpose::file_trace, december}));
    }
    must(keys->destroy(access));
    BOOST_TEST(keys->period_keys().size() == 2U);
    BOOST_TEST(must(keys->period_key_for(in(2026, 12, 2), Purpose::file_trace)) == trace);
    BOOST_TEST(must(keys->period_key_for(in(2026, 12, 2), Purpose::ledger_period)) > trace);
    BOOST_TEST((keyring::month_named("2026-12") == december));
    for (const char* none : {"", "2026", "2026-", "2026-13", "2026-12 ", "x-12"})
        BOOST_TEST(!keyring::month_named(none).has_value());
}

BOOST_AUTO_TEST_CASE(makes_no_period_key_that_is_not_on_the_disk) {
    for (std::size_t call = 1; call < 12; ++call) {
        const Timestamp now = in(2027, 1, 1) + std::chrono::days(31 * call);
        disk.fail_call(call, std::errc::no_space_on_device);
        const auto id = keys->period_key_for(now, Purpose::ledger_period);
        disk.heal();
        const auto again = reopened();
        if (id) BOOST_TEST(again->key(Purpose::ledger_period, *id).has_value());
        BOOST_TEST(must(keys->period_key_for(now, Purpose::ledger_period)) != 0U);
    }
}

BOOST_AUTO_TEST_CASE(gives_many_threads_one_key_for_a_new_month) {
    std::mutex mutex;
    std::set<keyring::KeyId> ids;
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 4; ++thread)
            threads.emplace_back([&] {
                for (unsigned month = 1; month <= 12; ++month) {
                    const auto id =
                        keys->period_key_for(in(2030, month, 3), Purpose::ledger_period);
                    const std::lock_guard lock(mutex);
                    ids.insert(id.value());
                }
            });
    }
    BOOST_TEST(ids.size() == 12U);
}

BOOST_AUTO_TEST_CASE(gives_a_key_for_its_own_purpose_alone) {
    const auto name = keys->current(Purpose::name);
    BOOST_TEST((keys->key(Purpose::index, name).error() == keyring_errc::no_such_key));
    BOOST_TEST((keys->key(Purpose::name, 999).error() == keyring_errc::no_such_key));
    auto wrapped = keys->wrap(random.key());
    wrapped.bytes[5] ^= 1;
    BOOST_TEST((keys->unwrap(wrapped).error() == keyring_errc::refused));
    wrapped.kek = name;
    BOOST_TEST((keys->unwrap(wrapped).error() == keyring_errc::no_such_key));
}

BOOST_AUTO_TEST_CASE(destroys_a_key_for_good_and_never_the_current_one) {
    BOOST_TEST((keys->destroy(keys->current(Purpose::content)).error() == keyring_errc::in_use));
    BOOST_TEST((keys->destroy(999).error() == keyring_errc::no_such_key));
    const auto old = must(keys->period_key_for(test_time, Purpose::ledger_period));
    const std::string before(as_text(disk.files().at(path)));
    const auto wrapped = before.substr(before.rfind("\"wrapped\":\"") + 11, 80);
    must(keys->destroy(old));
    must(keys->destroy(old));
    BOOST_TEST((keys->key(Purpose::ledger_period, old).error() == keyring_errc::no_such_key));
    BOOST_TEST((reopened()->key(Purpose::ledger_period, old).error() == keyring_errc::no_such_key));
    BOOST_TEST(as_text(disk.files().at(path)).find(wrapped) == std::string_view::npos);
    // What the file's old blocks held is overwritten, and nothing is left beside it.
    const auto log = disk.log();
    BOOST_TEST(is_blanked(log, before.size()));
    BOOST_TEST(disk.files().size() == 1U);
    // The same month gets another key, under another id.
    BOOST_TEST(must(keys->period_key_for(test_time, Purpose::ledger_period)) > old);
}

BOOST_AUTO_TEST_CASE(blanks_what_a_crash_left_of_a_key) {
    const auto old = must(keys->period_key_for(test_time, Purpose::ledger_period));
    const std::string before(as_text(disk.files().at(path)));
    const auto wrapped = before.substr(before.rfind("\"wrapped\":\"") + 11, 80);
    const std::size_t begin = disk.log().size();
    must(keys->destroy(old));
    const auto log = disk.log();
    for (std::size_t done = begin; done <= log.size(); ++done)
        for (const auto unsynced : {RecordingDisk::Unsynced::lost, RecordingDisk::Unsynced::kept,
                                    RecordingDisk::Unsynced::by_chance}) {
            const auto found = disk.after_power_cut(done, unsynced, done);
            const auto again = must(Keyring::open(*found, path, root, random));
            const bool is_gone = !again->key(Purpose::ledger_period, old);
            BOOST_TEST(found->files().size() == 1U, done);
            if (!is_gone) continue;
            BOOST_TEST(as_text(found->files().at(path)).find(wrapped) == std::string_view::npos);
            BOOST_TEST((is_blanked(std::span(log).first(done), before.size()) ||
                        is_blanked(found->log(), before.size())),
                       done);
        }
}

// A process that died before the rename was durable; the next one sees it none the less.
BOOST_AUTO_TEST_CASE(blanks_no_file_that_the_disk_may_still_have_under_the_name) {
    for (const bool is_new_process : {true, false})
        for (std::size_t call = 1;; ++call) {
            OneKeyring one;
            const std::size_t begin = one.disk.log().size();
            one.disk.fail_call(call, std::errc::io_error, true);
            const bool done =
                one.keys->period_key_for(in(2031, 1, 1), Purpose::ledger_period).has_value();
            one.disk.heal();
            if (done) break;
            if (is_new_process)
                (void)one.reopened();
            else
                must(one.keys->period_key_for(in(2031, 1, 1), Purpose::ledger_period));
            for (std::size_t kept = begin; kept <= one.disk.log().size(); ++kept)
                for (const auto unsynced :
                     {RecordingDisk::Unsynced::lost, RecordingDisk::Unsynced::kept,
                      RecordingDisk::Unsynced::by_chance}) {
                    const auto found = one.disk.after_power_cut(kept, unsynced, kept);
                    BOOST_TEST(Keyring::open(*found, path, one.root, one.random).has_value(),
                               "call " << call << ", then " << kept);
                }
        }
}

BOOST_AUTO_TEST_CASE(keeps_no_former_file_of_a_key_that_is_there) {
    const std::string before(as_text(disk.files().at(path)));
    const std::size_t begin = disk.log().size();
    must(keys->period_key_for(in(2031, 1, 1), Purpose::ledger_period));
    const auto log = disk.log();
    BOOST_TEST(is_blanked(std::span(log).subspan(begin), before.size()));
    // One that never became the file.
    must(must(disk.create("/keys/keyring.new"))->write_at(0, Bytes(300, 7)));
    const auto again = reopened();
    BOOST_TEST(is_blanked(disk.log(), 300));
    BOOST_TEST(disk.files().size() == 1U);
}

BOOST_AUTO_TEST_CASE(goes_on_blanking_where_that_failed) {
    const auto old = must(keys->period_key_for(test_time, Purpose::ledger_period));
    for (std::size_t call = 1; call < 40; ++call) {
        disk.fail_call(call, std::errc::io_error);
        const auto destroyed = keys->destroy(old);
        disk.heal();
        if (destroyed) break;
        BOOST_TEST(reopened() != nullptr);
    }
    must(keys->destroy(old));
    BOOST_TEST(disk.files().size() == 1U);
    BOOST_TEST((reopened()->key(Purpose::ledger_period, old).error() == keyring_errc::no_such_key));
}

BOOST_AUTO_TEST_SUITE_END()
