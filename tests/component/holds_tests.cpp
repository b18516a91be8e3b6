// A hold binds content, what is here and what comes, whatever its term, until it is lifted.
#include "desk/retention/shortened.hpp"
#include "retention_site.hpp"

using namespace consign;
using namespace consign::testing;
using ledger::Action;
namespace json = boost::json;

namespace {

struct Fixture {
    RetentionSite site;
    Peer drop{site, "drop"};
    Peer lab{site, "lab"};  // whose deposits have no class

    void hold(std::string_view whom, std::string_view value, json::object words) {
        words[whom] = value;
        const auto held = site.granted("holds.add", std::move(words));
        BOOST_TEST(held.at("holds").as_array().size() == 1U);
    }
    void hold(std::string_view whom, std::string_view value) {
        hold(whom, value, {{"reason", "inspection"}});
    }
    void claim(std::string_view whom, std::string_view value) {
        hold(whom, value, {{"case", "24/0815"}, {"reason", "dispute"}});
    }
    void lift(json::object arguments) { (void)site.granted("holds.lift", std::move(arguments)); }
    std::int64_t persons() {
        const auto connection = required(database::Connection::open(
            site.data() / "consign.db", database::Connection::Mode::read));
        auto query = connection->query("SELECT count(*) FROM subjects");
        BOOST_REQUIRE(required(query.next()));
        return query.integer(0);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(holds, Fixture)

BOOST_AUTO_TEST_CASE(a_held_file_outlives_its_term_and_ends_once_the_hold_is_lifted) {
    required(drop.put("/in/a.hl7", message()));
    required(drop.put("/in/b.hl7", message()));
    hold("file", "/drop/in/a.hl7");
    BOOST_TEST(site.pass(days(40)) == 1U);
    const auto planned = site.ask("retention.plan", {{"until", "2040-01-01T00:00:00Z"}});
    BOOST_TEST_REQUIRE(planned.rows.size() == 1U);
    BOOST_TEST(planned.rows[0].at("kept_by").as_string() == "hold 1");
    lift({{"id", 1}, {"reason", "settled"}});
    BOOST_TEST(site.look().destroyed == 1U);
    BOOST_TEST(site.events(Action::hold_added).size() == 1U);
    BOOST_TEST(site.events(Action::hold_lifted).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_hold_on_a_subject_or_an_account_binds_what_comes_later) {
    required(drop.put("/in/a.hl7", message()));
    hold("subject", "HNORD/1234");
    site.clock.advance(days(1));
    required(drop.put("/in/b.hl7", message()));
    required(drop.put("/in/c.hl7", message("BIOMED", "77^^^HNORD")));
    BOOST_TEST(site.pass(days(40)) == 1U);
    lift({{"subject", "HNORD/1234"}});
    BOOST_TEST(site.pass(hours(2)) == 2U);

    hold("account", "drop");
    required(drop.put("/in/d.hl7", message()));
    BOOST_TEST(site.pass(days(40)) == 0U);
    lift({{"account", "drop"}});
    BOOST_TEST(site.pass(hours(2)) == 1U);
}

BOOST_AUTO_TEST_CASE(a_claim_suspends_the_term_which_goes_on_once_it_is_lifted) {
    const std::vector<std::pair<const char*, const char*>> whoms{
        {"file", "/drop/in/a.hl7"}, {"subject", "HNORD/1234"}, {"account", "drop"}};
    for (const auto& [whom, value] : whoms) {
        BOOST_TEST_CONTEXT(whom) {
            required(drop.put("/in/a.hl7", message()));
            BOOST_TEST(site.pass(days(10)) == 0U);
            claim(whom, value);
            BOOST_TEST(site.pass(days(100)) == 0U);
            const auto planned = site.ask("retention.plan");
            BOOST_TEST_REQUIRE(planned.rows.size() == 1U);
            BOOST_TEST(planned.rows[0].at("due").is_null());
            BOOST_TEST(planned.rows[0].at("why").as_string() == "suspended by a claim");
            BOOST_TEST(planned.rows[0].at("kept_by").as_string().starts_with("hold"));
            lift({{whom, value}});
            BOOST_TEST(site.pass(days(19)) == 0U);
            BOOST_TEST(site.ask("retention.plan", {{"until", "2100-01-01T00:00:00Z"}})
                           .rows.at(0)
                           .at("why")
                           .as_string() == "deposit + keep");
            BOOST_TEST(site.pass(days(2)) == 1U);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_claim_suspends_what_comes_while_it_lasts_and_nothing_that_comes_after_it) {
    claim("subject", "HNORD/1234");
    BOOST_TEST(site.pass(days(50)) == 0U);
    required(drop.put("/in/a.hl7", message()));
    BOOST_TEST(site.only_term().why == "suspended by a claim");
    BOOST_TEST(site.pass(days(10)) == 0U);
    lift({{"case", "24/0815"}});
    BOOST_TEST(site.pass(days(5)) == 0U);
    required(drop.put("/in/b.hl7", message()));
    BOOST_TEST(site.pass(days(24)) == 0U);  // 29 of its 30, but for the ten of the claim
    BOOST_TEST(site.pass(days(2)) == 1U);
    BOOST_TEST(drop.sees("/in/b.hl7"));
    BOOST_TEST(site.pass(days(3)) == 0U);
    BOOST_TEST(site.pass(days(2)) == 1U);
}

BOOST_AUTO_TEST_CASE(a_shorter_term_has_to_be_accepted_also_where_a_claim_suspends_it) {
    required(drop.put("/in/a.hl7", message()));
    claim("account", "drop");
    const auto before = site.site().policy.current();
    site.use_policy(kept("    keep: 20 days\n"));
    const auto sooner = required(
        site.run(desk::would_end_sooner(site.site(), before, site.site().policy.current())));
    BOOST_TEST(sooner.at("report") == 1U);
}

BOOST_AUTO_TEST_CASE(held_content_without_a_class_outlives_its_last_name) {
    required(lab.put("/a", content_of(100)));
    required(lab.put("/b", content_of(100)));
    hold("account", "lab");
    required(lab.remove("/a"));
    required(lab.put("/b", content_of(200)));
    BOOST_TEST(site.committed().size() == 3U);
    BOOST_TEST(site.pass(days(2)) == 0U);
    BOOST_TEST(site.ask("files.retained").rows.size() == 2U);
    site.restart();
    BOOST_TEST(site.committed().size() == 3U);
    lift({{"account", "lab"}});
    BOOST_TEST(site.pass(hours(2)) == 2U);
    BOOST_TEST(site.committed().size() == 1U);
    Peer back(site, "lab");  // the session of before the restart ended with it
    BOOST_TEST(back.sees("/b"));
}

BOOST_AUTO_TEST_CASE(content_without_a_class_that_comes_about_a_held_subject_is_held) {
    hold("subject", "HNORD/1234");
    site.use_policy(with_drop_granted(
        depot_with(
            "  - name: all\n    when: {path: /drop/in/**, format: hl7}\n"
            "    to: [{tag: seen}]\n    subject: {id: hl7.PID-3.1, authority: hl7.PID-3.4}\n"),
        "upload, delete"));
    required(drop.put("/in/a.hl7", message()));
    required(drop.put("/in/b.hl7", message("BIOMED", "77^^^HNORD")));
    required(drop.remove("/in/a.hl7"));
    required(drop.remove("/in/b.hl7"));
    BOOST_TEST(site.committed().size() == 1U);
    lift({{"subject", "HNORD/1234"}});
    BOOST_TEST(site.pass(hours(2)) == 1U);
}

BOOST_AUTO_TEST_CASE(the_list_shows_who_held_what_and_why_and_an_altered_one_binds_none_the_less) {
    required(drop.put("/in/a.hl7", message()));
    claim("file", "/drop/in/a.hl7");
    const auto listed = site.ask("holds.list");
    BOOST_TEST_REQUIRE(listed.rows.size() == 1U);
    BOOST_TEST(listed.rows[0].at("about").as_string() == "/drop/in/a.hl7");
    BOOST_TEST(listed.rows[0].at("case").as_string() == "24/0815");
    BOOST_TEST(listed.rows[0].at("made_by").as_string() == "root");
    site.alter("UPDATE holds SET words = x'00'");
    BOOST_TEST(site.ask("holds.list").rows.size() == 1U);
    BOOST_TEST(site.pass(days(40)) == 0U);
    lift({{"id", 1}});
    BOOST_TEST(site.ask("holds.list").rows.empty());
    BOOST_TEST(site.ask("holds.list", {{"lifted", true}}).rows.size() == 1U);
}

BOOST_AUTO_TEST_CASE(one_whose_words_are_under_an_unknown_key_is_in_no_others_way) {
    claim("account", "drop");
    claim("account", "lab");
    site.alter(
        "UPDATE holds SET words = CAST(x'00000063' || substr(words, 5) AS BLOB) WHERE id = 1");
    BOOST_TEST(site.ask("holds.list").rows.size() == 2U);
    lift({{"case", "24/0815"}});
    const auto left = site.ask("holds.list").rows;
    BOOST_TEST_REQUIRE(left.size() == 1U);
    BOOST_TEST(left[0].at("id").to_number<int>() == 1);
}

BOOST_AUTO_TEST_CASE(
    nothing_stays_of_a_person_of_whom_there_is_nothing_once_the_last_hold_is_lifted) {
    hold("subject", "HNORD/1234");
    hold("subject", "HNORD/1234");
    lift({{"id", 1}});
    BOOST_TEST(persons() == 1);
    lift({{"id", 2}});
    BOOST_TEST(persons() == 0);
    required(drop.put("/in/a.hl7", message()));
    hold("subject", "HNORD/1234");
    lift({{"id", 3}});
    BOOST_TEST(persons() == 1);
}

BOOST_AUTO_TEST_CASE(words_that_are_no_utf_8_are_refused_and_shown_where_they_were_taken_once) {
    const auto refused = site.ask("holds.add", {{"account", "lab"}, {"reason", "d\xe9saccord"}});
    BOOST_TEST_REQUIRE(!refused.end.has_value());
    BOOST_TEST(refused.end.error().contains("`reason`"));
    required(site.run(site.store().write([](Transaction& transaction) -> Result<> {
        const auto id = transaction.holds.add({.account = "lab",
                                               .made_by = "r\xf4le",
                                               .about = "lab",
                                               .case_number = "n\xb0 7",
                                               .reason = "d\xe9saccord"});
        return id ? Result<>() : failure(id.error());
    })));
    const auto listed = site.ask("holds.list");
    BOOST_TEST_REQUIRE(listed.rows.size() == 1U);
    BOOST_TEST(listed.rows[0].at("case").as_string() == "n\\xb0 7");
    BOOST_TEST(listed.rows[0].at("reason").as_string() == "d\\xe9saccord");
    BOOST_TEST(listed.rows[0].at("made_by").as_string() == "r\\xf4le");
}

BOOST_AUTO_TEST_CASE(a_held_file_is_listed_under_the_name_that_is_shown) {
    required(drop.put("/in/caf\xe9.hl7", message()));
    hold("file", "/drop/in/caf\\xe9.hl7");
    BOOST_TEST(site.ask("holds.list").rows.at(0).at("about").as_string() ==
               "/drop/in/caf\\xe9.hl7");
}

BOOST_AUTO_TEST_CASE(a_number_with_other_words_lifts_only_what_both_mean) {
    claim("account", "drop");
    for (const json::object& other :
         {json::object{{"case", "another"}}, json::object{{"account", "lab"}},
          json::object{{"subject", "HNORD/1234"}}, json::object{{"file", "/drop/in/a.hl7"}}}) {
        json::object arguments = other;
        arguments["id"] = 1;
        const auto refused = site.ask("holds.lift", std::move(arguments));
        BOOST_TEST_REQUIRE(!refused.end.has_value());
        BOOST_TEST(refused.end.error().contains("hold 1"));
    }
    BOOST_TEST(site.ask("holds.list").rows.size() == 1U);
    lift({{"id", 1}, {"case", "24/0815"}, {"account", "drop"}});
    BOOST_TEST(site.ask("holds.list").rows.empty());
    BOOST_TEST(!site.ask("holds.lift", {{"id", 1}}).end.has_value());
}

BOOST_AUTO_TEST_CASE(an_account_that_has_left_the_policy_can_be_held) {
    required(drop.put("/in/a.hl7", message()));
    std::string without(site.policy_text());
    const auto at = without.find("  drop:\n");
    without.replace(at, 7, "  gone:\n");
    site.use_policy(without);
    hold("account", "drop");
    BOOST_TEST(site.pass(days(40)) == 0U);
}

BOOST_AUTO_TEST_CASE(what_means_nothing_is_refused_in_words) {
    for (const json::object& arguments :
         {json::object{}, json::object{{"file", "/nothing"}, {"reason", "r"}},
          json::object{{"account", "nobody"}, {"reason", "r"}}, json::object{{"account", "lab"}},
          json::object{{"subject", "no slash"}, {"reason", "r"}}})
        BOOST_TEST(!site.ask("holds.add", arguments).end.has_value());
    BOOST_TEST(!site.ask("holds.lift", {{"id", 7}}).end.has_value());
    BOOST_TEST(!site.ask("holds.lift").end.has_value());
}

BOOST_AUTO_TEST_CASE(a_hold_that_somebody_took_away_is_missed_and_one_that_was_lifted_is_not) {
    required(drop.put("/in/a.hl7", message()));
    required(drop.put("/in/b.hl7", message()));
    hold("file", "/drop/in/a.hl7");
    hold("file", "/drop/in/b.hl7");
    hold("subject", "HNORD/1234");
    hold("account", "lab");
    lift({{"id", 2}});
    const auto missing = [&] {
        const auto found = site.ask("audit.verify").rows.at(0);
        BOOST_TEST(found.at("verifies").as_bool());
        const auto count = found.at("lacks").at("holds").at("count").to_number<int>();
        BOOST_TEST(found.at("complete").as_bool() == (count == 0));
        return count;
    };
    BOOST_TEST(missing() == 0);
    const auto lost = [&](const std::string& how, const std::string& back) {
        site.alter(how.c_str());
        const int count = missing();
        site.alter(back.c_str());
        BOOST_TEST(missing() == 0, how);
        return count;
    };
    for (const char* which : {"1", "3", "4"}) {
        const std::string where = std::string(" WHERE id = ") + which;
        BOOST_TEST(lost("UPDATE holds SET lifted = 1, lifted_by = 'x'" + where,
                        "UPDATE holds SET lifted = NULL, lifted_by = NULL" + where) == 1);
        BOOST_TEST(lost("UPDATE holds SET id = 70" + where,
                        "UPDATE holds SET id = " + std::string(which) + " WHERE id = 70") == 1);
    }
    BOOST_TEST(lost("UPDATE holds SET file = 2 WHERE id = 1",
                    "UPDATE holds SET file = 1 WHERE id = 1") == 1);
    BOOST_TEST(lost("UPDATE holds SET account = 'ftp' WHERE id = 4",
                    "UPDATE holds SET account = 'lab' WHERE id = 4") == 1);
    site.alter("DELETE FROM holds");
    BOOST_TEST(missing() == 3);
}

BOOST_AUTO_TEST_SUITE_END()
