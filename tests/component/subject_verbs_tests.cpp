// What is told of a person, and what is erased.
#include "retention_site.hpp"

using namespace consign;
using namespace consign::testing;
using ledger::Action;
namespace json = boost::json;

namespace {

struct Fixture {
    RetentionSite site;
    Peer drop{site, "drop"};
    Peer partner{site, "partner"};

    Fixture() {
        required(drop.put("/in/a.hl7", message()));
        required(drop.put("/in/other.hl7", message("BIOMED", "77^^^HNORD")));
        required(partner.get("/out/a.hl7"));
    }
    std::vector<json::object> reported(std::string_view kind) {
        std::vector<json::object> rows;
        for (auto& row : site.ask("subject.report", {{"subject", "HNORD/1234"}}).rows)
            if (row.at("kind").as_string() == kind) rows.push_back(std::move(row));
        return rows;
    }
};

std::string_view ground_of(const json::object& row) {
    return row.at("ground").as_string();
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(subject_verbs, Fixture)

BOOST_AUTO_TEST_CASE(the_report_has_each_file_and_each_access) {
    BOOST_TEST(reported("subject").front().at("born").as_string() == "1970-05-17");
    const auto files = reported("file");
    BOOST_TEST_REQUIRE(files.size() == 1U);
    BOOST_TEST(files[0].at("paths").as_array().size() == 2U);
    const auto events = reported("event");
    const auto did = [&](std::string_view action, std::string_view account) {
        return std::ranges::count_if(events, [&](const json::object& row) {
            return row.at("action").as_string() == action &&
                   row.at("account").as_string() == account;
        });
    };
    BOOST_TEST(did("deposited", "drop") == 1);
    BOOST_TEST(did("opened_for_reading", "partner") == 1);
    BOOST_TEST(did("retrieval_ended", "partner") == 1);
    BOOST_TEST(site.events(Action::administrator_acted).back().personal.subject == "HNORD/1234");
}

BOOST_AUTO_TEST_CASE(what_was_altered_stops_no_report_and_no_erasure) {
    site.alter(
        "UPDATE subjects SET facts = x'00'; UPDATE events SET personal = x'00'"
        " WHERE personal IS NOT NULL; UPDATE nodes SET name = x'00' WHERE file IS NOT NULL");
    BOOST_TEST(reported("file").size() == 1U);
    BOOST_TEST(reported("event").size() >= 3U);
    const auto answer = site.ask("subject.erase", {{"subject", "HNORD/1234"}});
    BOOST_TEST_REQUIRE(answer.end.has_value());
    BOOST_TEST(answer.rows.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_request_is_answered_with_what_was_erased_and_what_may_not_be) {
    site.pass(days(20));
    required(drop.put("/in/later.hl7", message()));
    for (int day = 0; day < 15; day += 5) {
        site.clock.advance(days(5));
        BOOST_TEST(required(site.run(desk::believe_clock(site.site()))));
    }
    const auto answer = site.ask("subject.erase", {{"subject", "HNORD/1234"}});
    BOOST_TEST_REQUIRE(answer.end.has_value());
    BOOST_TEST(answer.end->at("erased").to_number<int>() == 1);
    BOOST_TEST(answer.end->at("kept").to_number<int>() == 1);
    BOOST_TEST(!answer.end->at("facts_erased").as_bool());
    BOOST_TEST_REQUIRE(answer.rows.size() == 2U);
    BOOST_TEST(answer.rows[0].at("outcome").as_string() == "erased");
    BOOST_TEST(answer.rows[1].at("outcome").as_string() == "kept");
    BOOST_TEST(answer.rows[1].at("legal_basis").as_string() == "CSP L.1142-28");
    BOOST_TEST(ground_of(answer.rows[1]).contains("art. 17(3)(b)"));
    const auto told = site.events(Action::erasure_requested);
    BOOST_TEST_REQUIRE(told.size() == 2U);
    BOOST_TEST(told[1].detail.ends_with("answered: 1 erased, 1 kept"));
    BOOST_TEST(told[1].personal.subject == "HNORD/1234");
    BOOST_TEST(partner.sees("/out/other.hl7"));  // due as well, but of somebody else

    site.pass(days(40));
    const auto again = site.ask("subject.erase", {{"subject", "HNORD/1234"}});
    BOOST_TEST_REQUIRE(!again.end.has_value());
    BOOST_TEST(again.end.error().starts_with("nobody is known as HNORD/1234"));
    BOOST_TEST(!site.ask("subject.report", {{"subject", "HNORD/1234"}}).end.has_value());
}

BOOST_AUTO_TEST_CASE(what_is_held_is_not_erased_and_the_answer_says_so) {
    (void)site.granted("holds.add", {{"subject", "HNORD/1234"}, {"case", "24/0815"}});
    site.pass(days(40));
    const auto answer = site.ask("subject.erase", {{"subject", "HNORD/1234"}});
    BOOST_TEST(answer.end->at("kept").to_number<int>() == 1);
    BOOST_TEST(ground_of(answer.rows[0]).contains("art. 17(3)(e)"));
}

BOOST_AUTO_TEST_SUITE_END()
