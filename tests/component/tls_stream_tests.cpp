#include <fmt/format.h>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <cstring>

#include "base/evp.hpp"
#include "tls_harness.hpp"

using namespace consign;
using namespace consign::test;
namespace asio = boost::asio;
using ftps::tls_errc;
using ftps::TlsStream;

namespace {

const auto both_versions = boost::unit_test::data::make({TLS1_2_VERSION, TLS1_3_VERSION});

struct Site {
    TlsServer server;
    std::shared_ptr<const ftps::TlsContext> context = context_of(AlgorithmProfile::modern);

    Connection open(int version, TlsStream::Kind kind = TlsStream::Kind::data) {
        auto connection = connect(server, context, {.kind = kind, .control_session = id_of(1)},
                                  {.oldest = version, .newest = version});
        BOOST_REQUIRE(connection.client_done);
        BOOST_REQUIRE(connection.server.has_value());
        return connection;
    }

    Result<std::size_t> read(Connection& connection, std::size_t size = 65536) {
        Bytes into(size);
        return server.start(connection.stream->read(into)).get();
    }
    /// Reads to the end; what came, and how it ended.
    std::pair<Bytes, Result<std::size_t>> read_all(Connection& connection) {
        Bytes all;
        Bytes into(65536);
        for (;;) {
            const auto got = server.start(connection.stream->read(into)).get();
            if (!got || *got == 0) return {std::move(all), got};
            all.insert(all.end(), into.begin(), into.begin() + static_cast<std::ptrdiff_t>(*got));
        }
    }
};

constexpr const char* sentence = "A stump of a file must never pass for the whole.";

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_stream)

BOOST_DATA_TEST_CASE(close_notify_is_the_end_and_stays_it, both_versions) {
    Site site;
    auto connection = site.open(sample);
    BOOST_TEST(connection.client->write(as_bytes(sentence)));
    connection.client->send_raw(connection.client->seal_close_notify());
    const auto [bytes, end] = site.read_all(connection);
    BOOST_TEST(as_text(bytes) == sentence);
    BOOST_TEST(end.value() == 0U);
    connection.client->drop();
    BOOST_TEST(site.read(connection).value() == 0U);
}

BOOST_DATA_TEST_CASE(an_end_without_close_notify_is_truncation_and_stays_it, both_versions) {
    Site site;
    auto connection = site.open(sample);
    BOOST_TEST(connection.client->write(as_bytes(sentence)));
    connection.client->end_sending();
    const auto [bytes, end] = site.read_all(connection);
    BOOST_TEST(as_text(bytes) == sentence);
    BOOST_TEST(end.error() == tls_errc::truncated);
    BOOST_TEST(site.read(connection).error() == tls_errc::truncated);
}

BOOST_DATA_TEST_CASE(an_end_at_any_byte_of_a_record_is_truncation, both_versions) {
    Site site;
    std::size_t cut = 0;
    for (std::size_t size = 1; cut < size; cut += 3) {
        auto connection = site.open(sample);
        Bytes records = connection.client->seal(as_bytes(sentence));
        const std::size_t whole = records.size();
        const Bytes last = connection.client->seal_close_notify();
        records.insert(records.end(), last.begin(), last.end());
        size = records.size();
        connection.client->send_raw(ByteView(records).first(cut));
        connection.client->end_sending();
        const auto [bytes, end] = site.read_all(connection);
        BOOST_TEST(as_text(bytes) == (cut < whole ? "" : sentence));
        BOOST_REQUIRE_MESSAGE(!end.has_value(), "cut at " << cut << " of " << size);
        BOOST_TEST(end.error() == tls_errc::truncated);
    }
}

BOOST_DATA_TEST_CASE(a_reset_is_an_error_and_stays_one, both_versions) {
    Site site;
    auto connection = site.open(sample);
    connection.client->reset();
    BOOST_TEST(!site.read(connection).has_value());
    BOOST_TEST(!site.read(connection).has_value());
}

BOOST_DATA_TEST_CASE(a_flipped_bit_anywhere_is_never_data, both_versions) {
    Site site;
    std::size_t at = 0;
    for (std::size_t size = 1; at < size; at += 2) {
        auto connection = site.open(sample);
        BOOST_TEST(connection.client->write(as_bytes("before")));
        Bytes records = connection.client->seal(as_bytes(sentence));
        const Bytes last = connection.client->seal_close_notify();
        records.insert(records.end(), last.begin(), last.end());
        size = records.size();
        records[at] ^= std::uint8_t{1};
        connection.client->send_raw(records);
        connection.client->end_sending();
        const auto [bytes, end] = site.read_all(connection);
        BOOST_TEST(std::string(sentence).insert(0, "before").starts_with(as_text(bytes)));
        BOOST_REQUIRE_MESSAGE(!end.has_value(), "flipped at " << at << " of " << size);
        // A length that has grown waits for bytes that never come.
        BOOST_TEST((end.error() == tls_errc::bad_record || end.error() == tls_errc::truncated));
        if (at > 4 && bytes.size() == 6) BOOST_TEST(end.error() == tls_errc::bad_record);
        if (end.error() == tls_errc::bad_record)
            BOOST_TEST(site.server.start(connection.stream->write(as_bytes("x"))).get().error() ==
                       tls_errc::bad_record);
    }
}

BOOST_DATA_TEST_CASE(a_record_that_comes_twice_is_bad, both_versions) {
    Site site;
    auto connection = site.open(sample);
    const Bytes record = connection.client->seal(as_bytes(sentence));
    connection.client->send_raw(record);
    connection.client->send_raw(record);
    const auto [bytes, end] = site.read_all(connection);
    BOOST_TEST(as_text(bytes) == sentence);
    BOOST_TEST(end.error() == tls_errc::bad_record);
    // The alert that says so.
    BOOST_TEST(!connection.client->reads_close_notify());
}

BOOST_DATA_TEST_CASE(records_in_drips_and_in_one_lump_are_the_same, both_versions) {
    Site site;
    auto connection = site.open(sample);
    const Bytes record = connection.client->seal(as_bytes(sentence));
    Bytes into(100);
    auto drip = site.server.start(connection.stream->read(into));
    for (const std::uint8_t& byte : record) connection.client->send_raw({&byte, 1});
    BOOST_TEST(drip.get().value() == std::strlen(sentence));

    Bytes lump;
    for (int count = 0; count < 50; ++count) {
        const Bytes one = connection.client->seal(as_bytes(sentence));
        lump.insert(lump.end(), one.begin(), one.end());
    }
    connection.client->send_raw(lump);
    connection.client->end_sending();
    const auto [bytes, end] = site.read_all(connection);
    BOOST_TEST(bytes.size() == 50 * std::strlen(sentence));
    // Less room than a record has.
    auto narrow = site.open(sample);
    BOOST_TEST(narrow.client->write(as_bytes(sentence)));
    BOOST_TEST(site.read(narrow, 7).value() == 7U);
    BOOST_TEST(site.read(narrow, 7).value() == 7U);
}

BOOST_DATA_TEST_CASE(each_side_may_end_its_own_half_first, both_versions) {
    Site site;
    auto connection = site.open(sample);
    BOOST_TEST(site.server.start(connection.stream->shut_down()).get().has_value());
    BOOST_TEST(connection.client->reads_close_notify());
    BOOST_TEST((site.server.start(connection.stream->write(as_bytes("x"))).get().error() ==
                std::errc::broken_pipe));
    BOOST_TEST(connection.client->write(as_bytes(sentence)));
    BOOST_TEST(site.read(connection).value() == std::strlen(sentence));

    auto other = site.open(sample);
    SSL_shutdown(other.client->ssl());
    BOOST_TEST(site.read(other).value() == 0U);
    auto written = site.server.start(other.stream->write(as_bytes(sentence)));
    BOOST_TEST(as_text(other.client->read(std::strlen(sentence))) == sentence);
    BOOST_TEST(written.get().has_value());
}

namespace {

asio::awaitable<Digest32> digest_of_all(TlsStream& stream) {
    evp::Digest digest;
    Bytes into(256 * 1024);
    for (;;) {
        const auto got = co_await stream.read(into);
        if (!got || *got == 0) break;
        digest.update(ByteView(into).first(*got));
    }
    Digest32 result{};
    std::ranges::copy(digest.finish(), result.begin());
    co_return result;
}

asio::awaitable<Result<>> write_and_end(TlsStream& stream, ByteView bytes) {
    if (auto written = co_await stream.write(bytes); !written) co_return written;
    co_return co_await stream.shut_down();
}

}  // namespace

BOOST_DATA_TEST_CASE(much_goes_both_ways_at_once_and_arrives_whole, both_versions) {
    constexpr std::size_t much_bytes = 64 * 1024 * 1024;
    Site site;
    auto connection = site.open(sample);
    const Bytes much = pattern(much_bytes);
    const Digest32 expected = evp::sha256({much});
    auto up = site.server.start(digest_of_all(*connection.stream));
    auto down = site.server.start(write_and_end(*connection.stream, much));
    // One thread drives the client, so it takes turns: a piece up, a piece down.
    evp::Digest came;
    for (std::size_t at = 0; at < much_bytes; at += 65536) {
        BOOST_REQUIRE(connection.client->write(ByteView(much).subspan(at, 65536)));
        if (at % (8 * 65536) == 0 && sample == TLS1_3_VERSION)
            SSL_key_update(connection.client->ssl(), SSL_KEY_UPDATE_REQUESTED);
        const Bytes piece = connection.client->read(65536);
        BOOST_REQUIRE(piece.size() == 65536U);
        came.update(piece);
    }
    BOOST_TEST(connection.client->reads_close_notify());
    SSL_shutdown(connection.client->ssl());
    BOOST_TEST(down.get().has_value());
    BOOST_TEST(up.get() == expected);
    BOOST_TEST(std::ranges::equal(came.finish(), expected));
}

BOOST_DATA_TEST_CASE(a_reader_that_stays_behind_costs_no_memory, both_versions) {
    Site site;
    auto connection = site.open(sample);
    const Bytes much = pattern(64 * 1024 * 1024);
    const std::size_t before = resident_bytes();
    auto written = site.server.start(connection.stream->write(much));
    BOOST_TEST((written.wait_for(std::chrono::milliseconds(200)) == std::future_status::timeout));
    BOOST_TEST(resident_bytes() < before + 2 * 1024 * 1024);
    BOOST_TEST(connection.client->read(much.size()) == much);
    BOOST_TEST(written.get().has_value());
}

BOOST_DATA_TEST_CASE(closing_ends_whatever_is_awaited, both_versions) {
    Site site;
    auto connection = site.open(sample);
    Bytes into(10);
    const Bytes much = pattern(64 * 1024 * 1024);
    auto read = site.server.start(connection.stream->read(into));
    auto written = site.server.start(connection.stream->write(much));
    site.server.on_strand([&] {
        connection.stream->close();
        connection.stream->close();
    });
    BOOST_TEST((read.get().error() == std::errc::operation_canceled));
    BOOST_TEST((written.get().error() == std::errc::operation_canceled));
    BOOST_TEST((site.read(connection).error() == std::errc::operation_canceled));
    BOOST_TEST((site.server.start(connection.stream->write(as_bytes("x"))).get().error() ==
                std::errc::operation_canceled));
    BOOST_TEST((site.server.start(connection.stream->shut_down()).get().error() ==
                std::errc::operation_canceled));

    TlsClient silent(site.server.port(), {});
    auto stream = site.server.accept(site.context, {.control_session = id_of(1)});
    auto handshake = site.server.start(stream->handshake());
    site.server.on_strand([&] { stream->close(); });
    BOOST_TEST((handshake.get().error() == std::errc::operation_canceled));
    site.server.on_strand([&] { stream->renew_ticket(); });
}

struct Garbage {
    const char* name;
    std::string bytes;
    tls_errc why = tls_errc::not_tls;
};
std::ostream& operator<<(std::ostream& out, const Garbage& garbage) {
    return out << garbage.name;
}
const std::array garbage{
    Garbage{"clear FTP", "USER anna\r\nPASS secret\r\n"},
    Garbage{"HTTP", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"},
    Garbage{"zeros", std::string(4096, '\0')},
    Garbage{"a record of 64 KiB", "\x16\x03\x01\xff\xff" + std::string(70000, 'x'),
            tls_errc::handshake_failed},
    Garbage{"an alert", std::string("\x15\x03\x01\x00\x02\x02\x28", 7),
            tls_errc::refused_by_client},
};

BOOST_DATA_TEST_CASE(what_is_not_tls_fails_the_handshake, boost::unit_test::data::make(garbage)) {
    Site site;
    TlsClient client(site.server.port(), {});
    auto stream = site.server.accept(site.context, {.control_session = id_of(1)});
    auto handshake = site.server.start(stream->handshake());
    client.send_raw(as_bytes(sample.bytes));
    BOOST_TEST(handshake.get().error() == sample.why);
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_trust_the_certificate_is_told_apart) {
    Site site;
    auto client = std::async(std::launch::async, [&] {
        return run(
            fmt::format("openssl s_client -connect 127.0.0.1:{} -verify_return_error "
                        "-CAfile {} </dev/null",
                        site.server.port(), tls_file("other_ca.pem").string()));
    });
    auto stream = site.server.accept(site.context, {.control_session = id_of(1)});
    BOOST_TEST(site.server.start(stream->handshake()).get().error() == tls_errc::refused_by_client);
    stream.reset();
    const Outcome outcome = client.get();
    BOOST_TEST(outcome.exit_code != 0, outcome.output);
}

/// OpenSSL answers each by itself, and would go on reading for as long as they come.
BOOST_AUTO_TEST_CASE(key_updates_without_end_are_ended_and_hold_up_nobody) {
    Site site;
    auto connection = site.open(TLS1_3_VERSION, TlsStream::Kind::control);
    Bytes into(10);
    auto read = site.server.start(connection.stream->read(into));
    SSL* const client = connection.client->ssl();
    std::size_t updates = 0;
    // The client's socket fills up, too, once nobody reads: what was not taken ends the loop.
    while (read.wait_for(std::chrono::seconds(0)) != std::future_status::ready &&
           updates < 1'000'000) {
        if (SSL_key_update(client, SSL_KEY_UPDATE_REQUESTED) != 1 || SSL_do_handshake(client) != 1)
            break;
        ++updates;
        if (updates % 1000 == 0) site.server.on_strand([] { return true; });
    }
    BOOST_TEST(read.get().error() == tls_errc::bad_record);
    BOOST_TEST(updates < 1'000'000U);
}

BOOST_AUTO_TEST_CASE(key_updates_among_data_are_no_harm) {
    Site site;
    auto connection = site.open(TLS1_3_VERSION, TlsStream::Kind::control);
    SSL* const client = connection.client->ssl();
    for (int round = 0; round < 5'000; ++round) {
        BOOST_REQUIRE(SSL_key_update(client, SSL_KEY_UPDATE_REQUESTED) == 1);
        BOOST_REQUIRE(connection.client->write(as_bytes("x")));
        Bytes into(10);
        const auto count = site.server.start(connection.stream->read(into)).get();
        BOOST_REQUIRE(count.has_value());
        BOOST_REQUIRE(*count == 1U);
    }
}

/// Of a client that sends its urgent data past its TLS library.
BOOST_AUTO_TEST_CASE(telnet_commands_between_records_of_a_control_connection_vanish) {
    Site site;
    auto connection = site.open(TLS1_3_VERSION, TlsStream::Kind::control);
    const Bytes record = connection.client->seal(as_bytes(sentence));
    for (const std::string_view synch : {"\xff\xf4\xff\xf2", "\xff\xf4\xff", "\xf2", ""}) {
        connection.client->send_raw(as_bytes(synch));
        const Bytes more = connection.client->seal(as_bytes("more"));
        Bytes all(synch == "\xff\xf4\xff\xf2" ? record : Bytes());
        all.insert(all.end(), more.begin(), more.end());
        // In pieces that cut header and body everywhere.
        for (std::size_t at = 0; at < all.size(); at += 3)
            connection.client->send_raw(
                ByteView(all).subspan(at, std::min<std::size_t>(3, all.size() - at)));
        const std::string expected =
            (synch == "\xff\xf4\xff\xf2" ? std::string(sentence) : std::string()) + "more";
        std::string came;
        while (came.size() < expected.size()) {
            Bytes into(1000);
            const auto count = site.server.start(connection.stream->read(into)).get();
            BOOST_REQUIRE(count.has_value());
            came += as_text(ByteView(into).first(*count));
        }
        BOOST_TEST(came == expected);
    }
}

BOOST_AUTO_TEST_CASE(nothing_vanishes_from_a_data_connection) {
    Site site;
    auto connection = site.open(TLS1_3_VERSION, TlsStream::Kind::data);
    connection.client->send_raw(as_bytes("\xff\xf4\xff\xf2"));
    BOOST_TEST(connection.client->write(as_bytes(sentence)));
    BOOST_TEST(site.read(connection).error() == tls_errc::bad_record);
}

BOOST_AUTO_TEST_CASE(a_second_handshake_is_not_begun) {
    Site site;
    auto connection = site.open(TLS1_2_VERSION, TlsStream::Kind::control);
    Bytes into(10);
    auto read = site.server.start(connection.stream->read(into));
    BOOST_TEST(SSL_renegotiate(connection.client->ssl()) == 1);
    BOOST_TEST(!connection.client->handshake());
    connection.client->drop();
    BOOST_TEST(!read.get().has_value());
}

BOOST_AUTO_TEST_CASE(a_handshake_that_the_peer_leaves_is_told_as_an_end) {
    Site site;
    for (const bool reset : {false, true}) {
        TlsClient client(site.server.port(), {});
        auto stream = site.server.accept(site.context, {.control_session = id_of(1)});
        auto handshake = site.server.start(stream->handshake());
        client.send_raw(as_bytes(std::string("\x16\x03\x01\x02", 4)));
        if (reset)
            client.reset();
        else
            client.drop();
        const auto error = handshake.get().error();
        BOOST_TEST(
            (error == tls_errc::truncated || (reset && error == std::errc::connection_reset)));
    }
}

struct Offer {
    const char* alpn;
    bool taken;
};
std::ostream& operator<<(std::ostream& out, const Offer& offer) {
    return out << offer.alpn;
}
const std::array offers{Offer{"", true},
                        Offer{"\3ftp", true},
                        Offer{"\x8http/1.1\3ftp", true},
                        Offer{"\x8http/1.1", false},
                        Offer{"\2h2\x8http/1.1", false},
                        Offer{"\4ftps", false},
                        Offer{"\3FTP", false}};

BOOST_DATA_TEST_CASE(a_client_that_means_another_protocol_is_refused,
                     boost::unit_test::data::make(offers) * both_versions, offer, version) {
    Site site;
    auto connection = connect(site.server, site.context, {.control_session = id_of(1)},
                              {.oldest = version, .newest = version, .alpn = offer.alpn});
    BOOST_TEST(connection.client_done == offer.taken);
    BOOST_TEST(connection.server.has_value() == offer.taken);
    if (!offer.taken) BOOST_TEST(connection.server.error() == tls_errc::wrong_protocol);
}

struct Identity {
    const char* file;
    bool counts;
};
std::ostream& operator<<(std::ostream& out, const Identity& identity) {
    return out << identity.file;
}
const std::array identities{Identity{"", false}, Identity{"good", true},
                            Identity{"stranger", false}, Identity{"late", false},
                            Identity{"rsa", false}};

BOOST_DATA_TEST_CASE(only_a_certificate_of_the_authority_counts_and_any_may_connect,
                     boost::unit_test::data::make(identities) * both_versions, identity, version) {
    Site site;
    site.context = context_of(AlgorithmProfile::modern, "ecdsa", true);
    auto connection = connect(site.server, site.context, {.control_session = id_of(1)},
                              {.oldest = version, .newest = version, .certificate = identity.file});
    BOOST_REQUIRE(connection.client_done);
    BOOST_REQUIRE(connection.server.has_value());
    BOOST_TEST(sk_X509_NAME_num(SSL_get0_peer_CA_list(connection.client->ssl())) == 1);
    const auto peer = connection.stream->peer_certificate();
    BOOST_REQUIRE(peer.has_value() == identity.counts);
    if (!peer) return;
    BOOST_TEST(peer->subject == "CN=good,O=Bürgerspital");
    const auto fingerprint = run("openssl x509 -noout -fingerprint -sha256 -in " +
                                 tls_file("good.pem").string() + " | tr -d : | tr A-F a-f");
    BOOST_TEST(fingerprint.output.contains(to_hex(peer->fingerprint)), fingerprint.output);
}

BOOST_AUTO_TEST_CASE(nobody_asks_for_a_certificate_without_an_authority_or_for_data) {
    Site site;
    for (const auto kind : {TlsStream::Kind::control, TlsStream::Kind::data}) {
        site.context = context_of(AlgorithmProfile::modern, "ecdsa", kind == TlsStream::Kind::data);
        auto connection =
            connect(site.server, site.context, {.kind = kind, .control_session = id_of(1)},
                    {.certificate = "good"});
        BOOST_REQUIRE(connection.server.has_value());
        BOOST_TEST(!connection.stream->peer_certificate().has_value());
    }
}

BOOST_AUTO_TEST_CASE(five_hundred_idle_control_connections_are_cheap) {
    constexpr std::size_t count = 500;
    Site site;
    // The client's side is thrown away after its greeting was read, all but its socket.
    std::vector<std::unique_ptr<TlsStream>> streams;
    std::vector<int> sockets;
    std::vector<std::future<Result<std::size_t>>> reads;
    std::vector<Bytes> into(count, Bytes(16));
    std::size_t before = 0;
    for (std::size_t at = 0; at < count; ++at) {
        if (at == 20) before = resident_bytes();
        auto connection =
            site.open(at % 2 == 0 ? TLS1_2_VERSION : TLS1_3_VERSION, TlsStream::Kind::control);
        auto greeted = site.server.start(connection.stream->write(as_bytes("220 welcome")));
        BOOST_REQUIRE(connection.client->read(11).size() == 11U);
        BOOST_TEST(greeted.get().has_value());
        reads.push_back(site.server.start(connection.stream->read(into[at])));
        sockets.push_back(::dup(connection.client->descriptor()));
        streams.push_back(std::move(connection.stream));
    }
    const std::size_t each = (resident_bytes() - before) / (count - 20);
    std::fprintf(stderr, "an idle control connection: %zu bytes\n", each);
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
    BOOST_TEST(each < 40U * 1024);
#endif
    for (const int socket : sockets) ::close(socket);
    for (auto& read : reads) BOOST_TEST(read.get().error() == tls_errc::truncated);
}

namespace {

/// Greets, echoes one line, and says goodbye.
asio::awaitable<Result<>> serve_a_line(TlsStream& stream) {
    if (auto shaken = co_await stream.handshake(); !shaken) co_return shaken;
    Bytes line(64);
    const auto got = co_await stream.read(line);
    if (!got) co_return failure(got.error());
    if (auto sent = co_await stream.write(ByteView(line).first(*got)); !sent) co_return sent;
    co_return co_await stream.shut_down();
}

}  // namespace

struct Stock {
    const char* name;
    const char* command;  // PORT is replaced
};
std::ostream& operator<<(std::ostream& out, const Stock& stock) {
    return out << stock.name;
}
const std::array stock_clients{
    Stock{"s_client, TLS 1.3",
          "echo hello | env -u OPENSSL_CONF openssl s_client -quiet -tls1_3 "
          "-connect 127.0.0.1:PORT"},
    Stock{"s_client, TLS 1.2",
          "echo hello | env -u OPENSSL_CONF openssl s_client -quiet -tls1_2 "
          "-connect 127.0.0.1:PORT"},
    Stock{"Python",
          "env -u OPENSSL_CONF /usr/bin/python3 -c \"import socket, ssl; "
          "context = ssl._create_unverified_context(); "
          "stream = context.wrap_socket(socket.create_connection((\\\"127.0.0.1\\\", PORT))); "
          "stream.sendall(b\\\"hello\\\\n\\\"); print(stream.recv(64)); stream.unwrap()\""},
};

BOOST_DATA_TEST_CASE(stock_clients_get_on_with_it, boost::unit_test::data::make(stock_clients)) {
    Site site;
    std::string command = sample.command;
    command.replace(command.find("PORT"), 4, std::to_string(site.server.port()));
    auto client = std::async(std::launch::async, [&] { return run(command); });
    auto stream = site.server.accept(site.context, {.control_session = id_of(1)});
    const auto served = site.server.start(serve_a_line(*stream)).get();
    stream.reset();
    const auto outcome = client.get();
    BOOST_TEST(served.has_value(), outcome.output);
    BOOST_TEST(outcome.output.contains("hello"), outcome.output);
}

BOOST_AUTO_TEST_SUITE_END()
