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

BOOST_AUTO_TEST_CASE(names_holds_purposes_and_acts_are_told_too) {
    (void)site.granted("holds.add", {{"subject", "HNORD/1234"}, {"case", "24/0815"}});
    const auto names = reported("name");
    BOOST_TEST_REQUIRE(names.size() == 2U);
    BOOST_TEST(names[0].at("path").as_string() == "/drop/in/a.hl7");
    BOOST_TEST(names[0].at("made_by").as_string() == "drop");
    const auto holds = reported("hold");
    BOOST_TEST_REQUIRE(holds.size() == 1U);
    BOOST_TEST(holds[0].at("case").as_string() == "24/0815");
    BOOST_TEST(holds[0].at("stream").as_string() == names[0].at("stream").as_string());
    const json::object file = reported("file").front();
    const auto& kept_for = file.at("classes").as_array().at(0).as_object();
    BOOST_TEST(kept_for.at("legal_basis").as_string() == "CSP L.1142-28");
    BOOST_TEST(kept_for.at("keep").as_string() == "30 days");
    // The hold, and each report.
    const auto acts = reported("act");
    BOOST_TEST(acts.size() >= 4U);
    BOOST_TEST(acts[0].at("action").as_string() == "hold_added");
    for (const json::object& row : reported("event")) BOOST_TEST(!row.contains("address"));
}

BOOST_AUTO_TEST_CASE(all_events_of_a_content_are_told_however_many) {
    for (int round = 0; round < 600; ++round) required(partner.get("/out/a.hl7"));
    const auto events = reported("event");
    const auto reads = std::ranges::count_if(events, [](const json::object& row) {
        return row.at("action").as_string() == "retrieval_ended";
    });
    BOOST_TEST(reads == 601);
    for (std::size_t at = 1; at < events.size(); ++at)
        BOOST_REQUIRE(events[at - 1].at("sequence").as_int64() <
                      events[at].at("sequence").as_int64());
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
}

BOOST_AUTO_TEST_CASE(whom_acts_alone_name_is_told_of_them) {
    const auto report = [this](std::string_view subject) {
        return site.ask("subject.report", {{"subject", subject}});
    };
    (void)site.granted("holds.add", {{"subject", "HNORD/1234"}, {"case", "24/0815"}});
    (void)site.granted("holds.lift", {{"subject", "HNORD/1234"}, {"reason", "over"}});
    site.pass(days(40));
    const auto answer = report("HNORD/1234");
    BOOST_TEST_REQUIRE(answer.end.has_value());
    BOOST_TEST(answer.end->at("files").to_number<int>() == 0);
    BOOST_TEST(answer.rows.front().at("kind").as_string() == "subject");
    BOOST_TEST(std::ranges::any_of(answer.rows, [](const json::object& row) {
        return row.contains("action") && row.at("action").as_string() == "hold_added";
    }));
    // Who was only asked for is nobody still, however often.
    for (int times = 0; times < 2; ++times) BOOST_TEST(!report("HNORD/4321").end.has_value());
}

BOOST_AUTO_TEST_CASE(a_file_is_told_once_whenever_it_was_given_its_classes) {
    required(drop.put("/in/b.hl7", message()));
    BOOST_TEST(reported("file").size() == 2U);
    // The first is given another class, after the second came.
    site.alter(
        "INSERT INTO file_classes (file, class, rule, deposited) SELECT file, 'archive', rule,"
        " deposited FROM file_classes ORDER BY id LIMIT 1;"
        "INSERT INTO class_subjects (life, subject) SELECT max(id),"
        " (SELECT subject FROM class_subjects ORDER BY life LIMIT 1) FROM file_classes");
    BOOST_TEST(reported("file").size() == 2U);
}

BOOST_AUTO_TEST_CASE(how_many_acts_are_left_out_is_told) {
    constexpr int many = 10'003;
    required(site.run(site.site().store.write([&](Transaction& transaction) -> Result<> {
        for (int i = 0; i < many; ++i)
            if (auto done = transaction.ledger.append({.time = site.clock.now(),
                                                       .action = Action::administrator_acted,
                                                       .account = "admin:root",
                                                       .detail = "subject set",
                                                       .personal = {.subject = "HNORD/1234"}});
                !done)
                return failure(done.error());
        return {};
    })));
    const auto answer = site.ask("subject.report", {{"subject", "HNORD/1234"}});
    BOOST_TEST(answer.end->at("acts").to_number<int>() == 10'000);
    BOOST_TEST(answer.end->at("acts_left_out").to_number<int>() == 4);  // and this report's own
}

BOOST_AUTO_TEST_CASE(what_is_held_is_not_erased_and_the_answer_says_so) {
    (void)site.granted("holds.add", {{"subject", "HNORD/1234"}, {"case", "24/0815"}});
    site.pass(days(40));
    const auto answer = site.ask("subject.erase", {{"subject", "HNORD/1234"}});
    BOOST_TEST(answer.end->at("kept").to_number<int>() == 1);
    BOOST_TEST(ground_of(answer.rows[0]).contains("art. 17(3)(e)"));
}

BOOST_AUTO_TEST_SUITE_END()
