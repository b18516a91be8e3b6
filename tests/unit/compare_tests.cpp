#include <boost/test/unit_test.hpp>

#include "policies/deposits.hpp"
#include "policy/compare.hpp"

using namespace consign;
using namespace consign::policy;

namespace {

Policy site() {
    Policy policy;
    policy.zone = "Europe/Paris";
    Account lab = account_named("lab", "/labs/lab");
    lab.grants = {{Glob::path("/in/**").value(), {Verb::upload}, {"a.yaml", 4}}};
    policy.accounts.emplace("lab", lab);
    Account partner = account_named("partner", "/partners/p");
    partner.grants = {{Glob::path("/out/**").value(), {Verb::list, Verb::download}, {"a.yaml", 9}}};
    policy.accounts.emplace("partner", partner);
    policy.classes.emplace("transit",
                           Class{.name = "transit", .keep = parse_span("30 days").value()});
    policy.routes = {route_named("first", "/labs/**", 1), route_named("second", "/**", 2)};
    return policy;
}

std::vector<std::string> said(const std::vector<Change>& changes) {
    std::vector<std::string> lines;
    for (const Change& change : changes) {
        std::string line = change.kind == Change::Kind::added     ? "+ "
                           : change.kind == Change::Kind::removed ? "- "
                                                                  : "~ ";
        line += change.what;
        for (const std::string& part : change.parts) line += " " + part;
        lines.push_back(line);
    }
    return lines;
}

StoredFile name(std::string_view where) {
    return {.path = path(where)};
}
StoredFile content_deposited(std::string_view where, Timestamp when) {
    return {.path = path(where),
            .is_name = false,
            .retention_class = "transit",
            .lives = {{.deposited = when}}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(compare_suite)

BOOST_AUTO_TEST_CASE(the_same_policy_changes_nothing_wherever_its_lines_stand) {
    const Policy before = site();
    Policy after = site();
    after.routes[0].rule.line = 99;
    after.accounts.at("lab").grants[0].rule.line = 77;
    BOOST_TEST(compare(before, after).empty());
    BOOST_TEST(classes_changed(before, after).empty());
}

BOOST_AUTO_TEST_CASE(tells_what_came_what_went_and_what_says_something_else) {
    const Policy before = site();
    Policy after = site();
    after.accounts.erase("partner");
    after.accounts.emplace("new", account_named("new", "/labs/new"));
    after.accounts.at("lab").enabled = false;
    after.accounts.at("lab").grants[0].may.insert(Verb::list);
    after.routes[1].retention_class = "transit";
    after.classes.at("transit").keep = parse_span("10 days").value();
    BOOST_TEST(said(compare(before, after)) ==
                   (std::vector<std::string>{"~ account lab enabled grants", "+ account new",
                                             "- account partner", "~ route second class",
                                             "~ class transit keep"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_protects_a_site_is_told_where_it_changes) {
    Policy before = site();
    before.scan = Scanner{.text = "/run/clamd"};
    before.routes[0].scan = Scanner{.text = "/run/clamd"};
    for (const auto* const name : {"labs", "old"}) before.listeners.emplace_back().name = name;
    before.alerts["ops"].emplace_back().to = "/usr/bin/page";
    before.alert = {"ops"};
    Policy after = before;
    after.scan.reset();
    after.routes[0].scan.reset();
    after.listeners.pop_back();
    after.listeners[0].algorithms = AlgorithmProfile::legacy;
    after.alerts["ops"][0].to = "/bin/true";
    after.alert.clear();
    after.clock_guard *= 2;
    after.scrub = ScrubTerms{};
    after.event_log = EventLog::syslog;
    after.ledger.checkpoint_every *= 2;
    BOOST_TEST(said(compare(before, after)) ==
                   (std::vector<std::string>{
                       "~ route first scan", "~ listener labs algorithms", "- listener old",
                       "~ the server scan alerts alert clock_guard scrub events "
                       "ledger.checkpoint_every"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(words_of_the_register_are_told_and_change_no_term) {
    const Policy before = site();
    Policy after = site();
    after.classes.at("transit").persons = "Patients";
    after.classes.at("transit").data = "Health";
    after.controller.dpo = "dpo@lab.example";
    BOOST_TEST(
        said(compare(before, after)) ==
            (std::vector<std::string>{"~ class transit persons data", "~ the server register"}),
        boost::test_tools::per_element());
    BOOST_TEST(classes_changed(before, after).empty());
}

BOOST_AUTO_TEST_CASE(an_accounts_pickups_in_another_order_are_another_policy) {
    Policy before = site();
    const auto pickup = [](const char* name, const char* account) {
        return Pickup{.name = name,
                      .account = account,
                      .path = Glob::path("/out/**").value(),
                      .window = {},
                      .expect = {},
                      .downloads = {},
                      .alert = {},
                      .rule = {}};
    };
    before.pickups = {pickup("urgent", "partner"), pickup("nightly", "partner"),
                      pickup("theirs", "other")};
    Policy after = before;
    std::swap(after.pickups[1], after.pickups[2]);
    BOOST_TEST(said(compare(before, after)).empty());
    std::swap(after.pickups[0], after.pickups[2]);
    BOOST_TEST(said(compare(before, after)) ==
                   (std::vector<std::string>{"~ the order of the pickups of partner"}),
               boost::test_tools::per_element());
    // One that goes to another account is told of as itself.
    after = before;
    after.pickups[0].account = "other";
    BOOST_TEST(
        said(compare(before, after)) == (std::vector<std::string>{"~ pickup urgent account"}),
        boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(routes_in_another_order_are_another_policy) {
    Policy after = site();
    std::swap(after.routes[0], after.routes[1]);
    BOOST_TEST(
        said(compare(site(), after)) == (std::vector<std::string>{"~ the order of the routes"}),
        boost::test_tools::per_element());
    Policy shorter = site();
    shorter.routes.erase(shorter.routes.begin());
    BOOST_TEST(said(compare(site(), shorter)) == (std::vector<std::string>{"- route first"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(tells_who_gains_and_loses_which_files) {
    const Policy before = site();
    Policy after = site();
    after.accounts.at("partner").grants[0].may = {Verb::list, Verb::remove};
    FilesCompared compared(before, after);
    compared.add(name("/partners/p/out/a.hl7"));
    compared.add(name("/partners/p/out/b.hl7"));
    compared.add(name("/partners/p/other"));
    compared.add(name("/labs/lab/in/a.hl7"));
    BOOST_TEST(compared.files() == 4u);
    BOOST_TEST(compared.access().size() == 1u);
    const auto& partner = compared.access().at("partner");
    BOOST_TEST(partner.lost.at("download").files == 2u);
    BOOST_TEST(partner.lost.at("download").first.at(1).text() == "/partners/p/out/b.hl7");
    BOOST_TEST(partner.gained.at("delete").files == 2u);
    BOOST_TEST(!partner.lost.contains("list"));
}

BOOST_AUTO_TEST_CASE(an_account_that_goes_or_is_disabled_loses_all) {
    const Policy before = site();
    Policy gone = site();
    gone.accounts.erase("partner");
    Policy disabled = site();
    disabled.accounts.at("partner").enabled = false;
    for (const Policy* after : {&gone, &disabled}) {
        FilesCompared compared(before, *after);
        compared.add(name("/partners/p/out/a.hl7"));
        BOOST_TEST(compared.access().at("partner").lost.at("download").files == 1u);
    }
}

BOOST_AUTO_TEST_CASE(tells_what_would_be_erased_sooner_and_what_is_kept_longer) {
    const Policy before = site();
    Policy shorter = site();
    shorter.classes.at("transit").keep = parse_span("10 days").value();
    FilesCompared sooner(before, shorter);
    sooner.add(content_deposited("/a", utc(2026, 1, 1)));
    sooner.add(name("/a"));
    BOOST_TEST(sooner.sooner().at("transit").files == 1u);
    BOOST_TEST(sooner.later().empty());
    FilesCompared later(shorter, before);
    later.add(content_deposited("/a", utc(2026, 1, 1)));
    BOOST_TEST(later.sooner().empty());
    BOOST_TEST(later.later().at("transit").files == 1u);
}

BOOST_AUTO_TEST_CASE(a_class_that_goes_keeps_its_files_for_ever) {
    Policy after = site();
    after.classes.clear();
    const Policy before = site();
    FilesCompared compared(before, after);
    compared.add(content_deposited("/a", utc(2026, 1, 1)));
    BOOST_TEST(compared.sooner().empty());
    BOOST_TEST(compared.later().at("transit").files == 1u);
    // And one that comes gives those files, kept for want of it, an end.
    FilesCompared back(after, before);
    back.add(content_deposited("/a", utc(2026, 1, 1)));
    BOOST_TEST(back.sooner().at("transit").files == 1u);
}

BOOST_AUTO_TEST_CASE(of_several_subjects_the_one_kept_longest_counts) {
    Policy policy = site();
    Class& kept = policy.classes.at("transit");
    kept.keep = parse_span("1 year").value();
    kept.minor_until = parse_span("28 years").value();
    const auto born = [](int year) {
        return Life{.deposited = utc(2026, 1, 1),
                    .last_activity = utc(2026, 1, 1),
                    .has_subject = true,
                    .born = std::chrono::sys_days(std::chrono::year(year) / 6 / 1)};
    };
    const std::vector<Life> two{born(1960), born(2020)};
    BOOST_TEST((term_under(policy, "transit", two).at > utc(2048, 1, 1)));
    Life unknown = born(1960);
    unknown.born.reset();
    const std::vector<Life> with_unknown{born(2020), unknown, born(1960)};
    BOOST_TEST((term_under(policy, "transit", with_unknown).state == Term::State::unknown));
    BOOST_TEST((term_under(policy, "transit", {}).state == Term::State::unknown));
}

BOOST_AUTO_TEST_SUITE_END()
