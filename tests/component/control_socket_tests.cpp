#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <future>
#include <thread>

#include "admin/control_client.hpp"
#include "administered_store.hpp"
#include "daemon/control_socket.hpp"
#include "desk/verbs/control_protocol.hpp"

using namespace consign;
namespace asio = boost::asio;
namespace json = boost::json;
using Local = asio::local::stream_protocol;

namespace {

/// Gives `count` numbered rows.
asio::awaitable<desk::Answered> give_numbers(desk::VerbCall call) {
    const auto count = call.arguments.at("count").to_number<std::int64_t>();
    for (std::int64_t i = 0; i < count; ++i)
        if (auto given = co_await call.rows.give({{"number", i}, {"user", call.administrator}});
            !given)
            co_return std::unexpected<std::string>("nobody takes them");
    co_return json::object{{"rows", count}};
}

asio::awaitable<desk::Answered> fail_after_a_row(desk::VerbCall call) {
    static_cast<void>(co_await call.rows.give({{"number", 0}}));
    co_return std::unexpected<std::string>("it broke; mend it");
}

asio::awaitable<desk::Answered> throw_a_bug(desk::VerbCall) {
    throw std::logic_error("a bug");
    co_return json::object();
}

/// A verb that lasts until the test lets it go on, and tells when it has begun.
struct Gate {
    std::promise<void> entered;
    std::promise<void> open;
};

asio::awaitable<desk::Answered> wait_at(Gate& gate, asio::thread_pool& pool, desk::VerbCall call) {
    auto work = [&gate] {
        gate.entered.set_value();
        gate.open.get_future().wait();
        return true;
    };
    co_await offload(pool, work);
    static_cast<void>(co_await call.rows.give({{"number", 7}}));
    co_return json::object();
}

class Served : public AdministeredStore {
  public:
    Served() {
        verbs = desk::administrator_verbs(*site);
        verbs["numbers"] = give_numbers;
        verbs["fail"] = fail_after_a_row;
        verbs["bug"] = throw_a_bug;
        verbs["wait"] = [this](desk::VerbCall call) {
            return wait_at(gate, pool, std::move(call));
        };
        verbs["endless"] = [this](desk::VerbCall call) {
            return give_without_end(std::move(call));
        };
    }
    ~Served() {
        if (control) stop();
        if (thread.joinable()) thread.join();
    }
    void start(std::map<uid_t, std::string> administrators = {{::geteuid(), "tester"}}) {
        auto made = daemon::ControlSocket::listen(asio::make_strand(server), path(),
                                                  {.desk = *site,
                                                   .verbs = verbs,
                                                   .administrators = std::move(administrators),
                                                   .log = log,
                                                   .drain_timeout = std::chrono::milliseconds(50),
                                                   .request_timeout = request_timeout});
        BOOST_TEST_REQUIRE(made.has_value());
        control = *std::move(made);
        auto served = [this](std::exception_ptr thrown) {
            if (thrown) std::rethrow_exception(thrown);
            has_ended.set_value();
        };
        asio::co_spawn(control->executor(), control->serve(), served);
        thread = std::thread([this] { server.run(); });
    }
    void stop() {
        control->stop();
        thread.join();
        control.reset();
    }
    std::filesystem::path data() const { return folder.path() / "data"; }
    std::filesystem::path path() const { return data() / desk::control_socket_name; }

    std::unique_ptr<admin::ControlClient> client() const {
        auto connected = admin::ControlClient::connect(data());
        BOOST_TEST_REQUIRE(connected.has_value());
        BOOST_TEST_REQUIRE(*connected != nullptr);
        return *std::move(connected);
    }
    /// A connection without the client's manners.
    Local::socket raw() {
        Local::socket socket(raw_io);
        socket.connect(Local::endpoint(path().native()));
        return socket;
    }
    static std::string say(Local::socket& socket, const std::string& text) {
        boost::system::error_code gone;
        asio::write(socket, asio::buffer(text), gone);
        std::string answer;
        const auto length = asio::read_until(socket, asio::dynamic_buffer(answer), '\n', gone);
        return answer.substr(0, length);
    }
    static bool is_closed(Local::socket& socket) {
        std::array<char, 1> byte{};
        boost::system::error_code gone;
        return socket.read_some(asio::buffer(byte), gone) == 0 && gone;
    }

    asio::awaitable<desk::Answered> give_without_end(desk::VerbCall call) {
        const std::string filling(1000, 'x');
        while (true) {
            ++rows_given;
            if (auto given = co_await call.rows.give({{"filling", filling}}); !given) {
                rows_refused.set_value();
                co_return std::unexpected<std::string>("nobody takes them");
            }
        }
    }

    Log log{Log::Format::text, Log::Level::error, -1};
    std::chrono::milliseconds request_timeout{30'000};
    Gate gate;
    asio::thread_pool pool{1};
    std::atomic<std::size_t> rows_given = 0;
    std::promise<void> rows_refused;
    desk::VerbTable verbs;
    asio::io_context server;
    asio::io_context raw_io;
    std::unique_ptr<daemon::ControlSocket> control;
    std::promise<void> has_ended;
    std::thread thread;
};

const admin::Door::OnRow no_rows = [](const json::object&) {};

const char* const malformed_requests[]{"",
                                       "x",
                                       "[]",
                                       "null",
                                       "{}",
                                       "{\"verb\": 1}",
                                       "{\"verb\": \"numbers\", \"arguments\": []}",
                                       "\"verb\"",
                                       "{\"verb\":\"numbers\"} {\"verb\":\"numbers\"}",
                                       "\xff\xfe",
                                       "[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]"};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(control_socket, Served)

BOOST_AUTO_TEST_CASE(a_large_answer_arrives_whole_and_in_order) {
    start();
    std::int64_t expected = 0;
    const auto answered =
        client()->ask("numbers", {{"count", 20'000}}, [&](const json::object& row) {
            BOOST_TEST_REQUIRE(row.at("number").to_number<std::int64_t>() == expected++);
            BOOST_TEST_REQUIRE(row.at("user") == "tester");
        });
    BOOST_TEST_REQUIRE(answered.has_value());
    BOOST_TEST(answered->at("rows") == 20'000);
    BOOST_TEST(expected == 20'000);
}

BOOST_AUTO_TEST_CASE(a_peer_that_rests_longer_than_a_request_may_take_gets_the_whole_answer) {
    request_timeout = std::chrono::milliseconds(500);
    start();
    std::size_t rows = 0;
    const auto answered = client()->ask("numbers", {{"count", 20'000}}, [&](const json::object&) {
        if (++rows == 1) std::this_thread::sleep_for(4 * request_timeout);
    });
    BOOST_TEST(answered.has_value());
    BOOST_TEST(rows == 20'000U);
}

BOOST_AUTO_TEST_CASE(one_connection_takes_one_request_after_another) {
    start();
    const auto one = client();
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(one->ask("numbers", {{"count", 2}}, no_rows).has_value());
}

BOOST_AUTO_TEST_CASE(the_verbs_of_the_administration_are_carried_out_under_the_peers_name) {
    start();
    BOOST_TEST(client()->ask("audit.verify", {}, no_rows).has_value());
    BOOST_TEST(acts().at(0).account == "admin:tester");
}

BOOST_AUTO_TEST_CASE(an_error_arrives_as_it_was_said) {
    start();
    std::size_t rows = 0;
    const auto answered = client()->ask("fail", {}, [&rows](const json::object&) { ++rows; });
    BOOST_TEST(answered.error().text == "it broke; mend it");
    BOOST_TEST(rows == 1U);
}

BOOST_AUTO_TEST_CASE(a_bug_ends_its_own_session_alone) {
    start();
    const auto bystander = client();
    BOOST_TEST(client()->ask("bug", {}, no_rows).error().text.find("ended before its answer") !=
               std::string::npos);
    BOOST_TEST(bystander->ask("numbers", {{"count", 1}}, no_rows).has_value());
}

BOOST_AUTO_TEST_CASE(an_unknown_verb_is_told_which_are_known) {
    start();
    const auto said = client()->ask("format.disk", {}, no_rows).error().text;
    for (const char* known : {"it knows audit.events, ", ", audit.verify, ", ", policy.show, "})
        BOOST_TEST(said.find(known) != std::string::npos, said);
}

BOOST_DATA_TEST_CASE(a_malformed_request_is_answered_and_the_next_one_taken,
                     boost::unit_test::data::make(malformed_requests), request) {
    start();
    auto socket = raw();
    const auto answer = say(socket, std::string(request) + "\n");
    BOOST_TEST(answer.starts_with("{\"error\":"), answer);
    BOOST_TEST(say(socket, "{\"verb\":\"numbers\",\"arguments\":{\"count\":0}}\n") ==
               "{\"end\":{\"rows\":0}}\n");
}

BOOST_AUTO_TEST_CASE(a_request_without_end_is_cut_at_the_limit) {
    start();
    auto socket = raw();
    const auto answer = say(socket, std::string(desk::control_line_limit_bytes + 1, 'x'));
    BOOST_TEST(answer.find("longer than 65536 bytes") != std::string::npos, answer);
    BOOST_TEST(is_closed(socket));
}

BOOST_AUTO_TEST_CASE(who_is_no_administrator_is_refused_and_recorded) {
    start({{::geteuid() + 1, "somebody else"}});
    const auto said = client()->ask("numbers", {{"count", 1}}, no_rows).error().text;
    BOOST_TEST(said ==
               fmt::format("uid {} may not administer this site; use root, or the user that "
                           "consignd runs as",
                           ::geteuid()));
    BOOST_TEST((acts().at(0).outcome == ledger::Outcome::refused));
}

BOOST_AUTO_TEST_CASE(the_socket_is_its_owners_alone_and_goes_with_the_daemon) {
    start();
    struct stat facts{};
    BOOST_TEST_REQUIRE(::stat(path().c_str(), &facts) == 0);
    BOOST_TEST((facts.st_mode & 07777U) == 0600U);
    stop();
    BOOST_TEST(!std::filesystem::exists(path()));
    const auto none = admin::ControlClient::connect(data());
    BOOST_TEST(none.has_value());
    BOOST_TEST(*none == nullptr);
}

BOOST_AUTO_TEST_CASE(a_socket_that_a_crash_left_is_no_daemon_and_is_replaced) {
    {
        Local::acceptor left(raw_io, Local::endpoint(path().native()));
    }
    BOOST_TEST_REQUIRE(std::filesystem::exists(path()));
    BOOST_TEST(*admin::ControlClient::connect(data()) == nullptr);
    start();
    BOOST_TEST(client()->ask("numbers", {{"count", 1}}, no_rows).has_value());
}

BOOST_AUTO_TEST_CASE(a_path_that_no_socket_can_have_is_an_error) {
    const auto made = daemon::ControlSocket::listen(
        server.get_executor(), data() / std::string(120, 'x'),
        {.desk = *site, .verbs = {}, .administrators = {}, .log = log});
    BOOST_TEST((made.error() == std::errc::filename_too_long));
}

BOOST_AUTO_TEST_CASE(one_connection_too_many_is_told_so_and_the_others_go_on) {
    start();
    std::vector<std::unique_ptr<admin::ControlClient>> clients;
    for (std::size_t i = 0; i < daemon::ControlSocket::session_limit; ++i) {
        clients.push_back(client());
        BOOST_TEST(clients.back()->ask("numbers", {{"count", 1}}, no_rows).has_value());
    }
    const auto said = client()->ask("numbers", {{"count", 1}}, no_rows).error().text;
    BOOST_TEST(said.find("16 commands are at work already") != std::string::npos, said);
    BOOST_TEST(clients.front()->ask("numbers", {{"count", 1}}, no_rows).has_value());
}

BOOST_AUTO_TEST_CASE(stopping_closes_the_idle_at_once) {
    start();
    auto idle = raw();
    say(idle, "{\"verb\":\"numbers\",\"arguments\":{\"count\":0}}\n");
    stop();
    BOOST_TEST(is_closed(idle));
}

BOOST_AUTO_TEST_CASE(stopping_lets_the_busy_answer) {
    start();
    auto answering = std::async(std::launch::async, [this] {
        std::size_t rows = 0;
        const auto answered = client()->ask("wait", {}, [&rows](const json::object&) { ++rows; });
        return answered ? rows : 0;
    });
    gate.entered.get_future().wait();
    control->stop();
    gate.open.set_value();
    BOOST_TEST(answering.get() == 1U);
    has_ended.get_future().wait();
}

BOOST_AUTO_TEST_CASE(a_peer_that_takes_no_rows_holds_the_verb_back_and_is_cut_at_the_stop) {
    start();
    auto socket = raw();
    say(socket, "{\"verb\":\"endless\"}\n");
    stop();  // returns: the session was cut
    rows_refused.get_future().wait();
    // What the socket and one batch hold, and no more.
    BOOST_TEST(rows_given < 2000U);
}

BOOST_AUTO_TEST_CASE(a_peer_that_hangs_up_ends_its_verb) {
    start();
    {
        auto socket = raw();
        say(socket, "{\"verb\":\"endless\"}\n");
    }
    rows_refused.get_future().wait();
    BOOST_TEST(client()->ask("numbers", {{"count", 1}}, no_rows).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
