// What is lost to the database, and not to the vault, comes back into quarantine.
#include <fstream>

#include "retention_site.hpp"

using namespace consign;
using namespace consign::testing;

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

// Nothing has a class, and the messages are about somebody.
constexpr std::string_view about_somebody = R"(  - name: all
    when: {path: /drop/in/**, format: hl7}
    to: [{copy: "/partner/out/{name}"}]
    subject: {id: hl7.PID-3.1, authority: hl7.PID-3.4}
)";

struct Fixture {
    RetentionSite site{
        with_drop_granted(depot_with(about_somebody), "list, upload, download, delete")};
    Peer drop{site, "drop"};

    /// As the daemon leaves it that is killed between the seal of a deposit and its row.
    Id seal(const std::string& path, const Bytes& content, const std::string& account = "drop") {
        auto upload = required(site.vault().begin({path, account, site.clock.now()}));
        required(upload->write(0, content));
        const Id stream = required(site.vault().commit(*upload)).stream;
        required(site.vault().unstage(stream));
        return stream;
    }
    std::vector<json::object> recover(json::object asked) {
        auto answer = site.ask("recover.strays", std::move(asked));
        BOOST_REQUIRE_MESSAGE(answer.end.has_value(), (answer.end ? "" : answer.end.error()));
        BOOST_TEST(answer.end->at("recovered").to_number<std::size_t>() +
                       answer.end->at("left").to_number<std::size_t>() ==
                   answer.rows.size());
        return std::move(answer.rows);
    }
    std::string complaint_about(json::object asked) {
        const auto answer = site.ask("recover.strays", std::move(asked));
        BOOST_REQUIRE(!answer.end.has_value());
        return answer.end.error();
    }
    std::vector<json::object> held() { return site.ask("quarantine.list").rows; }
    static std::string text(const json::object& row, std::string_view field) {
        return std::string(std::string_view(row.at(field).as_string()));
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(recovery, Fixture)

BOOST_AUTO_TEST_CASE(a_stray_goes_into_quarantine_with_what_is_sealed_in_it) {
    const Id stream = seal("/drop/in/a.bin", content_of(1000));
    const Timestamp sealed = site.clock.now();
    (void)site.pass(days(1));
    const auto rows = recover({{"id", stream.hex().substr(0, 12)}});
    BOOST_TEST_REQUIRE(rows.size() == 1U);
    BOOST_TEST(text(rows[0], "stream") == stream.hex());
    BOOST_TEST(text(rows[0], "state") == "in quarantine");
    BOOST_TEST(text(rows[0], "account") == "drop");
    BOOST_TEST(text(rows[0], "was") == "/drop/in/a.bin");
    BOOST_TEST(text(rows[0], "deposited") == desk::rfc3339(sealed));
    BOOST_TEST(rows[0].at("size").to_number<std::size_t>() == 1000U);

    BOOST_TEST_REQUIRE(held().size() == 1U);
    BOOST_TEST(text(held()[0], "cause") == "stray");
    BOOST_TEST(!drop.sees("/in/a.bin"));
    const auto events = site.events(ledger::Action::quarantined);
    BOOST_TEST_REQUIRE(events.size() == 1U);
    BOOST_TEST(events[0].account == "admin:root");
    BOOST_TEST((events[0].stream == stream));
    BOOST_TEST(events[0].personal.path == "/drop/in/a.bin");
    BOOST_TEST(events[0].personal.second_path == text(held()[0], "path"));
    BOOST_TEST(!events[0].personal.sha256.empty());
}

BOOST_AUTO_TEST_CASE(it_is_released_or_rejected_like_all_that_is_there) {
    (void)seal("/drop/in/a.bin", content_of(1000, 1));
    const Id unwanted = seal("/drop/in/b.bin", content_of(1000, 2));
    BOOST_TEST(recover({{"all", true}}).size() == 2U);
    (void)site.granted("quarantine.reject", {{"id", unwanted.hex()}});
    BOOST_TEST(site.committed().size() == 1U);
    (void)site.granted("quarantine.release", {{"id", held().at(0).at("id")}});
    BOOST_TEST(required(drop.get("/in/a.bin")) == content_of(1000, 1));
    BOOST_TEST(site.ask("scrub.list").rows.empty());
}

BOOST_AUTO_TEST_CASE(what_has_a_row_is_no_stray) {
    required(drop.put("/in/a.bin", content_of(1000)));
    auto open = required(drop.open("/in/b.bin"));
    BOOST_TEST(recover({{"all", true}}).empty());
    const Id stream = seal("/drop/in/c.bin", content_of(1000));
    BOOST_TEST(recover({{"id", stream.hex()}}).size() == 1U);
    BOOST_TEST(complaint_about({{"id", stream.hex()}}).contains("no stray has the id"));
}

BOOST_AUTO_TEST_CASE(what_does_not_verify_is_left_and_told_and_the_others_come_back) {
    const Id altered = seal("/drop/in/a.bin", content_of(1000, 1));
    (void)seal("/drop/in/b.bin", content_of(1000, 2));
    {
        std::fstream file(site.vault_path(altered),
                          std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(30);
        file.put('x').put('y');
    }
    const auto rows = recover({{"all", true}});
    BOOST_TEST_REQUIRE(rows.size() == 2U);
    const auto& left = text(rows[0], "stream") == altered.hex() ? rows[0] : rows[1];
    BOOST_TEST(text(left, "state") != "in quarantine");
    BOOST_TEST(text(left, "was").empty());
    BOOST_TEST(held().size() == 1U);
    BOOST_TEST(fs::exists(site.vault_path(altered)));
    const auto acts = site.events(ledger::Action::administrator_acted);
    BOOST_TEST(std::ranges::count_if(acts, [&](const ledger::Event& event) {
                   return event.stream == altered && event.outcome == ledger::Outcome::failed;
               }) == 1);
}

BOOST_AUTO_TEST_CASE(its_term_counts_from_the_day_of_its_deposit) {
    site.use_policy(kept("    keep: 30 days\n"));
    (void)seal("/drop/in/a.bin", content_of(1000));
    BOOST_TEST(site.pass(days(10)) == 0U);
    BOOST_TEST(recover({{"all", true}}).size() == 1U);
    (void)site.granted("quarantine.reject", {{"id", held().at(0).at("id")}});
    BOOST_TEST(site.pass(days(19)) == 0U);
    BOOST_TEST(site.committed().size() == 1U);
    BOOST_TEST(site.pass(days(2)) == 1U);
}

BOOST_AUTO_TEST_CASE(a_release_asks_each_rule_again) {
    site.use_policy(with_drop_granted(depot_with("  - name: held\n    when: {path: /drop/in/**}\n"
                                                 "    to: [{quarantine: nobody expects it}]\n"),
                                      "list, upload, download, delete"));
    (void)seal("/drop/in/a.bin", content_of(1000));
    BOOST_TEST(recover({{"all", true}}).size() == 1U);
    const auto released = site.granted("quarantine.release", {{"id", held().at(0).at("id")}});
    BOOST_TEST(text(released, "state") == "in quarantine again: nobody expects it");
    BOOST_TEST_REQUIRE(held().size() == 1U);
    BOOST_TEST(text(held()[0], "cause") == "rule");
    BOOST_TEST(required(drop.list("/in")).empty());
}

BOOST_AUTO_TEST_CASE(what_was_sealed_under_a_temporary_name_is_what_it_was_to_become) {
    (void)seal("/drop/in/a.hl7.tmp", message());
    const auto rows = recover({{"all", true}});
    BOOST_TEST_REQUIRE(rows.size() == 1U);
    BOOST_TEST(text(rows[0], "was") == "/drop/in/a.hl7");
}

BOOST_AUTO_TEST_CASE(what_was_destroyed_stays_so_where_its_file_comes_back) {
    site.use_policy(kept("    keep: 30 days\n"));
    required(drop.put("/in/a.bin", content_of(1000)));
    const auto file = site.vault_path(site.committed().at(0));
    const fs::path copy = file.string() + ".copy";
    fs::copy_file(file, copy);
    BOOST_TEST(site.pass(days(31)) == 1U);
    fs::rename(copy, file);
    const auto rows = recover({{"all", true}});
    BOOST_TEST_REQUIRE(rows.size() == 1U);
    BOOST_TEST(text(rows[0], "state").starts_with("the ledger has its destruction"));
    BOOST_TEST(held().empty());
}

BOOST_AUTO_TEST_CASE(without_its_account_it_waits_in_quarantine) {
    (void)seal("/former/in/a.bin", content_of(1000), "former");
    const auto rows = recover({{"all", true}});
    BOOST_TEST_REQUIRE(rows.size() == 1U);
    BOOST_TEST(text(rows[0], "state") == "in quarantine; the policy has no such account");
    const auto refused = site.ask("quarantine.release", {{"id", held().at(0).at("id")}});
    BOOST_REQUIRE(!refused.end.has_value());
    BOOST_TEST(refused.end.error().contains("not below the home of former"));
    BOOST_TEST(held().size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_somebody_is_at_work_with_is_left) {
    const Id stream = seal("/drop/in/a.bin", content_of(1000));
    const auto hold = site.vault().hold(stream);
    const auto rows = recover({{"all", true}});
    BOOST_TEST_REQUIRE(rows.size() == 1U);
    BOOST_TEST(text(rows[0], "state").contains("at work with it"));
    BOOST_TEST(held().empty());
}

BOOST_AUTO_TEST_CASE(two_of_one_name_are_numbered) {
    (void)seal("/drop/in/a.bin", content_of(1000, 1));
    (void)seal("/drop/in/a.bin", content_of(1000, 2));
    BOOST_TEST(recover({{"all", true}}).size() == 2U);
    BOOST_TEST_REQUIRE(held().size() == 2U);
    BOOST_TEST(text(held()[0], "path") != text(held()[1], "path"));
}

BOOST_AUTO_TEST_CASE(a_hold_on_a_person_binds_it) {
    (void)seal("/drop/in/a.hl7", message());
    (void)site.granted("holds.add", {{"subject", "HNORD/1234"}, {"reason", "r"}});
    BOOST_TEST(recover({{"all", true}}).size() == 1U);
    (void)site.granted("quarantine.reject", {{"id", held().at(0).at("id")}});
    BOOST_TEST(site.pass(days(2)) == 0U);
    BOOST_TEST(site.committed().size() == 1U);
    (void)site.granted("holds.lift", {{"id", 1}});
    BOOST_TEST(site.pass(hours(2)) == 1U);
}

BOOST_AUTO_TEST_CASE(wrong_words_say_what_is_right) {
    for (const auto& asked : std::vector<json::object>{{}, {{"all", true}, {"id", "ab"}}})
        BOOST_TEST(complaint_about(asked).contains("the id of a stray"));
    const Id any = seal("/drop/in/c.bin", content_of(1000));
    std::string upper = any.hex();
    std::ranges::transform(upper, upper.begin(), [](unsigned char letter) {
        return static_cast<char>(std::toupper(letter));
    });
    BOOST_TEST(recover({{"id", upper}}).size() == 1U);
    for (const char* const id : {"z", "a", "zz00", "/"})
        BOOST_TEST(complaint_about({{"id", id}}).contains("is no id"));
    BOOST_TEST(complaint_about({{"id", "ab"}}).contains("no stray has the id"));
    (void)seal("/drop/in/a.bin", content_of(1000, 1));
    const Id other = seal("/drop/in/b.bin", content_of(1000, 2));
    BOOST_TEST(complaint_about({{"id", other.hex().substr(0, 4)}}).contains("give more of it"));
}

BOOST_AUTO_TEST_CASE(that_a_ledger_begins_anew_is_recorded_where_it_does) {
    const auto answer = site.ask("recover.database");
    BOOST_TEST(!answer.end.has_value());
    BOOST_TEST(answer.end.error() ==
               "the database is there, and its ledger has begun; nothing was changed");
}

BOOST_AUTO_TEST_SUITE_END()
