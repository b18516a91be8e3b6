#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "tls_harness.hpp"

using namespace consign;
using namespace consign::test;
using ftps::tls_errc;
using ftps::TlsStream;

namespace {

/// How a client remembers a session.
struct Manner {
    const char* name;
    int version;
    bool tickets;
};
std::ostream& operator<<(std::ostream& out, const Manner& manner) {
    return out << manner.name;
}
const std::array manners{Manner{"TLS 1.3 ticket", TLS1_3_VERSION, true},
                         Manner{"TLS 1.2 ticket", TLS1_2_VERSION, true},
                         Manner{"TLS 1.2 session id", TLS1_2_VERSION, false}};
const auto each_manner = boost::unit_test::data::make(manners);

struct Site {
    TlsServer server;
    std::shared_ptr<const ftps::TlsContext> context = context_of(AlgorithmProfile::modern);

    /// A control connection, whose tickets the client has read.
    Connection control(const Manner& manner, std::uint8_t session, SSL_SESSION* resumed = nullptr) {
        auto connection = connect(
            server, context, {.kind = TlsStream::Kind::control, .control_session = id_of(session)},
            client_of(manner, resumed));
        BOOST_REQUIRE(connection.server.has_value());
        say(connection, "220 welcome");
        return connection;
    }

    Connection data(const Manner& manner, std::uint8_t session, SSL_SESSION* resumed,
                    bool must_resume = true) {
        return connect(server, context,
                       {.kind = TlsStream::Kind::data,
                        .control_session = id_of(session),
                        .must_resume = must_resume},
                       client_of(manner, resumed));
    }

    static TlsClient::Options client_of(const Manner& manner, SSL_SESSION* resumed) {
        return {.oldest = manner.version,
                .newest = manner.version,
                .tickets = manner.tickets,
                .session = resumed};
    }

    /// From the server; reading it, the client takes in the tickets that stand before it.
    void say(Connection& connection, std::string_view text) {
        auto written = server.start(connection.stream->write(as_bytes(text)));
        const auto read = connection.client->read(text.size());
        BOOST_TEST(as_text(read) == text);
        BOOST_TEST(written.get().has_value());
    }

    /// What is sent arrives, and the client's close_notify ends it.
    void check_transfer(Connection& connection) {
        BOOST_REQUIRE(connection.client_done);
        BOOST_REQUIRE(connection.server.has_value());
        say(connection, "down");
        BOOST_TEST(connection.client->write(as_bytes("up")));
        Bytes into(16);
        BOOST_TEST(server.start(connection.stream->read(into)).get().value() == 2U);
        SSL_shutdown(connection.client->ssl());
        BOOST_TEST(server.start(connection.stream->read(into)).get().value() == 0U);
        BOOST_TEST(server.start(connection.stream->shut_down()).get().has_value());
    }
};

void check_refused(Connection& connection) {
    BOOST_REQUIRE(!connection.server.has_value());
    BOOST_TEST(connection.server.error() == tls_errc::session_not_resumed);
    // TLS 1.3 lets the client think that it is through, until it reads.
    BOOST_TEST(connection.client->read(1).empty());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_resumption)

BOOST_DATA_TEST_CASE(data_connections_resume_the_control_session_one_after_another, each_manner) {
    Site site;
    auto control = site.control(sample, 1);
    BOOST_TEST(!control.stream->is_resumed());
    const Session session = control.client->session();
    for (int count = 0; count < 20; ++count) {
        auto data = site.data(sample, 1, session.get());
        site.check_transfer(data);
        BOOST_TEST(data.stream->is_resumed());
        BOOST_TEST(data.client->resumed());
    }
}

BOOST_AUTO_TEST_CASE(each_data_connection_may_use_up_a_ticket_of_its_own) {
    Site site;
    auto control = site.control(manners[0], 1);
    std::vector<Bytes> seen;
    for (int count = 0; count < 20; ++count) {
        site.server.on_strand([&] { control.stream->renew_ticket(); });
        site.say(control, "150 here it comes");
        const Session session = control.client->session();
        unsigned size = 0;
        const auto* id = SSL_SESSION_get_id(session.get(), &size);
        seen.emplace_back(id, id + size);
        BOOST_TEST(std::ranges::count(seen, seen.back()) == 1);
        auto data = site.data(manners[0], 1, session.get());
        site.check_transfer(data);
        BOOST_TEST(data.stream->is_resumed());
    }
}

// In TLS 1.3 a data connection leaves nothing: OpenSSL's client goes back to the control session's.
BOOST_DATA_TEST_CASE(a_client_may_resume_what_its_last_data_connection_left_it,
                     boost::unit_test::data::make({manners[1], manners[2]})) {
    Site site;
    auto control = site.control(sample, 1);
    Session session = control.client->session();
    for (int count = 0; count < 5; ++count) {
        auto data = site.data(sample, 1, session.get());
        site.check_transfer(data);
        BOOST_TEST(data.stream->is_resumed());
        session = data.client->session();
    }
}

BOOST_DATA_TEST_CASE(a_data_connection_brings_no_ticket, each_manner) {
    Site site;
    auto control = site.control(sample, 1);
    const Session session = control.client->session();
    auto data = site.data(sample, 1, session.get());
    site.server.on_strand([&] { data.stream->renew_ticket(); });
    site.check_transfer(data);
    if (sample.version == TLS1_3_VERSION) BOOST_TEST(data.client->session().get() != nullptr);
    std::size_t ticket_size = 0, old_size = 0;
    const unsigned char *ticket = nullptr, *old = nullptr;
    SSL_SESSION_get0_ticket(data.client->session().get(), &ticket, &ticket_size);
    SSL_SESSION_get0_ticket(session.get(), &old, &old_size);
    BOOST_TEST(std::ranges::equal(ByteView(ticket, ticket_size), ByteView(old, old_size)));
}

BOOST_DATA_TEST_CASE(a_full_handshake_is_refused_where_resumption_is_required, each_manner) {
    Site site;
    auto control = site.control(sample, 1);
    for (int attempt = 0; attempt < 2; ++attempt) {
        auto data = site.data(sample, 1, nullptr);
        check_refused(data);
        // Whatever the attempt has left behind does not help.
        const Session left = data.client->session();
        auto again = site.data(sample, 1, left.get());
        check_refused(again);
    }
    // The control session is none the worse.
    const Session session = control.client->session();
    auto data = site.data(sample, 1, session.get());
    site.check_transfer(data);
}

BOOST_DATA_TEST_CASE(a_session_of_another_control_connection_is_refused, each_manner) {
    Site site;
    auto mine = site.control(sample, 1);
    auto theirs = site.control(sample, 2);
    const Session session = theirs.client->session();
    auto data = site.data(sample, 1, session.get());
    check_refused(data);
    auto their_data = site.data(sample, 2, session.get());
    site.check_transfer(their_data);
}

BOOST_DATA_TEST_CASE(a_session_of_another_certificate_load_is_refused, each_manner) {
    Site site;
    auto control = site.control(sample, 1);
    const Session session = control.client->session();
    site.context = context_of(AlgorithmProfile::modern);
    auto data = site.data(sample, 1, session.get());
    check_refused(data);
}

BOOST_DATA_TEST_CASE(a_new_control_connection_resumes_no_older_one, each_manner) {
    Site site;
    const auto older = site.control(sample, 1);
    const Session session = older.client->session();
    auto newer = site.control(sample, 2, session.get());
    BOOST_TEST(!newer.stream->is_resumed());
    BOOST_TEST(!newer.client->resumed());
}

BOOST_DATA_TEST_CASE(a_data_connection_that_did_not_resume_leaves_no_session, each_manner) {
    Site site;
    auto control = site.control(sample, 1);
    auto loose = site.data(sample, 1, nullptr, false);
    site.check_transfer(loose);
    BOOST_TEST(!loose.stream->is_resumed());
    const Session session = loose.client->session();

    auto data = site.data(sample, 1, session.get(), true);
    check_refused(data);
    loose.stream.reset();
    auto not_required = site.data(sample, 1, session.get(), false);
    site.check_transfer(not_required);
    BOOST_TEST(!not_required.stream->is_resumed());
}

BOOST_DATA_TEST_CASE(resumption_is_taken_where_it_is_not_required_too, each_manner) {
    Site site;
    auto control = site.control(sample, 1);
    const Session session = control.client->session();
    auto data = site.data(sample, 1, session.get(), false);
    site.check_transfer(data);
    BOOST_TEST(data.stream->is_resumed());
}

BOOST_DATA_TEST_CASE(a_data_connection_that_breaks_leaves_the_session_to_the_next, each_manner) {
    Site site;
    auto control = site.control(sample, 1);
    const Session session = control.client->session();
    Bytes into(16);

    auto cut = site.data(sample, 1, session.get());
    site.say(cut, "150");
    cut.client->drop();
    BOOST_TEST(site.server.start(cut.stream->read(into)).get().error() == tls_errc::truncated);
    cut.stream.reset();

    auto reset = site.data(sample, 1, session.get());
    site.say(reset, "150");
    reset.client->reset();
    BOOST_TEST(!site.server.start(reset.stream->read(into)).get().has_value());
    reset.stream.reset();

    auto closed = site.data(sample, 1, session.get());
    site.say(closed, "150");
    site.server.on_strand([&] { closed.stream->close(); });
    closed.stream.reset();

    auto unfinished =
        std::make_unique<TlsClient>(site.server.port(), Site::client_of(sample, session.get()));
    auto stream = site.server.accept(site.context,
                                     {.kind = TlsStream::Kind::data, .control_session = id_of(1)});
    unfinished->end_sending();
    BOOST_TEST(site.server.start(stream->handshake()).get().error() == tls_errc::truncated);
    stream.reset();

    auto next = site.data(sample, 1, session.get());
    site.check_transfer(next);
    BOOST_TEST(next.stream->is_resumed());
}

BOOST_AUTO_TEST_CASE(a_session_goes_from_the_cache_with_its_control_connection) {
    Site site;
    auto control = site.control(manners[2], 1);
    const Session session = control.client->session();
    {
        auto data = site.data(manners[2], 1, session.get());
        site.check_transfer(data);
    }
    BOOST_TEST(site.server.start(control.stream->shut_down()).get().has_value());
    control.stream.reset();
    auto data = site.data(manners[2], 1, session.get());
    check_refused(data);
}

BOOST_AUTO_TEST_CASE(a_hello_that_must_be_retried_resumes_all_the_same) {
    Site site;
    auto control = site.control(manners[0], 1);
    const Session session = control.client->session();
    // The client sends a key share of its first group, which this server does not have.
    const TlsClient::Options client{.groups = "X448:P-384", .session = session.get()};
    auto data = connect(
        site.server, site.context,
        {.kind = TlsStream::Kind::data, .control_session = id_of(1), .must_resume = true}, client);
    site.check_transfer(data);
    BOOST_TEST(data.stream->is_resumed());

    const TlsClient::Options stranger{.groups = "X448:P-384"};
    auto refused =
        connect(site.server, site.context,
                {.kind = TlsStream::Kind::data, .control_session = id_of(1), .must_resume = true},
                stranger);
    check_refused(refused);
}

BOOST_DATA_TEST_CASE(a_session_lasts_for_a_week, each_manner) {
    Site site;
    auto control = site.control(sample, 1);
    const Session session = control.client->session();
    const long week = 7 * 24 * 3600;
    if (sample.tickets)
        BOOST_TEST(SSL_SESSION_get_ticket_lifetime_hint(session.get()) ==
                   static_cast<unsigned long>(week));
    // The client's word counts for its own choice alone.
    SSL_SESSION_set_time(session.get(), SSL_SESSION_get_time(session.get()) - week + 60);
    SSL_SESSION_set_timeout(session.get(), week);
    auto data = site.data(sample, 1, session.get());
    site.check_transfer(data);
}

BOOST_AUTO_TEST_CASE(tickets_are_renewed_in_tls_1_3_after_the_handshake_alone) {
    Site site;
    auto control = site.control(manners[1], 1);
    site.server.on_strand([&] { control.stream->renew_ticket(); });
    site.say(control, "150 as before");

    TlsClient client(site.server.port(), Site::client_of(manners[0], nullptr));
    auto stream = site.server.accept(site.context, {.control_session = id_of(1)});
    site.server.on_strand([&] { stream->renew_ticket(); });
    auto handshake = site.server.start(stream->handshake());
    BOOST_TEST(client.handshake());
    BOOST_TEST(handshake.get().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
