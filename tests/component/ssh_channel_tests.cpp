#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>

#include "ssh_harness.hpp"

using namespace consign;
using namespace consign::test;
using ssh::Refused;
using ssh::ssh_errc;

namespace {

constexpr std::uint64_t mebibyte = 1024 * 1024;

/// Of a second in which nothing should happen.
std::chrono::milliseconds processor_time_of_a_second() {
    const auto before = processor_time();
    boost::asio::io_context io;
    boost::asio::steady_timer(io, std::chrono::seconds(1)).wait();
    return processor_time() - before;
}

/// Waits until no more bytes come in, once a whole inbox has.
void wait_until_still(const TestServer& server) {
    std::uint64_t before = 0;
    int rounds = 0;
    BOOST_TEST(wait_for([&] {
        const auto now = server.channel_bytes_in();
        rounds = now >= ssh::Channel::inbox_limit_bytes && now == before ? rounds + 1 : 0;
        before = now;
        return rounds > 40;
    }));
}

std::string sftp_as(const std::string& user) {
    return user + "@127.0.0.1 -s sftp";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ssh_channel)

struct Transfer {
    const char* cipher;
    std::uint64_t rekey_after_bytes;
};
std::ostream& operator<<(std::ostream& out, const Transfer& transfer) {
    return out << transfer.cipher << " rekey " << transfer.rekey_after_bytes;
}
const std::array transfers{
    Transfer{"aes256-gcm@openssh.com", 0}, Transfer{"aes256-gcm@openssh.com", 4 * mebibyte},
    Transfer{"chacha20-poly1305@openssh.com", 4 * mebibyte}, Transfer{"aes128-ctr", 4 * mebibyte}};

BOOST_DATA_TEST_CASE(carries_64_mebibytes_both_ways_at_once_unharmed,
                     boost::unit_test::data::make(transfers)) {
    const TemporaryFolder folder;
    const auto size = 64 * mebibyte;
    write_pattern(folder / "in", size);
    TestServer server({.rekey_after_bytes = sample.rekey_after_bytes});
    const auto outcome =
        run(server.ssh_with_key("ed25519", std::string("-c ") + sample.cipher) + sftp_as("echo") +
                " < " + (folder / "in").string() + " > " + (folder / "out").string(),
            60);
    BOOST_TEST(outcome.exit_code == 0, outcome.output);
    BOOST_TEST(is_pattern(folder / "out", size));
}

BOOST_AUTO_TEST_CASE(survives_new_keys_that_the_client_asks_for) {
    const TemporaryFolder folder;
    write_pattern(folder / "in", 16 * mebibyte);
    TestServer server({});
    const auto outcome =
        run(server.ssh_with_key("ed25519", "-o RekeyLimit=1M") + sftp_as("echo") + " < " +
                (folder / "in").string() + " > " + (folder / "out").string(),
            60);
    BOOST_TEST(outcome.exit_code == 0, outcome.output);
    BOOST_TEST(is_pattern(folder / "out", 16 * mebibyte));
}

BOOST_AUTO_TEST_CASE(sends_all_that_is_queued_before_it_closes) {
    const TemporaryFolder folder;
    const auto size = 20 * mebibyte + 12345;
    TestServer server({.source_bytes = size});
    const auto outcome =
        run(server.ssh_with_key("ed25519") + sftp_as("source") + " > " + (folder / "out").string());
    BOOST_TEST(outcome.exit_code == 0, outcome.output);
    BOOST_TEST(is_pattern(folder / "out", size));
    // A hundred pieces in what three or four buffers hold.
    BOOST_TEST(server.buffers_reused() > 80U);
}

BOOST_AUTO_TEST_CASE(four_channels_of_one_connection_do_not_mix) {
    const TemporaryFolder folder;
    TestServer server({.source_bytes = 8 * mebibyte});
    const auto control = (folder / "control").string();
    Process master(server.ssh_with_key("ed25519", "-M -S " + control + " -N") + "source@127.0.0.1");
    BOOST_TEST(wait_for([&] { return std::filesystem::exists(control); }));
    std::string all;
    for (const char* name : {"a", "b", "c", "d"})
        all += "ssh -F none -S " + control + " -s source@127.0.0.1 sftp > " +
               (folder / name).string() + " & ";
    BOOST_TEST(run(all + " wait").exit_code == 0);
    for (const char* name : {"a", "b", "c", "d"})
        BOOST_TEST(is_pattern(folder / name, 8 * mebibyte));
}

BOOST_AUTO_TEST_CASE(a_reader_who_stops_costs_no_time_and_a_window_of_memory) {
    TestServer server({});
    const auto before = resident_bytes();
    Process client(server.ssh_with_key("ed25519") + sftp_as("stopped") + " < /dev/zero");
    BOOST_TEST_REQUIRE(server.wait_for_logins(1));
    wait_until_still(server);
    const auto held = server.channel_bytes_in();
    BOOST_TEST(held >= ssh::Channel::inbox_limit_bytes);
    BOOST_TEST(held <= ssh::Channel::inbox_limit_bytes + ssh::ReceiveWindow::default_bytes +
                           ssh::ReceiveWindow::slack_bytes);
#if !defined(__SANITIZE_ADDRESS__) && !__has_feature(address_sanitizer) && \
    !__has_feature(thread_sanitizer)
    BOOST_TEST(resident_bytes() - std::min(before, resident_bytes()) < 8 * mebibyte);
#endif
    (void)before;
    BOOST_TEST(processor_time_of_a_second().count() < 20);
}

BOOST_AUTO_TEST_CASE(a_client_that_stops_reading_costs_no_time_and_bounded_memory) {
    TestServer server({.source_bytes = 1024 * mebibyte});
    Process client(server.ssh_with_key("ed25519") + sftp_as("source") + " | tail -c 1");
    BOOST_TEST_REQUIRE(server.wait_for_logins(1));
    client.signal(SIGSTOP);
    // The kernel's buffers fill, then nothing moves any more.
    BOOST_TEST(wait_for([&] { return processor_time_of_a_second().count() < 20; }));
    const auto resident = resident_bytes();
    BOOST_TEST(processor_time_of_a_second().count() < 20);
    BOOST_TEST(resident_bytes() <= resident + mebibyte);
}

BOOST_AUTO_TEST_CASE(clients_that_are_killed_in_a_transfer_leave_nothing_behind) {
    TestServer server({.source_bytes = 1024 * mebibyte});
    const auto descriptors = open_descriptors();
    std::size_t logins = 0;
    for (int round = 0; round < 4; ++round) {
        std::vector<std::unique_ptr<Process>> clients;
        for (const char* user : {"echo", "sink", "source", "stopped"})
            clients.push_back(std::make_unique<Process>(
                server.ssh_with_key("ed25519") + sftp_as(user) + " < /dev/zero > /dev/null"));
        logins += clients.size();
        BOOST_TEST_REQUIRE(server.wait_for_logins(logins));
        BOOST_TEST(wait_for([&] { return server.channel_bytes_in() > mebibyte; }));
        for (const auto& client : clients) client->signal(SIGKILL);
    }
    BOOST_TEST(server.wait_until_none_alive());
    BOOST_TEST(server.ends(logins).size() == logins);
    BOOST_TEST(wait_for([&] { return open_descriptors() <= descriptors; }));
}

BOOST_AUTO_TEST_CASE(closing_the_connection_ends_every_wait) {
    TestServer server({.source_bytes = 1024 * mebibyte});
    std::vector<std::unique_ptr<Process>> clients;
    for (const char* user : {"idle", "source", "echo", "stopped"})
        clients.push_back(std::make_unique<Process>(server.ssh_with_key("ed25519") + sftp_as(user) +
                                                    " | tail -c 1"));
    BOOST_TEST_REQUIRE(server.wait_for_logins(4));
    for (const auto& client : clients) client->signal(SIGSTOP);
    server.close_all(make_error_code(std::errc::timed_out));
    BOOST_TEST(server.wait_until_none_alive());
    for (const auto& why : server.ends(4)) BOOST_TEST((why == std::errc::timed_out), why.message());
}

BOOST_AUTO_TEST_CASE(a_close_that_waits_for_output_tells_the_peer_why) {
    TestServer server({});
    Process client(server.ssh_with_key("ed25519", "-o LogLevel=VERBOSE") + sftp_as("idle") +
                   " 2>&1 | grep --line-buffered -o 'timed out'");
    BOOST_TEST_REQUIRE(server.wait_for_logins(1));
    server.close_all(make_error_code(std::errc::timed_out), true);
    BOOST_TEST(client.line() == "timed out");
    BOOST_TEST((server.ends(1).at(0) == std::errc::timed_out));
}

BOOST_AUTO_TEST_CASE(a_peer_who_leaves_politely_is_known_as_such) {
    TestServer server({});
    BOOST_TEST(
        run(server.ssh_with_key("ed25519") + sftp_as("tiny")).output.contains("onetwothree"));
    BOOST_TEST((server.ends(1).at(0) == ssh_errc::peer_closed));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ssh_refusals)

BOOST_DATA_TEST_CASE(a_packet_size_that_makes_libssh_spin_is_refused,
                     boost::unit_test::data::make({0, 1, 10, 11, 100, 1023})) {
    TestServer server({.source_bytes = mebibyte});
    const auto before = processor_time();
    const auto outcome = run_python("ssh_hostile.py " + std::to_string(server.port()) +
                                    " packet_size " + std::to_string(sample));
    BOOST_TEST(outcome.output.contains("refused"), outcome.output);
    BOOST_TEST((processor_time() - before).count() < 1000);
    if (sample > 0) BOOST_TEST(server.was_refused(Refused::packet_size_too_small));
}

struct Request {
    const char* options;
    const char* rest;
    Refused kind;
};
std::ostream& operator<<(std::ostream& out, const Request& request) {
    return out << request.options << " ... " << request.rest;
}
const std::array requests{
    Request{"-T", "echo@127.0.0.1", Refused::shell},
    Request{"-tt", "echo@127.0.0.1", Refused::terminal},
    Request{"", "echo@127.0.0.1 id", Refused::command},
    Request{"-o SetEnv=A=b", "echo@127.0.0.1 -s other", Refused::environment},
    Request{"", "echo@127.0.0.1 -s other", Refused::other_subsystem},
    Request{"-W 127.0.0.1:22", "echo@127.0.0.1", Refused::port_forwarding},
    Request{"-N -R 0:127.0.0.1:22 -o ExitOnForwardFailure=yes", "echo@127.0.0.1",
            Refused::port_forwarding},
};

BOOST_DATA_TEST_CASE(what_is_not_offered_is_refused_politely_and_observed,
                     boost::unit_test::data::make(requests)) {
    TestServer server({});
    const auto outcome = run(server.ssh_with_key("ed25519", sample.options) + sample.rest);
    BOOST_TEST(outcome.exit_code != 0);
    BOOST_TEST(outcome.exit_code != 124, "hung: " << outcome.output);
    BOOST_TEST(server.wait_for_logins(1, 0), outcome.output);
    BOOST_TEST(server.was_refused(sample.kind), outcome.output);
    BOOST_TEST((server.ends(1).at(0) == ssh_errc::peer_closed));
}

BOOST_AUTO_TEST_CASE(a_connection_lives_on_after_refusals) {
    TestServer server({});
    const auto outcome =
        run_python("ssh_hostile.py " + std::to_string(server.port()) + " other_requests");
    BOOST_TEST(outcome.output.contains("all refused"), outcome.output);
    for (const auto kind :
         {Refused::terminal, Refused::environment, Refused::x11, Refused::shell,
          Refused::other_channel, Refused::port_forwarding, Refused::other_subsystem})
        BOOST_TEST(server.was_refused(kind));
}

BOOST_AUTO_TEST_CASE(ends_where_there_are_too_many) {
    TestServer server({});
    const auto outcome =
        run_python("ssh_hostile.py " + std::to_string(server.port()) + " many_refusals");
    BOOST_TEST(outcome.output.contains("cut off"), outcome.output);
    BOOST_TEST((server.ends(1).at(0) == ssh_errc::too_many_refusals));
    BOOST_TEST(server.refused().size() == std::size_t{ssh::Connection::refusals_limit});
}

BOOST_AUTO_TEST_CASE(what_clients_ask_for_out_of_habit_ends_no_long_connection) {
    TestServer server({});
    const auto outcome =
        run_python("ssh_hostile.py " + std::to_string(server.port()) + " many_habits");
    BOOST_TEST(outcome.output.contains("lives on"), outcome.output);
    BOOST_TEST(server.was_refused(Refused::environment));
}

BOOST_AUTO_TEST_CASE(nor_is_it_a_way_to_ask_without_end) {
    TestServer server({});
    const auto outcome =
        run_python("ssh_hostile.py " + std::to_string(server.port()) + " many_habits_at_once");
    BOOST_TEST(outcome.output.contains("cut off"), outcome.output);
    BOOST_TEST((server.ends(1).at(0) == ssh_errc::too_many_refusals));
}

BOOST_AUTO_TEST_CASE(a_ninth_channel_is_refused_and_the_eight_go_on) {
    TestServer server({});
    const auto outcome =
        run_python("ssh_hostile.py " + std::to_string(server.port()) + " many_channels 11");
    BOOST_TEST(outcome.output.contains("opened 8 refused 3"), outcome.output);
    BOOST_TEST(outcome.output.contains("all echoed"), outcome.output);
    BOOST_TEST(server.was_refused(Refused::too_many_channels));
}

BOOST_AUTO_TEST_CASE(a_peer_that_sends_beyond_its_window_is_cut_off) {
    TestServer server({});
    const auto outcome =
        run_python("ssh_hostile.py " + std::to_string(server.port()) + " beyond_the_window");
    BOOST_TEST(outcome.output.contains("cut off"), outcome.output);
    BOOST_TEST((server.ends(1).at(0) == ssh_errc::window_overrun));
}

struct Broken {
    const char* rest;  // of the command
    Refused kind;
};
std::ostream& operator<<(std::ostream& out, const Broken& broken) {
    return out << broken.rest;
}
const std::array broken_callbacks{Broken{"echo@127.0.0.1 id", Refused::command},
                                  Broken{"echo@127.0.0.1 -s netconf", Refused::other_subsystem}};

BOOST_DATA_TEST_CASE(what_is_thrown_in_a_callback_ends_that_connection_alone,
                     boost::unit_test::data::make(broken_callbacks)) {
    const auto fail = [](Refused) { throw std::runtime_error("a bug"); };
    TestServer server({.on_refused = fail});
    const Process bystander(server.ssh_with_key("ed25519") + sftp_as("idle"));
    BOOST_TEST(server.wait_for_logins(1));
    const auto outcome = run(server.ssh_with_key("ed25519") + sample.rest);
    BOOST_TEST(outcome.exit_code != 0);
    BOOST_TEST(server.was_refused(sample.kind));
    BOOST_TEST((server.ends(1).at(0) == ssh_errc::failed_inside));
    BOOST_TEST(run(server.ssh_with_key("ed25519") + sftp_as("tiny")).exit_code == 7);
    BOOST_TEST(server.ends(2).size() == 2U);  // the bystander's is not among them
}

BOOST_AUTO_TEST_SUITE_END()
