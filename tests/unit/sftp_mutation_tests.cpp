// What real clients sent in their sessions, and one that asks for everything, altered at random:
// whatever comes is understood or refused, the same in whatever pieces it comes.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "tests/unit/sftp_stream_check.hpp"

using namespace consign;

namespace {

using Random = std::mt19937;

constexpr unsigned mutations_total = 10'000;

std::size_t below(Random& random, std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
}

std::vector<Bytes> recorded_sessions() {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry :
         std::filesystem::directory_iterator(CONSIGN_SOURCE_DIR "/tests/fuzz/corpus/sftp"))
        paths.push_back(entry.path());
    std::ranges::sort(paths);
    std::vector<Bytes> sessions;
    for (const auto& path : paths) {
        std::ifstream file(path, std::ios::binary);
        sessions.emplace_back(std::istreambuf_iterator<char>(file),
                              std::istreambuf_iterator<char>());
    }
    return sessions;
}

Bytes session_of_every_request() {
    Bytes session;
    for (const auto& sample : wire::every_request()) ByteWriter(session).string(sample.body);
    return session;
}

std::ptrdiff_t offset(std::size_t at) {
    return static_cast<std::ptrdiff_t>(at);
}

/// The place of the length prefix of a packet picked at random.
std::size_t some_prefix(const Bytes& session, Random& random) {
    std::vector<std::size_t> places;
    ByteView rest(session);
    do places.push_back(session.size() - rest.size());
    while (sftp::take_packet(rest).value_or(std::nullopt));
    return places[below(random, places.size())];
}

void overwrite_length(Bytes& session, std::size_t at, Random& random) {
    static constexpr std::array<std::uint32_t, 8> lengths{
        0, 1, 4, 5, 0x00040400, 0x00040401, 0x7fffffff, 0xffffffff};
    const std::uint32_t length = lengths[below(random, lengths.size())];
    for (std::size_t byte = 0; byte < 4 && at + byte < session.size(); ++byte)
        session[at + byte] = static_cast<std::uint8_t>(length >> (24 - 8 * byte));
}

void mutate(Bytes& session, const std::vector<Bytes>& sessions, Random& random) {
    const std::size_t at = below(random, session.size());
    const std::size_t count = std::min(session.size() - at, 1 + below(random, 40));
    const auto begin = session.begin() + offset(at);
    switch (below(random, 7)) {
        case 0:
            *begin ^= static_cast<std::uint8_t>(1U << below(random, 8));
            break;
        case 1:
            session.insert(begin, count, static_cast<std::uint8_t>(random()));
            break;
        case 2:
            session.erase(begin, begin + offset(count));
            break;
        case 3: {
            const Bytes copy(begin, begin + offset(count));
            session.insert(begin, copy.begin(), copy.end());
            break;
        }
        case 4: {
            const Bytes& other = sessions[below(random, sessions.size())];
            const auto from = other.begin() + offset(below(random, other.size()));
            session.erase(begin, session.end());
            session.insert(session.end(), from, other.end());
            break;
        }
        case 5:
            overwrite_length(session, some_prefix(session, random), random);
            break;
        default:
            overwrite_length(session, at, random);
            break;
    }
    if (session.empty()) session.push_back(0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sftp_mutation)

BOOST_AUTO_TEST_CASE(recorded_sessions_are_understood_to_the_last_byte) {
    const auto sessions = recorded_sessions();
    BOOST_REQUIRE(sessions.size() >= 4U);
    Random random(1);
    for (const Bytes& session : sessions) {
        const auto answers =
            stream_check::check_stream(session, [&] { return 1 + below(random, 5000); });
        BOOST_TEST(answers.requests > 2U);
        BOOST_TEST(answers.refusals == 0U);
        BOOST_TEST(answers.unsupported == 0U);
        BOOST_TEST(!answers.broken);
    }
}

BOOST_AUTO_TEST_CASE(the_pieces_make_no_difference) {
    const Bytes session = session_of_every_request();
    for (std::size_t size = 1; size <= session.size(); ++size) {
        const auto answers = stream_check::check_stream(session, [&] { return size; });
        BOOST_REQUIRE(answers.requests == sftp::verbs.size());
    }
}

BOOST_AUTO_TEST_CASE(ten_thousand_altered_sessions_are_each_understood_or_refused) {
    auto sessions = recorded_sessions();
    sessions.push_back(session_of_every_request());
    stream_check::Answers sum;
    std::size_t broken = 0;
    for (unsigned seed = 0; seed < mutations_total; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed) {
            Random random(seed);
            Bytes session = sessions[seed % sessions.size()];
            for (std::size_t left = 1 + below(random, 4); left > 0; --left)
                mutate(session, sessions, random);
            const std::size_t longest_piece = std::size_t{1} << below(random, 16);
            stream_check::Answers answers;
            BOOST_REQUIRE_NO_THROW(answers = stream_check::check_stream(
                                       session, [&] { return 1 + below(random, longest_piece); }));
            sum.requests += answers.requests;
            sum.unsupported += answers.unsupported;
            sum.refusals += answers.refusals;
            broken += answers.broken ? 1U : 0U;
        }
    }
    // The mutations reach every kind of answer, and often.
    BOOST_TEST(sum.requests > 5 * mutations_total);
    BOOST_TEST(sum.refusals > mutations_total / 4);
    BOOST_TEST(sum.unsupported > mutations_total / 50);
    BOOST_TEST(broken > mutations_total / 10);
}

BOOST_AUTO_TEST_SUITE_END()
