#include <boost/test/unit_test.hpp>

#include "policies/deposits.hpp"
#include "policy/cases.hpp"

using namespace consign;
using namespace consign::policy;

namespace {

Policy site() {
    Policy policy;
    policy.zone = "Europe/Paris";
    Account lab = account_named("lab", "/labs/lab");
    lab.grants = {{Glob::path("/in/**").value(), {Verb::upload}, {"a.yaml", 4}}};
    policy.accounts.emplace("lab", lab);
    policy.classes.emplace("reports",
                           Class{.name = "reports", .keep = parse_span("10 years").value()});
    Route north = route_named("north", "/labs/*/in/**", 10);
    north.when.fields = {asks("receiving_facility", "HNORD")};
    north.retention_class = "reports";
    north.to = {Copy{to("/north/{date}/{name}"), {"r.yaml", 12}},
                Deliver{"his", to("/inbox/{name}"), {"r.yaml", 13}}, Tag{"result", {}}};
    policy.routes = {north};
    return policy;
}

struct Judged {
    std::vector<Problem> problems;
    std::vector<std::string> unmet;
};

Judged judged(const std::string& text) {
    Problems problems;
    const auto cases = read_cases(text, "cases.yaml", problems);
    const std::vector<SourceFile> sources{{"cases.yaml", text}};
    Judged result{problems.sorted(sources), {}};
    const Policy policy = site();
    for (const Case& one : cases) {
        const auto question = question_of(one, policy, utc(2026, 11, 24, 11));
        for (std::string& why : unmet(one, policy, question))
            result.unmet.push_back(std::move(why));
    }
    return result;
}

const std::string given = R"(version: 1
cases:
  - name: a result
    given:
      account: lab
      path: /in/r.hl7
      on: 2026-11-24
      content: |
        MSH|^~\&|LIS|LAB|HIS|HNORD|20261124||ORU^R01|1|P|2.5
        PID|1||4711
    expect:
)";

}  // namespace

BOOST_AUTO_TEST_SUITE(cases_suite)

BOOST_AUTO_TEST_CASE(a_case_that_holds_has_nothing_unmet) {
    const auto result = judged(given + R"(
      verdict: allowed
      temporary: false
      route: north
      class: reports
      quarantine: false
      copy: /north/2026-11-24/r.hl7
      deliver: [his/inbox/r.hl7]
      move: none
      acknowledge: none
      tags: [result]
      kept_until: 2036-11-24
)");
    BOOST_TEST(result.problems.empty());
    BOOST_TEST(result.unmet.empty());
}

BOOST_AUTO_TEST_CASE(each_expectation_that_does_not_hold_is_told_with_what_came_instead) {
    const auto result = judged(given + R"(
      verdict: refused
      temporary: true
      route: south
      class: none
      quarantine: true
      copy: [/south/r.hl7]
      deliver: []
      move: /x
      acknowledge: /y
      tags: []
      kept_until: 2036-11-23
)");
    BOOST_TEST(result.problems.empty());
    BOOST_TEST(result.unmet.size() == 11u);
    BOOST_TEST(result.unmet.at(0) == "verdict: expected refused, found allowed");
    BOOST_TEST(result.unmet.at(2) == "route: expected south, found north");
    BOOST_TEST(result.unmet.back() == "kept_until: expected 2036-11-23, found 2036-11-24");
}

BOOST_AUTO_TEST_CASE(what_waits_for_its_end_goes_nowhere_yet) {
    const Policy policy = site();
    Case one;
    one.account = "lab";
    one.path = path("/in/r.hl7");
    one.content = hl7_message("LAB", "HNORD");
    one.expected.route = "none";
    one.expected.waits_for = {"batch_trailer"};
    const auto question = question_of(one, policy, utc(2026, 11, 24, 11));
    const std::vector missing{content::Ending::batch_trailer};
    BOOST_TEST(unmet(one, policy, question, missing).empty());
    BOOST_TEST(unmet(one, policy, question).size() == 2u);
}

BOOST_AUTO_TEST_CASE(what_is_refused_goes_nowhere) {
    const auto result = judged(R"(version: 1
cases:
  - name: a lab reads nothing
    given: {account: lab, path: /in/r.hl7, verb: download}
    expect: {verdict: refused, route: none}
  - name: nobody
    given: {account: stranger, path: /in/r.hl7}
    expect: {verdict: refused}
)");
    BOOST_TEST(result.problems.empty());
    BOOST_TEST(result.unmet == (std::vector<std::string>{"the policy has no account stranger"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_mistake_in_a_case_is_told_where_it_stands) {
    const auto result = judged(R"(version: 1
cases:
  - name: wrong
    given: {account: lab, pth: /in/x, content: a, file: b}
    expect: {}
)");
    const auto told = [&](std::string_view text) {
        for (const Problem& problem : result.problems)
            if (problem.text().find(text) != std::string::npos) return true;
        return false;
    };
    BOOST_TEST(told("cases.yaml:4:27: error: unknown key `pth`; did you mean `path`?"));
    BOOST_TEST(told("exclude each other"));
    BOOST_TEST(told("expects nothing always holds"));
}

BOOST_AUTO_TEST_SUITE_END()
