// Every way in which somebody with the database file, and no key, could change a ledger of ten
// thousand events: the first row that does not fit is named, and what happened to it.
#include <boost/test/unit_test.hpp>

#include "tests/component/tampered_ledger.hpp"

using namespace consign;
using namespace consign::ledger;

BOOST_AUTO_TEST_SUITE(ledger_tampering)

BOOST_AUTO_TEST_CASE(what_happened_to_the_first_bad_row_is_told) {
    TamperedLedger site;
    BOOST_TEST(!site.ledger.verify(site.markers)->first_bad.has_value());
    BOOST_TEST(site.ledger.verify(site.markers)->vouched == ledger_rows);
    for (const Tampering& tampering : tamperings()) {
        BOOST_TEST_CONTEXT(tampering.what) {
            const Verification found = site.after([&] { tampering.act(site); });
            BOOST_TEST(found.first_bad.value_or(-1) == tampering.first_bad, found.why);
            BOOST_REQUIRE(found.damage.has_value());
            BOOST_TEST(name_of(*found.damage) == name_of(tampering.damage), found.why);
            BOOST_TEST(!found.why.empty());
        }
    }
}

BOOST_AUTO_TEST_CASE(what_no_key_can_show_a_checkpoint_does) {
    TamperedLedger site;
    const std::string cut = "DELETE FROM events WHERE sequence > 9500";
    BOOST_TEST(!site.after(cut).first_bad.has_value());
    auto found = site.after(cut, site.markers);
    BOOST_TEST((found.damage == Damage::cut));
    BOOST_TEST(found.first_bad.value_or(-1) == 9001);
    BOOST_TEST(found.vouched == 9000);

    // Whatever is written since, it is the same row that is named, and it is still a cut.
    found = site.after(
        [&] {
            site.run(cut.c_str());
            site.run(
                "INSERT INTO events SELECT 9501, time, action, outcome, session, account,"
                " protocol, rule, detail, stream, bytes, count, policy, commitments, personal,"
                " hash FROM events WHERE sequence = 9500");
            site.chain_anew(9501, 9501);
        },
        site.markers);
    BOOST_TEST((found.damage == Damage::cut));
    BOOST_TEST(found.first_bad.value_or(-1) == 9001);

    // Even all of it: a database that was put back to its first day.
    found = site.after("DELETE FROM events", site.markers);
    BOOST_TEST((found.damage == Damage::cut));
    BOOST_TEST(found.first_bad.value_or(-1) == 1);

    const auto rewrite = [&] {
        site.run("UPDATE events SET account = 'nobody' WHERE sequence = 4321");
        site.chain_anew(4321);
    };
    BOOST_TEST(!site.after(rewrite).first_bad.has_value());
    found = site.after(rewrite, site.markers);
    BOOST_TEST((found.damage == Damage::rewritten));
    BOOST_TEST(found.first_bad.value_or(-1) == 4001);
    BOOST_TEST(found.vouched == 4000);

    // The site's own checkpoints were made anew with it: those held elsewhere are of the same rows.
    std::vector<Marker> both;
    found = site.after([&] {
        rewrite();
        for (const Marker& marker : site.markers)
            both.push_back({marker.sequence, site.hash_of(marker.sequence)});
    });
    BOOST_TEST(!found.first_bad.has_value());
    both.insert(both.end(), site.markers.begin(), site.markers.end());
    found = site.after(rewrite, both);
    BOOST_TEST(found.first_bad.value_or(-1) == 4001);

    // What came after the last checkpoint is nobody's word.
    const auto rewrite_end = [&] {
        site.run("UPDATE events SET account = 'nobody' WHERE sequence = 9700");
        site.chain_anew(9700);
    };
    const std::span<const Marker> before(site.markers.data(), site.markers.size() - 1);
    found = site.after(rewrite_end, before);
    BOOST_TEST(!found.first_bad.has_value());
    BOOST_TEST(found.vouched == 9000);
}

BOOST_AUTO_TEST_SUITE_END()
