#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <sstream>

#include "base/evp.hpp"
#include "desk/site/errc.hpp"
#include "desk/site/passwords.hpp"

using namespace consign;
namespace asio = boost::asio;

namespace {

Result<bool> verified(const std::string& hash, SecretText password) {
    desk::Passwords passwords;
    asio::io_context io;
    Result<bool> answer;
    asio::co_spawn(io, passwords.verify(hash, std::move(password)),
                   [&answer](std::exception_ptr thrown, Result<bool> came) {
                       if (thrown) std::rethrow_exception(thrown);
                       answer = came;
                   });
    io.run();
    return answer;
}

bool matches(const std::string& hash, std::string_view password) {
    return verified(hash, SecretText(password)).value();
}

// Made by `openssl passwd` (-5, -6) and by Python's crypt module.
const std::string known_hashes[]{
    "$6$abcdefgh$yIZAF3gQPvtKZO/9qOJKffAKKbtS3ef3qmwyugk4uWVjX8YZf/"
    "GV3A8SkFxEPY0T56CcilGrHKLffBsp6dLMG.",
    "$5$abcdefgh$ruMep1ijHnJPZbETDNiumskxcX3kN4lzZd5VlsqE7eB",
    "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$zwtVrjrUCmXcyLTs6oxLTQlzifSUkF8RHJ./tK5KU79",
    "$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2",
};

const std::string no_hashes[]{"",
                              "*",
                              "*0",
                              "*1",
                              "!",
                              "x",
                              "$",
                              "$6$",
                              "$9$a$b",
                              "$argon2id$",
                              "$argon2id$v=19$m=1,t=1,p=1$$"};

/// Is `marker` in this process's heap, or in another writable mapping, but for a stack?
bool is_in_memory(std::string_view marker) {
    std::ifstream maps("/proc/self/maps");
    const int memory = ::open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    bool found = false;
    for (std::string line; std::getline(maps, line);) {
        std::istringstream fields(line);
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
        char dash = 0;
        std::string rights;
        fields >> std::hex >> begin >> dash >> end >> rights;
        constexpr std::uint64_t mapping_limit = std::uint64_t{256} << 20;
        if (!rights.starts_with("rw") || line.ends_with("[stack]") || end - begin > mapping_limit)
            continue;
        // Wiped after the search, whose own copy the next mapping would otherwise show.
        SecretBytes copied(end - begin);
        const auto own = reinterpret_cast<std::uint64_t>(copied.data());
        const auto count = ::pread(memory, copied.data(), copied.size(), static_cast<off_t>(begin));
        copied.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        const std::string_view bytes = as_text(copied);
        for (auto at = bytes.find(marker); at != std::string::npos;
             at = bytes.find(marker, at + 1)) {
            // The marker itself, and the copy that is being searched, do not count.
            const std::uint64_t address = begin + at;
            const bool is_marker = address == reinterpret_cast<std::uint64_t>(marker.data());
            found = found || (!is_marker && (address < own || address >= own + (end - begin)));
        }
    }
    ::close(memory);
    return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(passwords)

BOOST_AUTO_TEST_CASE(what_was_hashed_is_verified_and_nothing_else) {
    const auto hash = desk::Passwords::hash(SecretText("correct horse"));
    BOOST_REQUIRE(hash.has_value());
    BOOST_TEST(hash->starts_with("$argon2id$v=19$m=65536,t=2,p=1$"));
    BOOST_TEST(matches(*hash, "correct horse"));
    BOOST_TEST(!matches(*hash, "correct horse "));
    BOOST_TEST(!matches(*hash, "Correct horse"));
    BOOST_TEST(!matches(*hash, ""));
    BOOST_TEST(!matches(*hash, std::string_view("correct horse\0", 14)));
}

BOOST_AUTO_TEST_CASE(two_hashes_of_one_password_differ) {
    BOOST_TEST(desk::Passwords::hash(SecretText("same")).value() !=
               desk::Passwords::hash(SecretText("same")).value());
}

BOOST_DATA_TEST_CASE(strings_of_crypt_are_read, boost::unit_test::data::make(known_hashes), hash) {
    BOOST_TEST(matches(hash, "correct horse"));
    BOOST_TEST(!matches(hash, "correct horsf"));
    BOOST_TEST(!matches(hash, ""));
}

BOOST_DATA_TEST_CASE(a_nul_ends_no_password_early, boost::unit_test::data::make(known_hashes),
                     hash) {
    BOOST_TEST(!matches(hash, std::string_view("correct horse\0and more", 22)));
}

BOOST_DATA_TEST_CASE(what_is_no_hash_matches_nothing, boost::unit_test::data::make(no_hashes),
                     hash) {
    for (const auto* password : {"", "*", "*0", "*1", "x", "!"})
        BOOST_TEST(!matches(hash, password));
}

BOOST_AUTO_TEST_CASE(passwords_that_no_client_can_send_are_not_hashed) {
    for (const auto& password : {std::string(), std::string("a\0b", 3),
                                 std::string(desk::Passwords::password_limit_bytes + 1, 'a')})
        BOOST_TEST(
            (desk::Passwords::hash(SecretText(password)).error() == std::errc::invalid_argument));
    BOOST_TEST(
        desk::Passwords::hash(SecretText(std::string(desk::Passwords::password_limit_bytes, 'a')))
            .has_value());
}

BOOST_AUTO_TEST_CASE(beyond_the_queue_the_answer_is_overloaded_at_once) {
    constexpr std::size_t places = desk::Passwords::threads + desk::Passwords::waiting_limit;
    constexpr std::size_t asked = places + 50;
    desk::Passwords passwords;
    asio::io_context io;
    std::size_t matched = 0;
    std::size_t overloaded = 0;
    auto count = [&](std::exception_ptr thrown, Result<bool> came) {
        if (thrown) std::rethrow_exception(thrown);
        if (came)
            matched += *came ? 1 : 0;
        else if (came.error() == desk::desk_errc::overloaded)
            ++overloaded;
    };
    for (std::size_t i = 0; i < asked; ++i)
        asio::co_spawn(io, passwords.verify(known_hashes[1], SecretText("correct horse")), count);
    // All of them begin before the first result comes back to this one thread.
    io.run();
    BOOST_TEST(matched == places);
    BOOST_TEST(overloaded == asked - places);
    // The places are given back.
    io.restart();
    asio::co_spawn(io, passwords.verify(known_hashes[1], SecretText("correct horse")), count);
    io.run();
    BOOST_TEST(matched == places + 1);
}

BOOST_AUTO_TEST_CASE(a_password_does_not_stay_in_memory) {
    // Made at run time, so that it stands in no constant; the marker is its middle.
    std::array<std::uint8_t, 32> random{};
    evp::random_bytes(random);
    std::string marker = to_hex(random);
    BOOST_REQUIRE(!is_in_memory(marker));
    {
        const SecretText kept("<" + marker);
        BOOST_TEST(is_in_memory(marker));  // the search finds what is there
    }
    for (const auto& hash :
         {known_hashes[0], known_hashes[2], desk::Passwords::hash(SecretText("x")).value()}) {
        SecretText password(marker);
        BOOST_TEST(!verified(hash, std::move(password)).value());
    }
    BOOST_TEST(!is_in_memory(marker));
}

BOOST_AUTO_TEST_SUITE_END()
