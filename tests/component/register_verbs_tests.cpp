// The register tells the policy in force, whatever its files say by now.
#include <boost/test/unit_test.hpp>

#include "base/bytes.hpp"
#include "desk/site/rfc3339.hpp"
#include "reloadable_site.hpp"

using namespace consign;
namespace json = boost::json;

namespace {

constexpr std::string_view rules = R"(version: 1
classes:
  report: {purpose: Reports, legal_basis: CSP, persons: Patients, keep: 10 years}
targets:
  his: {url: "file:///srv/his"}
routes:
  - {name: results, when: {path: /lab/**}, class: report, to: [{deliver: "his/{name}"}]}
  - {name: rest, when: {path: /**}, to: [{tag: rest}]}
)";

struct Fixture : ReloadableSite {
    std::vector<json::object> rows(std::string_view kind) {
        KeptRows sink;
        const auto answered =
            run(desk::administrator_verbs(*site).at("register.show")({"root", {}, sink}));
        BOOST_REQUIRE_MESSAGE(answered.has_value(), (answered ? "" : answered.error()));
        std::vector<json::object> found;
        for (json::object& row : sink.rows)
            if (row.at("kind").as_string() == kind) found.push_back(std::move(row));
        return found;
    }
    json::object measure(std::string_view name) {
        for (json::object& row : rows("measure"))
            if (row.at("measure").as_string() == name) return row;
        BOOST_FAIL("no measure " << name);
        return {};
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(register_verbs, Fixture)

BOOST_AUTO_TEST_CASE(it_is_of_the_policy_in_force_and_says_since_when) {
    write("policy.d/20.yaml", rules);
    write("consign.yaml",
          std::string(server) + "register: {controller: Lab, dpo: dpo@lab.example}\n");
    const auto taken = take({.account = "admin:root"});
    BOOST_REQUIRE_MESSAGE(taken.taken, said(load()));
    const auto in_force = to_hex(policy.current()->hash);
    // What is written and not taken up changes nothing.
    write("policy.d/20.yaml", "version: 1\n");
    const auto head = rows("policy");
    BOOST_TEST_REQUIRE(head.size() == 1U);
    BOOST_TEST(head[0].at("hash").as_string() == in_force);
    BOOST_TEST(head[0].at("since").is_string());
    BOOST_TEST(head[0].at("controller").as_string() == "Lab");
    BOOST_TEST(head[0].at("contact").as_string() == "");
    const auto classes = rows("class");
    BOOST_TEST_REQUIRE(classes.size() == 1U);
    BOOST_TEST(classes[0].at("persons").as_string() == "Patients");
    BOOST_TEST(classes[0].at("data").as_string() == "");
    BOOST_TEST(classes[0].at("keep").as_string() == "10 years");
    BOOST_TEST(json::serialize(classes[0].at("routes")) == R"(["results"])");
    BOOST_TEST(json::serialize(rows("uncovered").at(0).at("routes")) == R"(["rest"])");
    BOOST_TEST(json::serialize(rows("target").at(0).at("routes")) == R"(["results"])");
    BOOST_TEST(acts().back().detail == "register");
}

BOOST_AUTO_TEST_CASE(what_met_no_route_is_told_as_without_a_class) {
    // Two accounts deposit, and no route gives a class.
    BOOST_TEST(rows("uncovered").size() == 1U);
    deposit("/lab/in/a.hl7", 4200);
    const auto bare = rows("uncovered");
    BOOST_TEST_REQUIRE(bare.size() == 1U);
    BOOST_TEST(bare[0].at("routes").as_array().empty());
    BOOST_TEST(bare[0].at("files").to_number<int>() == 1);
    BOOST_TEST(bare[0].at("bytes").to_number<int>() == 4200);
    // Nor does one that came before its route did have one.
    write("policy.d/20.yaml", R"(version: 1
classes:
  report: {purpose: Reports, legal_basis: CSP, persons: Patients, keep: 10 years}
routes: [{name: results, when: {path: /lab/**}, class: report, to: [{tag: rest}]}]
)");
    BOOST_REQUIRE(take({.account = "admin:root"}).taken);
    BOOST_TEST(rows("uncovered").at(0).at("files").to_number<int>() == 1);
}

BOOST_AUTO_TEST_CASE(an_exception_is_told_while_it_lets_somebody_in) {
    const auto exceptions = [this] { return json::serialize(measure("legacy").at("accounts")); };
    const auto with = [this](std::string_view until, std::string_view more) {
        write("policy.d/10.yaml", std::string(accounts) +
                                      "    legacy: {allow: [ssh-algorithms], until: " +
                                      std::string(until) + ", reason: old}\n" + std::string(more));
        const auto taken = take({.account = "admin:root"});
        BOOST_REQUIRE_MESSAGE(taken.taken, said(load()));
    };
    with("2099-12-31", "");
    BOOST_TEST(exceptions() == R"([{"account":"other","until":"2099-12-31"}])");
    with("2099-12-31", "    enabled: false\n");
    BOOST_TEST(exceptions() == "[]");
    with("2020-12-31", "");
    BOOST_TEST(exceptions() == "[]");
}

BOOST_AUTO_TEST_CASE(a_policy_that_was_never_kept_has_no_beginning) {
    BOOST_TEST(rows("policy").at(0).at("since").is_null());
}

BOOST_AUTO_TEST_CASE(measures_are_those_that_are_carried_out) {
    BOOST_TEST(!measure("checkpoints").at("signed").as_bool());  // no witness key was handed in
    BOOST_TEST(measure("checkpoints").at("last").is_null());
    BOOST_TEST(measure("checkpoints").at("copied_to").as_string() == "");
    BOOST_TEST(measure("retention").at("clock_stopped").is_null());
    const auto stopped = clock.now();
    AdministeredStore::write([&](Transaction& transaction) {
        return transaction.terms.set_clock({.seen = stopped, .stopped = stopped});
    });
    BOOST_TEST(measure("retention").at("clock_stopped").as_string() == desk::rfc3339(stopped));
    BOOST_TEST(measure("listener").at("algorithms").as_string() == "modern");
    BOOST_TEST(measure("login").at("accounts").to_number<int>() == 2);
    BOOST_TEST(json::serialize(measure("login").at("ways")) ==
               R"([{"way":"password","accounts":2}])");
    BOOST_TEST(!measure("scan").at("each_deposit").as_bool());
}

BOOST_AUTO_TEST_CASE(where_keys_lie_is_not_told) {
    for (const char* kind : {"policy", "measure", "account", "target"})
        for (const json::object& row : rows(kind))
            BOOST_TEST(json::serialize(row).find("root.key") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
