#include <boost/test/unit_test.hpp>

#include "policies/deposits.hpp"
#include "policy/explain.hpp"

using namespace consign;
using namespace consign::policy;

namespace {

struct Site {
    Policy policy;
    Site() {
        policy.zone = "Europe/Paris";
        policy.temporary_names = {Glob::name("*.part").value()};
        Account lab = account_named("lab", "/labs/lab");
        lab.grants = {{Glob::path("/acks/**").value(), {Verb::list}, {"g.yaml", 3}},
                      {Glob::path("/in/**").value(), {Verb::upload}, {"g.yaml", 4}},
                      {Glob::path("/**").value(), {}, {"g.yaml", 5}}};
        policy.accounts.emplace("lab", lab);
        policy.classes.emplace("record", Class{.name = "record",
                                               .legal_basis = "CSP R.1112-7",
                                               .keep = parse_span("20 years").value(),
                                               .counted_from = CountedFrom::last_activity,
                                               .minor_until = parse_span("28 years").value(),
                                               .after_death = parse_span("10 years").value()});
        Route north = route_named("north", "/labs/*/in/**", 10);
        north.when.fields = {asks("receiving_facility", "HNORD")};
        north.retention_class = "record";
        policy.routes = {north, route_named("rest", "/**", 20)};
    }
    [[nodiscard]] Explanation ask(Verb verb, std::string_view where,
                                  std::string_view text = {}) const {
        Question question{.account = "lab",
                          .path = path(where),
                          .verb = verb,
                          .at = utc(2026, 11, 24, 11),
                          .size_bytes = text.size()};
        if (!text.empty()) question.content = content_of(text);
        return explain(policy, question).value();
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(explain_suite)

BOOST_AUTO_TEST_CASE(shows_each_grant_up_to_the_one_that_decides) {
    const Site site;
    const auto explained = site.ask(Verb::upload, "/in/r.hl7");
    BOOST_TEST(explained.allowed());
    BOOST_TEST(explained.whole.text() == "/labs/lab/in/r.hl7");
    BOOST_TEST(explained.grants.size() == 2u);
    BOOST_TEST(!explained.grants[0].matched);
    BOOST_TEST(explained.grants[1].matched);
    BOOST_TEST(explained.grants[1].why == "it allows upload");
    BOOST_TEST(explained.verdict.rule.text() == "g.yaml:4");
}

BOOST_AUTO_TEST_CASE(a_refusal_names_the_grant_that_refuses_and_asks_no_route) {
    const Site site;
    const auto explained = site.ask(Verb::download, "/in/r.hl7");
    BOOST_TEST(!explained.allowed());
    BOOST_TEST(explained.verdict.rule.text() == "g.yaml:4");
    BOOST_TEST(explained.routes.empty());
    BOOST_TEST(!explained.routing);
}

BOOST_AUTO_TEST_CASE(among_the_receipts_it_shows_no_grant) {
    const Site site;
    for (const Verb verb : {Verb::download, Verb::upload}) {
        const auto explained = site.ask(verb, "/.receipts/2026-11-24/1-0123456789abcdef.json");
        BOOST_TEST(explained.verdict.allowed == (verb == Verb::download));
        BOOST_TEST(explained.grants.size() == 1u);
        BOOST_TEST(explained.grants[0].what == "receipts /.receipts");
        BOOST_TEST(explained.routes.empty());
    }
}

BOOST_AUTO_TEST_CASE(says_why_a_route_does_not_match_with_what_the_file_has) {
    const Site site;
    const auto explained = site.ask(Verb::upload, "/in/r.hl7", hl7_message("LAB", "HSUD"));
    BOOST_TEST(explained.routes.at(0).why == "MSH-6 is `HSUD`, not `HNORD`");
    BOOST_TEST(explained.routes.at(1).matched);
    BOOST_TEST(explained.routing->route->name == "rest");
    const auto without = site.ask(Verb::upload, "/in/r.pdf", "%PDF-1.4");
    BOOST_TEST(without.routes.at(0).why == "MSH-6 is not there; it must be `HNORD`");
}

BOOST_AUTO_TEST_CASE(says_how_long_it_would_be_kept) {
    const Site site;
    const auto explained = site.ask(Verb::upload, "/in/r.hl7", hl7_message("LAB", "HNORD"));
    BOOST_TEST(explained.keeping.size() == 1u);
    BOOST_TEST((explained.keeping[0].term.state == Term::State::due));
    // Born on 29 February 2020: the 28th birthday is in 2048.
    BOOST_TEST((explained.keeping[0].term.at > utc(2048, 2, 28)));
    BOOST_TEST((explained.keeping[0].term.at < utc(2048, 3, 2)));
}

BOOST_AUTO_TEST_CASE(nobody_known_means_kept) {
    Site site;
    site.policy.routes.front().when.fields.clear();
    const auto explained = site.ask(Verb::upload, "/in/r.pdf", "%PDF-1.4");
    BOOST_TEST(explained.keeping.size() == 1u);
    BOOST_TEST((explained.keeping[0].term.state == Term::State::unknown));
}

BOOST_AUTO_TEST_CASE(nobody_has_a_last_activity) {
    Site site;
    site.policy.classes.at("record").minor_until.reset();
    const std::string known = hl7_message("LAB", "HNORD");
    const auto states = [&](const std::string& text) {
        std::vector<Term::State> all;
        for (const Keeping& one : site.ask(Verb::upload, "/in/r.hl7", text).keeping)
            all.push_back(one.term.state);
        return all;
    };
    using enum Term::State;
    BOOST_TEST((states(known) == std::vector{due}));
    BOOST_TEST((states(known + "PID|1||||NOBODY\r") == std::vector{due, unknown}));
}

BOOST_AUTO_TEST_CASE(a_sidecar_that_may_be_awaited_takes_no_route) {
    Site site;
    site.policy.routes.back().sidecars = {Sidecar::ok_file};
    Question question{.account = "lab",
                      .path = path("/in/r.hl7.ok"),
                      .speaks_of = SpeaksOf{.kind = Sidecar::ok_file, .of = "r.hl7"}};
    const auto ok_file = explain(site.policy, question).value();
    BOOST_TEST(ok_file.allowed());
    BOOST_TEST_REQUIRE(ok_file.awaited_by.has_value());
    BOOST_TEST(ok_file.awaited_by->text() == "/labs/lab/in/r.hl7");
    BOOST_TEST(!ok_file.routing);
    BOOST_TEST(ok_file.routes.empty());
    // No route asks for it: a deposit as any other.
    question.speaks_of->kind = Sidecar::checksum_file;
    const auto checksum = explain(site.policy, question).value();
    BOOST_TEST(!checksum.awaited_by);
    BOOST_TEST(checksum.routing->route->name == "rest");
}

BOOST_AUTO_TEST_CASE(a_temporary_name_is_no_deposit_yet) {
    const Site site;
    const auto explained = site.ask(Verb::upload, "/in/r.hl7.part");
    BOOST_TEST(explained.allowed());
    BOOST_TEST(explained.is_temporary);
    BOOST_TEST(!explained.routing);
}

BOOST_AUTO_TEST_CASE(who_may_not_be_here_may_nothing) {
    Site site;
    site.policy.accounts.at("lab").expires =
        std::chrono::sys_days(std::chrono::year(2026) / 11 / 23);
    const auto explained = site.ask(Verb::upload, "/in/r.hl7");
    BOOST_TEST(!explained.allowed());
    BOOST_TEST(explained.verdict.allowed);
    BOOST_TEST(explained.login.reason == "the account has expired");
}

BOOST_AUTO_TEST_CASE(an_account_that_is_not_there_has_no_explanation) {
    BOOST_TEST(!explain(Site().policy, {.account = "nobody", .path = path("/in/x")}));
}

BOOST_AUTO_TEST_SUITE_END()
