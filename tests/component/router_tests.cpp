// What routes ask for beyond the deposit's own transaction: acknowledgements and alarms.
#include <boost/json.hpp>

#include "desk/deposits/acknowledgement.hpp"
#include "desk_routed_site.hpp"

using namespace consign;
using namespace consign::testing;
using desk::desk_errc;

namespace {

namespace json = boost::json;

constexpr std::string_view acknowledged_routes = R"(  - name: messages
    when: {path: /drop/in/**, name: "*.hl7"}
    to: [{copy: "/partner/out/{name}"}]
    acknowledge: "{home}/ack/{name}.ack"
  - name: held
    when: {path: /drop/in/**, name: "*.odd"}
    to: [{quarantine: nobody expects it}]
    acknowledge: "{home}/ack/{name}.ack"
)";

struct Fixture {
    DeskSite site{depot_with(acknowledged_routes)};
    Peer drop{site, "drop"};
    Peer rival{site, "rival"};
    Peer partner{site, "partner"};
    const Bytes content = content_of(150'000);

    std::vector<queue::Job> waiting(queue::Kind kind) {
        return site.read(
            [&](Transaction& transaction) { return transaction.queue.list(kind, 0, 100); });
    }
    void acknowledge_all() {
        for (const queue::Job& job : waiting(queue::Kind::acknowledge))
            required(site.run(desk::write_acknowledgement(site.site(), job)));
    }
    std::vector<std::string> acknowledgements() {
        auto names = rival.list("/ack");
        return names ? *names : std::vector<std::string>();
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(router, Fixture)

BOOST_AUTO_TEST_CASE(a_deposit_is_acknowledged_once_with_what_it_was) {
    required(drop.put("/in/a.hl7", content));
    BOOST_TEST(acknowledgements().empty());
    const auto jobs = waiting(queue::Kind::acknowledge);
    (void)site.new_events();
    acknowledge_all();
    // A second attempt of the same job finds that it has ended.
    required(site.run(desk::write_acknowledgement(site.site(), jobs.at(0))));
    BOOST_TEST(acknowledgements() == std::vector<std::string>{"a.hl7.ack"},
               boost::test_tools::per_element());
    const Bytes bytes = required(rival.get("/ack/a.hl7.ack"));
    const json::object document = json::parse(as_text(bytes)).as_object();
    BOOST_TEST(document.at("acknowledgement").as_int64() == 1);
    BOOST_TEST(document.at("site").as_string() == "depot.example");
    const json::object& deposit = document.at("deposit").as_object();
    BOOST_TEST(deposit.at("path").as_string() == "/in/a.hl7");
    BOOST_TEST(deposit.at("size").as_int64() == 150'000);
    const auto entry = entry_at(site, "/drop/in/a.hl7");
    BOOST_TEST(deposit.at("sha256").as_string() == to_hex(entry->file->sha256));
    BOOST_TEST(deposit.at("id").as_string() == entry->file->stream.hex());
    const auto events = site.new_events();
    BOOST_TEST_REQUIRE(!events.empty());
    BOOST_TEST((events[0].action == ledger::Action::acknowledged));
    BOOST_TEST((events[0].stream == entry->file->stream));
    BOOST_TEST(events[0].personal.second_path == "/drop/ack/a.hl7.ack");
    BOOST_TEST(events[0].rule == site.rule("acknowledge:"));
    BOOST_TEST(site.committed().size() == 2U);
    BOOST_TEST(site.staged().empty());
}

BOOST_AUTO_TEST_CASE(a_taken_name_is_numbered_and_what_is_written_fires_no_route) {
    site.use_policy(
        depot_with("  - {name: all, when: {path: /drop/**}, acknowledge: \"/drop/in/ack.hl7\"}\n"));
    required(drop.put("/in/a.hl7", content));
    required(drop.put("/in/b.hl7", content));
    acknowledge_all();
    BOOST_TEST(entry_at(site, "/drop/in/ack.hl7").has_value());
    BOOST_TEST(entry_at(site, "/drop/in/ack_2.hl7").has_value());
    BOOST_TEST(waiting(queue::Kind::acknowledge).empty());
}

BOOST_AUTO_TEST_CASE(a_stump_that_is_replaced_before_is_not_acknowledged) {
    required(drop.put("/in/a.hl7", ByteView(content).first(60'000)));
    const auto stump = waiting(queue::Kind::acknowledge);
    required(drop.resume("/in/a.hl7", content));
    const auto jobs = waiting(queue::Kind::acknowledge);
    BOOST_TEST_REQUIRE(jobs.size() == 1U);
    BOOST_TEST(jobs[0].id != stump.at(0).id);
    // One that was being carried out meanwhile comes too late.
    required(site.run(desk::write_acknowledgement(site.site(), stump[0])));
    acknowledge_all();
    BOOST_TEST(acknowledgements() == std::vector<std::string>{"a.hl7.ack"},
               boost::test_tools::per_element());
    BOOST_TEST(site.committed().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_job_as_it_was_read_before_its_end_destroys_no_acknowledgement) {
    required(drop.put("/in/a.hl7", content));
    queue::Job stale = waiting(queue::Kind::acknowledge).at(0);
    acknowledge_all();
    // As it stood between the note of what was begun, and the end.
    json::object work = json::parse(stale.work).as_object();
    work["begun"] = entry_at(site, "/drop/ack/a.hl7.ack")->file->stream.hex();
    stale.work = json::serialize(work);
    required(site.run(desk::write_acknowledgement(site.site(), stale)));
    BOOST_TEST(!required(rival.get("/ack/a.hl7.ack")).empty());
    BOOST_TEST(site.committed().size() == 2U);
}

BOOST_AUTO_TEST_CASE(what_goes_into_quarantine_is_not_acknowledged) {
    required(drop.put("/in/a.odd", content));
    BOOST_TEST(waiting(queue::Kind::acknowledge).empty());
}

BOOST_AUTO_TEST_CASE(an_acknowledgement_that_cannot_be_named_leaves_nothing_behind) {
    site.use_policy(
        depot_with("  - {name: all, when: {path: /drop/**}, acknowledge: "
                   "\"/drop/in/{name}/ack\"}\n"));
    required(drop.put("/in/a.hl7", content));
    const auto done =
        site.run(desk::write_acknowledgement(site.site(), waiting(queue::Kind::acknowledge).at(0)));
    BOOST_TEST(!done.has_value());
    BOOST_TEST(waiting(queue::Kind::acknowledge).size() == 1U);
    BOOST_TEST(site.committed().size() == 1U);
    BOOST_TEST(site.staged().empty());
}

BOOST_AUTO_TEST_CASE(whom_a_route_names_is_told_once_a_deposit) {
    site.use_policy(depot_with(
        "  - {name: urgent, when: {path: /drop/in/**}, to: [{copy: \"/partner/out/{name}\"}, "
        "{copy: \"/partner/out/again/{name}\"}], alert: ward}\n",
        "alerts:\n  ward: [{exec: /bin/true}]\n"));
    required(drop.put("/in/a.hl7", content));
    const auto jobs = waiting(queue::Kind::alert);
    BOOST_TEST_REQUIRE(jobs.size() == 1U);
    const json::object message = json::parse(jobs[0].work).as_object().at("message").as_object();
    BOOST_TEST(message.at("alarm").as_string() == "deposit");
    BOOST_TEST(message.at("about").as_string() == "urgent");
    BOOST_TEST(message.at("streams").as_array().size() == 1U);
    BOOST_TEST(jobs[0].work.find("a.hl7") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
