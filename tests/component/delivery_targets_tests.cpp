// How several targets share the connections, and what is told of one that cannot be delivered to.
#include <map>

#include "daemon/workers/delivery/far_end.hpp"
#include "delivering_site.hpp"
#include "fake_sftp_server.hpp"
#include "temporary_folder.hpp"

namespace consign::testing {

namespace {

using Names = std::vector<std::string>;

/// As many targets as their names, and a route to each: /drop/in/NAME-*.
std::string targets_called(const Names& names, std::string_view more = "") {
    std::string text = "targets:\n";
    for (const std::string& name : names)
        text += fmt::format("  {}: {{url: \"file:///srv/{}\"{}}}\n", name, name, more);
    return text;
}

std::string routes_to(const Names& names) {
    std::string text;
    for (const std::string& name : names)
        text += fmt::format(
            "  - name: to-{0}\n    when: {{path: /drop/in/{0}-*}}\n"
            "    to: [{{deliver: \"{0}/inbox/{{name}}\"}}]\n",
            name);
    return text;
}

std::size_t place_of_first(const Names& order, std::string_view target) {
    const std::string begins = fmt::format("/inbox/{}-", target);
    const auto found = std::ranges::find_if(
        order, [&](const std::string& name) { return name.starts_with(begins); });
    return static_cast<std::size_t>(found - order.begin());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(delivery_targets)

BOOST_AUTO_TEST_CASE(a_target_with_many_connections_and_files_keeps_no_other_from_its_own) {
    const Names names{"a", "b"};
    DeliveringSite site(targets_called(names, ", connections: 20"), routes_to(names));
    for (int number = 0; number < 60; ++number)
        site.deposit(fmt::format("a-{}", number), content_of(10));
    site.deposit("b-0", content_of(10));
    site.run_until_all_is_delivered();
    BOOST_TEST(site.far.order.size() == 61);
    BOOST_TEST(place_of_first(site.far.order, "b") < 30);
}

BOOST_AUTO_TEST_CASE(more_targets_than_connections_take_turns) {
    Names names;
    for (std::size_t number = 0; number <= daemon::DeliveryWorker::connections_limit; ++number)
        names.push_back(fmt::format("t{:02}", number));
    DeliveringSite site(targets_called(names), routes_to(names));
    for (const std::string& name : names)
        for (int number = 0; number < 8; ++number)
            site.deposit(fmt::format("{}-{}", name, number), content_of(10));
    site.run_until_all_is_delivered();
    BOOST_TEST(site.far.order.size() == 8 * names.size());
    BOOST_TEST(place_of_first(site.far.order, names.back()) < 60);
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_told_of_an_sftp_server_that_says_how_much_is_left) {
    for (const std::uint64_t left : {0U, 1000U}) {
        DeliveringSite site;
        SftpFolder there;
        there.free_blocks = left;
        there.refuses_write = 2;
        site.connect = connecting_to(there);
        site.begin_worker();
        site.deposit("a", content_of(std::size_t{1} << 20));
        site.work_off();
        const auto rows = site.ask("deliveries.list");
        BOOST_REQUIRE(rows.size() == 1);
        BOOST_TEST(rows[0].at("why").as_string() ==
                   (left == 0 ? "the target has no room" : "the target failed"));
    }
}

BOOST_AUTO_TEST_CASE(what_the_policy_names_and_is_not_there_is_told_by_its_name) {
    const TemporaryFolder folder;
    const std::string missing = (folder.path() / "missing").string();
    const std::string sftp =
        "url: \"sftp://u@127.0.0.1:1\", host_key: \"SHA256:" + std::string(43, 'A') + "\"";
    const std::map<std::string, std::string> expected{
        {"url: \"file://" + missing + "\"",
         "the target's folder is not there, or cannot be opened: " + missing},
        {sftp + ", identity: \"file:" + missing + "\"",
         "the key or password to log in with cannot be read: file:" + missing},
        {sftp + ", password: \"file:" + missing + "\"",
         "the key or password to log in with cannot be read: file:" + missing}};
    for (const auto& [target, why] : expected) {
        DeliveringSite site("targets:\n  his: {" + target + "}\n");
        site.connect = delivery::connect;
        site.begin_worker();
        site.deposit("a", content_of(10));
        site.work_off();
        const auto rows = site.ask("deliveries.list");
        BOOST_REQUIRE(rows.size() == 1);
        BOOST_TEST(rows[0].at("why").as_string() == why);
    }
}

BOOST_AUTO_TEST_CASE(a_target_that_another_policy_has_mended_does_not_wait) {
    DeliveringSite site;
    site.deposit("a", content_of(10));
    site.far.refuses = delivery_errc::unreachable;
    site.work_off();
    site.far.refuses = {};
    // Not by what has nothing to do with it.
    site.use_policy(depot_with(route, targets(", rate: 1 GiB/s")));
    site.work_off();
    BOOST_TEST(site.far.connects == 1);
    site.use_policy(depot_with(route, "targets:\n  his: {url: \"file:///srv/mended\"}\n"));
    site.work_off();
    BOOST_TEST(site.far.connects == 2);
    BOOST_TEST(site.waiting().empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace consign::testing
