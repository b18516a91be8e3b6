#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <ctime>

#include "base/log.hpp"

using namespace consign;

// A run-time string has no way into a line.
static_assert(!std::is_constructible_v<LogField, Literal, std::string>);
static_assert(!std::is_constructible_v<LogField, Literal, const char*>);

namespace {
std::string written(Log::Format format, Log::Level least) {
    int ends[2];
    BOOST_REQUIRE(::pipe(ends) == 0);
    const Log log(format, least, ends[1]);
    log.info("session opened", {{"session", Id{}},
                                {"bytes", 12},
                                {"whole", true},
                                {"why", std::make_error_code(std::errc::io_error)}});
    log.debug("never shown");
    ::close(ends[1]);
    std::string text(4096, '\0');
    text.resize(static_cast<std::size_t>(::read(ends[0], text.data(), text.size())));
    ::close(ends[0]);
    return text;
}
}  // namespace

BOOST_AUTO_TEST_SUITE(log_lines)

BOOST_AUTO_TEST_CASE(carry_journalds_priority) {
    BOOST_TEST(written(Log::Format::text, Log::Level::info) ==
               "<6>session opened session=\"00000000000000000000000000000000\" bytes=12 whole=true "
               "why=\"generic:5 Input/output error\"\n");
}

BOOST_AUTO_TEST_CASE(are_json_on_request) {
    const std::string line = written(Log::Format::json, Log::Level::info);
    constexpr std::string_view time = "{\"time\":\"2026-11-30T08:49:10.123456Z\",";
    BOOST_TEST_REQUIRE(line.size() > time.size());
    std::tm utc{};
    const char* const fraction = ::strptime(line.c_str(), "{\"time\":\"%Y-%m-%dT%H:%M:%S", &utc);
    BOOST_TEST_REQUIRE(fraction != nullptr);
    BOOST_TEST(std::abs(::timegm(&utc) - std::time(nullptr)) < 60);
    BOOST_TEST(*fraction == '.');
    BOOST_TEST(line.substr(time.size() - 3, 3) == "Z\",");
    BOOST_TEST(line.substr(time.size()) ==
               "\"priority\":6,\"message\":\"session "
               "opened\",\"session\":\"00000000000000000000000000000000\","
               "\"bytes\":12,\"whole\":true,\"why\":\"generic:5 Input/output error\"}\n");
}

BOOST_AUTO_TEST_SUITE_END()
