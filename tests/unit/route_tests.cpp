#include <boost/test/unit_test.hpp>

#include "policies/deposits.hpp"
#include "policy/errc.hpp"

using namespace consign;
using namespace consign::policy;

namespace {

Rule action_rule(int line) {
    return {"policy.d/30-routes.yaml", line};
}

struct Lab {
    Policy policy;
    Lab() {
        policy.zone = "Europe/Paris";
        policy.accounts.emplace("lab", account_named("lab", "/labs/lab"));
    }
    Account& account() { return policy.accounts.at("lab"); }
    Route& add(std::string name, std::string_view glob) {
        const int line = static_cast<int>(policy.routes.size()) * 10;
        return policy.routes.emplace_back(route_named(std::move(name), glob, line));
    }
    [[nodiscard]] std::string taken_by(std::string_view name, std::string_view text = {}) {
        const auto routing = route(policy, deposit(account(), name, text));
        return routing && routing->route ? routing->route->name : "none";
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(route_suite)

BOOST_AUTO_TEST_CASE(what_the_file_says_decides) {
    Lab lab;
    lab.add("north", "/labs/*/in/**").when.fields = {asks("message_type", "ORU^R01"),
                                                     asks("receiving_facility", "HNORD")};
    lab.add("rest", "/labs/*/in/**");
    BOOST_TEST(lab.taken_by("/in/a.hl7", hl7_message("LAB", "HNORD")) == "north");
    BOOST_TEST(lab.taken_by("/in/a.hl7", hl7_message("LAB", "HSUD")) == "rest");
    BOOST_TEST(lab.taken_by("/in/a.hl7", hl7_message("LAB", "HNORD", "ADT^A01")) == "rest");
    BOOST_TEST(lab.taken_by("/in/a.hl7", "%PDF-1.7\n") == "rest");
    BOOST_TEST(lab.taken_by("/in/a.hl7") == "rest");
}

BOOST_AUTO_TEST_CASE(a_deposit_takes_the_first_route_that_matches_at_the_sites_time) {
    Lab lab;
    lab.add("first", "/labs/*/in/**").to = {Copy{to("/p/{date}/{time}/{name}"), action_rule(7)},
                                            Copy{to("{home}/d/{name}"), action_rule(8)}};
    lab.add("second", "/**").to = {Copy{to("/q/{sha256}"), action_rule(9)}};
    auto facts = deposit(lab.account(), "/in/a.hl7");
    facts.time = utc(2026, 12, 31, 23) + std::chrono::minutes(30);
    facts.sha256.fill(0xab);
    const auto routing = route(lab.policy, facts);
    BOOST_TEST(routing->route->name == "first");
    BOOST_TEST(routing->rule.text() == "policy.d/30-routes.yaml:0");
    BOOST_TEST(routing->copies.at(0).path->text() ==
               "/p/2027-01-01/003000/a.hl7");  // Paris is ahead
    BOOST_TEST(routing->copies.at(1).path->text() == "/labs/lab/d/a.hl7");
    facts.path = path("/labs/lab/other");
    BOOST_TEST(route(lab.policy, facts)->copies.at(0).path->text() ==
               "/q/abababababababababababababababababababababababababababababababab");
    lab.policy.routes.pop_back();
    BOOST_TEST(!route(lab.policy, facts));
}

BOOST_AUTO_TEST_CASE(a_target_that_comes_out_unfit_says_why_and_the_others_stay) {
    Lab lab;
    lab.add("r", "/**").to = {Copy{to("/p/{name}{name}"), action_rule(1)},
                              Copy{to("/p/{ext}"), action_rule(2)},
                              Copy{to("/p/{name}"), action_rule(3)}};
    const auto routing = route(lab.policy, deposit(lab.account(), "/in/" + std::string(200, 'a')));
    BOOST_TEST((routing->copies.at(0).path.error() == std::errc::filename_too_long));
    BOOST_TEST((routing->copies.at(1).path.error() == make_error_code(policy_errc::segment_unfit)));
    BOOST_TEST(routing->copies.at(2).path.value().name() == std::string(200, 'a'));
}

BOOST_AUTO_TEST_CASE(one_of_several_values_is_enough_and_every_field_must_hold) {
    Lab lab;
    auto type = asks("message_type", "ORU^R01");
    type.any_of.push_back(content::FieldPattern::parse("MDM^T02").value());
    lab.add("results", "/**").when.fields = {type, asks("MSH-6", "H*")};
    BOOST_TEST(lab.taken_by("/in/a", hl7_message("LAB", "HSUD", "MDM^T02")) == "results");
    BOOST_TEST(lab.taken_by("/in/a", hl7_message("LAB", "CLINIC", "MDM^T02")) == "none");
}

BOOST_AUTO_TEST_CASE(of_a_field_that_repeats_one_repetition_is_enough_for_a_component_too) {
    Lab lab;
    lab.add("patient", "/**").when.fields = {asks("PID-3.4", "HNORD")};
    std::string head = hl7_message("LAB", "HSUD");
    head.resize(head.find("PID"));
    for (const auto* const ids : {"1^^^LAB~2^^^HNORD", "2^^^HNORD~1^^^LAB", "~2^^^HNORD"})
        BOOST_TEST(lab.taken_by("/in/a", head + "PID|1||" + ids + "\r") == "patient");
    for (const auto* const ids : {"1^^^LAB~2^^^HSUD", "HNORD~^^HNORD^x", ""})
        BOOST_TEST(lab.taken_by("/in/a", head + "PID|1||" + ids + "\r") == "none");
}

BOOST_AUTO_TEST_CASE(account_group_size_and_time_narrow_a_route) {
    Lab lab;
    lab.account().group = "labs";
    Conditions& when = lab.add("narrow", "/**").when;
    when.accounts = {"other", "lab"};
    when.groups = {"labs"};
    when.at_least_bytes = 2;
    when.at_most_bytes = 3;
    when.time = {parse_schedule_entry("Tue 12:00-13:00 Europe/Paris", "UTC").value()};
    BOOST_TEST(lab.taken_by("/a", "xy") == "narrow");  // Tuesday, 12:00 in Paris
    BOOST_TEST(lab.taken_by("/a", "xyz") == "narrow");
    BOOST_TEST(lab.taken_by("/a", "x") == "none");
    BOOST_TEST(lab.taken_by("/a", "wxyz") == "none");
    auto facts = deposit(lab.account(), "/a", "xy");
    facts.time += std::chrono::hours(1);
    BOOST_TEST(!route(lab.policy, facts));
    lab.account().group = "others";
    BOOST_TEST(lab.taken_by("/a", "xy") == "none");
}

BOOST_AUTO_TEST_CASE(format_and_packing_are_conditions) {
    Lab lab;
    lab.add("pdf", "/**").when.formats = {content::Format::pdf};
    lab.add("plain", "/**").when.packings = {content::Packing::none};
    BOOST_TEST(lab.taken_by("/a", "%PDF-1.4\n") == "pdf");
    BOOST_TEST(lab.taken_by("/a", "nothing in particular") == "plain");
}

BOOST_AUTO_TEST_CASE(captures_of_the_path_fill_templates_and_cannot_leave_their_place) {
    Lab lab;
    Route& made = lab.add("captures", "/**");
    made.when.path_regex = Pattern::parse("/labs/(?P<lab>[^/]+)/in/(.*)").value();
    made.to = {Copy{to("/p/{capture.lab}/{capture.2}"), action_rule(7)}};
    const auto routing = route(lab.policy, deposit(lab.account(), "/in/deep/r.hl7"));
    BOOST_TEST_REQUIRE(routing.has_value());
    BOOST_TEST(routing->copies.at(0).path.value().text() == "/p/lab/deep_r.hl7");
    BOOST_TEST(routing->copies.at(0).rule.text() == "policy.d/30-routes.yaml:7");
    BOOST_TEST(lab.taken_by("/out/r.hl7") == "none");
}

BOOST_AUTO_TEST_CASE(a_field_fills_a_template_and_one_that_is_missing_makes_none) {
    Lab lab;
    lab.add("fields", "/**").to = {Copy{to("/p/{hl7.MSH-10}.hl7"), action_rule(7)},
                                   Copy{to("/p/{hl7.MSH-13}.hl7"), action_rule(8)}};
    const auto routing =
        route(lab.policy, deposit(lab.account(), "/in/r", hl7_message("LAB", "H")));
    BOOST_TEST(routing->copies.at(0).path.value().text() == "/p/MSG00017.hl7");
    BOOST_TEST((routing->copies.at(1).path.error() == make_error_code(policy_errc::value_missing)));
}

BOOST_AUTO_TEST_CASE(a_message_cannot_climb_out_of_the_folder) {
    Lab lab;
    lab.add("fields", "/**").to = {Copy{to("/p/{hl7.MSH-4}/x"), action_rule(7)}};
    const auto target = [&](std::string_view sender) {
        return route(lab.policy, deposit(lab.account(), "/in/r", hl7_message(sender, "H")))
            ->copies.at(0)
            .path;
    };
    BOOST_TEST(target("../../etc").value().text() == "/p/.._.._etc/x");
    BOOST_TEST((target("..").error() == make_error_code(policy_errc::segment_unfit)));
    BOOST_TEST((target(".").error() == make_error_code(policy_errc::segment_unfit)));
}

BOOST_AUTO_TEST_CASE(every_action_is_carried_into_the_routing) {
    Lab lab;
    Route& made = lab.add("all", "/**");
    made.to = {Copy{to("/c/{name}"), action_rule(1)}, Move{to("/m/{name}"), action_rule(2)},
               Deliver{"his", to("/inbox/{name}"), action_rule(3)}, Tag{"urgent", action_rule(5)}};
    made.acknowledge = Acknowledge{to("{home}/acks/{stem}.ack"), action_rule(6)};
    const auto routing = route(lab.policy, deposit(lab.account(), "/in/r.hl7"));
    BOOST_TEST(routing->copies.at(0).path.value().text() == "/c/r.hl7");
    BOOST_TEST(routing->move->path.value().text() == "/m/r.hl7");
    BOOST_TEST(routing->deliveries.at(0).target == "his");
    BOOST_TEST(routing->deliveries.at(0).to.path.value().text() == "/inbox/r.hl7");
    BOOST_TEST(routing->tags.at(0) == "urgent");
    BOOST_TEST(routing->acknowledge->path.value().text() == "/labs/lab/acks/r.ack");
}

BOOST_AUTO_TEST_CASE(what_is_quarantined_gets_no_other_name) {
    Lab lab;
    Route& made = lab.add("all", "/**");
    made.to = {Copy{to("/c/{name}"), action_rule(1)}, Quarantine{"by hand", action_rule(4)},
               Deliver{"his", to("/inbox/{name}"), action_rule(3)}, Tag{"odd", action_rule(5)}};
    made.acknowledge = Acknowledge{to("{home}/acks/{stem}.ack"), action_rule(6)};
    const auto routing = route(lab.policy, deposit(lab.account(), "/in/r.hl7"));
    BOOST_TEST(routing->quarantine->reason == "by hand");
    BOOST_TEST(routing->quarantine->rule.text() == "policy.d/30-routes.yaml:4");
    BOOST_TEST(routing->copies.empty());
    BOOST_TEST(routing->deliveries.empty());
    BOOST_TEST(!routing->acknowledge);
    BOOST_TEST(routing->tags.at(0) == "odd");
}

BOOST_AUTO_TEST_CASE(a_facility_that_the_account_may_not_claim_is_quarantined_whatever_routes_say) {
    Lab lab;
    lab.account().claims = Claims{{"LAB", "340780477"}, {"policy.d/20-accounts.yaml", 9}};
    lab.add("all", "/**").to = {Copy{to("/c/{name}"), action_rule(1)}};
    const auto routing =
        route(lab.policy, deposit(lab.account(), "/in/r", hl7_message("OTHER", "H")));
    BOOST_TEST((routing->route == nullptr));
    BOOST_TEST(routing->copies.empty());
    BOOST_TEST(routing->quarantine.has_value());
    BOOST_TEST(routing->quarantine->rule.text() == "policy.d/20-accounts.yaml:9");
    // Every part that names a facility must be claimed.
    BOOST_TEST(lab.taken_by("/in/r", hl7_message("LAB^OTHER", "H")) == "none");
    BOOST_TEST(lab.taken_by("/in/r", hl7_message("LAB^340780477", "H")) == "all");
    // Who says nothing claims nothing.
    BOOST_TEST(lab.taken_by("/in/r", "%PDF-1.4\n") == "all");
}

BOOST_AUTO_TEST_CASE(one_stranger_in_a_batch_is_enough) {
    Lab lab;
    lab.account().claims = Claims{{"LAB"}, {}};
    lab.add("all", "/**");
    const std::string batch = "FHS|^~\\&|LIS|LAB\rBHS|^~\\&|LIS|LAB\r" + hl7_message("LAB", "H") +
                              hl7_message("OTHER", "H") + "BTS|2\rFTS|1\r";
    BOOST_TEST(lab.taken_by("/in/r", batch) == "none");
}

BOOST_AUTO_TEST_CASE(a_sender_that_hides_is_quarantined) {
    Lab lab;
    lab.account().claims = Claims{{"LAB"}, {}};
    lab.add("all", "/**");
    const std::string own = hl7_message("LAB", "H");
    const std::string other = hl7_message("OTHER", "H");
    // Another repetition, delimiters that nobody can read, a frame within a line.
    BOOST_TEST(lab.taken_by("/in/r", hl7_message("LAB~OTHER", "H")) == "none");
    BOOST_TEST(lab.taken_by("/in/r", own + "MSH|^~\\&^|LIS|OTHER\r") == "none");
    BOOST_TEST(lab.taken_by("/in/r", own + "\x1c\x0b" + other) == "none");
    BOOST_TEST(lab.taken_by("/in/r", own + "NTE|1||x\x1c\x0b" + other) == "none");
    BOOST_TEST(lab.taken_by("/in/r", own + "NTE|1||MSH is a word\r") == "all");
    const std::string hprim = "H|~^\\&|A.HPR||LAB||ORU|||H~Y||P|H2.1~L|20260101\rP|1|61\rL|1\r";
    const std::string unreadable =
        "H|~^\\&|B.HPR||OTHER||oru|||H~Y||P|H2.1~L|20260101\rP|1|62\rL|1\r";
    BOOST_TEST(lab.taken_by("/in/r", hprim) == "all");
    BOOST_TEST(lab.taken_by("/in/r", hprim + unreadable) == "none");
}

BOOST_AUTO_TEST_CASE(whom_nothing_is_known_of_is_kept) {
    Lab lab;
    lab.policy.classes.emplace("reports", Class{.name = "reports"});
    lab.add("all", "/**").retention_class = "reports";
    const auto subjects = [&](const std::string& text) {
        return route(lab.policy, deposit(lab.account(), "/in/r", text))->subjects.size();
    };
    const std::string one = hl7_message("LAB", "H");
    BOOST_TEST(subjects(one) == 1u);
    BOOST_TEST(subjects(one + "PID|1||||NOBODY\r") == 2u);                // no identifier
    BOOST_TEST(subjects(one + "NTE|" + std::string(70'000, 'x')) == 2u);  // not all was read
    SubjectFields fields;
    fields.id = content::FieldName::parse(content::Dictionary::hl7, "PID-3.1").value();
    lab.policy.routes.front().subject = fields;
    BOOST_TEST(subjects(one) == 1u);
    BOOST_TEST(subjects(one + hl7_message("LAB2", "H")) == 2u);  // the fields are the first's
    // Where they name whom the reader names as well, all are known.
    lab.policy.routes.front().subject->authority =
        content::FieldName::parse(content::Dictionary::hl7, "PID-3.4").value();
    const std::string two = one + "PID|1||4712^^^LAB||B^B||19700517\r";
    BOOST_TEST(subjects(one) == 1u);
    const auto routing = route(lab.policy, deposit(lab.account(), "/in/r", two));
    BOOST_TEST_REQUIRE(routing->subjects.size() == 2u);
    BOOST_TEST(routing->subjects[1].id == "4712");
    BOOST_TEST((routing->subjects[1].born == std::nullopt));  // no field says when
    BOOST_TEST(subjects(one + "PID|1||||NOBODY\r") == 2u);
}

BOOST_AUTO_TEST_CASE(whom_a_header_is_about_that_cannot_be_read_nobody_knows) {
    Lab lab;
    lab.policy.classes.emplace("reports", Class{.name = "reports"});
    lab.add("all", "/**").retention_class = "reports";
    const auto is_kept_for_nobody = [&](const std::string& text) {
        const auto routing = route(lab.policy, deposit(lab.account(), "/in/r", text));
        return routing->subjects.back().id.empty();
    };
    const std::string hl7 = hl7_message("LAB", "H");
    BOOST_TEST(!is_kept_for_nobody(hl7));
    BOOST_TEST(is_kept_for_nobody(hl7 + "MSH##~\\&#LIS#LAB2\rPID#1##62^^^LAB\r"));
    const std::string hprim = "H|~^\\&|A.HPR||LAB||ORU|||H~Y||P|H2.1~L|20260101\rP|1|61\rL|1\r";
    BOOST_TEST(!is_kept_for_nobody(hprim));
    BOOST_TEST(is_kept_for_nobody(hprim + "H#~^\\&#B.HPR##LAB##oru\rP#1#62\rL#1\r"));
}

BOOST_AUTO_TEST_CASE(of_whoever_follows_the_first_only_the_formats_own_fields_tell) {
    Lab lab;
    lab.policy.classes.emplace("reports", Class{.name = "reports"});
    const auto field = [](const char* name) {
        return content::FieldName::parse(content::Dictionary::hl7, name).value();
    };
    Route& all = lab.add("all", "/**");
    all.retention_class = "reports";
    all.subject.emplace().id = field("PID-3.1");
    all.subject->born = field("PID-7");
    const std::string header = "MSH|^~\\&|LIS|LAB|HIS|H|20261124||ORU^R01|1|P|2.5\r";
    const std::string text = header + "PID|1|11|11||A||19700517||||||||||||19800229\r" + header +
                             "PID|1|21|22||B||19900101||||||||||||19910101\r";
    const auto subjects = [&] {
        return route(lab.policy, deposit(lab.account(), "/in/r", text))->subjects;
    };
    using std::chrono::year, std::chrono::sys_days;
    BOOST_TEST_REQUIRE(subjects().size() == 2u);
    BOOST_TEST(subjects()[1].id == "22");
    BOOST_TEST((subjects()[1].born == sys_days(year(1990) / 1 / 1)));
    // Another date than the reader takes: of the second it is not known.
    lab.policy.routes.front().subject->born = field("PID-19");
    BOOST_TEST((subjects()[0].born == sys_days(year(1980) / 2 / 29)));
    BOOST_TEST((subjects()[1].born == std::nullopt));
    // Another identifier, which is the same in the first message by chance.
    lab.policy.routes.front().subject->id = field("PID-2.1");
    BOOST_TEST(subjects()[0].id == "11");
    BOOST_TEST(subjects()[1].id.empty());
}

BOOST_AUTO_TEST_CASE(a_sidecar_may_be_awaited_by_what_is_still_to_come) {
    Lab lab;
    Route& waits = lab.add("waits", "/labs/*/in/**");
    waits.when.file_name = Glob::name("*.dat").value();
    waits.sidecars = {Sidecar::checksum_file};
    const auto may = [&](std::string_view where, Sidecar sidecar) {
        return may_wait_for(lab.policy, lab.account(), path(where), sidecar);
    };
    BOOST_TEST(may("/labs/lab/in/a.dat", Sidecar::checksum_file));
    BOOST_TEST(!may("/labs/lab/in/a.dat", Sidecar::ok_file));
    BOOST_TEST(!may("/labs/lab/in/a.txt", Sidecar::checksum_file));
}

BOOST_AUTO_TEST_CASE(subjects_come_from_the_message_and_are_the_accounts_own_without_an_authority) {
    Lab lab;
    lab.policy.classes.emplace("reports", Class{.name = "reports"});
    lab.add("all", "/**").retention_class = "reports";
    const auto routing =
        route(lab.policy, deposit(lab.account(), "/in/r", hl7_message("LAB", "H")));
    BOOST_TEST_REQUIRE(routing->subjects.size() == 1u);
    BOOST_TEST(routing->subjects[0].id == "4711");
    BOOST_TEST(routing->subjects[0].authority == "LAB");
    BOOST_TEST(
        (routing->subjects[0].born == std::chrono::sys_days(std::chrono::year(2020) / 2 / 29)));
    BOOST_TEST((routing->retention_class == &lab.policy.classes.at("reports")));

    const std::string anonymous = "MSH|^~\\&|LIS|LAB|HIS|H|20261124||ORU^R01|1|P|2.5\rPID|1||12\r";
    const auto own = route(lab.policy, deposit(lab.account(), "/in/r", anonymous));
    BOOST_TEST(own->subjects.at(0).authority == "account:lab");
}

BOOST_AUTO_TEST_CASE(a_route_may_say_which_fields_name_the_subject) {
    Lab lab;
    SubjectFields fields;
    fields.id = content::FieldName::parse(content::Dictionary::hl7, "MSH-10").value();
    fields.authority = content::FieldName::parse(content::Dictionary::hl7, "MSH-4").value();
    lab.add("all", "/**").subject = fields;
    const auto routing =
        route(lab.policy, deposit(lab.account(), "/in/r", hl7_message("LAB", "H")));
    BOOST_TEST(routing->subjects.at(0).id == "MSG00017");
    BOOST_TEST(routing->subjects.at(0).authority == "LAB");
    BOOST_TEST((routing->subjects.at(0).born == std::nullopt));

    // Of a date its first value counts, without what stands behind it; PID-30 denies a death.
    const auto field = [](const char* name) {
        return content::FieldName::parse(content::Dictionary::hl7, name).value();
    };
    lab.policy.routes.front().subject->born = field("PID-7");
    lab.policy.routes.front().subject->died = field("PID-29");
    const auto dates = [&](const char* indicator) {
        const std::string text =
            "MSH|^~\\&|LIS|LAB|HIS|H|20261124||ORU^R01|1|P|2.5\r"
            "PID|1||12||N||19800229^D~19800301" +
            std::string(22, '|') + "20260101|" + indicator + "\r";
        const auto routed = route(lab.policy, deposit(lab.account(), "/in/r", text));
        return std::pair(routed->subjects.at(0).born, routed->subjects.at(0).died);
    };
    using std::chrono::year, std::chrono::sys_days;
    BOOST_TEST((dates("").first == sys_days(year(1980) / 2 / 29)));
    BOOST_TEST((dates("").second == sys_days(year(2026) / 1 / 1)));
    BOOST_TEST((dates("N").second == std::nullopt));
}

BOOST_AUTO_TEST_CASE(content_is_needed_only_where_it_can_decide) {
    Lab lab;
    BOOST_TEST(!needs_content(lab.policy, lab.account(), path("/labs/lab/in/r")));
    lab.add("plain", "/labs/*/in/**").to = {Copy{to("/c/{name}"), action_rule(1)}};
    BOOST_TEST(!needs_content(lab.policy, lab.account(), path("/labs/lab/in/r")));
    lab.add("by field", "/labs/*/out/**").when.fields = {asks("MSH-4", "X")};
    BOOST_TEST(!needs_content(lab.policy, lab.account(), path("/labs/lab/in/r")));
    BOOST_TEST(needs_content(lab.policy, lab.account(), path("/labs/lab/out/r")));
    lab.add("by template", "/labs/*/in/**").to = {Copy{to("/c/{hl7.MSH-10}"), action_rule(1)}};
    BOOST_TEST(needs_content(lab.policy, lab.account(), path("/labs/lab/in/r")));
    lab.policy.routes.clear();
    lab.account().claims = Claims{{"LAB"}, {}};
    BOOST_TEST(needs_content(lab.policy, lab.account(), path("/labs/lab/in/r")));
}

BOOST_AUTO_TEST_SUITE_END()
