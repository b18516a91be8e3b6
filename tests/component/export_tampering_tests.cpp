// A ledger that was changed is exported as it stands, and tools/verify-ledger.py, which shares
// nothing with us, says of it what our own verifier says: the same first row, and the same that
// happened.
#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <fstream>
#include <future>
#include <regex>

#include "base/ssh_signature.hpp"
#include "desk/audit/checkpoint.hpp"
#include "desk/audit/export_bundle.hpp"
#include "storage/ledger/completeness.hpp"
#include "storage/ledger/forgotten_words.hpp"
#include "tests/component/tampered_ledger.hpp"

using namespace consign;
using namespace consign::ledger;

namespace {

namespace fs = std::filesystem;

struct Found {
    std::int64_t first_bad = 0;  // 0 and "": nothing
    std::string damage;
    std::string printed;
};

Found python_says(const std::string& arguments) {
    const std::string command = fmt::format("/usr/bin/python3 -B {}/tools/verify-ledger.py {} 2>&1",
                                            CONSIGN_SOURCE_DIR, arguments);
    std::FILE* out = ::popen(command.c_str(), "r");
    if (!out) throw std::runtime_error("python3 does not run");
    Found found;
    std::array<char, 4096> buffer{};
    while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), out))
        found.printed.append(buffer.data(), got);
    const int status = ::pclose(out);
    std::smatch match;
    static const std::regex breaks(R"(the chain breaks at row (-?\d+) \((\w+)\))");
    if (std::regex_search(found.printed, match, breaks)) {
        found.first_bad = std::stoll(match[1]);
        found.damage = match[2];
    } else if (status != 0) {
        found.damage = "ended with " + std::to_string(status);
    }
    return found;
}

struct Site : TamperedLedger {
    Ed25519Key witness = Ed25519Key::generate();
    Timestamps timestamps{*connection};
    Excerpt excerpt{*connection, *keys, random};
    int exports = 0;

    Site() {
        std::ofstream(folder.path() / "witness.pub") << ssh_public_key(witness.public_key());
        std::ofstream elsewhere(folder.path() / "elsewhere.jsonl");
        for (const Marker& marker : markers) {
            const Ledger::Checkpoint made = checkpoint(marker);
            BOOST_REQUIRE(ledger.keep_checkpoint(made).has_value());
            elsewhere << desk::checkpoint_line(made.text, made.signature);
        }
    }

    Ledger::Checkpoint checkpoint(const Marker& marker) {
        Ledger::Checkpoint made{
            .sequence = marker.sequence,
            .text = desk::checkpoint_text({.chain = ledger.head()->value().chain,
                                           .sequence = marker.sequence,
                                           .hash = marker.hash,
                                           .time = march}),
            .signature = {}};
        made.signature = ssh_sign(witness, desk::checkpoint_purpose, as_bytes(made.text));
        return made;
    }

    using Seen = std::function<void(const desk::BundlePiece&)>;
    fs::path exported(ExcerptScope scope = {}, const Seen& seen = [](const auto&) {}) {
        const fs::path out = folder.path() / fmt::format("export{}", ++exports);
        fs::create_directory(out);
        desk::ExportBundle bundle({.scope = std::move(scope), .time = march, .checkpoint = "made"},
                                  witness);
        for (;;) {
            const auto piece = bundle.next(ledger, timestamps, excerpt);
            BOOST_REQUIRE(piece.has_value());
            if (!*piece) return out;
            std::ofstream(out / (*piece)->file, std::ios::app) << (*piece)->text;
            seen(**piece);
        }
    }

    /// While the next export is made.
    std::future<Found> verified(const fs::path& bundle, const std::string& more = {}) {
        const std::string arguments = fmt::format("--witness {}/witness.pub {} {}",
                                                  folder.path().string(), more, bundle.string());
        return std::async(std::launch::async, [arguments, bundle] {
            Found found = python_says(arguments);
            fs::remove_all(bundle);
            return found;
        });
    }
    Found verified_now(const std::string& more = {}) { return verified(exported(), more).get(); }

    bool is_told = false;
    void tell(const std::string& forgotten) {
        BOOST_REQUIRE(ledger
                          .append({.time = march + std::chrono::days(1),
                                   .action = Action::fields_forgotten,
                                   .account = "system:ledger",
                                   .detail = forgotten})
                          .has_value());
        is_told = true;
    }
    /// What the program says after `tamper`, which is then undone, and the row that our own check
    /// calls erased; 0: none.
    std::pair<Found, std::int64_t> erased(const std::function<void()>& tamper) {
        std::future<Found> found;
        std::int64_t ours = 0;
        static_cast<void>(after([&] {
            tamper();
            found = verified(exported());
            const auto known = keys->period_keys();
            const auto checked = CompletenessCheck(*connection, *keys, random).run(known);
            BOOST_REQUIRE(checked.has_value());
            ours = checked->first_erased.value_or(0);
        }));
        return {found.get(), ours};
    }

    std::string against() {
        return fmt::format("--against {}/elsewhere.jsonl", folder.path().string());
    }
};

void expect(const Found& found, const Verification& ours) {
    BOOST_TEST(found.first_bad == ours.first_bad.value_or(0), found.printed);
    BOOST_TEST(found.damage == (ours.damage ? name_of(*ours.damage) : ""), found.printed);
    BOOST_TEST(found.printed.find(ours.why) != std::string::npos, found.printed + ours.why);
}

struct Asked {
    std::string what;
    Verification ours;
    std::future<Found> whole, standins;
};

void check(Asked asked) {
    BOOST_TEST_CONTEXT(asked.what) {
        expect(asked.whole.get(), asked.ours);
        // Without the rows' bytes, what happened is not always told, but where.
        const Found found = asked.standins.get();
        BOOST_TEST(found.first_bad == asked.ours.first_bad.value_or(0), found.printed);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(export_tampering)

BOOST_AUTO_TEST_CASE(both_verifiers_say_the_same_of_every_change) {
    Site site;
    const Found whole = site.verified_now();
    BOOST_TEST(whole.damage.empty(), whole.printed);
    BOOST_TEST(whole.printed.find("chain of 10000 rows verifies") != std::string::npos);
    BOOST_TEST(whole.printed.find("up to row 10000, in 10 checkpoints") != std::string::npos);
    BOOST_TEST(whole.printed.find("3000 opened fields") != std::string::npos);
    std::optional<Asked> before;
    for (const Tampering& tampering : tamperings()) {
        Asked asked;
        asked.what = tampering.what;
        asked.ours = site.after(
            [&] {
                tampering.act(site);
                asked.whole = site.verified(site.exported());
                asked.standins = site.verified(site.exported({.account = "nobody at all"}));
            },
            site.markers);
        BOOST_TEST(asked.ours.first_bad.has_value());
        if (before) check(*std::move(before));
        before = std::move(asked);
    }
    check(*std::move(before));
}

BOOST_AUTO_TEST_CASE(both_show_with_checkpoints_what_no_chain_shows) {
    Site site;
    const auto agree = [&](const std::function<void()>& tamper, const std::string& more) {
        std::future<Found> found;
        const Verification ours = site.after(
            [&] {
                tamper();
                found = site.verified(site.exported(), more);
            },
            site.markers);
        BOOST_TEST(ours.first_bad.has_value());
        expect(found.get(), ours);
    };
    const auto sql = [&](const char* statements) {
        return [&site, statements] { site.run(statements); };
    };
    // An end cut off, all of it, and a chain made anew: the checkpoints of the database show them.
    agree(sql("DELETE FROM events WHERE sequence > 9500"), "");
    agree(sql("DELETE FROM events"), "");
    agree(
        [&] {
            site.run("UPDATE events SET account = 'nobody' WHERE sequence = 4321");
            site.chain_anew(4321);
        },
        "");
    // Whoever removes those, too, puts the whole back: only those held elsewhere show it.
    const auto put_back = sql(
        "DELETE FROM events WHERE sequence > 7500; DELETE FROM checkpoints WHERE sequence > 7500");
    std::future<Found> alone;
    static_cast<void>(site.after([&] {
        put_back();
        alone = site.verified(site.exported());
    }));
    BOOST_TEST(alone.get().damage.empty());
    agree(put_back, site.against());
    agree(sql("DELETE FROM events; DELETE FROM checkpoints; DELETE FROM chain"), site.against());
    agree(
        [&] {
            site.run("DELETE FROM checkpoints; UPDATE events SET rule = 'x' WHERE sequence = 2500");
            site.chain_anew(2500);
        },
        site.against());
}

BOOST_AUTO_TEST_CASE(what_is_no_text_and_no_checkpoint_is_exported_all_the_same) {
    Site site;
    for (const char* statements :
         {"UPDATE checkpoints SET text = x'ff00fe' || text WHERE sequence = 3000",
          "UPDATE checkpoints SET signature = '\"\\' || char(10) WHERE sequence = 3000",
          "UPDATE checkpoints SET text = replace(text, 'sequence 3', 'sequence 4')"
          " WHERE sequence = 3000"}) {
        std::future<Found> found;
        static_cast<void>(site.after([&] {
            site.run(statements);
            found = site.verified(site.exported());
        }));
        const Found said = found.get();
        BOOST_TEST(said.first_bad == 3000, said.printed);
        BOOST_TEST(said.damage == "changed", said.printed);
    }
}

BOOST_AUTO_TEST_CASE(personal_fields_that_are_gone_are_erased_unless_the_ledger_tells_of_it) {
    Site site;
    // Rows 10, 20, 30, ... have fields, and all are about files of March that are not here.
    const std::string overwrite =
        "UPDATE events SET personal = zeroblob(length(personal)) WHERE sequence IN (100, 110, 200)";
    struct Case {
        std::string sql;
        std::string told;           // by a row behind it; empty: by none
        std::int64_t first_erased;  // 0: none is
    };
    for (const Case& one : {
             Case{"UPDATE events SET personal = x'00' WHERE sequence = 100", "", 100},
             Case{"UPDATE events SET personal = (SELECT personal FROM events WHERE sequence = 200)"
                  " WHERE sequence = 100",
                  "", 100},
             Case{"UPDATE events SET personal = NULL WHERE sequence = 100", "", 100},
             Case{"UPDATE events SET personal = NULL WHERE sequence = 100",
                  traces_forgotten({{"2026-03", 1}}), 100},
             Case{"UPDATE events SET personal = x'0000000000' WHERE sequence = 100", "", 100},
             Case{"UPDATE events SET personal = x'000003e70000' WHERE sequence = 100", "", 100},
             Case{overwrite, "", 100},
             Case{overwrite, traces_forgotten({{"2026-03", 2}}), 100},
             Case{overwrite, traces_forgotten({{"2026-02", 3}}), 100},
             Case{overwrite, access_forgotten("2026-03", 3, 0), 100},
             Case{overwrite, traces_key_forgotten("2026-03"), 100},
             Case{overwrite, traces_forgotten({{"2026-03", 3}}), 0},
             Case{overwrite + "; INSERT INTO files (stream, size_bytes, sha256, depositor)"
                              " SELECT stream, 1, x'00', 'lab' FROM events WHERE sequence = 110",
                  traces_forgotten({{"2026-03", 3}}), 110},
         }) {
        BOOST_TEST_CONTEXT(one.sql << " / " << one.told) {
            const auto [found, ours] = site.erased([&] {
                site.run(one.sql.c_str());
                if (!one.told.empty()) site.tell(one.told);
            });
            BOOST_TEST(ours == one.first_erased);
            BOOST_TEST(found.first_bad == one.first_erased, found.printed);
            BOOST_TEST(found.damage == (one.first_erased == 0 ? "" : "erased"), found.printed);
        }
    }
    // The chain verifies as before once the key is gone, and the ledger says so.
    const auto key = site.keys->period_key_for(march, keyring::Purpose::file_trace);
    BOOST_REQUIRE(key.has_value());
    BOOST_REQUIRE(site.keys->destroy(*key).has_value());
    const auto [untold, ours] = site.erased([] {});
    BOOST_TEST(ours == 10);
    BOOST_TEST(untold.first_bad == 10, untold.printed);
    site.tell(traces_forgotten({{"2026-03", 1000}}));
    const Found told = site.verified_now();
    BOOST_TEST(told.damage.empty(), told.printed);
    BOOST_TEST(told.printed.find(" 0 opened fields") != std::string::npos, told.printed);
    BOOST_TEST(told.printed.find("1000 rows are forgotten, as rows") != std::string::npos,
               told.printed);
}

BOOST_AUTO_TEST_CASE(what_is_forgotten_while_an_export_is_made_is_told_in_it) {
    Site site;
    const Found found =
        site.verified(
                site.exported({},
                              [&site](const desk::BundlePiece& piece) {
                                  if (piece.file != "rows.jsonl" || site.is_told) return;
                                  site.run(
                                      "UPDATE events SET personal = zeroblob(length(personal))"
                                      " WHERE sequence = 9000");
                                  site.tell(traces_forgotten({{"2026-03", 1}}));
                              }))
            .get();
    BOOST_TEST(found.damage.empty(), found.printed);
    BOOST_TEST(found.printed.find("chain of 10001 rows verifies") != std::string::npos,
               found.printed);
    BOOST_TEST(found.printed.find("fields of 1 rows are forgotten, as rows") != std::string::npos,
               found.printed);
}

BOOST_AUTO_TEST_CASE(where_a_period_begins_is_found_by_the_index_of_times) {
    Site site;
    const auto from = march + std::chrono::seconds(4321);
    BOOST_TEST(site.excerpt.first_since(from).value().value_or(0) == 4321);
    BOOST_TEST(!site.excerpt.first_since(march + std::chrono::days(1)).value().has_value());
    // Without it, every row would be looked at until one is late enough.
    site.run("DROP INDEX events_by_time");
    BOOST_TEST(!site.excerpt.first_since(from).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
