// What clients say in their sessions, altered at random: whatever comes is understood or refused,
// the same in whatever pieces it comes.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "tests/unit/ftp_stream_check.hpp"

using namespace consign;
using namespace std::string_view_literals;

namespace {

using Random = std::mt19937;

constexpr unsigned mutations_total = 10'000;

std::size_t below(Random& random, std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
}

std::vector<std::string> sessions() {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry :
         std::filesystem::directory_iterator(CONSIGN_SOURCE_DIR "/tests/fuzz/corpus/ftp"))
        paths.push_back(entry.path());
    std::ranges::sort(paths);
    std::vector<std::string> sessions;
    for (const auto& path : paths) {
        std::ifstream file(path, std::ios::binary);
        sessions.emplace_back(std::istreambuf_iterator<char>(file),
                              std::istreambuf_iterator<char>());
    }
    return sessions;
}

/// What has a meaning to some parser.
std::string_view some_token(Random& random) {
    static constexpr std::array tokens{"\r\n"sv,
                                       "\r"sv,
                                       "\n"sv,
                                       "\0"sv,
                                       "\r\0"sv,
                                       " "sv,
                                       "\""sv,
                                       "|"sv,
                                       ","sv,
                                       ";"sv,
                                       "="sv,
                                       "-"sv,
                                       "\xff"sv,
                                       "\xff\xff"sv,
                                       "\xff\xf4\xff\xf2"sv,
                                       "\xff\xfb"sv,
                                       "9223372036854775808"sv,
                                       "20261124061700 "sv,
                                       " 0 100"sv,
                                       "PORT 1,2,3,4,5,6\r\n"sv};
    return tokens[below(random, tokens.size())];
}

void mutate(std::string& session, const std::vector<std::string>& all, Random& random) {
    const std::size_t at = below(random, session.size());
    const std::size_t count = std::min(session.size() - at, 1 + below(random, 40));
    switch (below(random, 7)) {
        case 0:
            session[at] =
                static_cast<char>(session[at] ^ static_cast<char>(1U << below(random, 8)));
            break;
        case 1:
            session.insert(at, count, static_cast<char>(random()));
            break;
        case 2:
            session.erase(at, count);
            break;
        case 3:
            session.insert(at, session.substr(at, count));
            break;
        case 4: {
            const std::string& other = all[below(random, all.size())];
            session.replace(at, std::string::npos, other, below(random, other.size()));
            break;
        }
        case 5:
            session.insert(at, below(random, 10'000), 'x');
            break;
        default:
            session.replace(at, count, some_token(random));
            break;
    }
    if (session.empty()) session = "\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ftp_mutation)

BOOST_AUTO_TEST_CASE(what_clients_say_is_understood) {
    for (const auto* const client : {"lftp", "curl", "filezilla", "ftplib", "commons_net", "rclone",
                                     "checksums", "addresses", "old_clients"}) {
        std::ifstream file(
            std::string(CONSIGN_SOURCE_DIR "/tests/fuzz/corpus/ftp/") + client + ".bin",
            std::ios::binary);
        const std::string session{std::istreambuf_iterator<char>(file), {}};
        BOOST_TEST_CONTEXT(client) {
            const auto answers =
                ftp_stream_check::check_stream(as_bytes(session), [] { return 1; });
            BOOST_TEST(answers.commands > 8U);
            BOOST_TEST(answers.refused_lines == 0U);
            BOOST_TEST(answers.too_long == 0U);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_pieces_make_no_difference) {
    for (const std::string& session : sessions())
        for (std::size_t size = 1; size <= std::min<std::size_t>(session.size(), 600); ++size)
            BOOST_REQUIRE_NO_THROW(
                ftp_stream_check::check_stream(as_bytes(session), [&] { return size; }));
}

BOOST_AUTO_TEST_CASE(ten_thousand_altered_sessions_are_each_understood_or_refused) {
    const auto all = sessions();
    BOOST_REQUIRE(all.size() >= 10U);
    ftp_stream_check::Answers sum;
    for (unsigned seed = 0; seed < mutations_total; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed) {
            Random random(seed);
            std::string session = all[seed % all.size()];
            for (std::size_t left = 1 + below(random, 4); left > 0; --left)
                mutate(session, all, random);
            const std::size_t longest_piece = std::size_t{1} << below(random, 14);
            ftp_stream_check::Answers answers;
            BOOST_REQUIRE_NO_THROW(answers = ftp_stream_check::check_stream(as_bytes(session), [&] {
                                       return 1 + below(random, longest_piece);
                                   }));
            sum.commands += answers.commands;
            sum.refused_lines += answers.refused_lines;
            sum.too_long += answers.too_long;
            sum.understood += answers.understood;
        }
    }
    // The mutations reach every kind of answer, and often.
    BOOST_TEST(sum.commands > 5 * mutations_total);
    BOOST_TEST(sum.refused_lines > mutations_total / 10);
    BOOST_TEST(sum.too_long > mutations_total / 10);
    BOOST_TEST(sum.understood > mutations_total);
}

BOOST_AUTO_TEST_SUITE_END()
