// The example that shows the whole language loads, and means what it says.
#include <boost/test/unit_test.hpp>

#include "policies/site_folder.hpp"

using namespace consign;
using namespace consign::policy;

namespace {

Loaded example() {
    const std::filesystem::path source = CONSIGN_SOURCE_DIR;
    return load(source / "tests/unit/policies/example/consign.yaml", some_day);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(policy_example)

BOOST_AUTO_TEST_CASE(loads_and_tells_what_is_not_carried_out_and_what_can_come_of_it) {
    const Loaded loaded = example();
    std::vector<std::string> said;
    for (const Problem& problem : loaded.problems) said.push_back(problem.text());
    const std::string waits = " is checked and explained, and not carried out by this version";
    const std::vector<std::string> expected{
        "consign.yaml:46:1: warning: `metrics`" + waits,
        "policy.d/10-classes.yaml:11:3: warning: no route uses the class `hospital-record`",
        "policy.d/20-accounts.yaml:40:7: warning: the account cannot log in: ftps carries "
        "tls-certificate and password, sftp carries publickey and password, and no way in has "
        "these alone",
        "policy.d/20-accounts.yaml:40:27: warning: `totp`" + waits,
    };
    BOOST_TEST(said == expected, boost::test_tools::per_element());
    BOOST_TEST(loaded.policy != nullptr);
}

BOOST_AUTO_TEST_CASE(means_what_it_says) {
    const Loaded loaded = example();
    BOOST_REQUIRE(loaded.policy != nullptr);
    const Policy& policy = *loaded.policy;
    BOOST_TEST(policy.residency == "EEA");
    BOOST_TEST(policy.witness_key->value.ends_with("/keys/witness.key"));
    BOOST_TEST(policy.ledger.checkpoint_every.count() == 300);
    BOOST_TEST((policy.ledger.keep == Span{.months = 12}));
    BOOST_TEST(policy.ledger.timestamps == "http://tsa.example/");
    BOOST_TEST(policy.metrics_address == "127.0.0.1:9464");
    BOOST_TEST(!policy.reload_on_change);

    const Class& record = policy.classes.at("hospital-record");
    BOOST_TEST(record.legal_basis == "CSP R.1112-7");
    BOOST_TEST((record.keep == Span{.months = 240}));
    BOOST_TEST((record.counted_from == CountedFrom::last_activity));
    BOOST_TEST((record.minor_until == Span{.months = 28 * 12}));
    BOOST_TEST((record.after_death == Span{.months = 120}));
    BOOST_TEST((policy.classes.at("transit").shorten_after_pickup == Span{.days = 7}));

    const Account& lab = policy.accounts.at("lab-biomed");
    BOOST_TEST(*lab.quota.upload_rate == 50ULL << 20);
    BOOST_TEST(lab.hours.at(0).window.text == "Mon-Sat 05:00-22:00 Europe/Paris");
    BOOST_TEST(lab.claims->facilities.contains("340780477"));
    const Account& hospital = policy.accounts.at("hopital-nord");
    BOOST_TEST((hospital.ways == std::vector<std::set<Method>>{{Method::publickey, Method::totp}}));
    BOOST_TEST(hospital.totp->value.ends_with("/keys/partners/hopital-nord.totp"));
    BOOST_TEST(hospital.keys.size() == 1u);

    const Route& results = policy.routes.at(0);
    BOOST_TEST(results.when.fields.size() == 2u);
    BOOST_TEST(results.when.fields.at(0).any_of.at(0).matches("oru^r01^ORU_R01"));
    BOOST_TEST((results.endings == std::vector{content::Ending::batch_trailer}));
    BOOST_TEST(results.subject->died.has_value());
    BOOST_TEST(std::get<Deliver>(results.to.at(1)).target == "his-nord");
    BOOST_TEST(results.acknowledge->target.starts_at_home());
    const Route& unclaimed = policy.routes.at(1);
    BOOST_TEST(std::get<Quarantine>(unclaimed.to.at(0)).reason == "no route matches");
    BOOST_TEST((unclaimed.alert == std::vector<std::string>{"operations"}));

    const Target& target = policy.targets.at("his-nord");
    BOOST_TEST(target.host == "his.hopital-nord.example");
    BOOST_TEST(target.user == "consign");
    BOOST_TEST(target.port == 22);
    BOOST_TEST(target.connections == 2u);
    BOOST_TEST(*target.rate == 20ULL << 20);
    BOOST_TEST(policy.pulls.at(0).at.size() == 2u);
    BOOST_TEST(policy.pulls.at(0).deletes);
    const Pickup& pickup = policy.pickups.at(0);
    BOOST_TEST((pickup.expect->from == std::chrono::hours(2)));
    BOOST_TEST((pickup.expect->by == std::chrono::minutes(270)));
    BOOST_TEST(pickup.expect->days.count() == 5u);
    BOOST_TEST(pickup.expect->holidays.size() == 1u);
    BOOST_TEST((pickup.then == AfterPickup::archive));
    BOOST_TEST(*pickup.downloads == 1u);
    BOOST_TEST(policy.deposits.at(0).expect.days.count() == 6u);
    BOOST_TEST(policy.alerts.at("operations").size() == 3u);
    BOOST_TEST(policy.alerts.at("operations").at(2).relay == "smtps://relay.labo-exemple.fr");
}

BOOST_AUTO_TEST_CASE(gives_its_files_as_they_were_read) {
    const Loaded loaded = example();
    std::vector<std::string> names;
    for (const SourceFile& file : loaded.files) names.push_back(file.name);
    const std::vector<std::string> expected{
        "consign.yaml", "policy.d/10-classes.yaml", "policy.d/20-accounts.yaml",
        "keys/partners/hopital-nord.pub", "policy.d/30-routes.yaml"};
    BOOST_TEST(names == expected, boost::test_tools::per_element());
    BOOST_TEST(loaded.files.at(3).text.starts_with("ssh-ed25519 "));
}

BOOST_AUTO_TEST_SUITE_END()
